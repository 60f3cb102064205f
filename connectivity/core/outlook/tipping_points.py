"""What would change a recommendation: operations, GB, crossing share, a price, a missing price, a
p99 budget.

The bill is piecewise linear in each of them. A threshold is where the lines of two options cross;
it is told after it was tried: a little beyond it another option is recommended, a little before it
the same as today.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from math import inf, isnan
from typing import NamedTuple

import numpy as np

from connectivity.core.comparison.answer import Answer, best_of
from connectivity.core.comparison.compare import Comparison
from connectivity.core.comparison.missing_prices import Deciding, deciding
from connectivity.core.comparison.reasons import bounds_words, price_words
from connectivity.core.comparison.recommendation import recommended, unpriced
from connectivity.core.comparison.trial import Basis, tried, winner, with_missing
from connectivity.core.outlook.break_even import Runner, first_change
from connectivity.core.outlook.levers import ABOVE, FAR, Lever, levers

CENT = 0.01  # USD; totals are compared to the cent
NUDGE = 1e-3  # of a threshold: where, beyond and before it, a flip is tried
RATE_NUDGE = Decimal("1e-6")  # likewise, of a missing rate, which is solved exactly
MAX_TRIES = 4  # thresholds of one kind and direction
MAX_STEPS = 12  # in which a threshold is closed in on
DECISIVE = 0.02  # USD by which costs must differ for the dearer not to be billed again
PER_FLOW = 3e-4  # USD, likewise: quantities of a bill are rounded to thousandths, of a curve not


@dataclass(frozen=True, slots=True)
class Flip:
    """One change that would make another option the recommended one."""

    kind: str  # operations, gb, crossing, price, gap or budget
    what: str  # what changes, and which way
    figure: str  # up to where
    to: str  # the key of the option that comes next
    value: float
    distance: float  # how far away, as a share of what changes
    now: str  # what it is today

    @property
    def when(self) -> str:
        """The change in words."""
        return f"{self.what} {self.figure}"


class Threshold(NamedTuple):
    """Where another option may begin to be recommended."""

    lever: Lever
    way: str
    value: float
    width: float  # on either side of it totals may be the same to the cent

    @property
    def sign(self) -> int:
        """1 upwards, -1 downwards."""
        return 1 if self.way == ABOVE else -1

    @property
    def edge(self) -> float:
        """Beyond the width; as far as the lever goes."""
        low, high = self.ends
        return min(max(self.value + self.sign * self.width, low), high)

    @property
    def ends(self) -> tuple[float, float]:
        """The lowest and the highest value that the lever takes this way."""
        points = self.lever.ways[self.way]
        return min(points[0], points[-1]), max(points[0], points[-1])

    @property
    def distance(self) -> float:
        """How far it is from today's value, as the lever measures it."""
        return self.lever.distance(self.value)


def flips(comparison: Comparison) -> list[Flip]:
    """The nearest change of every kind and direction, and every rate that is missing and decides,
    nearest first; each was tried."""
    return comparison.once(_flips)


def _flips(comparison: Comparison) -> list[Flip]:
    best = recommended(comparison)
    groups: dict[str, list[Threshold]] = {}
    for lever in levers(comparison, best) if best else ():
        for threshold in _thresholds(lever, best) if best else ():
            key = lever.kind if lever.kind == "price" else f"{lever.what} {threshold.way}"
            groups.setdefault(key, []).append(threshold)
    trial = _Trial(comparison, best.option.key if best else "")
    flips = [trial.first(group) for group in groups.values()]
    known = [flip for flip in flips if flip is not None]
    return sorted((*_of_gaps(comparison), *known), key=lambda flip: flip.distance)


def _of_gaps(comparison: Comparison) -> Iterator[Flip]:
    """A missing rate, where it alone decides. As near as the rates of other places are to it."""
    for rate in deciding(comparison).values():
        if _is_true(comparison, rate):
            known = rate.elsewhere
            yield Flip(
                "gap",
                f"price of {price_words(rate.key)}, which is not in the list, "
                f"{'between' if rate.above else 'below'}",
                f"{bounds_words(rate)} USD per {rate.unit}",
                rate.answer.option.key,
                float(rate.below),
                max(0.0, float(known.high / rate.below) - 1) if known else FAR,
                f"missing; {known.words}" if known else "missing",
            )


def _is_true(comparison: Comparison, rate: Deciding) -> bool:
    """The option is really recommended with a rate just below, and is not just above."""
    options = [*comparison.candidates, *unpriced(comparison)]
    (gap, *_) = rate.answer.bill.gaps if rate.answer.bill else ()
    basis = Basis.of(comparison)
    at = (
        winner(comparison, with_missing(basis, gap, rate.below * factor), options)
        for factor in (1 - RATE_NUDGE, 1 + RATE_NUDGE)
    )
    below, above = (answer and answer.option for answer in at)
    return below is rate.answer.option and above is not below


def _thresholds(lever: Lever, best: Answer) -> Iterator[Threshold]:
    """Where any other option's cost falls below the best one's, and the lever's own marks."""
    ours = lever.runners[best.option.key]
    for way, points in lever.ways.items():
        low, high = sorted((points[0], points[-1]))
        for mark in lever.marks:
            if low < mark < high:
                yield Threshold(lever, way, mark, 0.0)
        for theirs in lever.runners.values():
            value = None if theirs is ours else _meeting(ours, theirs, points)
            if value is not None and value > 0:
                yield Threshold(lever, way, value, _width(ours, theirs, value, low, high))


