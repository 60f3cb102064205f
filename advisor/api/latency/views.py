"""Latency measurements over REST: upload a tool's output, list what is filed, withdraw."""

from collections.abc import Iterator
from dataclasses import asdict
from hashlib import sha256
from itertools import permutations
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from advisor.api.http.authentication import team_id_of
from advisor.api.http.errors import refused
from advisor.api.http.headers import IDEMPOTENCY
from advisor.api.http.idempotency import once
from advisor.api.http.paging import PagedView
from advisor.api.http.request_values import asked_of
from advisor.api.http.serializers import ProblemsSerializer
from advisor.api.latency.serializers import (
    CellSerializer,
    LatencyImportRequestSerializer,
    LatencyImportSerializer,
    MeasurementSerializer,
    NamesSerializer,
    ZoneNamesSerializer,
)
from connectivity import queries
from connectivity.core.latency.aggregation import Cell
from connectivity.core.latency.distance import AS_OF, between, places
from connectivity.core.problems import DocumentRefused, Problem
from connectivity.importers.latency import LARGEST
from connectivity.measurements import (
    REASON,
    Filing,
    answer,
    file_measurements,
    name_zones,
    read_measurements,
    withdraw,
)
from connectivity.queries import Measurement

FIELDS = ("tool", "option", "unit", "statistic", "host", "tag", "instance_type", "account")
FILTERS = ("option", "source", "destination", "tool")
SHOWN = (
    "tool", "tool_version", "test", "option", "source", "destination", "samples", "loss",
    "direction_note", "taken", "instance_type", "origin", "notes", "withdrawn_because",
)  # fmt: skip
ESTIMATES = "estimates"
A_REASON = {"type": "string", "pattern": REASON.pattern}
YES = ("1", "true", "yes", "on")


class LatencyImportsView(APIView):
    parser_classes = [MultiPartParser]

    @extend_schema(
        request={"multipart/form-data": LatencyImportRequestSerializer},
        responses={
            200: LatencyImportSerializer,
            201: LatencyImportSerializer,
            400: ProblemsSerializer,
        },
        parameters=[IDEMPOTENCY],
    )
    def post(self, request: Request) -> Response:
        """Read a tool's output and store it. 201 when stored; 200 for a dry run or a repetition."""
        upload = request.FILES.get("file")
        if upload is None:
            return refused([Problem("file", "send the tool's output as the file 'file'")])
        if (upload.size or 0) > LARGEST:
            problem = f"has {upload.size:,} bytes; at most {LARGEST:,} are read"
            return refused([Problem("file", problem)])
        data, filing = upload.read(), _filing(request)
        team_id = team_id_of(request)
        if str(request.POST.get("dry_run", "")).lower() in YES:
            return Response(answer(read_measurements(team_id, data, filing)))

        def store() -> tuple[int, dict[str, Any]]:
            author = request.user.pk
            filed = file_measurements(
                team_id, upload.name or "upload", data, filing, author_id=author
            )
            return 201 if filed.is_new else 200, answer(filed.runs)

        return once(request, store, content=[sha256(data).hexdigest(), repr(filing)])


class MeasurementsView(PagedView):
    @extend_schema(
        responses=MeasurementSerializer(many=True),
        parameters=[OpenApiParameter(name, str) for name in FILTERS],
    )
    def get(self, request: Request) -> Response:
        """The team's measurements, the newest first; withdrawn ones are included and marked."""
        given = asked_of(request)
        asked = {name: given[name] for name in FILTERS if name in given}
        return self.paged(
            request, queries.measurements(team_id_of(request), asked), measurement_json
        )


class MeasurementView(APIView):
    @extend_schema(
        responses={204: None, 400: ProblemsSerializer},
        parameters=[OpenApiParameter("because", A_REASON, required=True)],
    )
    def delete(self, request: Request, uid: UUID) -> Response:
        """Withdraw a measurement: `?because=` gives the reason. It stays readable."""
        withdraw(team_id_of(request), uid, asked_of(request).get("because", ""))
        return Response(status=204)


