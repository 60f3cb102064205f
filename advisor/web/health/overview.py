"""All that is monitored: the worst first, narrowed by the address, on a page or as CSV."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from advisor.text.escaping import spreadsheet_safe
from advisor.web.health.sparks import Drawing, drawing
from advisor.web.request_helpers import signed_in, text_in
from connectivity.core.health.evaluation import State
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.resource_type import Kind
from connectivity.health.reading import incident_lookup, listing, lookup
from connectivity.health.reading.lookup import Resource
from connectivity.health.reading.sparklines import sparklines

PAGE = 50
MAX_ADVICE = 5
MAX_EXPORTED = 50_000
LATE = timedelta(minutes=45)  # after which nobody can have collected as planned
STATES = (*(state.value for state in reversed(State)), listing.ADVICE)
NAMES = {
    "kind": "kind", "state": "state", "q": "text", "account": "account", "region": "region",
    "owner": "owner", "rule": "rule",
}  # fmt: skip
COLUMNS = (
    "state", "why", "since", "type", "name", "id", "account", "account_name", "region",
    "owner", "usd_per_month", "data_until", "address",
)  # fmt: skip


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Everything that is watched, the worst first."""
    team_id = signed_in(request).team_id
    wanted = _wanted(request)
    kinds = lookup.counts(team_id)
    narrowed = replace(wanted, kind="", state="")
    counted = kinds if narrowed == listing.EVERYTHING else lookup.counts(team_id, narrowed)
    until = lookup.read_until(kinds)
    page = Paginator(listing.resources(team_id, wanted), PAGE).get_page(request.GET.get("page"))
    query = _query(wanted)
    advice = [] if query else listing.advice(team_id)  # of everything
    context = {
        "kinds": kinds,
        "counted": counted,
        "totals": lookup.totals(counted),
        "incidents": None if query else incident_lookup.problems(team_id, timezone.now()),
        "total": sum(kind_count.total for kind_count in counted),
        "kind": KINDS.get(wanted.kind),
        "watched": [watched.many for watched in KINDS.values()],
        "asked": wanted,
        "states": STATES,
        "accounts": listing.accounts(team_id),
        "owners": listing.owners(team_id),
        "regions": listing.regions(team_id),
        "advice": advice[:MAX_ADVICE],
        "advice_count": sum(entry.resources for entry in advice),
        "page": page,
        "rows": _rows(list(page)),
        "query": f"&{query}" if query else "",
        "others": f"&{others}" if (others := _query(narrowed)) else "",
        "until": until,
        "is_late": until is not None and timezone.now() - until > LATE,
        "is_watching": bool(kinds) or lookup.is_watching(team_id),
    }
    return render(request, "web/health/overview.html", context)


def _wanted(request: HttpRequest) -> listing.Filter:
    asked = {field: text_in(request.GET, name) for name, field in NAMES.items()}
    wanted = listing.Filter(**asked)
    if (wanted.kind and wanted.kind not in KINDS) or (wanted.state and wanted.state not in STATES):
        raise Http404("no such type or state")
    return wanted


def _query(wanted: listing.Filter) -> str:
    """The address of what is shown: whoever opens it sees the same."""
    asked = {name: getattr(wanted, field) for name, field in NAMES.items()}
    return urlencode({name: value for name, value in asked.items() if value})


def _rows(resources: list[Resource]) -> list[tuple[Resource, Kind, Drawing | None]]:
    """Each with its kind and its last day."""
    sparks = sparklines(resources)
    return [
        (row, KINDS[row.kind], drawing(sparks[row.pk]) if row.pk in sparks else None)
        for row in resources
    ]


class _Echo:
    """Gives back what a CSV writer writes."""

    def write(self, text: str) -> str:
        return text


@require_safe
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The same list as a file, whole."""
    rows = listing.resources(signed_in(request).team_id, _wanted(request))[:MAX_EXPORTED]
    writer = csv.writer(_Echo(), lineterminator="\n")

    def lines() -> Iterator[str]:
        yield writer.writerow(COLUMNS)
        for row in rows.iterator(chunk_size=1_000):
            yield writer.writerow([spreadsheet_safe(cell) for cell in _cells(request, row)])

    head = {"Content-Disposition": 'attachment; filename="health.csv"'}
    return StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8", headers=head)


def _cells(request: HttpRequest, row: Resource) -> tuple[str, ...]:
    until = row.data_until
    return (
        row.state,
        row.why,
        row.since.isoformat() if row.since and row.state != State.OK else "",
        row.kind,
        row.name,
        row.aws_id,
        row.account.account if row.account else "",
        row.owner,
        row.region,
        row.responsible,
        "" if row.usd is None else str(row.usd),
        "" if until is None else datetime.fromtimestamp(until, UTC).isoformat(),
        request.build_absolute_uri(reverse("health-resource", args=[row.uid])),
    )
