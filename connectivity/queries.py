"""Rows in, core types out. Every question names the team that asks."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.fields.json import KeyTextTransform

from connectivity import models
from connectivity.core.latency.aggregation import (
    Cell,
    Figure,
    Measured,
    Method,
    derived,
    fitness,
    for_comparisons,
)
from connectivity.core.latency.lookup import LatencyCell, LatencySet
from connectivity.core.latency.matrix import region_medians
from connectivity.models import Measurement as Measurement
from connectivity.models import Topology as Topology
from connectivity.models import TopologyVersion as TopologyVersion


class UnknownLatencies(LookupError):
    """No latency set is there."""


class NothingToCompare(models.TopologyVersion.DoesNotExist):
    """A document of reviews alone: there is no network in it."""


def topologies(team_id: int) -> QuerySet[models.Topology]:
    """The team's topologies, the latest change first, each with its newest `version` number."""
    return _documents(team_id).filter(is_reviews=False)


def review_documents(team_id: int) -> QuerySet[models.Topology]:
    """The team's documents of reviews alone, as `topologies` gives them."""
    return _documents(team_id).filter(is_reviews=True)


def _documents(team_id: int) -> QuerySet[models.Topology]:
    newest = models.TopologyVersion.objects.filter(topology=OuterRef("pk")).values("number")[:1]
    stored = models.Topology.objects.filter(team_id=team_id, deleted_at=None)
    return stored.annotate(version=Subquery(newest))


def topology(team_id: int, uid: UUID) -> models.Topology:
    """A topology, or a document of reviews alone.

    Raises models.Topology.DoesNotExist, also for what belongs to another team.
    """
    return _documents(team_id).get(uid=uid)


def topology_by_id(pk: int) -> models.Topology | None:
    """A topology by its row, as `topologies` gives it, for work that no team asked for; None: it is
    not there any more."""
    row = models.Topology.objects.filter(pk=pk).first()
    return row and topologies(row.team_id).select_related("kept_plan").filter(pk=pk).first()


def kept_designs(team_id: int) -> dict[UUID, dict[str, str]]:
    """The options of the plans that the team knows, by flow, of each topology that has one."""
    rows = models.KeptPlan.objects.filter(topology__team_id=team_id, topology__deleted_at=None)
    return {uid: design for uid, design in rows.values_list("topology__uid", "design") if design}


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
    rows = models.TopologyVersion.objects.filter(
        topology__team_id=team_id, topology__uid=uid, topology__deleted_at=None
    ).select_related("topology__scenario_of", "author")
    rows = rows.defer(without) if without else rows
    row = rows.first() if number is None else rows.filter(number=number).first()
    if row is None:
        raise models.TopologyVersion.DoesNotExist(f"no version {number or ''} of topology {uid}")
    return row


def latencies(team_id: int | None, name: str | None = None) -> LatencySet:
    """A set of latencies by name; without one, those in force for the team.

    Raises:
        UnknownLatencies: there is none of that name, or none at all.
    """
    usable = models.LatencySet.objects.filter(Q(team=None) | Q(team=team_id))
    matching = usable.filter(name=name) if name else usable
    newest = matching.values_list("uid", flat=True).first()
    if newest is None and name:
        names = ", ".join(usable.values_list("name", flat=True))
        raise UnknownLatencies(f"no latencies are called {name!r}; there are: {names}")
    if newest is None:
        raise UnknownLatencies("no latencies are loaded; run manage.py load_data")
    return _latencies(newest)


def set_in_force(team_id: int) -> models.LatencySet | None:
    """The row of the set that `latencies` reads, without its figures."""
    return models.LatencySet.objects.filter(Q(team=None) | Q(team=team_id)).first()


@lru_cache(maxsize=8)
def _latencies(uid: UUID) -> LatencySet:
    """Kept in memory: a set never changes, and no other ever has its uid."""
    row = models.LatencySet.objects.get(uid=uid)
    shipped = models.LatencyCell.objects.filter(latency_set_id=row.base_id or row.pk)
    own = list(derived(_counted(row))) if row.team_id else []
    known = (*map(_cell, shipped.order_by("pk")), *for_comparisons(own))
    return LatencySet(row.name, row.as_of, known, region_medians(own))


def _counted(row: models.LatencySet) -> Iterator[Measured]:
    """The measurements that counted when a team's set was made."""
    assert row.team_id is not None  # noqa: S101  # for the type checker
    then = Q(withdrawn_at=None) | Q(withdrawn_at__gt=row.created_at)
    return measured(row.team_id, then & Q(pk__lte=row.up_to or 0))


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


FIGURES = {
    "p50": "p50_us",
    "p90": "p90_us",
    "p99": "p99_us",
    "p99.9": "p999_us",
    "mean": "mean_us",
    "min": "min_us",
    "max": "max_us",
}
METHOD = ("tool", "test", "connection", "loop", "in_flight", "request_bytes", "response_bytes")


def zone_names(team_id: int | None, account: str) -> dict[str, str]:
    """The AZ IDs of an account's AZ names."""
    if team_id is None or not account:
        return {}
    names = models.ZoneName.objects.filter(team_id=team_id, account=account)
    return dict(names.values_list("name", "az"))


