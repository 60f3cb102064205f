"""What the command line of a program that we know says of it; its texts are never shown."""

import re
import shlex
from collections.abc import Iterator
from typing import NamedTuple

from connectivity.core.reviewing.deployed.objects import Spot
from connectivity.core.reviewing.deployed.settings import Read, Setting, Unsettled
from connectivity.core.reviewing.deployed.workload import Workload

MAX_WORDS = 500  # of a command line that are looked at
MAX_TEXT = 8_000  # characters of it
GUNICORN = "gunicorn"
SERVERS: dict[str, dict[str, tuple[str, ...]]] = {
    GUNICORN: {
        "backlog": ("--backlog",),
        "workers": ("--workers", "-w"),
        "threads": ("--threads",),
        "timeout": ("--timeout", "-t"),
        "class": ("--worker-class", "-k"),
    },
    "uvicorn": {"backlog": ("--backlog",)},
    "waitress-serve": {"backlog": ("--backlog",)},
}
"""Their options: docs.gunicorn.org/en/stable/settings.html, uvicorn's own --help,
docs.pylonsproject.org/projects/waitress/en/stable/runner.html; read 2026-11-25."""

SYNCHRONOUS = ("sync", "gthread")


class Option(NamedTuple):
    """An option that a program is given, and where."""

    value: str
    spot: Spot


def server_of(workload: Workload) -> tuple[str, dict[str, Option]] | None:
    """The program that serves, if we know it, and its options by our names."""
    words = list(_words(workload))
    names = (word.rpartition("/")[2] for word, _ in words)
    program = next((name for name in names if name in SERVERS), None)
    if program is None:
        return None
    options = ((name, _option(words, flags)) for name, flags in SERVERS[program].items())
    return program, {name: option for name, option in options if option}


def _words(workload: Workload) -> Iterator[tuple[str, Spot]]:
    """The words of the command line; of a shell's script, those in it."""
    entries = [e for key in ("command", "args") for e in workload.serving(key).entries()]
    for entry in entries[:MAX_WORDS]:
        text = entry.text() or ""
        if " " not in text:
            yield text, entry
        elif len(text) <= MAX_TEXT:
            for word in _split(text)[:MAX_WORDS]:
                yield word, entry


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:  # quotes that do not end
        return []


def _option(words: list[tuple[str, Spot]], flags: tuple[str, ...]) -> Option | None:
    """The last of an option's values: `--workers 4`, `--workers=4`, `-w4`."""
    last = None
    for (word, spot), (follower, _) in zip(words, [*words[1:], ("", None)], strict=True):
        name, equals, value = word.partition("=")
        if name in flags:
            last = Option(value if equals else follower, spot)
        elif len(word) > 2 and word[:2] in flags and not word.startswith("--"):
            last = Option(word[2:], spot)
    return last


def _whole(option: Option | None) -> int | None:
    return int(option.value) if option and re.fullmatch(r"\d{1,6}", option.value) else None


def stated_option(name: str) -> Read:
    """Reads a number that the command line states."""

    def read(workload: Workload) -> Setting | None:
        server = server_of(workload)
        option = server[1].get(name) if server else None
        value = _whole(option)
        if server is None or option is None or value is None:
            return None
        return Setting(value, option.spot, f"{name} of {server[0]}")

    return read


def blocking_workers(workload: Workload) -> Setting | Unsettled | None:
    """How many requests a gunicorn with blocking workers works on: workers times threads."""
    server = server_of(workload)
    if server is None or server[0] != GUNICORN:
        return None
    options = server[1]
    workers, threads = _whole(options.get("workers")), _whole(options.get("threads"))
    if "class" in options and options["class"].value not in SYNCHRONOUS:
        why = "an asynchronous worker takes more than one request; say how many of them at once"
        return Unsettled(why, options["class"].spot)
    if workers is None:
        return None
    note = "workers of gunicorn" if threads is None else "workers times threads of gunicorn"
    return Setting(workers * (threads or 1), options["workers"].spot, note)
