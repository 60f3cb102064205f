"""Which tables are in a backup, and how their values become JSON and come back."""

import base64
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.apps.registry import Apps
from django.db import connection, models

LEFT_OUT = {
    "sessions.session": "whoever has a key of a session is signed in",
    "usersessions.usersession": "the same sessions, with their browsers",
}
"""Models whose rows no backup has. Neither has it `advisor_cache`, which counts failed sign-ins."""

FEW, MANY = 8, 2_000  # rows read at a time where a row may have megabytes, and elsewhere
HEAVY = (models.BinaryField, models.JSONField)


def kept(apps: Apps) -> list[type[models.Model]]:
    """Models with a table here, in the order of their names."""
    tables = set(connection.introspection.table_names())
    every = apps.get_models(include_auto_created=True)
    wanted = [model for model in every if model._meta.db_table in tables and not model._meta.proxy]
    return sorted(
        (model for model in wanted if model._meta.label_lower not in LEFT_OUT),
        key=lambda model: model._meta.label_lower,
    )


def columns(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields)


def rows(model: type[models.Model], **where: Any) -> Iterator[list[Any]]:
    """Every row, or those that are asked for, as values of JSON, in the order of its key."""
    is_heavy = any(isinstance(field, HEAVY) for field in model._meta.concrete_fields)
    every = model._base_manager.filter(**where).order_by("pk").values_list(*columns(model))
    for row in every.iterator(chunk_size=FEW if is_heavy else MANY):
        yield [_plain(value) for value in row]


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    return str(value) if isinstance(value, Decimal) else value


def readers(fields: Iterable[Any]) -> list[Callable[[Any], Any]]:
    """For each field what makes a value for the database of what stands in the file."""

    def reader(field: Any) -> Callable[[Any], Any]:
        return lambda value: field.get_db_prep_save(field.to_python(value), connection)

    return [reader(field) for field in fields]
