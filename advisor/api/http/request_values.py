"""What an address of the API asks: texts of a length that any name has; no database keeps a NUL."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from connectivity.core.problems import DocumentRefused, Problem

MAX_TEXT = 300

JSON_TYPES: tuple[
    tuple[type[serializers.Field[Any, Any, Any, Any]], tuple[type, ...], str], ...
] = (
    (serializers.BooleanField, (bool,), "true or false"),
    (serializers.IntegerField, (int, float), "a whole number"),
    (serializers.FloatField, (int, float), "a number"),
    (serializers.CharField, (str,), "a text"),
    (serializers.DateTimeField, (str,), "a text with a moment"),
)
"""What a field takes of JSON; the framework would take "0" for a number and 0 for false."""


def asked_of(request: Request) -> dict[str, str]:
    """The last value of every key in the query."""
    return {
        key: request.query_params[key].replace("\0", "")[:MAX_TEXT] for key in request.query_params
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
    wrong = {
        name: words
        for name, field in filled.fields.items()
        if name in data and (words := _of_another_type(field, data[name]))
    }
    problems += [Problem(name, words) for name, words in wrong.items()]
    if not filled.is_valid():
        for place, errors in filled.errors.items():
            if place not in wrong:
                problems.append(Problem(place, " ".join(map(str, errors))))
    if problems:
        raise DocumentRefused(problems)
    return dict(filled.validated_data)


def _of_another_type(field: serializers.Field[Any, Any, Any, Any], value: object) -> str:
    """Why JSON's type of a value is none that a field takes; empty where it is."""
    if value is None and field.allow_null:
        return ""
    for kind, types, words in JSON_TYPES:
        if isinstance(field, kind):
            is_bool = isinstance(value, bool)
            fits = isinstance(value, types) and is_bool == (bool in types)
            return "" if fits else f"is {ascii(value)[:40]}, not {words}"
    return ""
