"""Requests that schemathesis makes of the published schema, answered in this thread's transaction.

Nothing of a request stays, so that every one meets the same objects, and the database no growth.
"""

import json
import math
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Empty, Queue
from typing import Any
from uuid import uuid4

import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.urls import resolve
from drf_spectacular.generators import SchemaGenerator
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished
from waitress.server import create_server

from tests.doors import arguments

Application = Callable[..., Any]
PHASES = ("coverage", "fuzzing")
BAD_CONTENT = "what is right in it no schema can say: names that refer to each other, or to a list"
REFUSED_CONTENT = {
    "POST /api/v1/topologies/": BAD_CONTENT,
    "PUT /api/v1/topologies/{uid}/": BAD_CONTENT,
    "POST /api/v1/comparisons/": BAD_CONTENT,
    "POST /api/v1/plans/": BAD_CONTENT,
    "POST /api/v1/reviews/": BAD_CONTENT,
    "POST /api/v1/prices/overrides/": "either per cent or USD, of a price that the list has",
    "GET /api/v1/prices/": "the name of a list that there is",
    "GET /api/v1/prices/changes/": "the names of lists that there are",
    "PUT /api/v1/health/rules/{id}/": "n of m, numbers only of rules that have some, and a reason",
    "PATCH /api/v1/health/findings/{uid}/": "a moment that lies ahead, and why",
    "POST /api/v1/reports/recipients/": "an address that mail can be sent to",
    "POST /api/v1/latency/imports/": "a file of bytes that no tool printed",
    "POST /api/v1/latency/zone-names/": "a file that AWS did not print",
}
"""Operations that refuse, by 400, also what fits the schema."""


@dataclass
class Tally:
    """How many requests were made, and what was wrong with the answers."""

    cases: int = 0
    checks: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    failures: dict[str, str] = field(default_factory=dict)  # by kind: how to meet it again
    errors: list[str] = field(default_factory=list)  # of the tool

    def note(self, event: ScenarioFinished) -> None:
        recorder = event.recorder
        self.cases += len(recorder.cases)
        for interaction in recorder.interactions.values():
            self.statuses[interaction.response.status_code if interaction.response else 0] += 1
        for checks in recorder.checks.values():
            self.checks += len(checks)
            for check in checks:
                if check.failure_info:
                    failure = check.failure_info.failure
                    kind = f"{recorder.label}: {failure.code} {failure.title}"
                    detail = f"{failure.message}\n{check.failure_info.code_sample}"
                    self.failures.setdefault(kind, detail)


class Door:
    """A WSGI application for another thread, answered in the one that calls `serve`."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.asked: Queue[tuple[Any, Any, Future[list[bytes]]]] = Queue()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        answer: Future[list[bytes]] = Future()
        self.asked.put((environ, start_response, answer))
        return answer.result()

    def serve(self, until: threading.Thread) -> None:
        while until.is_alive():
            try:
                environ, start_response, answer = self.asked.get(timeout=0.1)
            except Empty:
                continue
            try:
                answer.set_result(self._answered(environ, start_response))
            except BaseException as error:
                answer.set_exception(error)

    def _answered(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        with transaction.atomic():
            response = self.application(environ, start_response)
            try:
                return list(response)
            finally:
                response.close()
                transaction.set_rollback(True)


class _Handler(WSGIHandler):
    def get_response(self, request: Any) -> Any:
        """Forms' tokens against foreign sites have tests of their own."""
        request._dont_enforce_csrf_checks = True
        return super().get_response(request)


def described(objects: dict[str, Any]) -> dict[str, Any]:
    """The published schema, in which every object is one of the team's, or one that is not."""
    schema = json.loads(json.dumps(SchemaGenerator().get_schema(request=None, public=True)))
    names = _names()
    for path, operations in schema["paths"].items():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "path" and parameter["name"] == "uid":
                    there = arguments(names[path], objects)["uid"]
                    parameter["schema"] = {"type": "string", "enum": [str(there), str(uuid4())]}
    return dict(schema)


def _names() -> dict[str, str]:
    """The name of each address of the schema."""
    generator = SchemaGenerator()
    generator._initialise_endpoints()
    return {
        path: _name_of(path)
        for path, _, _, _ in generator.endpoints  # type: ignore[union-attr]
    }


def _name_of(path: str) -> str:
    text = path.replace("{uid}", str(uuid4())).replace("{number}", "1").replace("{id}", "NAT-PORTS")
    return str(resolve(text).url_name)


def settings(examples: int, seed: int, keys: dict[str, str], phases: Any) -> dict[str, Any]:
    """What schemathesis is told, as its configuration file has it."""
    known = ["2xx", "401", "403", "404", "409", "429"]
    return {
        "seed": seed,
        "continue-on-failure": True,
        **({"auth": {"openapi": {name: {"api_key": keys[name]} for name in keys}}} if keys else {}),
        "generation": {"max-examples": examples, "deterministic": True, "database": "none"},
        "phases": {
            "enabled": False,
            **{name: {"enabled": True} for name in phases},
        },
        "checks": {"positive_data_acceptance": {"expected-statuses": known}},
        "operations": [
            {
                "include-name": name,
                "checks": {"positive_data_acceptance": {"expected-statuses": [*known, "400"]}},
            }
            for name in REFUSED_CONTENT
        ],
    }


def fuzzed(
    objects: dict[str, Any],
    keys: dict[str, str],
    *,
    examples: int,
    seed: int,
    phases: Any = PHASES,
    most_s: float = 300,
) -> Tally:
    """About so many requests of one caller, over all operations."""
    schema = described(objects)
    operations = sum(map(len, schema["paths"].values()))
    each = max(1, math.ceil(examples / operations))
    told = settings(each, seed, keys, phases) | {"max-time": most_s}
    door, tally = Door(_Handler()), Tally()

    with _kept_connection(), _listening(door) as url:
        config = SchemathesisConfig.from_dict(told | {"base-url": url})
        loaded = schemathesis.openapi.from_dict(schema, config=config)
        thread = threading.Thread(target=_ask, args=(loaded, tally), daemon=True)
        thread.start()
        door.serve(thread)
    return tally


def _ask(loaded: Any, tally: Tally) -> None:
    for event in from_schema(loaded).execute():
        if isinstance(event, ScenarioFinished):
            tally.note(event)
        elif isinstance(event, NonFatalError):
            tally.errors.append(f"{event.label}: {event.value}")
        elif isinstance(event, FatalError):
            tally.errors.append(str(event.exception))


@contextmanager
def _listening(door: Door) -> Iterator[str]:
    """The application behind a socket of this machine: some checks need one."""
    server = create_server(
        door, host="127.0.0.1", port=0, threads=1, clear_untrusted_proxy_headers=True
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()


@contextmanager
def _kept_connection() -> Iterator[None]:
    """The end of a request is not the end of the transaction around it."""
    moments = (request_started, request_finished)
    for signal in moments:
        signal.disconnect(close_old_connections)
    yield
    for signal in moments:
        signal.connect(close_old_connections)


def lines(tally: Tally) -> Iterator[str]:
    yield f"{tally.cases:,} requests, {tally.checks:,} checks, {len(tally.failures)} failures"
    yield ", ".join(f"{code}: {count:,}" for code, count in sorted(tally.statuses.items()))
    yield from (f"{kind}\n    {detail}" for kind, detail in tally.failures.items())
    yield from tally.errors