class LatencyCellsView(PagedView):
    @extend_schema(
        responses=CellSerializer(many=True),
        parameters=[
            *(OpenApiParameter(name, str) for name in ("option", "source", "destination")),
            OpenApiParameter("include", str, enum=["", ESTIMATES], description="by distance"),
        ],
    )
    def get(self, request: Request) -> Response:
        """The cells of an option (of none: between Regions), measured and published; in µs.

        `include=estimates` adds what distance says of the pairs of Regions that have none.
        """
        asked = asked_of(request)
        option = asked.get("option", "")
        cells = [cell_json(cell) for cell in queries.cells(team_id_of(request), option)]
        included = asked.get("include", "")
        if included not in ("", ESTIMATES):
            offer = f"is {ascii(included[:100])}; only {ESTIMATES} can be included"
            raise DocumentRefused([Problem("include", offer)])
        if included:
            known = {(cell["source"], cell["destination"]) for cell in cells}
            estimates = _estimates(option)
            cells += [
                estimate
                for estimate in estimates
                if (estimate["source"], estimate["destination"]) not in known
            ]
        ends = ("source", "destination")
        cells = [row for row in cells if all(asked.get(end, row[end]) == row[end] for end in ends)]
        return self.paged(request, cells, dict)


class ZoneNamesView(APIView):
    parser_classes = [MultiPartParser]

    @extend_schema(
        request={"multipart/form-data": ZoneNamesSerializer},
        responses={200: NamesSerializer, 400: ProblemsSerializer},
    )
    def post(self, request: Request) -> Response:
        """Store an account's AZ names: `account`, and describe-availability-zones as `file`."""
        upload = request.FILES.get("file")
        if upload is None:
            return refused([Problem("file", "send describe-availability-zones as the file 'file'")])
        account = request.POST.get("account", "")
        return Response({"names": name_zones(team_id_of(request), account, upload.read())})


def _filing(request: Request) -> Filing:
    texts: dict[str, str] = {name: request.POST[name] for name in FIELDS if request.POST.get(name)}
    return Filing(
        source=request.POST.get("from_az", ""),
        destination=request.POST.get("to_az", ""),
        columns=tuple(filter(None, request.POST.get("columns", "").split(","))),
        **texts,
    )


def measurement_json(run: Measurement) -> dict[str, Any]:
    fields = {name: getattr(run, name) for name in SHOWN}
    times = {column: getattr(run, column) for column in (*queries.FIGURES.values(), "stddev_us")}
    return {"uid": str(run.uid), "is_withdrawn": run.withdrawn_at is not None} | fields | times


def cell_json(cell: Cell) -> dict[str, Any]:
    """A cell for scripts: every statistic with its lowest and highest run."""
    names = ("option", "source", "destination", "runs", "samples", "loss", "grade", "as_of")
    fields = {name: getattr(cell, name) for name in (*names, "basis", "drift_us")}
    figures = {name: figure._asdict() for name, figure in cell.figures.items()}
    more = {"method": asdict(cell.method), "figures": figures, "hidden": list(cell.hidden)}
    is_known = "p50" in cell.figures
    return fields | more | _by_distance(cell.source, cell.destination, is_known=is_known)


NOTHING: dict[str, Any] = {
    "runs": 0, "samples": None, "loss": None, "grade": None, "as_of": AS_OF, "basis": "estimated",
    "drift_us": None, "method": None, "figures": {}, "hidden": [],
}  # fmt: skip


def _estimates(option: str) -> Iterator[dict[str, Any]]:
    """Rows without figures for every pair of Regions, as `cell_json` has them."""
    for source, destination in permutations(sorted(places()), 2):
        ends = {"option": option, "source": source, "destination": destination}
        yield ends | NOTHING | _by_distance(source, destination, is_known=False)


def _by_distance(source: str, destination: str, *, is_known: bool) -> dict[str, Any]:
    """What distance says between two Regions; what is typical only where no median is known."""
    apart = between(source, destination)
    typical = None if apart is None or is_known else apart.typical_us
    return {
        "bound_us": apart.bound_us if apart else None,
        "typical_us": typical,
        "typical_error": apart.typical_error if apart and typical else None,
    }
