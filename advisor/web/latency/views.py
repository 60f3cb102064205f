"""Pages about latency: the matrix, what is behind a cell, uploads, and a kit for measuring."""

import csv
import io
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from advisor.jobs import runner
from advisor.text.escaping import spreadsheet_safe
from advisor.web.latency.forms import MeasurementForm
from advisor.web.request_helpers import found_or_404, signed_in, text_in
from connectivity import queries
from connectivity.advice import kit_of
from connectivity.core.latency.aggregation import STATISTICS, Cell, age
from connectivity.core.latency.distance import SOURCE, between, places
from connectivity.core.latency.lookup import BASELINE
from connectivity.core.latency.matrix import Block, blocks
from connectivity.core.network.regions import AZ_PREFIXES
from connectivity.core.options import OPTIONS
from connectivity.core.problems import DocumentRefused, Problem
from connectivity.importers.latency import TOOLS
from connectivity.measurements import (
    file_measurements,
    name_zones,
    read_measurements,
    withdraw,
)

MAX_RUNS = 200  # shown; the API lists all
MAX_WARNINGS = 3  # shown after an upload; each stands beside its measurement, too
GRADES = ("low", "medium", "high")
COLUMNS = (
    "option", "source", "dest", "percentile", "value_us", "tool", "date", "samples",
    "source_url_title",
)  # fmt: skip
TAKEN_OUT = ("p50", "p90", "p99", "p99.9", "mean", "min", "max")


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The matrix of one option and statistic."""
    team_id = signed_in(request).team_id
    asked = _asked(request)
    option, statistic = asked["option"], asked["statistic"]
    cells = queries.best_cells(team_id, option, statistic, _grades(asked), asked["basis"])
    by_distance = not asked["basis"] and asked["grade"] == GRADES[0]  # an estimate has no grade
    regions = places() if by_distance and not option else ()  # nor an option
    all_blocks = blocks(cells, statistic, regions, by_distance=by_distance)
    context: dict[str, Any] = {
        "asked": asked,
        "blocks": [block for block in all_blocks if _shows(block, asked["region"])],
        "by_distance": by_distance,
        "options": [*OPTIONS.by_key, ""],
        "statistics": STATISTICS,
        "regions": AZ_PREFIXES,
        "grades": GRADES,
        "query": urlencode(asked),
        "latencies": queries.set_in_force(team_id),
    }
    return render(request, "web/latency/matrix.html", context)


def _asked(request: HttpRequest) -> dict[str, str]:
    """The filters, each one that there is."""
    option, statistic = text_in(request.GET, "option"), text_in(request.GET, "statistic")
    grade, region = text_in(request.GET, "grade"), text_in(request.GET, "region")
    return {
        "option": option
        if "option" in request.GET and option in (*OPTIONS.by_key, "")
        else BASELINE,
        "statistic": statistic if statistic in STATISTICS else "p99",
        "grade": grade if grade in GRADES else "low",
        "region": region if region in AZ_PREFIXES else "",
        "basis": "measured" if request.GET.get("basis") == "measured" else "",
    }


def _grades(asked: dict[str, str]) -> tuple[str, ...]:
    """The grades that are good enough."""
    return GRADES[GRADES.index(asked["grade"]) :]


def _shows(block: Block, region: str) -> bool:
    return region in ("", block.region) or (not block.region and region in block.places)


@require_safe
def cell(request: HttpRequest) -> HttpResponse:
    """What is behind one cell: its methods, and every measurement with its file."""
    team_id = signed_in(request).team_id
    option, source, destination = (text_in(request.GET, name) for name in ("option", "from", "to"))
    dated_cells = [
        (latency_cell, age(latency_cell.as_of, timezone.now().date()))
        for latency_cell in queries.cells(team_id, option)
        if (latency_cell.source, latency_cell.destination) == (source, destination)
    ]
    context = {
        "option": option,
        "source": source,
        "destination": destination,
        "cells": dated_cells,
        "distance": between(source, destination),
        "source_of_distance": SOURCE,
        "is_impossible": any(_beats_light(latency_cell) for latency_cell, _ in dated_cells),
        "runs": queries.runs_of(team_id, option, source, destination)[:MAX_RUNS],
        "most": MAX_RUNS,
        "here": request.get_full_path(),
    }
    return render(request, "web/latency/cell.html", context)


def _beats_light(cell: Cell) -> bool:
    """Filed under the wrong Regions, before that was refused."""
    apart = between(cell.source, cell.destination)
    return apart is not None and any(
        figure.low < apart.bound_us for figure in cell.figures.values()
    )


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Read a tool's output; keep it unless only a look was asked for."""
    user = signed_in(request)
    option = text_in(request.GET, "option")
    form = MeasurementForm(request.POST or None, request.FILES or None, initial={"option": option})
    context: dict[str, Any] = {"form": form, "tools": TOOLS}
    if request.method == "POST" and form.is_valid():
        file, filing = form.cleaned_data["file"], form.filing()
        data = file.read()
        try:
            if form.cleaned_data["is_trial"]:
                context["runs"] = read_measurements(user.team_id, data, filing)
            else:
                filed = file_measurements(user.team_id, file.name, data, filing, author_id=user.pk)
                runs = filed.runs
                outcome = "stored" if filed.is_new else "were already stored; nothing is new"
                messages.success(request, f"{len(runs)} measurements of {runs[0].tool} {outcome}.")
                warnings = dict.fromkeys(text for run in runs for text in run.warnings)
                for warning in list(warnings)[:MAX_WARNINGS]:
                    messages.warning(request, f"{warning}.")
                if lost := sum(run.loss == 1 for run in runs):
                    messages.warning(request, f"{lost} of them lost everything.")
                return redirect(f"{reverse('latency')}?{urlencode({'option': runs[0].option})}")
        except DocumentRefused as error:
            context["problems"] = error.problems
    return render(request, "web/latency/upload.html", context)