def _meeting(ours: Runner, theirs: Runner, points: tuple[float, ...]) -> float | None:
    """Where, from the first point on, theirs begins to be the cheaper one."""
    ahead = theirs.operations - ours.operations
    if ours.curve.bent or theirs.curve.bent:
        return first_change(ours.curve, theirs.curve, ahead, points)
    slope = ours.curve.slope - theirs.curve.slope
    if slope == 0 or (slope > 0) != (points[-1] > points[0]):
        return None
    value = (theirs.curve.start + ahead - ours.curve.start) / slope
    low, high = sorted((points[0], points[-1]))
    return min(max(value, low), high) if low - 1e-9 <= value <= high else None


def _width(ours: Runner, theirs: Runner, value: float, low: float, high: float) -> float:
    """On how long a way the difference of two costs moves by a cent."""
    speed = abs(ours.curve.slope - theirs.curve.slope)
    if ours.curve.bent or theirs.curve.bent:
        step = 1e-4 * value
        ends = np.array([max(low, value - step), min(high, value + step)])
        leads = ours.usd(ends) - theirs.usd(ends)
        speed = float(abs(leads[1] - leads[0]) / (ends[1] - ends[0]))
    return CENT / speed if speed > 0 else 0.0


@dataclass(frozen=True)
class _Trial:
    """Tries thresholds of a comparison."""

    comparison: Comparison
    today: str  # the key of what is recommended

    def first(self, thresholds: list[Threshold]) -> Flip | None:
        """The nearest of some thresholds beyond which another option really wins."""
        nearest = sorted(thresholds, key=lambda threshold: (threshold.distance, threshold.width))
        tried = (self._flip(threshold) for threshold in islice(nearest, MAX_TRIES))
        return next((flip for flip in tried if flip is not None), None)

    def _flip(self, threshold: Threshold) -> Flip | None:
        lever, value = threshold.lever, threshold.edge
        to = "" if lever.is_exact else self._next(threshold, value)
        if not to and (closest := self._closed_in(threshold)) is not None:
            value, to = closest, self._next(threshold, closest)
        if not to:
            return None
        sentence = f"{lever.what} {threshold.way}"
        figure = lever.figure(value, threshold.way) + lever.provisos.get(to, "")
        distance = lever.distance(value)
        return Flip(lever.kind, sentence, figure, to, value * lever.scale, distance, lever.now)

    def _next(self, threshold: Threshold, value: float) -> str:
        """The option that wins beyond a value; empty unless today's wins before it, and where there
        is nothing beyond it."""
        beyond = value * (1 + threshold.sign * NUDGE)
        low, high = threshold.ends
        to = self._winner(threshold.lever, beyond) if low <= beyond <= high else ""
        is_true = self._is_other(to) and self._is_today(threshold, self._before(threshold, value))
        return to if is_true else ""

    def _closed_in(self, threshold: Threshold) -> float | None:
        """The first value from which on today's option does not win, within a cent's width."""
        outer = threshold.edge
        inner = self._before(threshold, threshold.value - threshold.sign * threshold.width)
        if not self._is_other(self._winner(threshold.lever, outer)) or not self._is_today(
            threshold, inner
        ):
            return None
        for _ in range(MAX_STEPS):
            middle = (inner + outer) / 2
            inner, outer = (middle, outer) if self._is_today(threshold, middle) else (inner, middle)
        return outer

    def _before(self, threshold: Threshold, value: float) -> float:
        today = threshold.lever.today
        before = value * (1 - threshold.sign * NUDGE)
        return max(before, today) if threshold.way == ABOVE else min(before, today)

    def _is_other(self, key: str) -> bool:
        return key not in ("", self.today)

    def _is_today(self, threshold: Threshold, value: float) -> bool:
        return self._winner(threshold.lever, value) == self.today

    def _winner(self, lever: Lever, value: float) -> str:
        """The key of what would be recommended; empty where nothing is, or where the senses of the
        words differ."""
        ranked = self._ranked(lever, value)
        keys = {self._winner_on(basis, ranked) for basis in lever.bases(value)}
        return keys.pop() if len(keys) == 1 else ""

    def _ranked(self, lever: Lever, value: float) -> list[tuple[float, Answer]]:
        """What an option would cost about, the cheapest first."""
        point = np.array([value])
        costs = {key: float(runner.usd(point)[0]) for key, runner in lever.runners.items()}
        answers = (answer for answer in self.comparison.answers if answer.option.key in costs)
        known = ((costs[answer.option.key], answer) for answer in answers)
        return sorted((point for point in known if not isnan(point[0])), key=lambda point: point[0])

    def _winner_on(self, basis: Basis, ranked: list[tuple[float, Answer]]) -> str:
        """Answers are worked out until those that are left are dearer without a doubt."""
        slack = DECISIVE + PER_FLOW * len(self.comparison.case.flows)
        answers: list[Answer] = []
        least = inf
        for usd, answer in ranked:
            if usd > least:
                break
            answers += tried(self.comparison, basis, [answer])
            if answers[-1].is_candidate and least == inf:
                least = usd + slack + abs(usd) * 1e-9
        best = best_of(answers)
        return best.option.key if best else ""
