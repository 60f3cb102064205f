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
    return list(_results(url, "query", {"query": query}))


def over(url: str, query: str, start: int, end: int, step: int) -> Iterator[dict[str, Any]]:
    """The series of a query from `start` up to `end`, a value at each step.

    Raises:
        PrometheusError: with what the server said.
    """
    parameters = {"query": query, "start": start, "end": end, "step": step}
    yield from _results(url, "query_range", parameters)


def _results(url: str, kind: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    address = f"{url.rstrip('/')}/api/v1/{kind}?{urlencode(parameters)}"
    try:
        reply = ask("GET", address, headers={"Accept": "application/json"})
    except (NotAllowed, WebError) as error:
        raise PrometheusError(str(error)) from error
    try:
        document = json.loads(reply.body)
        if document["status"] == "success":
            return [_series(result) for result in document["data"]["result"]]
        why = (
            ": ".join(filter(None, (document.get("errorType"), document.get("error"))))
            or "no reason"
        )
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        ArithmeticError,
        RecursionError,
    ) as error:
        raise PrometheusError(
            f"{url} answers {reply.status} with something other than the Prometheus API"
        ) from error
    raise PrometheusError(f"{url} refuses {parameters['query']!r}: {why[:300]}")


def _series(result: Any) -> dict[str, Any]:
    """Labels and points, as texts and numbers that can be kept.

    Raises: KeyError, TypeError, ValueError: it is none.
    """
    labels = {str(name): str(value).replace("\0", "") for name, value in result["metric"].items()}
    "".join(labels.values()).encode()  # half a character is none
    points = result["values"] if "values" in result else [result["value"]]
    values = [(int(float(at)), str(float(value))) for at, value in points]
    if any(abs(at) > 2**40 for at, _ in values):
        raise ValueError("an invalid timestamp")
    return {"metric": labels, "values": values}
