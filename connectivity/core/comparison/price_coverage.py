"""What a price list lacks for two VPCs of two Regions, before anybody has described a topology."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from connectivity.core.comparison.answer import Answer
from connectivity.core.comparison.compare import compare
from connectivity.core.latency.lookup import LatencySet
from connectivity.core.network.regions import AZ_PREFIXES
from connectivity.core.options import OPTIONS
from connectivity.core.registered_document import topology
from costmodel.core.bill import Gap
from costmodel.core.price_list import Key, PriceList
from costmodel.core.usage_types import price_name

PROTOCOLS = ("tcp", "http")  # behind a Network and behind an Application Load Balancer
NO_LATENCIES = LatencySet("", "", ())


MAX_NAMED = 3  # prices, in a sentence


class Lack(NamedTuple):
    """Options that lack the same prices, by name, and these."""

    options: tuple[str, ...]
    gaps: tuple[Gap, ...]

    @property
    def sentence(self) -> str:
        """Which options have no total, and for want of which prices."""
        named = [_name(gap) for gap in self.gaps[:MAX_NAMED]]
        more = len(self.gaps) - len(named)
        named += [f"{more} more"] if more else []
        return f"No total for {_and(self.options)}: no price of {_and(named)}."

    @property
    def regions(self) -> list[str]:
        """Whose prices AWS may have published."""
        return list(dict.fromkeys(gap.region for gap in self.gaps if gap.is_loadable))


def _name(gap: Gap) -> str:
    if not gap.is_loadable:
        return gap.price.usage_type
    return f"{price_name(*gap.key)} in {gap.region}"


def _and(words: Sequence[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def lacking(prices: PriceList, consumer: str, provider: str) -> list[Lack]:
    """The options that could carry a flow between two Regions, or inside one, and have no total."""
    groups: dict[frozenset[Key], list[str]] = defaultdict(list)
    by_option = gaps_of(prices, consumer, provider)
    for name, gaps in by_option.items():
        if gaps:
            groups[frozenset(gap.key for gap in gaps)].append(name)
    return [Lack(tuple(names), by_option[names[0]]) for names in groups.values()]


def gaps_of(prices: PriceList, consumer: str, provider: str) -> dict[str, tuple[Gap, ...]]:
    """By name of every option that can carry some flow there: what it lacks, once each."""
    by_option: dict[str, dict[Key, Gap]] = {}
    for answer in _answers(prices, consumer, provider):
        if answer.bill is not None and answer.is_feasible:
            gaps = by_option.setdefault(answer.option.name, {})
            for gap in answer.bill.gaps:
                gaps.setdefault(gap.key, gap)
    named = (option.name for option in OPTIONS if option.name in by_option)
    return {name: tuple(by_option[name].values()) for name in named}


def _answers(prices: PriceList, consumer: str, provider: str) -> Iterator[Answer]:
    for protocol in PROTOCOLS:
        yield from compare(
            topology(_two_vpcs(consumer, provider, protocol)), prices, NO_LATENCIES
        ).answers


def _two_vpcs(consumer: str, provider: str, protocol: str) -> dict[str, object]:
    """A service and its client in two accounts, crossing AZs, with all that a price may need."""
    ends = {"client": (consumer, "111111111111"), "server": (provider, "222222222222")}
    return {
        "version": 1,
        "name": "coverage",
        "accounts": [
            {"id": id, "name": name, "organization": "o"} for name, (_, id) in ends.items()
        ],
        "vpcs": [
            {
                "name": name,
                "account": id,
                "region": region,
                "cidrs": [f"10.{number}.0.0/16"],
                "azs": [f"{AZ_PREFIXES[region]}-az{i}" for i in (1, 2)],
            }
            for number, (name, (region, id)) in enumerate(ends.items())
        ],
        "services": [{"name": "service", "vpc": "server", "port": 443, "protocol": protocol}],
        "flows": [
            {
                "name": "flow",
                "from": "client",
                "to": "service",
                "gb_per_month": 1000,
                "requests_per_second": 1000,
            }
        ],
    }
