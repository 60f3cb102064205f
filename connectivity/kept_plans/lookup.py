"""What is known of a team's plans, and what was told of them. Nothing here stores anything."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.db.models import QuerySet
from django.utils import timezone

from connectivity import queries
from connectivity.kept_plans.due import MAX_TOPOLOGIES, changed, kept_of
from connectivity.models import KeptPlan, PlanNews

TOLD = timedelta(days=60)  # within which webhooks are told of news, and may be told again


def news(team_id: int) -> QuerySet[PlanNews]:
    """What the team was told of plans, the newest first."""
    rows = PlanNews.objects.filter(topology__team_id=team_id, topology__deleted_at=None)
    return rows.select_related("topology")


def news_between(team_id: int, begin: datetime, end: datetime) -> QuerySet[PlanNews]:
    return news(team_id).filter(at__gte=begin, at__lt=end)


def news_by_id(team_id: int, names: Iterable[tuple[UUID, UUID]]) -> dict[UUID, PlanNews]:
    """The news behind ids that were made of a space and of the news's own.

    Args:
        names: each such id, and its space.
    """
    wanted = list(names)
    rows = list(news(team_id).filter(at__gte=timezone.now() - TOLD)) if wanted else []
    return {uid: row for uid, space in wanted for row in rows if uuid5(space, str(row.uid)) == uid}


def kept_plans(team_id: int) -> QuerySet[KeptPlan]:
    """The team's plans, those of the latest changed topologies first."""
    rows = KeptPlan.objects.filter(topology__team_id=team_id, topology__deleted_at=None)
    return rows.select_related("topology").order_by("-topology__updated_at", "-topology_id")


def waiting(team_id: int) -> int:
    """Topologies of several flows whose inputs changed and that were not looked at since."""
    kept = (kept_of(row) for row in changed(team_id))
    return sum(bool(row and (row.design or row.problem)) for row in kept)


def beyond(team_id: int) -> int:
    """Topologies that nobody looks at: the team has more than are planned."""
    return max(0, queries.topologies(team_id).count() - MAX_TOPOLOGIES)
