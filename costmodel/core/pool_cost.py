"""What every pool would pay alone: for choosing between thousands of candidates at once."""

from collections.abc import Iterable, Sequence

import numpy as np

from costmodel.core.charges import Charge, Floats, Ints
from costmodel.core.price_list import PriceList, usd_by_tier
from costmodel.core.usage import Places, columns_of, number_of, sums_by_pool


def usd_of_pools(
    charges: Iterable[Charge], prices: PriceList, regions: Sequence[str], pools: Ints
) -> Floats:
    """USD a month of every pool as if it were alone.

    Args:
        charges, prices, regions, pools: as for `bill`.

    Returns:
        Shape (pools,); NaN where a price is missing. float64 of the quantities that `bill` prices:
        what is shown as a bill is billed by it.

    Source: as of `bill`.
    """
    usd = np.zeros(number_of(pools))
    usage = ((charge.price, columns_of(charge).whole()) for charge in charges)
    for key, sums in sums_by_pool(usage, Places(regions), pools):
        usd += usd_by_tier(sums, prices.find(*key))
    return usd