def measurements(team_id: int, asked: dict[str, str]) -> QuerySet[models.Measurement]:
    """The team's measurements of which columns have these values, the newest first."""
    return models.Measurement.objects.filter(team_id=team_id, **asked).defer("sketch")


def measured(team_id: int, which: Q) -> Iterator[Measured]:
    """The team's runs of which something holds, as cells need them, the oldest first."""
    columns = ("option", "source", "destination", *METHOD, "instance_type", *FIGURES.values())
    columns += ("samples", "loss", "taken", "sketch", "origin", "upload_id")
    runs = models.Measurement.objects.filter(which, team_id=team_id)
    for row in runs.order_by("pk").values(*columns).iterator(chunk_size=5_000):
        method = Method(
            **{name: row[name] for name in METHOD},
            instance_type=row["instance_type"],
            year=row["taken"][:4],
        )
        figures = {name: row[column] for name, column in FIGURES.items() if row[column] is not None}
        yield Measured(
            method=method,
            figures=figures,
            **{name: row[name] for name in ("option", "source", "destination", "samples")},
            **{name: row[name] for name in ("loss", "taken", "sketch", "origin")},
            file=row["upload_id"],
        )


def cells(team_id: int, option: str) -> list[Cell]:
    """The team's own cells of an option, and the published ones."""
    own = models.MeasuredCell.objects.filter(team_id=team_id, option=option)
    return [*_published_cells(option), *map(_own, own.values_list(*CELL))]


def best_cells(
    team_id: int, option: str, statistic: str, grades: Sequence[str], basis: str = ""
) -> list[Cell]:
    """Those of `cells` that a matrix of the statistic can show, of some grades and, if it is named,
    one basis.

    Of the team's own the best for each pair: they are told apart before any of them is read whole.
    """
    asked = {"grade__in": grades} | ({"basis": basis} if basis else {})
    own = models.MeasuredCell.objects.filter(team_id=team_id, option=option, **asked)
    best: dict[tuple[str, str], tuple[Any, int]] = {}
    has_it = Case(When(figures__has_key=statistic, then=Value(1)), default=Value(0))
    test = KeyTextTransform("test", "method")
    names = ("source", "destination", has_it, "pk", test, "grade", "as_of", "runs")
    for source, destination, has, pk, *rest in own.values_list(*names):
        rank = has, fitness(*rest)
        if (source, destination) not in best or rank >= best[source, destination][0]:
            best[source, destination] = rank, pk
    chosen = own.filter(pk__in=[pk for _, pk in best.values()])
    published = (
        cell
        for cell in _published_cells(option)
        if cell.grade in grades and basis in ("", cell.basis)
    )
    return [*published, *map(_own, chosen.values_list(*CELL))]


def _published_cells(option: str) -> Iterator[Cell]:
    newest = models.LatencySet.objects.filter(team=None)[:1]
    return map(_published, models.LatencyCell.objects.filter(option=option, latency_set=newest))


CELL = (
    "option", "source", "destination", "method", "runs", "samples", "figures", "loss", "grade",
    "as_of", "basis", "hidden", "drift_us",
)  # fmt: skip


def _own(row: tuple[Any, ...]) -> Cell:
    option, source, destination, method, runs, samples, figures, *rest = row
    known = {name: Figure(*values) for name, values in figures.items()}
    return Cell(option, source, destination, Method(**method), runs, samples, known, *rest)


def _published(row: models.LatencyCell) -> Cell:
    nothing = Method("", "unknown", "unknown", "unknown", None, None, None, "", row.as_of[:4])
    figures = {"p99": Figure(row.us, row.us, row.us)}
    place = row.option, row.from_az, row.to_az
    return Cell(*place, nothing, 1, None, figures, None, "low", row.as_of, "published")


def runs_of(
    team_id: int, option: str, source: str, destination: str
) -> QuerySet[models.Measurement]:
    """The team's measurements between two ends, the newest first, withdrawn ones included."""
    runs = models.Measurement.objects.filter(team_id=team_id, option=option)
    return runs.filter(source=source, destination=destination).select_related("upload__author")


def taken_by(team_id: int, tool: str) -> set[tuple[str, str, str]]:
    """Both ends and the moment of every measurement of a tool."""
    runs = models.Measurement.objects.filter(team_id=team_id, tool=tool)
    return set(runs.values_list("source", "destination", "taken"))


def upload(team_id: int, uid: UUID) -> models.LatencyUpload:
    """A file of measurements as it came.

    Raises:
        models.LatencyUpload.DoesNotExist: there is none, or it belongs to another team.
    """
    return models.LatencyUpload.objects.get(team_id=team_id, uid=uid)


def versions_by_id(team_id: int, ids: Sequence[int]) -> dict[int, models.TopologyVersion]:
    """Some versions of the team's by their rows, without their documents."""
    rows = models.TopologyVersion.objects.filter(topology__team_id=team_id, pk__in=ids)
    return {row.pk: row for row in rows.select_related("topology").defer("document")}
