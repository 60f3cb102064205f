"""What a month costs in many states of the same charges at once."""

from collections.abc import Iterable, Sequence

import numpy as np

from costmodel.core.charges import Charge, Floats, Ints
from costmodel.core.price_list import PriceList, usd_by_tier
from costmodel.core.usage import Places, columns_of, sums_by_pool


def usd_of_draws(
    charges: Iterable[Charge],
    prices: PriceList,
    regions: Sequence[str],
    pools: Ints,
    draws: int,
) -> Floats:
    """USD a month of every draw.

    Args:
        charges: as for `bill`, but quantities and loads may have the shape (draws, rows).
        prices, regions, pools: as for `bill`.
        draws: how many there are.

    Returns:
        Shape (draws,); NaN where a price is missing. float64, and capacity units are not rounded to
        thousandths: what is shown as a bill is billed by `bill`.

    Source: as of `bill`.
    """
    usd = np.zeros(draws)
    usage = ((charge.price, columns_of(charge)) for charge in charges)
    for key, sums in sums_by_pool(usage, Places(regions), pools):
        usd += usd_by_tier(sums, prices.find(*key)).sum(axis=-1)
    return usd
