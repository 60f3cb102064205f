"""A topology's plan under the inputs of now, beside the one that its team knows."""

import logging
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any

from django.db import transaction
from django.utils import timezone

from connectivity import queries
from connectivity.advice import StoredTopologyRefused, compare_stored
from connectivity.core.as_json.amounts import BOUNDS, PLAN
from connectivity.core.as_json.dataclass_values import plain
from connectivity.core.comparison.compare import Comparison
from connectivity.core.network.topology import single_flows
from connectivity.core.plan.design.designs import Choice
from connectivity.core.plan.renewal.causes import causes
from connectivity.core.plan.renewal.obstacles import no_design
from connectivity.core.plan.renewal.renewal import News, Renewal, renewal
from connectivity.core.plan.renewal.switch import moves, switch
from connectivity.core.plan.search.plan import Plan, plan
from connectivity.core.plan.solver.highs import Outcome
from connectivity.kept_plans.due import (
    Inputs,
    due,
    in_force,
    inputs_of,
    is_changed,
    is_rested,
)
from connectivity.kept_plans.told import Told
from connectivity.models import KeptPlan, PlanNews, Topology, TopologyVersion
from costmodel.queries import UnknownPriceList

logger = logging.getLogger(__name__)

SECONDS = 30.0  # of the solver for one question
ROUND_S = 240.0  # after which a round begins with no other topology
MAX_FLOWS = BOUNDS[PLAN].at_once
LOST = "the last attempt did not end"
NO_TIME = "no plan was found in the time given"


@dataclass(frozen=True)
class Look:
    """What a look finds: what is kept from now on, and what is news."""

    kept: dict[str, Any] = field(default_factory=dict)  # columns of the row that change
    problem: str = ""
    news: Told | None = None


def look_at_due(seconds: float = ROUND_S) -> int:
    """Look at what is due, until the time is over; says at how many. Twice is once."""
    end, count = monotonic() + seconds, 0
    for pk in due(timezone.now()):
        if monotonic() >= end:
            break
        try:
            count += look(pk)
        except Exception:  # one topology takes nothing of the others with it
            logger.exception("the plan of topology %d cannot be looked at", pk)
    return count


def look(pk: int) -> bool:
    """Plan a topology, keep the plan, and what is news; False: somebody has, or nobody may."""
    row = queries.topology_by_id(pk)
    names = in_force(row.team_id) if row else None
    if row is None or names is None:
        return False
    inputs = inputs_of(row, names)
    kept, _ = KeptPlan.objects.get_or_create(topology=row)
    now = timezone.now()
    if not (is_changed(row, inputs) and is_rested(kept, now) and _claim(kept, now)):
        return False
    sight = _sight(row, kept, inputs)
    with transaction.atomic():
        ours = KeptPlan.objects.filter(pk=kept.pk, looked_at=now)
        values = {"looked_inputs": inputs.digest, "problem": sight.problem}
        if ours.update(**sight.kept, **values) and sight.news:
            content = plain(sight.news)
            PlanNews.objects.create(topology=row, at=now, what=content["what"], content=content)
    return True


def _claim(kept: KeptPlan, now: datetime) -> bool:
    """One worker looks; whoever dies at it does not do so again before the next day."""
    unchanged = KeptPlan.objects.filter(pk=kept.pk, looked_at=kept.looked_at)
    return bool(unchanged.update(looked_at=now, problem=LOST))


def _sight(row: Topology, kept: KeptPlan, inputs: Inputs) -> Look:
    document = queries.version(row.team_id, row.uid, inputs.version).document
    flows = single_flows(document)
    if flows < 2:
        return Look(_nothing())
    if flows > MAX_FLOWS:
        return Look(problem=f"{flows:,} flows: up to {MAX_FLOWS:,} are planned for the report")
    try:
        now = _compared(row, inputs)
    except StoredTopologyRefused as error:
        first = error.problems[0]
        return Look(problem=f"this release refuses it: {first.path}: {first.problem}")
    if not kept.design:
        return _first(now, inputs)
    return _again(row, kept, inputs, now)


def _compared(row: Topology, inputs: Inputs) -> Comparison:
    version, prices, latencies = inputs
    answered = compare_stored(
        row.team_id, row.uid, version=version, prices=prices, latencies=latencies
    )
    return answered.comparison


def _first(now: Comparison, inputs: Inputs) -> Look:
    best = plan(now, seconds=SECONDS)
    if best.design is not None:
        return Look(_adopted(now, best, best.design.options, inputs))
    return Look(problem=_no_plan(now, best))


def _again(row: Topology, kept: KeptPlan, inputs: Inputs, now: Comparison) -> Look:
    result = renewal(kept.design, now, SECONDS)
    news = result.news
    if news is not None:
        design = result.plan.design
        adopted = (
            _nothing() if design is None else _adopted(now, result.plan, design.options, inputs)
        )
        told = _told(news, result, kept, inputs, (_then(row, kept), now))
        return Look(adopted, told.no_plan, told)
    if result.problem or result.obstacles or result.kept is None:
        return Look(problem=result.problem)
    if result.saves_usd == 0 and result.plan.is_proven:
        return Look(_adopted(now, result.plan, result.choice, inputs))
    return Look({"design": _keys(now, result.choice)})


def _told(
    news: News,
    result: Renewal,
    kept: KeptPlan,
    inputs: Inputs,
    sides: tuple[Comparison | None, Comparison],
) -> Told:
    then, now = sides
    design = result.plan.design
    why = result.obstacles
    if news is News.CHEAPER and then is not None and design is not None:
        was_proven = kept.gap_usd == 0
        why = causes(then, now, result.choice, design.options, was_proven=was_proven)
    return Told(
        what=news.value,
        version=inputs.version,
        since=kept.planned_at.date().isoformat() if kept.planned_at else "",
        usd=None if design is None else design.total_usd,
        kept_usd=None if result.kept is None else result.kept.total_usd,
        before_usd=kept.usd,
        gap_usd=result.plan.gap_usd,
        why=list(why),
        moves=[] if design is None else moves(result.choice, design.options),
        switch=None if design is None else switch(now, result.choice, design),
        no_plan=_no_plan(now, result.plan) if design is None else "",
    )


def _then(row: Topology, kept: KeptPlan) -> Comparison | None:
    """The topology under the inputs of the plan that the team knows; None: they cannot be read."""
    try:
        return _compared(row, Inputs(kept.version or 0, kept.price_list, kept.latencies))
    except (
        StoredTopologyRefused,
        TopologyVersion.DoesNotExist,
        UnknownPriceList,
        queries.UnknownLatencies,
    ):
        return None


def _no_plan(now: Comparison, best: Plan) -> str:
    return no_design(now, SECONDS) if best.outcome is Outcome.INFEASIBLE else NO_TIME


def _nothing() -> dict[str, Any]:
    return {"design": {}, "usd": None, "gap_usd": None, "version": None, "planned_at": None}


def _adopted(now: Comparison, best: Plan, options: Choice, inputs: Inputs) -> dict[str, Any]:
    return {
        "design": _keys(now, options),
        "version": inputs.version,
        "price_list": inputs.price_list,
        "latencies": inputs.latencies,
        "usd": None if best.design is None else best.design.total_usd,
        "gap_usd": best.gap_usd,
        "planned_at": timezone.now(),
    }


def _keys(now: Comparison, options: Choice) -> dict[str, str]:
    pairs = zip(now.case.topology.flows, options, strict=True)
    return {flow.name: option.key for flow, option in pairs if option is not None}
