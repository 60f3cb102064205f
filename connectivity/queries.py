"""Rows in, core types out. Every question names the team that asks."""

from functools import lru_cache
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery

from connectivity import models
from connectivity.core.latency import LatencyCell, LatencySet


class UnknownLatencies(LookupError):
    """No latency set is there."""


def topologies(team_id: int) -> QuerySet[models.Topology]:
    """The team's topologies, the latest change first, each with its newest `version` number."""
    newest = models.TopologyVersion.objects.filter(topology=OuterRef("pk")).values("number")[:1]
    mine = models.Topology.objects.filter(team_id=team_id, deleted_at=None)
    return mine.annotate(version=Subquery(newest))


def topology(team_id: int, uid: UUID) -> models.Topology:
    """Raises models.Topology.DoesNotExist, also for what belongs to another team."""
    return topologies(team_id).get(uid=uid)


def versions(team_id: int, uid: UUID) -> QuerySet[models.TopologyVersion]:
    """Every version of a topology, the newest first.

    Raises:
        models.Topology.DoesNotExist: there is none, or it belongs to another team.
    """
    return topology(team_id, uid).versions.select_related("author")


def version(
    team_id: int, uid: UUID, number: int | None = None, *, without: str = ""
) -> models.TopologyVersion:
    """One version of a topology, the newest unless a number is given.

    `without` names a large column that is not needed.

    Raises:
        models.TopologyVersion.DoesNotExist: there is none, or it belongs to another team.
    """
    found = models.TopologyVersion.objects.filter(
        topology__team_id=team_id, topology__uid=uid, topology__deleted_at=None
    ).select_related("topology", "author")
    found = found.defer(without) if without else found
    one = found.first() if number is None else found.filter(number=number).first()
    if one is None:
        raise models.TopologyVersion.DoesNotExist(f"no version {number or ''} of topology {uid}")
    return one


def latencies(team_id: int | None, name: str | None = None) -> LatencySet:
    """A set of latencies by name; without one, those in force for the team.

    Raises:
        UnknownLatencies: there is none of that name, or none at all.
    """
    usable = models.LatencySet.objects.filter(Q(team=None) | Q(team=team_id))
    found = usable.filter(name=name) if name else usable
    newest = found.values_list("pk", flat=True).first()
    if newest is None and name:
        names = ", ".join(usable.values_list("name", flat=True))
        raise UnknownLatencies(f"no latencies are called {name!r}; there are: {names}")
    if newest is None:
        raise UnknownLatencies("no latencies are loaded; run manage.py load_data")
    return _latencies(newest)


@lru_cache(maxsize=8)
def _latencies(pk: int) -> LatencySet:
    """Kept in memory: a set never changes."""
    row = models.LatencySet.objects.get(pk=pk)
    return LatencySet(row.name, row.as_of, tuple(map(_cell, row.cells.order_by("pk"))))


def _cell(row: models.LatencyCell) -> LatencyCell:
    return LatencyCell(
        row.option,
        row.from_az,
        row.to_az,
        row.us,
        row.noise_us,
        row.basis,
        row.as_of,
        row.source,
        row.comment,
    )
