"""What is measured: metrics by their exact dimensions, and how often each is asked for."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Dimension(NamedTuple):
    name: str
    value: str


@dataclass(frozen=True, slots=True, order=True)
class Metric:
    """A metric is its namespace, its name and its exact set of dimensions.

    A query with one dimension too few or too many returns nothing, and no error.

    Source: CloudWatch user guide, "Dimensions".

    >>> one = metric("AWS/NATGateway", "BytesInFromSource", NatGatewayId="nat-1")
    >>> one == metric("AWS/NATGateway", "BytesInFromSource", NatGatewayId="nat-1")
    True
    """

    namespace: str
    name: str
    dimensions: tuple[Dimension, ...]  # sorted by name


def metric(namespace: str, name: str, **dimensions: str) -> Metric:
    """A metric with its dimensions by name."""
    return Metric(
        namespace, name, tuple(sorted(Dimension(*dimension) for dimension in dimensions.items()))
    )


class Tier(StrEnum):
    """How often a series is asked for. The cost follows the metrics asked, not their points.

    The values stand in stored rows: keys, which nobody reads.
    """

    QUARTER = "every 15 minutes"  # errors
    HOUR = "hourly"
    DAY = "daily"  # cost and idleness

    @property
    def seconds(self) -> int:
        """From one asking to the next."""
        return {Tier.QUARTER: 900, Tier.HOUR: 3_600, Tier.DAY: 86_400}[self]

    @property
    def per_month(self) -> int:
        """How often that is in 30 days.

        >>> [tier.per_month for tier in Tier]
        [2880, 720, 30]
        """
        return 30 * 86_400 // self.seconds


@dataclass(frozen=True, slots=True)
class Series:
    """One metric of one account and Region, with the statistics that are kept of it.

    Up to five statistics of a metric in one call are billed as one metric.
    """

    account: str
    region: str
    metric: Metric
    statistics: tuple[str, ...]
    period: int  # seconds
    tier: Tier
