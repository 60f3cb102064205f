"""Dataclasses and named tuples as values of JSON."""

from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from unicodedata import category
from uuid import UUID

from costmodel.core.units import cents


def plain(value: Any) -> Any:
    """Values as JSON has them, with what their properties compute; USD to the cent."""
    if is_dataclass(value) or (isinstance(value, tuple) and hasattr(value, "_fields")):
        names = (
            value._fields if isinstance(value, tuple) else [field.name for field in fields(value)]
        )
        return {name: plain(getattr(value, name)) for name in (*names, *_computed(value))}
    if isinstance(value, dict):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    if isinstance(value, Decimal):
        return str(cents(value))
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str):
        return one_line(value)
    return str(value) if isinstance(value, UUID) else value


def one_line(text: str) -> str:
    """Without line breaks and other characters that are not seen but act."""
    kept = (" " if category(character)[0] in "ZC" else character for character in text)
    return " ".join("".join(kept).split())


def _computed(value: Any) -> list[str]:
    """Names of properties: what follows from the fields is told, too."""
    return [name for name, member in vars(type(value)).items() if isinstance(member, property)]
