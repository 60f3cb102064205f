"""From charges to money. The only place where quantities meet prices."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

import numpy as np

from costmodel.core.charges import Charge, Floats, Ints, Kind, Label, PriceName
from costmodel.core.price_list import Key, Price, PriceList, Tier, is_loadable
from costmodel.core.units import quantity
from costmodel.core.usage import Columns, Places, columns_of, sums_by


@dataclass(frozen=True, slots=True)
class Line:
    """One line: description, price, tier, Region and payer."""

    description: str
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


class Share(NamedTuple):
    """What one payer adds to one place: label, payer, thousandths of a unit."""

    label: Label
    payer: int
    amount: int


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
    places = Places(regions)
    lines: list[Line] = []
    missing: dict[tuple[Key, str], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for name, amounts in _amounts(charges, places, pools).items():
        for (place, _), shares in amounts.items():
            region, to = places.unpack(place)
            total = sum(share.amount for share in shares)
            price = prices.find(name, region, to)
            if price is None or not price.covers(total):
                for share in shares:
                    missing[(name, region, to), share.label.description][share.payer] += (
                        share.amount
                    )
                continue
            for share, amount, tier in _tiered(shares, total, price.tiers):
                units = quantity(amount)
                description, note, kind = share.label
                priced = units, tier.usd, units * tier.usd
                lines.append(Line(description, price, region, to, share.payer, *priced, note, kind))
    gaps = (
        Gap(*key, description, quantity(sum(amounts.values())), tuple(sorted(amounts)))
        for (key, description), amounts in missing.items()
    )
    return Bill(tuple(lines), tuple(gaps))


def _amounts(
    charges: Iterable[Charge], places: Places, pools: Ints
) -> dict[PriceName, dict[tuple[int, int], list[Share]]]:
    """What is to be priced: per price, place and pool, the share of each payer."""
    parts: dict[tuple[PriceName, Label], list[Columns]] = defaultdict(list)
    for charge in charges:
        label = Label(charge.description, charge.note, charge.kind)
        parts[charge.price, label].append(columns_of(charge).whole())
    amounts: dict[PriceName, dict[tuple[int, int], list[Share]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for (name, label), columns in parts.items():
        for payer, place, amount in _sums(columns, places):
            amounts[name][place, int(pools[payer])].append(Share(label, payer, amount))
    return amounts


def _sums(parts: list[Columns], places: Places) -> Iterator[tuple[int, int, int]]:
    """(payer, place, sum) wherever the sum is not zero. Exact below 2**53."""
    sums: Floats = np.zeros(0)
    for columns in parts:
        keys = columns.payer * places.count + places.pack(columns)
        more = sums_by(keys, columns.quantity, len(sums))
        more[: len(sums)] += sums
        sums = more
    for key in sums.nonzero()[0].tolist():
        yield *divmod(key, places.count), int(sums[key])


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
