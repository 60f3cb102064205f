"""What the core's dataclasses look like as JSON, for the API's schema."""

import types
from collections import Counter
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

PLAIN: dict[Any, dict[str, str]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    Decimal: {"type": "string"},
    UUID: {"type": "string", "format": "uuid"},
    datetime: {"type": "string", "format": "date-time"},
}


def described(hint: Any) -> dict[str, Any]:
    """The schema of a type whose values `dataclass_values.plain` writes."""
    if hint in PLAIN:
        return dict(PLAIN[hint])
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        known = [described(part) for part in parts if part is not type(None)]
        return {"anyOf": [*known, {"type": "null"}]}
    if origin in (list, tuple):
        return {"type": "array", "items": described(parts[0])}
    if origin in (dict, Counter):
        return {"type": "object", "additionalProperties": described(parts[-1])}
    return _record(hint)


def _record(kind: Any) -> dict[str, Any]:
    """A dataclass or a named tuple, with what its properties compute."""
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)] if is_dataclass(kind) else list(kind._fields)
    properties = {name: described(hints[name]) for name in names}
    for name, attribute in vars(kind).items():
        if isinstance(attribute, property):
            properties[name] = described(get_type_hints(attribute.fget)["return"])
    return {"type": "object", "properties": properties, "required": list(properties)}
