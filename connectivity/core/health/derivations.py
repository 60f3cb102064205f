"""What rules make of metrics: shares of what a resource can do, the time that is left."""

from collections.abc import Callable, Mapping
from typing import Any

from connectivity.core.health.evaluation import Derived, HealthRule, Points, Reading

HOUR = 3_600
Facts = Mapping[str, Any]
Derive = Callable[[HealthRule, Reading], Derived | None]
Limit = Callable[[Facts], float | None]  # None: there is none, or it is not known


def share_of(
    limit: Limit, of: str, *, per_second: bool = False, most: float | None = None
) -> Derive:
    """A rule's metrics, added up, as per cent of what a resource can do.

    Args:
        of: the limit in words, which follow its number.
        per_second: the metrics are sums over a period, the limit is for each second.
        most: a share above it says nothing.
    """

    def derive(rule: HealthRule, reading: Reading) -> Derived | None:
        whole = limit(reading.facts)
        if not whole:
            return None
        seconds = rule.period if per_second else 1
        shares = {at: 100 * value / seconds / whole for at, value in _sums(rule, reading).items()}
        if most is not None:
            shares = {at: share for at, share in shares.items() if share <= most}
        return Derived(shares, f"the limit is {whole:,.0f} {of}")

    return derive


def highest(concerns: Callable[[Facts], bool]) -> Derive:
    """The highest of a rule's metrics, for resources that a rule is a matter of."""

    def derive(rule: HealthRule, reading: Reading) -> Derived | None:
        if not concerns(reading.facts):
            return None
        series = reading.metrics.values()
        moments = set().union(*series)
        return Derived({at: max(points[at] for points in series if at in points) for at in moments})

    return derive


def hours_left(up_to: float) -> Derive:
    """In how many hours a balance is used up, at the rate of the hour before.

    Args:
        up_to: of a balance above it nothing is said, nor of one that does not fall.
    """

    def derive(rule: HealthRule, reading: Reading) -> Derived:
        left = _left(reading.metrics[rule.metric], up_to)
        if not left or max(left) < max(reading.metrics[rule.metric]):
            return Derived(left)
        hours = left[max(left)]
        time = f"{hours:.0f} hours" if hours >= 1.5 else f"{max(5, 5 * round(12 * hours))} minutes"
        return Derived(left, f"at the rate of the last hour it is empty in about {time}")

    return derive


def _left(points: Points, up_to: float) -> Points:
    rates = {
        at: points[at - HOUR] - value
        for at, value in points.items()
        if at - HOUR in points and value <= up_to
    }
    return {at: points[at] / rate for at, rate in rates.items() if rate > 0}


def _sums(rule: HealthRule, reading: Reading) -> Points:
    """The rule's metrics added up, wherever its own has a point."""
    points = reading.metrics[rule.metric]
    further = [reading.metrics[name] for name in rule.further if name in reading.metrics]
    return {at: value + sum(each.get(at, 0.0) for each in further) for at, value in points.items()}
