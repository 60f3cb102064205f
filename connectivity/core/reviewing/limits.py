"""How near a load is to its limit, and which limit breaks first."""

import math
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import NamedTuple

from connectivity.core.health.evaluation import Severity
from connectivity.core.reviewing.formula import Known
from connectivity.core.reviewing.inputs import NOTHING, is_number
from connectivity.core.reviewing.partial import Awaits, awaited_by
from connectivity.core.reviewing.review import Limit, LimitKind, Review

DIGITS = 9
"""To which a used part is rounded before it is compared: 0.75 of a sum is 0.75."""

WARNS_ABOVE = {LimitKind.COUNT: 0.75, LimitKind.TIME: 0.9, LimitKind.IDLE: 0.9}


class MeasuredLimit(NamedTuple):
    """A limit and what it is held against, both known and not negative."""

    stated: Limit
    load: float
    limit: float

    @property
    def used(self) -> float:
        """The used part; infinite where nothing is allowed."""
        if self.load == 0:
            return 0.0
        return self.load / self.limit if self.limit else float("inf")

    @property
    def headroom(self) -> float | None:
        """1 less the used part; None where nothing is allowed."""
        return None if self.used == float("inf") else 1 - self.used

    @property
    def at(self) -> float | None:
        """The multiple of the load that breaks it; None where there is no load.

        >>> from connectivity.core.reviewing.review import Words
        >>> ports = Limit("ports", "b", "p", Words("", "", ""))
        >>> MeasuredLimit(ports, 50, 200).at, MeasuredLimit(ports, 5, 0).at
        (4.0, 0.0)
        """
        return None if self.load == 0 else self.limit / self.load

    @property
    def severity(self) -> Severity | None:
        """Of the finding that follows; None: it is far enough away."""
        used, kind = round(self.used, DIGITS), self.stated.kind
        if used > 1 or (kind is LimitKind.IDLE and used >= 1):
            return self.stated.ceiling
        return Severity.WARNING if self.stated.warns and used > WARNS_ABOVE[kind] else None


def first_to_break(limits: Iterable[MeasuredLimit]) -> MeasuredLimit | None:
    """The limit that is used most, the earlier of equal ones; None where there is no load.

    Beyond `DIGITS` decimals two limits are equally used.
    """
    loaded = [limit for limit in limits if limit.load > 0]
    return max(loaded, key=lambda limit: round(limit.used, DIGITS), default=None)


def measured(review: Review, known: Known) -> Iterator[MeasuredLimit]:
    """The limits that apply, in the order of the review, with both sides known.

    Raises:
        OverflowError: the used part of one is beyond every float.
    """
    for limit in review.limits:
        with suppress(Awaits):
            if review.formula(limit.when).holds(known):
                sides = (limit.load, limit.limit)
                load, bound = (review.formula(side).value(known) for side in sides)
                if is_number(load) and is_number(bound):
                    yield _finite(MeasuredLimit(limit, _side(load), _side(bound)))


def waiting(review: Review, known: Known, missing: frozenset[str]) -> dict[str, frozenset[str]]:
    """By limit: the missing inputs without which it is not told; see `Partial`."""
    names = {limit.what: _awaited(review, limit, known, missing) for limit in review.limits}
    return {limit: awaited for limit, awaited in names.items() if awaited}


def _roots(review: Review, names: Iterable[str]) -> frozenset[str]:
    """The names that values may come from, through all formulas."""
    reached, left = set[str](), list(names)
    while left:
        name = left.pop()
        reached.add(review.given_names.get(name, name))
        if formula := review.formulas.get(name):
            left += formula.names - reached
    return frozenset(reached)


def _awaited(review: Review, limit: Limit, known: Known, missing: frozenset[str]) -> frozenset[str]:
    """The missing inputs of a limit; none where its condition or a side leaves it out anyway."""
    condition, *sides = map(review.formula, (limit.when, limit.load, limit.limit))
    if awaited_by(condition, known):
        return _roots(review, condition.names) & missing
    waits = [bool(awaited_by(side, known)) for side in sides]
    is_left_out = any(not w and s.value(known) is None for w, s in zip(waits, sides, strict=True))
    if is_left_out or not any(waits) or not condition.holds(known):
        return frozenset()
    return _roots(review, sides[0].names | sides[1].names) & missing


def _side(value: float) -> float:
    return 0 if value < NOTHING else value


def _finite(limit: MeasuredLimit) -> MeasuredLimit:
    if not math.isfinite(limit.at or 0) or limit.limit and not math.isfinite(limit.used):
        raise OverflowError
    return limit
