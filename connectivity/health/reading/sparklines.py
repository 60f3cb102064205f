"""The last day of each resource of a list, in one series: bounded, however many there are."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from connectivity import points
from connectivity.core.health.evaluation import HealthRule
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.resource_type import DAY, HOUR
from connectivity.core.health.series import Tier
from connectivity.models import Resource, Series

SPAN = DAY
RHYTHMS = [tier.value for tier in Tier]


class Spark(NamedTuple):
    """A day of one series by the hour, up to where it was collected."""

    metric: str
    part: str
    end: int  # seconds
    values: list[float | None]  # of each hour; None: no data


def sparklines(rows: Iterable[Resource]) -> dict[int, Spark]:
    """By resource: the metric of the rule that decides its state, else one that its kind wants.

    Two queries; resources without a point of the last day that was collected have none.
    """
    resources = {row.pk: row for row in rows}
    wanted = Series.objects.filter(resource__in=resources, gone_at=None, period__lte=HOUR)
    wanted = wanted.exclude(mark=None)
    by_resource: dict[int, list[Series]] = defaultdict(list)
    for series in wanted.defer("dimensions", "namespace", "digest").order_by("pk"):
        by_resource[series.resource_id].append(series)
    chosen = {pk: _chosen(resources[pk], group) for pk, group in by_resource.items()}
    ends = {series.pk: (series.mark or 0) // HOUR * HOUR for series in chosen.values()}
    if not ends:
        return {}
    statistics = {series.pk: series.statistic for series in chosen.values()}
    first, last = min(ends.values()) - SPAN, max(ends.values())
    hours = points.read_hours(statistics, max(first, last - 2 * SPAN), last)
    sparks = {}
    for pk, series in chosen.items():
        end, known = ends[series.pk], hours[series.pk]
        values = [known.get(at) for at in range(end - SPAN, end, HOUR)]
        if any(value is not None for value in values):
            sparks[pk] = Spark(series.metric, series.part, end, values)
    return sparks


def _chosen(row: Resource, group: list[Series]) -> Series:
    """That of its rule; else, of what its kind wants drawn, what is collected most often."""
    kind = KINDS[row.kind]
    rule = kind.rule(row.rule)
    metric = rule.metric if isinstance(rule, HealthRule) else ""
    wished = [want.metric for want in kind.wanted]

    def key(series: Series) -> tuple[bool, bool, int, int]:
        is_wished = series.metric in wished
        rank = wished.index(series.metric) if is_wished else 0
        return series.metric != metric, not is_wished, RHYTHMS.index(series.tier), rank

    return min(group, key=key)
