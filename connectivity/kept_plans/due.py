"""Which topologies are to be planned again: those whose inputs are not those of the last look."""

import json
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from connectivity import queries
from connectivity.core.as_json.comparison import ENGINE
from connectivity.models import KeptPlan, Topology
from costmodel.queries import name_in_force

REST = timedelta(hours=20)  # between two looks at a topology, so that it is news once a day
MAX_TOPOLOGIES = 50  # of a team, the latest change first


class Inputs(NamedTuple):
    """What a plan rests on: each of them never changes."""

    version: int
    price_list: str
    latencies: str

    @property
    def digest(self) -> str:
        return sha256(json.dumps([ENGINE, *self]).encode()).hexdigest()


def due(now: datetime) -> list[int]:
    """The topologies to look at, those first that nobody has looked at for the longest time."""
    teams = Topology.objects.filter(deleted_at=None).order_by().values_list("team_id", flat=True)
    rows = [row for team_id in teams.distinct() for row in changed(team_id)]
    ready = [row for row in rows if is_rested(kept_of(row), now)]
    never = datetime.min.replace(tzinfo=now.tzinfo)
    ready.sort(key=lambda row: (looked_at(row) or never, row.pk))
    return [row.pk for row in ready]


def changed(team_id: int) -> list[Topology]:
    """The team's topologies that have not been looked at since their inputs changed."""
    names = in_force(team_id)
    rows = queries.topologies(team_id).select_related("kept_plan")[:MAX_TOPOLOGIES]
    return [row for row in rows if names and is_changed(row, inputs_of(row, names))]


def in_force(team_id: int) -> tuple[str, str] | None:
    """The names of the price list and the latencies; None: there is none."""
    prices, latencies = name_in_force(team_id), queries.set_in_force(team_id)
    return None if prices is None or latencies is None else (prices, latencies.name)


def inputs_of(row: Any, names: tuple[str, str]) -> Inputs:
    """Of a topology with its newest `version`, as `queries.topologies` gives it."""
    return Inputs(row.version, *names)


def kept_of(row: Topology) -> KeptPlan | None:
    return getattr(row, "kept_plan", None)


def looked_at(row: Topology) -> datetime | None:
    kept = kept_of(row)
    return kept.looked_at if kept else None


def is_changed(row: Topology, inputs: Inputs) -> bool:
    kept = kept_of(row)
    return kept is None or kept.looked_inputs != inputs.digest


def is_rested(kept: KeptPlan | None, now: datetime) -> bool:
    return kept is None or kept.looked_at is None or now - kept.looked_at >= REST
