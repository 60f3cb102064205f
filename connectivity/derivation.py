"""Cells follow from measurements: those of the places that changed are derived again, and a new
set is put in force."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from connectivity import models, queries
from connectivity.core.latency.aggregation import Cell, derived

BATCH = 1_000
Place = tuple[str, str, str]  # option, source, destination


def derive_again(team_id: int, places: set[Place]) -> None:
    """Bring the cells of these places up to date, and put a new set in force."""
    for batch in _batches(sorted(places), 200):
        here = Q()
        for option, source, destination in batch:
            here |= Q(option=option, source=source, destination=destination)
        models.MeasuredCell.objects.filter(here, team_id=team_id).delete()
        runs = queries.measured(team_id, here & Q(withdrawn_at=None))
        models.MeasuredCell.objects.bulk_create(
            (_cell_row(team_id, cell) for cell in derived(runs)), batch_size=BATCH
        )
    _put_in_force(team_id)


def forget(uploads: Sequence[int]) -> None:
    """Delete files of measurements with their runs, and derive anew what they were part of."""
    with transaction.atomic():
        runs = models.Measurement.objects.filter(upload_id__in=uploads).order_by()
        places: dict[int, set[Place]] = {}
        names = ("team_id", "option", "source", "destination")
        for team_id, *place in runs.values_list(*names).distinct():
            option, source, destination = place
            places.setdefault(team_id, set()).add((option, source, destination))
        models.LatencyUpload.objects.filter(pk__in=uploads).delete()
        for team_id, changed in places.items():
            derive_again(team_id, changed)


def _put_in_force(team_id: int) -> None:
    live = models.Measurement.objects.filter(team_id=team_id)
    last = live.values_list("pk", flat=True).first()
    withdrawn = live.exclude(withdrawn_at=None).count()
    base = models.LatencySet.objects.filter(team=None).first()
    if base is None:
        raise queries.UnknownLatencies("no latencies are loaded; run manage.py load_data")
    state = f"{base.sha256} {team_id} {last} {withdrawn} of {live.count()}"
    sha256 = hashlib.sha256(state.encode()).hexdigest()
    today = timezone.now().date().isoformat()
    models.LatencySet.objects.get_or_create(
        sha256=sha256,
        defaults={
            "team_id": team_id,
            "name": f"measured-{today}-{sha256[:6]}",
            "as_of": today,
            "base": base,
            "up_to": last,
        },
    )


def _cell_row(team_id: int, cell: Cell) -> models.MeasuredCell:
    fields: dict[str, Any] = {
        name: getattr(cell, name)
        for name in (
            "option",
            "source",
            "destination",
            "runs",
            "samples",
            "loss",
            "grade",
            "drift_us",
        )
    }
    return models.MeasuredCell(
        team_id=team_id,
        as_of=cell.as_of,
        basis=cell.basis,
        hidden=list(cell.hidden),
        method=asdict(cell.method),
        figures={name: list(figure) for name, figure in cell.figures.items()},
        **fields,
    )


def _batches(places: Sequence[Place], size: int) -> Iterable[Sequence[Place]]:
    return (places[at : at + size] for at in range(0, len(places), size))
