"""At which rate what a plan leaves out for want of a price would enter it."""

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from connectivity.core.comparison.compare import Comparison
from connectivity.core.option_parts.option import Option
from connectivity.core.plan.design.designs import Design
from connectivity.core.plan.formulation.parts import Memory
from connectivity.core.plan.search.cheapest import Limits, cheapest
from connectivity.core.plan.search.plan import Plan
from connectivity.core.plan.trade_offs.variations import with_rate
from costmodel.core.price_list import Key
from costmodel.core.units import CENT

MAX_STEPS = 20
GRID = Decimal("1e-12")  # USD, on which a rate is told


@dataclass(frozen=True)
class Entry:
    """A price that is missing.

    Attributes:
        options: those that need it.
        below_usd: the rate below which a cheapest design uses it; None: none does, however low it
            is, as long as other prices are missing, too; or every design needs it.
        is_needed: without it there is no design.
        is_proven: every design on the way was proven.
    """

    key: Key
    options: tuple[Option, ...]
    below_usd: Decimal | None
    is_needed: bool = False
    is_proven: bool = True


def entries(comparison: Comparison, planned: Plan, limits: Limits) -> list[Entry]:
    """Every price that a plan lacks, in its order, each as if the others stayed missing.

    What a design costs is a straight line in the rate, and what the cheapest one costs is the
    lowest of them. From 0 on, each line says up to where it is below the plan; the last is exact.

    Args:
        limits: of each of the plans that this takes, and of the plan itself.
    """
    quick = limits._replace(tells_ties=False, memory=Memory())
    return [_entry(comparison, planned, key, quick) for key in planned.left_out]


def _entry(comparison: Comparison, planned: Plan, key: Key, limits: Limits) -> Entry:
    options = planned.left_out[key]
    if key[0].is_input:
        return Entry(key, options, None, is_proven=False)
    rate: Decimal | None = None
    for _ in range(MAX_STEPS):
        tried = cheapest(with_rate(comparison, key, rate or Decimal(0)), limits)
        if not tried.is_proven:
            return Entry(key, options, rate, is_proven=False)
        if tried.design is None or planned.design is None:
            is_needed = tried.design is not None
            return Entry(key, options, None, is_needed)
        next_rate = _reach(tried.design, key, planned.design.exact_usd)
        if next_rate is None or next_rate <= (rate or 0):
            return Entry(key, options, rate, is_proven=planned.is_proven)
        rate = next_rate
    return Entry(key, options, rate, is_proven=False)


def _reach(design: Design, key: Key, usd: Decimal) -> Decimal | None:
    """The rate up to which a design costs less than so much; None where it does not."""
    lines = [
        line
        for line in design.bill.lines
        if (line.price.name, line.region, line.to_region) == key
    ]  # fmt: skip
    units = sum((line.quantity for line in lines), Decimal(0))
    rest = design.exact_usd - sum((line.usd for line in lines), Decimal(0))
    if not units or usd - design.exact_usd < CENT / 2:
        return None
    return ((usd - rest) / units).quantize(GRID, rounding=ROUND_FLOOR)
