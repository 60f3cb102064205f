"""What follows from a comparison: the recommendation, what could not be ranked, the frontier."""

from collections.abc import Collection
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from connectivity.core.comparison.answer import Answer, best_of, is_slower
from connectivity.core.comparison.compare import Comparison
from connectivity.core.rules.rule import Meaning, Severity


def recommended(comparison: Comparison) -> Answer | None:
    """What `best_of` all answers is; None if there is none."""
    return best_of(comparison.answers)


def unpriced(comparison: Comparison) -> list[Answer]:
    """What is feasible and allowed, but cannot be ranked for want of a price."""
    answers = (answer for answer in comparison.answers if answer.is_feasible and answer.is_allowed)
    return [answer for answer in answers if answer.usd is None]


class MixAhead(NamedTuple):
    """The mix, where it costs less than the recommended option, or where there is none."""

    usd: Decimal  # with operations, to the cent
    saves_usd: Decimal | None  # None: nothing is recommended


def mix_ahead(comparison: Comparison) -> MixAhead | None:
    """None where the mix cannot be built, has no total, or saves nothing."""
    mix, saves = comparison.mix, mix_saves(comparison)
    if mix.total_usd is None or not mix.is_buildable:
        return None
    if saves is None:
        return MixAhead(mix.total_usd, None)
    return MixAhead(mix.total_usd, saves) if saves else None


def mix_saves(comparison: Comparison) -> Decimal | None:
    """By how much the mix costs less than the recommended option; None without either.

    A mix that cannot be built saves nothing that anybody could have: None, too.
    """
    best = recommended(comparison)
    mix = comparison.mix.total_usd if comparison.mix.is_buildable else None
    return None if mix is None or best is None or best.total_usd is None else best.total_usd - mix


def frontier(comparison: Comparison) -> list[Answer]:
    """The candidates that no other beats in both cost and worst p99.

    Equal within noise counts as equal. A candidate with a budget that could not be checked is
    left out, and one of unknown latency stands only if none is cheaper.
    """
    candidates = [candidate for candidate in comparison.candidates if not _is_unchecked(candidate)]
    return [
        candidate
        for candidate in candidates
        if not any(_beats(other, candidate) for other in candidates)
    ]


class Feasibility(StrEnum):
    """Whether an option can work; as pages and tables say it."""

    FEASIBLE = "Feasible"
    CONDITIONS = "With conditions"
    QUOTA = "Needs a quota increase"
    NOT_FEASIBLE = "Not feasible"


def feasibility(severities: Collection[str], *, is_feasible: bool) -> Feasibility:
    """Feasibility from the severities of what the rules found.

    >>> feasibility({"warning", "condition"}, is_feasible=True).value
    'With conditions'
    """
    if not is_feasible:
        return Feasibility.NOT_FEASIBLE
    if Severity.QUOTA in severities:
        return Feasibility.QUOTA
    has_conditions = Severity.CONDITION in severities
    return Feasibility.CONDITIONS if has_conditions else Feasibility.FEASIBLE


def _is_unchecked(answer: Answer) -> bool:
    return any(hit.rule.meaning is Meaning.UNCHECKED for hit in answer.hits)


def _beats(answer: Answer, other: Answer) -> bool:
    ours, theirs = answer.total_usd, other.total_usd
    if ours is None or theirs is None or ours > theirs or is_slower(answer, other):
        return False
    return ours < theirs or is_slower(other, answer)
