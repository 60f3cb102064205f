"""What a month costs in many states of the same charges at once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from costmodel.core.bill import one_row_each
from costmodel.core.charges import Capacity, Charge, Floats, Hourly, Ints, Metered, PriceName
from costmodel.core.price_list import Price, PriceList, usd_by_tier
from costmodel.core.units import HOURS_PER_MONTH, THOUSANDTHS

Place = tuple[PriceName, int]  # a price, and Region and destination in one number


def usd_of_draws(
    charges: Iterable[Charge],
    prices: PriceList,
    regions: Sequence[str],
    pools: Ints,
    draws: int,
) -> Floats:
    """USD of every draw.

    Args:
        charges: as for `bill`, but quantities and loads may have the shape (draws, rows).
        prices, regions, pools: as for `bill`.

    Returns:
        Shape (draws,); NaN where a price is missing. float64, and quantities are not rounded to
        thousandths: what is shown as a bill is billed by `bill`.
    """
    usd = np.zeros(draws)
    pooled: dict[Place, Floats] = defaultdict(lambda: np.zeros((draws, int(pools.max()) + 1)))
    for charge in charges:
        payer, region, to_region, amount = _columns(charge)
        codes = region * (len(regions) + 1) + (0 if to_region is None else to_region + 1)
        for code in np.unique(codes).tolist():
            rows = codes == code
            here = amount[..., rows]
            price = _price(charge.price, code, prices, regions)
            if price is not None and price.is_flat:
                usd += here.sum(axis=-1) * (float(price.tiers[0].usd) / THOUSANDTHS)
            else:
                pooled[charge.price, code] += _by_pool(here, pools[payer[rows]], int(pools.max()))
    for (name, code), sums in pooled.items():
        usd += usd_by_tier(sums, _price(name, code, prices, regions)).sum(axis=1)
    return usd


def _price(name: PriceName, code: int, prices: PriceList, regions: Sequence[str]) -> Price | None:
    region, to = divmod(code, len(regions) + 1)
    return prices.find(name, regions[region], regions[to - 1] if to else None)


def _columns(charge: Charge) -> tuple[Ints, Ints, Ints | None, Floats]:
    """Payer, Region, destination and thousandths of a unit, the latter perhaps by draw."""
    match charge:
        case Metered():
            return charge.payer, charge.region, charge.to_region, charge.quantity.astype(float)
        case Hourly():
            one = one_row_each(charge.thing)
            count = np.broadcast_to(charge.count, charge.thing.shape)[one]
            amount = (count * (HOURS_PER_MONTH * THOUSANDTHS)).astype(float)
            return charge.payer[one], charge.region[one], None, amount
        case Capacity():
            return _capacity(charge)


def _capacity(charge: Capacity) -> tuple[Ints, Ints, None, Floats]:
    """Of every thing its busiest dimension, all month."""
    order = np.argsort(charge.thing, kind="stable")
    first = np.flatnonzero(np.diff(charge.thing[order], prepend=-1))
    if not len(first):
        return charge.payer, charge.region, None, np.zeros(0)
    one = order[first]
    busiest: Floats = np.zeros(len(one))
    for load, per_unit in zip(charge.load, charge.per_unit, strict=True):
        units = np.add.reduceat(load[..., order], first, axis=-1) / per_unit[one]
        busiest = np.maximum(busiest, units)
    hours = busiest * (HOURS_PER_MONTH * THOUSANDTHS)
    return charge.payer[one], charge.region[one], None, hours


def _by_pool(amount: Floats, pool: Ints, last: int) -> Floats:
    """Sums over the rows of every pool: shape (draws or 1, pools)."""
    order = np.argsort(pool, kind="stable")
    first = np.flatnonzero(np.diff(pool[order], prepend=-1))
    sums = np.zeros((*amount.shape[:-1], last + 1))
    if len(first):
        sums[..., pool[order][first]] = np.add.reduceat(amount[..., order], first, axis=-1)
    return sums
