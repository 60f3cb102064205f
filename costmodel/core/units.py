"""Units of the bill: a month is 730 hours, quantities are whole thousandths of a unit."""

from collections.abc import Mapping
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

HOURS_PER_MONTH = 730
THOUSANDTHS = 1000
THOUSANDTH = Decimal("0.001")
CENT = Decimal("0.01")


def cents(usd: Decimal | float) -> Decimal:
    """USD with two decimals, half-up: the one rounding of a bill.

    >>> cents(Decimal("1676.725")), cents(2.675)
    (Decimal('1676.73'), Decimal('2.68'))
    """
    exact = usd if isinstance(usd, Decimal) else Decimal(f"{usd:.6f}")
    return exact.quantize(CENT, rounding=ROUND_HALF_UP)


def money(usd: Decimal | float) -> str:
    """USD in words: `cents`, with separators of thousands.

    >>> money(Decimal("1666.325")), money(-1234.5)
    ('1,666.33', '-1,234.50')
    """
    return f"{cents(usd):,}"


def figure(value: float, digits: int = 10) -> str:
    """A number in words: so many significant digits, separators of thousands, never an exponent.

    >>> figure(1e10), figure(241350.5, 5), figure(0.125), figure(1.5e-07)
    ('10,000,000,000', '241,350', '0.125', '0.00000015')
    """
    return f"{Decimal(f'{value:.{digits}g}').normalize():,f}"


def cents_of_parts(parts: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Parts of a sum with two decimals, which add up to the sum with two decimals.

    The largest remainders get the cents that are left over; of equal ones, the first by name.

    >>> parts = cents_of_parts({"b": Decimal("1.005"), "a": Decimal("1.005")})
    >>> str(parts["a"]), str(parts["b"])
    ('1.01', '1.00')
    """
    whole = {name: usd.quantize(CENT, rounding=ROUND_FLOOR) for name, usd in parts.items()}
    left = cents(sum(parts.values(), Decimal(0))) - sum(whole.values(), Decimal(0))
    order = sorted(parts, key=lambda name: (whole[name] - parts[name], name))
    for name in order[: int(left / CENT)]:
        whole[name] += CENT
    return whole


def quantity(thousandths: int) -> Decimal:
    """Whole thousandths as a quantity in the price's own unit.

    >>> quantity(730000)
    Decimal('730.000')
    """
    return thousandths * THOUSANDTH
