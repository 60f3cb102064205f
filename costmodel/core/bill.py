"""From charges to money. The only place where quantities meet prices."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

import numpy as np

from costmodel.core.charges import (
    Capacity,
    Charge,
    Floats,
    Hourly,
    Ints,
    Kind,
    Label,
    Metered,
    PriceName,
)
from costmodel.core.price_list import Key, Price, PriceList, Tier, is_loadable, usd_by_tier
from costmodel.core.units import HOURS_PER_MONTH, THOUSANDTHS, quantity

NOWHERE = -1  # the destination Region of what does not leave its Region


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what, price, tier, Region and payer."""

    what: str
    price: Price
    region: str
    to_region: str | None
    payer: int
    quantity: Decimal  # in the price's unit
    rate: Decimal
    usd: Decimal  # not rounded
    note: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Gap:
    """A price that was needed and is not in the list."""

    price: PriceName
    region: str
    to_region: str | None
    needed_by: str
    quantity: Decimal = field(compare=False)  # in the price's unit, of all payers
    payers: tuple[int, ...] = field(compare=False)

    @property
    def key(self) -> Key:
        """The price that is missing: several lines may need the same one."""
        return self.price, self.region, self.to_region

    @property
    def is_loadable(self) -> bool:
        """AWS may have published it; what nobody has stated cannot be loaded."""
        return is_loadable(self.key)


@dataclass(frozen=True)
class Bill:
    """A month of charges, priced."""

    lines: tuple[Line, ...]
    gaps: tuple[Gap, ...]

    @cached_property
    def usd(self) -> Decimal | None:
        """The total, unrounded; None where a price is missing."""
        return None if self.gaps else sum((line.usd for line in self.lines), Decimal(0))

    def by_payer(self) -> dict[int, Decimal]:
        """USD of every payer that pays anything, unrounded, in the order of the accounts."""
        sums: dict[int, Decimal] = defaultdict(Decimal)
        for line in self.lines:
            sums[line.payer] += line.usd
        return {payer: usd for payer, usd in sorted(sums.items()) if usd}


class Where(NamedTuple):
    """The place and pool that share tiers, as indices."""

    region: int
    to_region: int
    pool: int


class Share(NamedTuple):
    """What one payer adds to one place: label, payer, thousandths of a unit."""

    label: Label
    payer: int
    amount: int


class Columns(NamedTuple):
    """A charge as rows that can simply be added up."""

    payer: Ints
    region: Ints
    to_region: Ints | None
    quantity: Ints


