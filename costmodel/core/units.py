"""Units of the bill: a month is 730 hours, quantities are whole thousandths of a unit."""

from decimal import ROUND_HALF_UP, Decimal

HOURS_PER_MONTH = 730
THOUSANDTHS = 1000
THOUSANDTH = Decimal("0.001")
CENT = Decimal("0.01")


def cents(usd: Decimal) -> Decimal:
    """USD with two decimals, half-up: the one rounding of a bill.

    >>> cents(Decimal("1676.725"))
    Decimal('1676.73')
    """
    return usd.quantize(CENT, rounding=ROUND_HALF_UP)


def quantity(thousandths: int) -> Decimal:
    """Whole thousandths as a quantity in the price's own unit.

    >>> quantity(730000)
    Decimal('730.000')
    """
    return thousandths * THOUSANDTH
