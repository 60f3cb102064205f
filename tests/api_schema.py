"""Holds every JSON answer of the API against the schema that the API publishes."""

import json
import re
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator, FormatChecker

PREFIX = "/api/v1/"
ARCHIVE = Draft202012Validator({})
"""Of an answer that is described as an archive: no JSON to hold against anything."""
UNDESCRIBED = {"/api/v1/schema/", "/api/v1/docs/"}


@cache
def published() -> dict[str, Any]:
    """The schema, read as a client does that knows nothing else: what it does not name is wrong."""
    schema = json.loads(json.dumps(SchemaGenerator().get_schema(request=None, public=True)))
    for component in schema["components"]["schemas"].values():
        _close(component)
    return dict(schema)


def _close(schema: Any) -> None:
    if isinstance(schema, dict):
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
        for part in schema.values():
            _close(part)
    elif isinstance(schema, list):
        for part in schema:
            _close(part)


@cache
def _paths() -> list[tuple[re.Pattern[str], str]]:
    """The addresses of the schema, those without parts that vary first."""
    paths = sorted(published()["paths"], key=lambda path: path.count("{"))
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), path) for path in paths]


@cache
def _validator(path: str, method: str, status: str) -> Draft202012Validator | None:
    """Of a body; None where there is none. Raises: KeyError: the answer is not described."""
    schema = published()
    described = schema["paths"][path][method]["responses"][status]
    if "$ref" in described:
        described = schema["components"]["responses"][described["$ref"].rsplit("/", 1)[1]]
    if "content" not in described:
        return None
    if "application/zip" in described["content"]:
        return ARCHIVE
    whole = described["content"]["application/json"]["schema"] | {
        "components": schema["components"]
    }
    return Draft202012Validator(whole, format_checker=FormatChecker())


def wire_fault(sent: bytes, answer: bytes) -> str:
    """As `fault`, of a request and its answer as bytes, whoever answered it."""
    method, _, address = sent.partition(b"\r\n")[0].decode().partition(" ")
    path = address.partition(" ")[0].partition("?")[0]
    if not path.startswith(PREFIX) or path in UNDESCRIBED or method in ("HEAD", "OPTIONS"):
        return ""
    head, _, body = answer.partition(b"\r\n\r\n")
    return fault(method, path, int(head.split(b" ", 2)[1]), body)


def fault(method: str, path: str, status: int, body: bytes) -> str:
    """What the schema does not say of an answer; nothing where it says all."""
    template = next((name for pattern, name in _paths() if pattern.fullmatch(path)), None)
    told = f"{method} {path} answered {status}"
    if template is None or method.lower() not in published()["paths"][template]:
        return "" if status in (404, 405) else f"{told}, an address that is not described"
    try:
        validator = _validator(template, method.lower(), str(status))
    except KeyError:
        return f"{told}, which is not described"
    if validator is None:
        return f"{told} with a body, which is not described" if body else ""
    if validator is ARCHIVE:
        return "" if body.startswith(b"PK") else f"{told} with what is no archive"
    error = next(validator.iter_errors(json.loads(body)), None)
    return f"{told}: {error.json_path}: {error.message[:300]}" if error else ""