def bill(charges: Iterable[Charge], prices: PriceList, regions: Sequence[str], pools: Ints) -> Bill:
    """Price one month of charges, exactly.

    Args:
        charges: columns of indices and whole thousandths of a unit.
        prices: the price list; tiers are applied to the sum of a pool.
        regions: the Region codes that the charges' indices mean.
        pools: shape (payers,), the pool of every payer: consolidated billing adds up the usage of
            an Organization's accounts before it applies tiers.

    Returns:
        Lines whose USD are not rounded, and the prices that are missing. Exact while the rows of
        one charge add up to less than 2**53 thousandths (9e12 units).

    Source: AWS Billing User Guide, "Volume discounts"; the product's contract, section 3.
    """
    lines: list[Line] = []
    missing: dict[tuple[Key, str], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for name, places in _amounts(charges, len(regions), pools).items():
        for where, shares in places.items():
            region = regions[where.region]
            to = None if where.to_region == NOWHERE else regions[where.to_region]
            total = sum(share.amount for share in shares)
            price = prices.find(name, region, to)
            if price is None or not price.covers(total):
                for share in shares:
                    missing[(name, region, to), share.label.what][share.payer] += share.amount
                continue
            for share, amount, tier in _tiered(shares, total, price.tiers):
                units = quantity(amount)
                what, note, kind = share.label
                priced = units, tier.usd, units * tier.usd
                lines.append(Line(what, price, region, to, share.payer, *priced, note, kind))
    gaps = (
        Gap(*key, what, quantity(sum(amounts.values())), tuple(sorted(amounts)))
        for (key, what), amounts in missing.items()
    )
    return Bill(tuple(lines), tuple(gaps))


def usd_of_pools(
    charges: Iterable[Charge], prices: PriceList, regions: Sequence[str], pools: Ints
) -> Floats:
    """USD of every pool as if it were alone: shape (pools,), NaN where a price is missing.

    For choosing between thousands of candidates; what is shown is billed by `bill`. float64.
    """
    usd = np.zeros(int(pools.max(initial=-1)) + 1)
    by_name: dict[PriceName, list[Columns]] = defaultdict(list)
    for charge in charges:
        columns = columns_of(charge)
        by_name[charge.price].append(columns._replace(payer=pools[columns.payer]))
    for name, parts in by_name.items():
        places = [place_of(columns, len(regions)) for columns in parts]
        used = _used(places, parts)
        for one in used:
            region, to = divmod(one, len(regions) + 1)
            sums = np.zeros(len(usd))
            for place, columns in zip(places, parts, strict=True):
                here = slice(None) if len(used) == 1 else place == one
                weights = columns.quantity[here]
                sums += np.bincount(columns.payer[here], weights=weights, minlength=len(usd))
            price = prices.find(name, regions[region], regions[to - 1] if to else None)
            usd += usd_by_tier(sums, price)
    return usd


def _used(places: list[Ints], parts: list[Columns]) -> list[int]:
    """The places to which any quantity belongs."""
    used: set[int] = set()
    for place, columns in zip(places, parts, strict=True):
        used.update(np.flatnonzero(np.bincount(place, weights=columns.quantity)).tolist())
    return sorted(used)


def place_of(columns: Columns, regions: int) -> Ints:
    """One number for Region and destination. Shape (rows,)."""
    place = columns.region * (regions + 1)
    return place if columns.to_region is None else place + columns.to_region + 1


def _amounts(
    charges: Iterable[Charge], regions: int, pools: Ints
) -> dict[PriceName, dict[Where, list[Share]]]:
    """What is to be priced: per price, place and pool, the share of each payer."""
    parts: dict[tuple[PriceName, Label], list[Columns]] = defaultdict(list)
    for charge in charges:
        label = Label(charge.what, charge.note, charge.kind)
        parts[charge.price, label].append(columns_of(charge))
    amounts: dict[PriceName, dict[Where, list[Share]]] = defaultdict(lambda: defaultdict(list))
    for (name, label), columns in parts.items():
        for payer, region, to, amount in _sums(columns, regions):
            where = Where(region, to, int(pools[payer]))
            amounts[name][where].append(Share(label, payer, amount))
    return amounts


def _sums(parts: list[Columns], regions: int) -> Iterator[tuple[int, int, int, int]]:
    """(payer, Region, destination, sum) wherever the sum is not zero. Exact below 2**53."""
    sums: Floats = np.zeros(0)
    for columns in parts:
        key, weights = _key(columns, regions), columns.quantity.astype(np.float64)
        more: Floats = np.bincount(key, weights=weights, minlength=len(sums)).astype(np.float64)
        more[: len(sums)] += sums
        sums = more
    for one in sums.nonzero()[0].tolist():
        place, destination = divmod(one, regions + 1)
        yield *divmod(place, regions), destination - 1, int(sums[one])


def _key(columns: Columns, regions: int) -> Ints:
    """One number for payer, Region and destination; what is the same for all rows costs nothing."""
    key = columns.payer if regions == 1 else columns.payer * regions + columns.region
    if columns.to_region is None:
        return key * (regions + 1)
    return key * (regions + 1) + columns.to_region + 1


def columns_of(charge: Charge) -> Columns:
    """A charge as rows of quantities, in thousandths of its unit a month."""
    match charge:
        case Metered():
            amount = charge.quantity
            to = charge.to_region
            one: Ints | slice = slice(None)
        case Hourly():
            one = one_row_each(charge.thing)
            count = np.broadcast_to(charge.count, charge.thing.shape)[one]
            amount, to = count * (HOURS_PER_MONTH * THOUSANDTHS), None
        case Capacity():
            one = one_row_each(charge.thing)
            amount, to = _capacity(charge, one), None
    return Columns(charge.payer[one], charge.region[one], to, amount)


def _capacity(charge: Capacity, one: Ints) -> Ints:
    """Thousandths of unit-hours of every thing: its busiest dimension, all month."""
    return np.rint(np.max(hours_by_dimension(charge, one), axis=0)).astype(np.int64)


def hours_by_dimension(charge: Capacity, one: Ints) -> list[Floats]:
    """Thousandths of unit-hours of every thing if only one of its dimensions counted.

    Each of the shape (things,).
    """
    thing = charge.thing[one]
    return [
        np.bincount(charge.thing, weights=load)[thing]
        * (HOURS_PER_MONTH * THOUSANDTHS)
        / per_unit[one]
        for load, per_unit in zip(charge.load, charge.per_unit, strict=True)
    ]


def one_row_each(thing: Ints) -> Ints:
    """For every thing, the index of one row that mentions it. Shape (things,)."""
    row = np.full(int(thing.max(initial=-1)) + 1, -1, dtype=np.int64)
    row[thing] = np.arange(len(thing))
    return row[row >= 0]


def _tiered(
    shares: list[Share], total: int, tiers: tuple[Tier, ...]
) -> Iterator[tuple[Share, int, Tier]]:
    """The part of every share in every tier. A tier is split by quantity, to the thousandth."""
    for tier in tiers:
        within = min(total, total if tier.end is None else tier.end) - tier.start
        if within <= 0:
            return
        for share, amount in zip(shares, _split(within, shares, total), strict=True):
            if amount:
                yield share, amount, tier


def _split(amount: int, shares: list[Share], total: int) -> list[int]:
    """`amount` split in proportion, whole: the largest remainders get the thousandths left over."""
    if amount == total:
        return [share.amount for share in shares]
    parts = [divmod(amount * share.amount, total) for share in shares]
    whole = [quotient for quotient, _ in parts]
    order = sorted(range(len(shares)), key=lambda i: (-parts[i][1], shares[i].payer))
    for i in order[: amount - sum(whole)]:
        whole[i] += 1
    return whole
