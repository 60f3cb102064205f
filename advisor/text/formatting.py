"""How figures look on pages: money, quantities, microseconds."""

from collections.abc import Sequence
from decimal import Decimal

from costmodel.core.units import money


def usd(value: Decimal | float | str | None) -> str:
    """Two decimals and thousands separators; nothing is invented for what is missing."""
    if value is None or value == "":
        return "no total"
    return f"${money(Decimal(value) if isinstance(value, str) else value)}"


def signed_usd(value: Decimal) -> str:
    return f"{'-' if value < 0 else '+'}${money(abs(value))}"


def percent(share: float) -> str:
    """A share as per cent, with as many digits as matter."""
    return f"{100 * share:.3g} %"


def exact(value: Decimal) -> str:
    """As many decimals as a line has, at least two."""
    text = f"{value:,.6f}".rstrip("0")
    whole, _, decimals = text.partition(".")
    return f"${whole}.{decimals:0<2}"


def amount(value: Decimal | float | str) -> str:
    """A quantity to the thousandth, without idle zeros."""
    text = f"{Decimal(value):,.3f}".rstrip("0").rstrip(".")
    return text or "0"


def us(value: float | str | None) -> str:
    """A template gives an empty text for what is not there."""
    return "no data" if value is None or value == "" else f"{value:,.10g} µs"


def signed_us(value: float | None) -> str:
    return "no data" if value is None else f"{value:+,.10g} µs"


def listed(names: Sequence[str]) -> str:
    """As a sentence lists them."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
