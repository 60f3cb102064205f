"""Growth against a metric's own history: the same hour of the week, over the last weeks.

What is usual is the median of those weeks, and twice their spread about it: the median absolute
deviation, times 1.4826, which is a standard deviation where values are normal and does not move
for one odd week. Source: Rousseeuw and Croux, "Alternatives to the Median Absolute Deviation",
Journal of the American Statistical Association 88 (1993).
"""

from collections.abc import Callable, Sequence
from statistics import median
from typing import NamedTuple

from connectivity.core.health.evaluation import Derived, HealthRule, Points, Reading

HOUR, WEEK = 3_600, 7 * 86_400
WEEKS, MIN_WEEKS = 4, 3  # looked back at, and of these there must be so many
NORMAL, SPREADS = 1.4826, 2
UNIT = " times what is usual at this hour"


class Usual(NamedTuple):
    """From where to where a metric is at an hour of the week, in its own unit a period."""

    low: float
    high: float


def usual(values: Sequence[float]) -> Usual:
    """What is usual, by one value for each week.

    >>> usual([50, 60, 70, 60])
    Usual(low=50.0, high=70.0)
    >>> usual([50, 60, 70, 30_000])  # an odd week
    Usual(low=50.0, high=94.652)
    """
    middle = median(values)
    spread = SPREADS * NORMAL * median(abs(value - middle) for value in values)
    low, high = max(min(values), middle - spread), min(max(values), middle + spread)
    return Usual(float(low), float(high))


def against_its_weeks(floor: float) -> Callable[[HealthRule, Reading], Derived]:
    """A rule's metric as multiples of what is usual at the hour.

    Args:
        floor: of a metric's unit in one of its periods: what is less counts as so many, so that
            growth from next to nothing is no growth.
    """

    def derive(rule: HealthRule, reading: Reading) -> Derived:
        points = reading.metrics[rule.metric]
        if not points:
            return Derived({})
        bands = {hour: _usual_at(hour, rule, reading.hours) for hour in _hours(points)}
        newest = bands[max(bands)]
        if newest is None:
            return Derived({}, f"needs {MIN_WEEKS} weeks of its own history", is_judged=False)
        times = {
            at: value / max(band.high, floor)
            for at, value in points.items()
            if (band := bands[at // HOUR * HOUR]) is not None
        }
        return Derived(
            times, f"usually {_number(newest.low)} to {_number(newest.high)} at this hour"
        )

    return derive


def _hours(points: Points) -> set[int]:
    return {at // HOUR * HOUR for at in points}


def _usual_at(hour: int, rule: HealthRule, hours: Points) -> Usual | None:
    """None where too few of the weeks before have this hour."""
    weeks = (hours.get(hour - back * WEEK) for back in range(1, rule.weeks + 1))
    parts = HOUR // rule.period if rule.statistic == "Sum" else 1
    values = [value / parts for value in weeks if value is not None]
    return usual(values) if len(values) >= MIN_WEEKS else None


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"
