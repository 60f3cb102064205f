"""What an address of the API asks: texts of a length that any name has; no database keeps a NUL."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from connectivity.core.problems import DocumentRefused, Problem

MOST_TEXT = 300


def asked_of(request: Request) -> dict[str, str]:
    """The last value of every key in the query."""
    return {
        key: request.query_params[key].replace("\0", "")[:MOST_TEXT] for key in request.query_params
    }


def flag_of(request: Request, name: str) -> bool:
    """Whether the query says `true`; without it, it does not. Raises: DocumentRefused."""
    text = request.query_params.get(name, "false")
    if text not in ("true", "false"):
        raise DocumentRefused([Problem(name, f"is {ascii(text[:20])}, neither true nor false")])
    return text == "true"


def body_of(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """Raises: DocumentRefused: with every problem, unknown fields among them."""
    data = request.data
    if not isinstance(data, dict):
        raise DocumentRefused([Problem("", "is not an object")])
    filled = serializer(data=data)
    unknown = [name for name in data if name not in filled.fields]
    problems = [Problem(ascii(name)[1:-1][:100], "is no field of this") for name in unknown]
    if not filled.is_valid():
        for place, errors in filled.errors.items():
            problems.append(Problem(place, " ".join(map(str, errors))))
    if problems:
        raise DocumentRefused(problems)
    return dict(filled.validated_data)
