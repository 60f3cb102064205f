"""A Prometheus server's HTTP API: instant and range queries."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from connectivity.clients.web import NotAllowed, WebError, ask


class PrometheusError(Exception):
    """The server does not answer, may not be asked, or refuses a query."""


def instant(url: str, query: str) -> list[dict[str, Any]]:
    """The series of a query at this moment.

    Raises:
        PrometheusError: with what the server said.
    """
    return list(_asked(url, "query", {"query": query}))


def over(url: str, query: str, start: int, end: int, step: int) -> Iterator[dict[str, Any]]:
    """The series of a query from `start` up to `end`, a value at each step.

    Raises:
        PrometheusError: with what the server said.
    """
    asked = {"query": query, "start": start, "end": end, "step": step}
    yield from _asked(url, "query_range", asked)


def _asked(url: str, kind: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
    address = f"{url.rstrip('/')}/api/v1/{kind}?{urlencode(asked)}"
    try:
        reply = ask("GET", address, headers={"Accept": "application/json"})
    except (NotAllowed, WebError) as error:
        raise PrometheusError(str(error)) from error
    try:
        said = json.loads(reply.body)
        if said["status"] == "success":
            return list(said["data"]["result"])
        why = f"{said.get('errorType', '')}: {said.get('error', '')}"
    except (ValueError, KeyError, TypeError) as error:
        raise PrometheusError(
            f"{url} answers {reply.status} with something that is not Prometheus's API"
        ) from error
    raise PrometheusError(f"{url} refuses {asked['query']!r}: {why[:300]}")
