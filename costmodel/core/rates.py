"""A single rate: put into a list that lacks it, and beside what other places pay for the same."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from costmodel.core.charges import PriceName
from costmodel.core.price_list import EVERYWHERE, Changed, Key, Price, PriceList, Tier
from costmodel.core.usage_types import usage_type

STATED = "stated by you"


def unit_of(prices: PriceList, name: PriceName) -> str:
    """The unit of a price that the list has nowhere else, too, as AWS's usage types end.

    >>> unit_of(PriceList("", "", ()), PriceName("AmazonVPC", "TransitGateway-Bytes"))
    'GB'
    """
    listed = next((price.unit for price in prices.prices if price.name == name), "")
    return listed or ("GB" if name.usage_type.endswith("-Bytes") else "hour")


def per(unit: str) -> str:
    """A unit after a rate.

    >>> per("hour"), per("million requests")
    ('an hour', 'per million requests')
    """
    return {"hour": "an hour", "GB": "a GB", "LCU-hour": "an LCU-hour"}.get(unit, f"per {unit}")


def stated(key: Key, usd: Decimal, unit: str, source: str = STATED) -> Price:
    """One rate for every unit, in one place."""
    return Price(*key, unit, (Tier(0, None, usd),), source, "")


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The first rates of the same price in other places."""

    low: Decimal
    high: Decimal
    where: str

    @property
    def words(self) -> str:
        """The rates in words, lowest to highest."""
        rates = f"{self.low:f}" if self.low == self.high else f"{self.low:f} to {self.high:f}"
        return f"{rates} {self.where}"


def elsewhere(prices: PriceList, key: Key) -> Elsewhere | None:
    """What the list has of the same price in other places; None: nothing.

    Of transfer between Regions, what the same Region sends to others; where that is not known,
    what all others send.
    """
    name, region, to_region = key
    places = {
        (other[1], other[2]): price.tiers[0].usd
        for other in prices.keys
        if other[0] == name and other != key and (price := prices.find(*other))
    }
    sent = {place: usd for place, usd in places.items() if to_region and place[0] == region}
    named = {place: usd for place, usd in places.items() if place[0] != EVERYWHERE}
    rates = sent or named or places
    if not rates:
        return None
    count = len(rates)
    if sent:
        where = f"from {region} to {_counted(count, 'Region')}"
    elif named:
        noun = "pair of Regions" if to_region else "Region"
        where = f"{'for' if to_region else 'in'} {_counted(count, noun)} of the list"
    else:
        where = "in all commercial Regions"
    return Elsewhere(min(rates.values()), max(rates.values()), where)


def _counted(count: int, noun: str) -> str:
    head, _, tail = noun.partition(" ")
    many = f"{head}s {tail}".strip()
    return f"one other {noun}" if count == 1 else f"{count:,} other {many}"


def words_of(change: Changed) -> str:
    """A change of a price in one sentence."""
    price = change.new or change.old
    assert price is not None  # noqa: S101  # for the type checker: one of them is there
    name = usage_type(price.name, price.region, price.to_region)
    rates = [_rates(side.tiers) if side else "none" for side in change]
    return (
        f"{name} {price.name.operation} in {price.where}: {rates[0]} to {rates[1]} USD per "
        f"{price.unit}"
    )


def _rates(tiers: Iterable[Tier]) -> str:
    return ", ".join(f"{tier.usd.normalize():f}" for tier in tiers)
