"""What one missing rate decides: below which rate an option without a total would be recommended.

A bill is a straight line in one rate. Totals are compared as a comparison compares them: to the
cent, with operations, ties, and whatever else has no total for want of the same rate.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal, localcontext
from itertools import combinations, pairwise
from typing import NamedTuple

from connectivity.core.comparison.answer import Answer, best_at, best_of, totals
from connectivity.core.comparison.compare import Comparison
from connectivity.core.comparison.recommendation import unpriced
from costmodel.core.price_list import Key
from costmodel.core.rates import Elsewhere, elsewhere, unit_of
from costmodel.core.units import CENT, cents

STEPS_PER_USD = 10**15  # rates are looked at on this grid, which is finer than any price list
HALF_A_CENT = CENT / 2
DIGITS = 60  # enough for every total on that grid


class CostOverRate(NamedTuple):
    """What an option costs a month, with operations, over one rate."""

    answer: Answer
    rest: Decimal
    quantity: Decimal

    def total(self, step: int) -> Decimal:
        """USD a month, to the cent, at a rate of so many steps."""
        return cents(self.rest + self.quantity * step / STEPS_PER_USD)


@dataclass(frozen=True)
class Deciding:
    """A rate that is missing and keeps an option from being recommended."""

    answer: Answer
    key: Key
    above: Decimal  # 0, unless another option that needs the same rate is recommended up to here
    below: Decimal
    unit: str
    elsewhere: Elsewhere | None


def lacking(answer: Answer) -> list[Key]:
    """The prices that an option needs and the list lacks, each once."""
    return list(dict.fromkeys(gap.key for gap in answer.bill.gaps)) if answer.bill else []


def deciding(comparison: Comparison) -> dict[str, Deciding]:
    """By option: the rate that alone keeps it from being recommended, in the order of the answers.

    Nothing where several prices are missing, where the option would not be recommended even if the
    rate were 0, and where it would be at any rate, since nothing else has a total.
    """
    return comparison.once(_deciding)


def _deciding(comparison: Comparison) -> dict[str, Deciding]:
    groups: dict[Key, list[Answer]] = defaultdict(list)
    for answer in unpriced(comparison):
        keys = lacking(answer)
        if len(keys) == 1 and not keys[0][0].is_input:
            groups[keys[0]].append(answer)
    rates = {
        deciding.answer.option.key: deciding
        for key, answers in groups.items()
        for deciding in _of(comparison, key, answers)
    }
    keys_in_order = [answer.option.key for answer in comparison.answers]
    return {key: rates[key] for key in keys_in_order if key in rates}


def may_win(comparison: Comparison, answer: Answer) -> bool:
    """Some rates of what an option lacks would make it the recommended one; none would where it is
    dearer without them already."""
    keys = set(lacking(answer))
    used = {
        (line.price.name, line.region, line.to_region)
        for candidate in comparison.candidates
        for line in (candidate.bill.lines if candidate.bill else ())
    }
    if keys & used:
        return True
    lines = answer.bill.lines if answer.bill else ()
    at_least = cents(sum((line.usd for line in lines), answer.operations_usd))
    return best_at([*totals(comparison.candidates), (answer, at_least)]) is answer


def room_for(comparison: Comparison, answer: Answer) -> Decimal | None:
    """What the prices that an option lacks may cost a month together, to the cent, for it to cost
    less than the recommended one; None where an amount is not stated, or there is no room."""
    best = best_of(comparison.answers)
    if best is None or best.total_usd is None or any(key[0].is_input for key in lacking(answer)):
        return None
    lines = answer.bill.lines if answer.bill else ()
    rest = sum((line.usd for line in lines), answer.operations_usd)
    room = (best.total_usd - HALF_A_CENT - rest).quantize(CENT, rounding=ROUND_FLOOR)
    return room if room > 0 else None


def _of(comparison: Comparison, key: Key, answers: Sequence[Answer]) -> Iterator[Deciding]:
    lines = [_line(candidate, key) for candidate in (*comparison.candidates, *answers)]
    unit, known = unit_of(comparison.prices, key[0]), elsewhere(comparison.prices, key)
    with localcontext(prec=DIGITS):
        spans = _spans(lines)
        for answer in answers:
            span = spans.get(answer.option.key)
            if span is not None and span[1] is not None:
                above, below = (Decimal(step) / STEPS_PER_USD for step in (span[0], span[1]))
                yield Deciding(answer, key, above, below.normalize(), unit, known)


def _line(answer: Answer, key: Key) -> CostOverRate:
    """The bill without what this price is paid for, and how much that is."""
    rest, quantity = answer.operations_usd, Decimal(0)
    for line in answer.bill.lines if answer.bill else ():
        if (line.price.name, line.region, line.to_region) == key:
            quantity += line.quantity
        else:
            rest += line.usd
    gaps = answer.bill.gaps if answer.bill else ()
    return CostOverRate(answer, rest, quantity + sum((gap.quantity for gap in gaps), Decimal(0)))


def _winner(lines: Sequence[CostOverRate], step: int) -> str:
    best = best_at([(line.answer, line.total(step)) for line in lines])
    return best.option.key if best else ""


def _spans(lines: Sequence[CostOverRate]) -> dict[str, tuple[int, int | None]]:
    """For every option that some rate makes the recommended one: from which rate on, and up to
    which; None: however high it is. In steps."""
    looks = _looks(lines)
    winners = [_winner(lines, step) for step in looks]
    spans: dict[str, tuple[int, int | None]] = {}
    begin = 0
    for (low, high), (before, after) in zip(pairwise(looks), pairwise(winners), strict=True):
        if before != after:
            end = _end(lines, before, low, high)
            spans.setdefault(before, (begin, end))
            begin = end
    spans.setdefault(winners[-1], (begin, None))
    return spans


def _looks(lines: Sequence[CostOverRate]) -> list[int]:
    """Rates between which no two totals change places: 0, between all crossings, and beyond."""
    meets = {0}
    for first, other in combinations(lines, 2):
        if slope := first.quantity - other.quantity:
            meets.add(int((other.rest - first.rest) / slope * STEPS_PER_USD))
    rising = sorted(step for step in meets if step >= 0)
    middles = [(low + high) // 2 for low, high in pairwise(rising)]
    return sorted({0, *middles, 2 * rising[-1] + STEPS_PER_USD})


def _end(lines: Sequence[CostOverRate], winner: str, low: int, high: int) -> int:
    """The first step, between one at which an option is recommended and one at which it is not,
    at which it is not."""
    while high - low > 1:
        middle = (low + high) // 2
        if _winner(lines, middle) == winner:
            low = middle
        else:
            high = middle
    return high
