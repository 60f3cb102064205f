"""A row of every model, filled by the types of its fields, for what must hold for all of them."""

import hashlib
import json
import secrets
import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models

from advisor.models import Team, User
from connectivity import points
from connectivity.models import DayPoint, HourPoint, Point, Series
from costmodel.models import PriceOverride

NOW = datetime(2026, 11, 20, 12, 30, 15, 123456, UTC)
POINTS = (Point, HourPoint, DayPoint)
NO_VALUE = {(PriceOverride, "usd")}  # either a percentage or a price


def stored_models() -> list[type[models.Model]]:
    tables = set(connection.introspection.table_names())
    every = apps.get_models(include_auto_created=True)
    return [model for model in every if model._meta.db_table in tables and not model._meta.proxy]


class Rows:
    """One row of every model, which belong together: of one team and one of its users."""

    _made: dict[Any, Any]
    _begun: set[Any]

    def __init__(self, name: str) -> None:
        self.name, self._made, self._begun = name, {}, set()
        for model in stored_models():
            self.of(model)

    @cached_property
    def team(self) -> Team:
        return self.of(Team)

    @cached_property
    def user(self) -> User:
        return self.of(User)

    def of(self, model: Any) -> Any:
        if model is ContentType:
            return ContentType.objects.get_for_model(Team)
        if model not in self._made:
            self._begun.add(model)
            fields = [
                field for field in model._meta.concrete_fields if not self._is_automatic(field)
            ]
            row = model(**{field.attname: self._value(field) for field in fields})
            if model in POINTS:
                points.make_partitions(model._meta.db_table, [row.at])
            model._base_manager.bulk_create([row])
            self._made[model] = row if row.pk else model._base_manager.latest("pk")
        return self._made[model]

    def _is_automatic(self, field: Any) -> bool:
        return isinstance(field, models.AutoField | models.BigAutoField)

    def _value(self, field: Any) -> Any:
        if field.is_relation:
            if field.null and field.related_model in self._begun - set(self._made):
                return None  # one of the two must be first
            row = self.of(field.related_model)
            return getattr(row, field.target_field.attname)
        if (field.model, field.name) in NO_VALUE:
            return None
        if field.name == "series_id":
            return self.of(Series).pk
        if field.choices:
            return field.choices[0][0]
        return self._of_type(field)

    def _of_type(self, field: Any) -> Any:
        for kind, value in (
            (models.UUIDField, uuid.uuid4()),
            (models.BooleanField, True),
            (models.DateTimeField, NOW),
            (models.DateField, date(2026, 11, 20)),
            (models.DecimalField, Decimal("1.25")),
            (models.FloatField, 0.1 + 0.2),
            (models.BinaryField, b"\x00\xff raw"),
            (models.GenericIPAddressField, "2001:db8::1"),
            (models.JSONField, {"name": [self.name, "Zürich\n", 2**40, None, 0.1]}),
            (models.EmailField, f"{self.name}-{secrets.token_hex(4)}@example.com"),
            (models.IntegerField, 1_763_640_000 if field.name == "at" else 7),
            (models.SlugField, secrets.token_hex(8)),
            (models.TextField, f"{self.name}, Ω\n\ttext"),
            (models.CharField, f"{self.name}{secrets.token_hex(30)}"[: field.max_length]),
        ):
            if isinstance(field, kind):
                return value
        raise TypeError(f"no value is known for {field!r}")


def digests(*left_out: str) -> dict[str, str]:
    """What is in every table, as Django reads it: equal ones have equal rows."""
    return {
        model._meta.label_lower: _digest(model)
        for model in stored_models()
        if model._meta.label_lower not in left_out
    }


def _digest(model: type[models.Model]) -> str:
    names = [field.attname for field in model._meta.concrete_fields]
    rows = model._base_manager.order_by("pk").values_list(*names)
    text = json.dumps([[_plain(value) for value in row] for row in rows], sort_keys=True)
    return f"{len(rows)} {hashlib.sha256(text.encode()).hexdigest()}"


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value if isinstance(value, dict | list) else repr(value)
