"""What is logged, and how: a line each, as text for people or as JSON for machines.

Every line says which request or job it belongs to. It holds ids alone: no names, no secrets,
nothing of documents, and no keys of addresses that open to whoever has them.
"""

import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

FORMATS = ("text", "json")
TEXT = "%(asctime)s %(levelname)s %(name)s %(message)s%(context)s"
KEYS = r"(/(?:shared|invitations|reports/confirm|reports/unsubscribe|account/password/reset/key)/)"
OPEN_PATH = re.compile(KEYS + ".+")
OPEN_IN_TEXT = re.compile(KEYS + r"[^\s?'\"]+")
MAX_LOGGED = 300  # characters of an address

_about: ContextVar[MappingProxyType[str, Any]] = ContextVar("about")


def begin(**fields: Any) -> None:
    """Something else begins here, a request or a task: what is logged from now on belongs to it."""
    _about.set(MappingProxyType(fields))


def note(**fields: Any) -> None:
    """More is known of it."""
    _about.set(MappingProxyType({**about(), **fields}))


def about() -> MappingProxyType[str, Any]:
    """What is logged with every line at the moment."""
    return _about.get(MappingProxyType({}))


def request_id() -> str:
    """Of the request that is answered, or that made the job at hand; empty without one."""
    return str(about().get("request_id", ""))


def without_keys(path: str) -> str:
    """What of an address a log may hold: no keys, no line breaks, no end of it."""
    return ascii(OPEN_PATH.sub(r"\1…", path)[:MAX_LOGGED])[1:-1]


def set_up(level: str, form: str) -> None:
    """Every logger's lines go to standard error in one form. A second call changes nothing."""
    logging.basicConfig(level=level)
    logging.captureWarnings(form == "json")
    for handler in logging.getLogger().handlers[:1]:
        handler.setFormatter(_json_lines() if form == "json" else TextLines(TEXT))


class TextLines(logging.Formatter):
    """For a terminal: what it is about stands behind the message."""

    def format(self, record: logging.LogRecord) -> str:
        shown = " ".join(f"{name}={value}" for name, value in about().items())
        record.context = f" [{shown}]" if shown else ""
        return OPEN_IN_TEXT.sub(r"\1…", super().format(record))


def _json_lines() -> logging.Formatter:
    """Its library is loaded where it is asked for: commands at a terminal start without it."""
    from pythonjsonlogger.json import JsonFormatter

    class JsonLines(JsonFormatter):
        """Named fields alone: what libraries hang on a record may hold anything."""

        def add_fields(
            self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
        ) -> None:
            log_data["time"] = datetime.fromtimestamp(record.created, UTC).isoformat(
                timespec="milliseconds"
            )
            log_data |= {"level": record.levelname, "logger": record.name}
            log_data["message"] = OPEN_IN_TEXT.sub(r"\1…", record.message)
            log_data |= {**about(), **getattr(record, "fields", {})}
            for name in ("exc_info", "stack_info"):
                if name in message_dict:
                    log_data[name] = OPEN_IN_TEXT.sub(r"\1…", str(message_dict[name]))

    return JsonLines()
