"""What follows from a comparison: the recommendation and why, the frontier."""

from collections.abc import Collection

from connectivity.core.answer import Answer, best_of, is_slower, narrowed
from connectivity.core.compare import Comparison
from connectivity.core.rule import Severity


def recommended(comparison: Comparison) -> Answer | None:
    """What `best_of` all answers is; None if there is none."""
    return best_of(comparison.answers)


def unpriced(comparison: Comparison) -> list[Answer]:
    """What is feasible and allowed, but cannot be ranked for want of a price."""
    answers = (one for one in comparison.answers if one.is_feasible and one.is_allowed)
    return [one for one in answers if one.usd is None]


def because(comparison: Comparison) -> str:
    """Why this one is recommended, or why none is, and what could not be compared with it."""
    left = [one.option.name for one in unpriced(comparison)]
    rest = f" Not compared, because prices are missing: {', '.join(left)}." if left else ""
    return _reason(comparison) + rest + _ruled_out(comparison)


def _ruled_out(comparison: Comparison) -> str:
    """The options that every flow allows and some flow cannot use, each with its first rule."""
    said = []
    for one in comparison.answers:
        hard = [hit.rule.id for hit in one.hits if hit.is_hard]
        if one.is_allowed and not one.is_feasible:
            said.append(f"{one.option.name} ({hard[0]})" if hard else one.option.name)
    return f" Not feasible: {', '.join(said)}." if said else ""


def _reason(comparison: Comparison) -> str:
    best = recommended(comparison)
    if best is None:
        return _why_none(comparison)
    others = [one for one in comparison.candidates if one is not best]
    if not others:
        return f"{best.option.name} is the only feasible, priced option that every flow allows."
    total = f"{best.total_usd:,.2f} USD a month"
    ties = [one.option.name for one in others if one.total_usd == best.total_usd]
    if ties:
        return f"{best.option.name} costs {total}, as does {' and '.join(ties)}{_tie(comparison)}."
    against = ", ".join(f"{one.total_usd:,.2f} for {one.option.name}" for one in others)
    operations = " with operations" if comparison.case.topology.operations_usd else ""
    least = f"{best.option.name} costs least of the options considered"
    return f"{least}: {total}{operations}, against {against}."


def _tie(comparison: Comparison) -> str:
    """What decided between equal costs."""
    steps = narrowed(comparison.candidates)
    reasons = [
        reason
        for (_, before), (reason, after) in zip(steps, steps[1:], strict=False)
        if len(after) < len(before)
    ]
    return f", and has {' and '.join(reasons)}" if reasons else "; it stands first in our order"


def _why_none(comparison: Comparison) -> str:
    feasible = [one for one in comparison.answers if one.is_feasible]
    if not feasible:
        return f"No option is feasible for every flow{_beyond_light(comparison)}."
    names = ", ".join(one.option.name for one in feasible)
    if any(one.is_allowed for one in feasible):
        return f"Feasible for every flow ({names}), but a price is missing where it is allowed."
    return f"Feasible for every flow ({names}), but not among the options that every flow allows."


def _beyond_light(comparison: Comparison) -> str:
    """The first flow whose budget is below what distance allows, which no option can change."""
    hits = (hit for answer in comparison.answers for hit in answer.hits)
    hit = next((one for one in hits if one.rule.id == "BUDGET-02"), None)
    if hit is None:
        return ""
    row = int(hit.flows[0])
    case = comparison.case
    return f"; {case.topology.flows[row].name}: {hit.rule.detail(case, row)}"


def frontier(comparison: Comparison) -> list[Answer]:
    """The candidates that no other beats in both cost and worst p99.

    Equal within noise counts as equal. A candidate with a budget that could not be checked is
    left out, and one of unknown latency stands only if none is cheaper.
    """
    candidates = [one for one in comparison.candidates if not _is_unchecked(one)]
    return [one for one in candidates if not any(_beats(other, one) for other in candidates)]


def feasibility(severities: Collection[str], *, is_feasible: bool) -> str:
    """Feasibility in a word, from the severities of what the rules found.

    >>> feasibility({"warning", "condition"}, is_feasible=True)
    'With conditions'
    """
    if not is_feasible:
        return "Not feasible"
    if Severity.QUOTA in severities:
        return "Needs a quota increase"
    return "With conditions" if Severity.CONDITION in severities else "Feasible"


def _is_unchecked(answer: Answer) -> bool:
    return any(hit.rule.id == "LAT-01" for hit in answer.hits)


def _beats(one: Answer, other: Answer) -> bool:
    ours, theirs = one.total_usd, other.total_usd
    if ours is None or theirs is None or ours > theirs or is_slower(one, other):
        return False
    return ours < theirs or is_slower(other, one)
