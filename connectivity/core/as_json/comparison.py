"""A comparison as the contract's plain values: what JSON, the command line and pages show."""

from collections.abc import Collection, Sequence

from connectivity.core.as_json.excerpts import CELLS, FINDINGS, LATENCY, MAX_HEADLINES, excerpt
from connectivity.core.as_json.values import Plain, plain_line, usd_text
from connectivity.core.comparison.answer import Answer
from connectivity.core.comparison.compare import Comparison
from connectivity.core.comparison.missing_prices import Deciding, deciding
from connectivity.core.comparison.old_prices import old_prices
from connectivity.core.comparison.reasons import because
from connectivity.core.comparison.recommendation import frontier, mix_saves, recommended, unpriced
from connectivity.core.latency.lookup import Reading
from connectivity.core.network.topology import Account
from connectivity.core.outlook.tipping_points import flips
from connectivity.core.rules.rule import AS_OF
from costmodel.core.bill import Bill, Gap, Line
from costmodel.core.usage_types import usage_type

ENGINE = "1.1"
"""Raised whenever the same inputs would give another answer."""

ASSUMPTIONS = (
    "A month is 730 hours; a GB is 2^30 bytes.",
    "Free tiers of the whole bill (first 100 GB out, first GB between AZs) are not applied.",
)

BETWEEN_REGIONS = (
    "Cross-Region: no round trip is faster than light in fibre; the typical value is a median "
    "estimated from the distance, the same for every option: it is not a p99 and does not affect "
    "the recommendation."
)


def plain(
    comparison: Comparison, *, include: Collection[str] = (), plan: Plain | None = None
) -> Plain:
    """The answer of contract section 4. Money is text; latency is microseconds.

    Args:
        include: what is given whole, of `excerpts.INCLUDES`.
        plan: the answer of contract section 5, of who wants one; making it takes a solver.
    """
    best = recommended(comparison)
    today = comparison.today_usd
    answers = [_answer(answer, comparison, include) for answer in comparison.answers]
    return {
        **rests_on(comparison),
        "recommended": best.option.key if best else None,
        "because": because(comparison),
        "flips": [
            {
                "when": flip.when,
                "to": flip.to,
                "kind": flip.kind,
                "value": flip.value,
                "now": flip.now,
            }
            for flip in flips(comparison)
        ],
        "frontier": [answer.option.key for answer in frontier(comparison)],
        "unpriced": [answer.option.key for answer in unpriced(comparison)],
        "mix": _mix(comparison),
        "plan": plan,
        "today_usd": None if today is None else str(today),
        "assumptions": assumptions(comparison),
        "old_prices": _old_prices(comparison),
        "answers": answers,
    }


def rests_on(comparison: Comparison) -> Plain:
    """What an answer is about, and everything that it depends on."""
    return {
        "topology": comparison.case.topology.name,
        "topology_version": None,
        "price_list": {
            "name": comparison.prices.name,
            "as_of": comparison.prices.as_of,
            "own": list(comparison.prices.own),
        },
        "latency_as_of": comparison.latencies.as_of,
        "rules_as_of": AS_OF,
        "engine": ENGINE,
    }


def plan_answer(comparison: Comparison, plan: Plain) -> Plain:
    """A plan by itself, with what it rests on."""
    return rests_on(comparison) | plan | {"assumptions": assumptions(comparison)}


def assumptions(comparison: Comparison) -> list[str]:
    """What the answer takes for granted, which policies concern nobody, and how old prices are."""
    own = (text for answer in comparison.answers for text in answer.option.assumes)
    known = {vpc.environment for vpc in comparison.case.topology.vpcs}
    idle = [
        f"The policy between {' and '.join(sorted(policy.between))} has no effect: no VPC has "
        f"the environment {', '.join(sorted(policy.between - known))}."
        for policy in comparison.case.topology.policies
        if policy.between - known
    ]
    between_regions = [] if comparison.case.flows.same_region.all() else [BETWEEN_REGIONS]
    aged = old_prices(comparison)
    basis = f"{comparison.prices.basis}."
    return [*idle, *([aged.sentence] if aged else []), basis, *ASSUMPTIONS, *between_regions, *own]


def _old_prices(comparison: Comparison) -> Plain | None:
    aged = old_prices(comparison)
    if aged is None:
        return None
    return {
        "count": aged.count,
        "of": aged.of,
        "oldest": aged.oldest,
        "older_than": aged.older_than,
        "regions": list(aged.regions),
        "refresh": aged.refresh,
        "sentence": aged.sentence,
    }


def _mix(comparison: Comparison) -> Plain:
    mix = comparison.mix
    flows = comparison.case.topology.flows
    return {
        "monthly_usd": usd_text(mix.usd),
        "operations_usd": usd_text(mix.operations_usd),
        "saves_usd": usd_text(mix_saves(comparison)),
        "assignment": [
            {"flow": flow.name, "option": option.key if option else None}
            for flow, option in zip(flows, mix.options, strict=True)
        ],
        "feasible": mix.is_buildable,
        "proven": False,
    }


