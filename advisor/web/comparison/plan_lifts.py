"""What a plan would cost with one thing of a conflict lifted; asked for once the page is there."""

from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from advisor.web.comparison.planning import is_planned
from advisor.web.comparison.view_state import address_of
from advisor.web.request_helpers import found_or_404, signed_in
from connectivity.core.comparison.compare import Comparison
from connectivity.core.plan.design.candidates import able
from connectivity.core.plan.search.cheapest import Limits
from connectivity.core.plan.why.conflict import conflict
from connectivity.core.plan.why.lifting import Lift, lifts

SECONDS = 3.0  # of the solver for all of them
TOGETHER = "what keeps these flows apart"


class LiftRow(NamedTuple):
    """One thing lifted; usd is None where more stands in the way."""

    what: str
    usd: Decimal | None
    is_proven: bool
    remedy: str


@require_safe
@found_or_404
def show(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Nothing where there is no conflict, or so many flows that planning is a job."""
    comparison = address_of(request.GET, uid).answer(signed_in(request).team_id).comparison
    rows = comparison.once(_rows) if is_planned(comparison) else []
    return render(request, "web/comparison/lifts.html", {"lifts": rows})


def _rows(comparison: Comparison) -> list[LiftRow]:
    case, answers = comparison.case, comparison.answers
    usable = comparison.once(able)
    clash = conflict(case, comparison.prices, answers, usable, None, SECONDS)
    return [_row(comparison, lift) for lift in lifts(comparison, clash, Limits(seconds=SECONDS))]


def _row(comparison: Comparison, lift: Lift) -> LiftRow:
    lifted = ", ".join(dict.fromkeys(rule.id for rule in lift.rules)) or TOGETHER
    if lift.blocked is not None:
        name = comparison.case.topology.flows[lift.blocked.flow].name
        lifted = f"{lifted} for {name} over {lift.blocked.option.name}"
    return LiftRow(lifted, lift.total_usd, lift.is_proven, lift.remedy)
