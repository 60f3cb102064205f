"""Incidents as pages, API, mails and metrics show and count them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    F,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Value,
    When,
)

from connectivity.core.health.evaluation import Severity
from connectivity.health.reading.listing import hours_left
from connectivity.models import Finding
from connectivity.models import Incident as Incident

PROBLEMS = (Severity.WARNING.value, Severity.CRITICAL.value)  # advice is none


def incidents(team_id: int, *, is_open: bool | None = True) -> QuerySet[Incident]:
    """A team's incidents with their open symptoms: what is down, what will be, what costs most.

    What runs out first is the next that will be down.

    With None as `is_open`, those that closed too.
    """
    rows = Incident.objects.filter(team_id=team_id).select_related(
        "resource__account", "resource__source"
    )
    if is_open is not None:
        rows = rows.filter(closed_at__isnull=is_open)
    rows = rows.defer("resource__verdicts", "resource__bill", "resource__facts", "resource__tags")
    symptoms = Prefetch("symptoms", queryset=Finding.objects.filter(closed_at=None).order_by("pk"))
    return rows.prefetch_related(symptoms).order_by(
        F("closed_at").desc(nulls_first=True),
        gravity().desc(),
        hours_left(Q(closed_at=None), incident=OuterRef("pk")).asc(nulls_last=True),
        F("resource__usd").desc(nulls_last=True),
        "opened_at",
        "pk",
    )


def incident(team_id: int, uid: UUID) -> Incident:
    """Raises: Incident.DoesNotExist: there is none, or it belongs to another team."""
    return incidents(team_id, is_open=None).get(uid=uid)


def counts(team_id: int, now: datetime) -> dict[str, int]:
    """How many incidents are open and not muted, by severity; the gravest first."""
    rows = Incident.objects.filter(Q(muted_until=None) | Q(muted_until__lte=now), team_id=team_id)
    by_severity = dict(
        rows.filter(closed_at=None).order_by().values_list("severity").annotate(Count("pk"))
    )
    return {severity.value: by_severity.get(severity.value, 0) for severity in reversed(Severity)}


def problems(team_id: int, now: datetime) -> int:
    """How many open incidents are trouble, not advice."""
    by_severity = counts(team_id, now)
    return sum(by_severity[severity] for severity in PROBLEMS)


def gravity(field: str = "severity") -> Case:
    """The rank of a severity, to sort by."""
    ranks: Any = [
        When(**{field: severity.value}, then=Value(severity.rank)) for severity in Severity
    ]
    return Case(*ranks, default=Value(-1), output_field=IntegerField())