def _answer(answer: Answer, comparison: Comparison, include: Collection[str]) -> Plain:
    accounts = comparison.case.topology.accounts
    bill = answer.bill
    today, usd = comparison.today_usd, answer.usd
    worst = answer.heads.worst
    rate = deciding(comparison).get(answer.option.key)
    return {
        "option": answer.option.key,
        "name": answer.option.name,
        "feasible": answer.is_feasible,
        "feasible_flows": answer.feasible_flows,
        "flows": len(comparison.case.flows),
        "allowed": answer.is_allowed,
        "monthly_usd": usd_text(usd),
        "operations_usd": usd_text(answer.operations_usd),
        "change_usd": None if today is None or usd is None else str(usd - today),
        "objects": answer.objects,
        "payers": [
            {"account": account, "usd": str(usd)}
            for account, usd in answer.payers(accounts).items()
        ],
        "lines": [
            plain_line(line, accounts[line.payer].id) for line in (bill.lines if bill else ())
        ],
        **_findings(answer, comparison, include),
        "gaps": [_gap(gap, rate, accounts) for gap in (bill.gaps if bill else ())],
        "worst_p99_us": _us(worst.us),
        "worst_p99_basis": worst.basis,
        "overhead_us": _us(worst.overhead_us),
        **_instead(worst),
        **_latency(answer, comparison, include),
    }


def _lines(bill: Bill | None) -> Sequence[Line]:
    return bill.lines if bill else ()


def _us(us: float | None) -> float | int | None:
    return int(us) if us is not None and us == int(us) else us


def _gap(gap: Gap, rate: Deciding | None, accounts: Sequence[Account]) -> Plain:
    """A missing price; where it alone decides, between which rates the option would win."""
    return {
        "service": gap.price.service,
        "usage_type": usage_type(gap.price, gap.region, gap.to_region),
        "operation": gap.price.operation,
        "region": gap.region,
        "to_region": gap.to_region,
        "needed_by": gap.needed_by,
        "payers": [accounts[payer].id for payer in gap.payers],
        "quantity": None if gap.price.is_input else f"{gap.quantity:.3f}",
        **_decides(rate if rate and rate.key == gap.key else None),
    }


def _decides(rate: Deciding | None) -> Plain:
    """`wins_below_usd` holds for every rate below it; where another option that lacks the same rate
    wins at low ones, both ends are given instead."""
    ends = None if rate is None else [f"{bound:f}" for bound in (rate.above, rate.below)]
    known = rate.elsewhere if rate else None
    return {
        "wins_below_usd": ends[1] if rate and ends and not rate.above else None,
        "wins_between_usd": ends if rate and rate.above else None,
        "elsewhere_usd": [f"{known.low:f}", f"{known.high:f}"] if known else None,
    }


def _findings(answer: Answer, comparison: Comparison, include: Collection[str]) -> Plain:
    case = comparison.case
    names = case.topology.flows
    listed = excerpt(answer.hits, case, whole=FINDINGS in include)
    return {
        "findings": [
            {
                "rule": rule.id,
                "severity": rule.severity.value,
                "flow": names[row].name,
                "detail": rule.detail(case, row),
                "source": rule.source,
                "as_of": rule.as_of,
            }
            for rule, row in listed.findings
        ],
        "findings_more": [
            {"rule": rule.id, "severity": rule.severity.value, "flows": count}
            for rule, count in listed.more
        ],
    }


def _latency(answer: Answer, comparison: Comparison, include: Collection[str]) -> Plain:
    heads, more = answer.heads, 0
    if CELLS in include:
        shares = heads.cells(comparison.case, comparison.latencies)
    else:
        rows = heads.worst_first
        most = len(rows) if LATENCY in include else MAX_HEADLINES
        shares, more = heads.shares(rows[:most]), max(0, len(rows) - most)
    flows = comparison.case.topology.flows
    known: dict[Reading, Plain] = {}
    shown = []
    for row, reading, share in shares:
        if reading not in known:
            known[reading] = _reading(reading)
        shown.append({"flow": flows[row].name, **known[reading], "share": share})
    return {"latency": shown, "latency_more": more}


def _reading(reading: Reading) -> Plain:
    return {
        "from_az": reading.from_az,
        "to_az": reading.to_az,
        "statistic": "p99",
        "us": _us(reading.us),
        "overhead_us": _us(reading.overhead_us),
        **_instead(reading),
        "basis": reading.basis,
        "as_of": reading.as_of,
        "comment": reading.comment,
        "source": reading.source,
    }


def _instead(reading: Reading) -> Plain:
    """What is known between two Regions beside a p99, or in place of one."""
    distance, typical, median = reading.distance, reading.typical_us, reading.median
    return {
        "bound_us": distance.bound_us if distance else None,
        "typical_us": typical,
        "typical_error": list(distance.typical_error) if distance and typical else None,
        "median_us": _us(median.us) if median else None,
    }
