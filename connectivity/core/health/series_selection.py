"""Which series a resource needs, by the dimension sets that CloudWatch lists."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from connectivity.core.health.evaluation import HealthRule, Severity
from connectivity.core.health.resource import Resource
from connectivity.core.health.resource_type import DAY, Kind
from connectivity.core.health.series import Dimension, Metric, Tier

Listed = dict[tuple[str, str, str], list[Metric]]  # by namespace, metric name, dimension value


@dataclass(frozen=True, slots=True)
class Planned:
    """One statistic of one metric of a resource."""

    metric: Metric
    statistic: str
    period: int
    tier: Tier
    part: str  # of the resource, where it is judged part by part; else empty


@dataclass(frozen=True, slots=True)
class _Need:
    namespace: str
    name: str
    statistic: str
    period: int


def indexed(metrics: Iterable[Metric]) -> Listed:
    """Listed metrics by namespace, name and every value of a dimension."""
    listed: Listed = defaultdict(list)
    for metric in metrics:
        for dimension in metric.dimensions:
            listed[metric.namespace, metric.name, dimension.value].append(metric)
    return listed


def planned(kind: Kind, resource: Resource, listed: Listed) -> Iterator[Planned]:
    """The series of a resource: for each metric the coarsest set that is listed.

    A regional NAT gateway may be listed by AZ alone, and then has a series for each AZ; where
    nothing is listed there is none, since a set that is guessed returns nothing, and no error.
    A rule that tells parts apart has a series for each part in which it decides something.
    """
    yield from _of_resource(kind, resource, listed)
    yield from _of_parts(kind, resource, listed)


def _of_resource(kind: Kind, resource: Resource, listed: Listed) -> Iterator[Planned]:
    for need, tier in _needs(kind).items():
        identity, value = _identity(kind, resource, need.namespace)
        metrics = [
            series
            for series in listed.get((need.namespace, need.name, value), ())
            if any(d.name == identity and d.value == value for d in series.dimensions)
        ]
        for metric in _coarsest(metrics, kind.parts):
            part = next((d.value for d in metric.dimensions if d.name in kind.parts), "")
            part = part or ", ".join(
                d.value for d in metric.dimensions if d.name == "AvailabilityZone"
            )
            yield Planned(metric, need.statistic, need.period, tier, part)


def _of_parts(kind: Kind, resource: Resource, listed: Listed) -> Iterator[Planned]:
    series: dict[tuple[Metric, str, int], Planned] = {}
    for rule in kind.rules:
        namespace = rule.namespace or kind.namespace
        identity, value = _identity(kind, resource, namespace)
        for part in kind.split(resource, rule) if rule.by else ():
            named = {identity: value, **part.dimensions}
            dimensions = tuple(sorted(Dimension(*dimension) for dimension in named.items()))
            for name in (rule.metric, *rule.base, *rule.further):
                metric = Metric(namespace, name, dimensions)
                key = metric, rule.statistic, rule.period
                tiers = [tier_of(rule), *([series[key].tier] if key in series else [])]
                tier = min(tiers, key=lambda tier: tier.seconds)
                if metric in listed.get((namespace, name, value), ()):
                    series[key] = Planned(*key, tier, part.name)
    yield from series.values()


def _needs(kind: Kind) -> dict[_Need, Tier]:
    """What rules about all of it look at, and what the kind wants, as often as the hastiest."""
    needs: dict[_Need, Tier] = {}

    def add(need: _Need, tier: Tier) -> None:
        needs[need] = min(tier, needs.get(need, tier), key=lambda tier: tier.seconds)

    for rule in kind.rules:
        namespace = rule.namespace or kind.namespace
        for name in () if rule.by else (rule.metric, *rule.base, *rule.further):
            add(_Need(namespace, name, rule.statistic, rule.period), tier_of(rule))
        if rule.spread:
            add(_Need(namespace, rule.spread.new, "Sum", rule.period), tier_of(rule))
    for want in kind.wanted:
        add(_Need(kind.namespace, want.metric, want.statistic, want.period), want.tier)
    return needs


def tier_of(rule: HealthRule) -> Tier:
    """How soon a rule must know: what is critical every 15 minutes, what is idle once a day."""
    if rule.severity is Severity.CRITICAL:
        return Tier.QUARTER
    return Tier.DAY if rule.period >= DAY else Tier.HOUR


def _identity(kind: Kind, resource: Resource, namespace: str) -> tuple[str, str]:
    if kind.elsewhere and namespace in kind.elsewhere:
        dimension, fact = kind.elsewhere[namespace]
        return dimension, str(resource.facts.get(fact, ""))
    return kind.identity, resource.key


def _coarsest(metrics: list[Metric], parts: tuple[str, ...]) -> list[Metric]:
    """Those with the fewest dimensions; a set that names a part goes before one that does not."""
    by_names: dict[tuple[str, ...], list[Metric]] = defaultdict(list)
    for metric in metrics:
        by_names[tuple(d.name for d in metric.dimensions)].append(metric)
    if not by_names:
        return []
    names = min(by_names, key=lambda names: (not any(p in names for p in parts), len(names)))
    return by_names[names]