@require_POST
def zones(request: HttpRequest) -> HttpResponse:
    """Keep what an account calls its AZs."""
    file, account = request.FILES.get("file"), text_in(request.POST, "account")
    try:
        if file is None:
            raise DocumentRefused([Problem("file", "choose describe-availability-zones")])
        count = name_zones(signed_in(request).team_id, account, file.read())
    except DocumentRefused as error:
        messages.error(request, f"Nothing was stored. {error.problems[0]}.")
    else:
        messages.success(request, f"{count} AZ names of account {account} are known.")
    return redirect("latency-upload")


@require_POST
def from_aws(request: HttpRequest) -> HttpResponse:
    """Start asking AWS for its own medians, for the pairs of the team's topologies."""
    user = signed_in(request)
    job = runner.start("aws-latency", {}, team_id=user.team_id, user_id=user.pk)
    return redirect("job", job.uid)


@require_POST
@found_or_404
def take_out(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Withdraw a measurement, with the reason."""
    try:
        withdraw(signed_in(request).team_id, uid, request.POST.get("because", ""))
    except DocumentRefused as error:
        messages.error(request, str(error.problems[0]))
    else:
        messages.success(request, "Withdrawn. It stays readable, and no longer counts.")
    back = request.POST.get("back", "")
    return redirect(back if back.startswith(reverse("latency-cell")) else "latency")


@require_safe
@found_or_404
def file(request: HttpRequest, uid: UUID) -> HttpResponse:
    """An uploaded file as it came."""
    latency_upload = queries.upload(signed_in(request).team_id, uid)
    name = re.sub(r"[^\w.-]", "_", latency_upload.name) or "measurement.txt"
    head = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(
        bytes(latency_upload.raw), content_type="application/octet-stream", headers=head
    )


@require_safe
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """The cells of an option, in the form that an import reads again."""
    team_id = signed_in(request).team_id
    asked = _asked(request)
    rows = [
        row
        for latency_cell in queries.cells(team_id, asked["option"])
        if latency_cell.grade in _grades(asked) and asked["basis"] in ("", latency_cell.basis)
        for row in _tidy(latency_cell)
    ]
    name = f"latency-{asked['option'] or 'regions'}-{datetime.now(UTC).date()}.{kind}"
    head = {"Content-Disposition": f'attachment; filename="{name}"'}
    if kind == "json":
        return JsonResponse({"format": "latency-cells-1", "cells": rows}, headers=head)
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: spreadsheet_safe(text) for key, text in row.items()} for row in rows)
    return HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8", headers=head)


def _tidy(cell: Cell) -> list[dict[str, str]]:
    common = {
        "option": cell.option,
        "source": cell.source,
        "dest": cell.destination,
        "tool": cell.method.tool,
        "date": cell.as_of,
        "samples": "" if cell.samples is None else str(cell.samples),
        "source_url_title": "published" if cell.basis == "published" else "",
    }
    return [
        common | {"percentile": name, "value_us": f"{cell.figures[name].us:g}"}
        for name in TAKEN_OUT
        if name in cell.figures
    ]


@require_safe
@found_or_404
def kit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A run-book for the cells that a topology lacks."""
    team_id = signed_in(request).team_id
    version, steps = kit_of(team_id, uid)
    address = request.build_absolute_uri(reverse("api-latency-imports"))
    context = {"version": version, "steps": steps, "address": address}
    return render(request, "web/latency/kit.html", context)
