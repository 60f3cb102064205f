"""The one form of whatever the API refuses, whoever refuses it: problems with their places."""

from collections.abc import Iterable
from typing import Any

from advisor.observability.logs import request_id
from connectivity.core.problems import Problem

API = "/api/"
REQUEST = "request"  # the place of what concerns it as a whole
FAILED = "internal error, recorded in the server's log; quote request_id if you ask for help"


def in_form(problems: Iterable[Problem]) -> dict[str, Any]:
    """The body of a refusal; `request_id` is the one that the log has."""
    return {"problems": [problem._asdict() for problem in problems], "request_id": request_id()}


def of_request(problem: str) -> dict[str, Any]:
    return in_form([Problem(REQUEST, problem)])
