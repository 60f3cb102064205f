"""Prices of an answer that are older than a year, said once.

A year before the date of the price list, not before today: the same inputs give the same answer on
any day. A price without a date, such as a rate of one's own, has no age.
"""

from dataclasses import dataclass

from connectivity.core.comparison.compare import Comparison
from costmodel.core.price_list import Price

DATE = len("2026-11-25")


@dataclass(frozen=True, slots=True)
class OldPrices:
    """What of an answer rests on old rows, and in which Regions these are billed."""

    count: int
    of: int
    oldest: str
    older_than: str
    regions: tuple[str, ...]

    @property
    def refresh(self) -> str:
        """The command that loads what AWS publishes there today."""
        return f"manage.py fetch_prices {' '.join(f'--region {region}' for region in self.regions)}"

    @property
    def sentence(self) -> str:
        """How many prices of these bills are old, and what renews them."""
        are = "is" if self.count == 1 else "are"
        return (
            f"{self.count:,} of the {self.of:,} prices in these bills {are} older than a year, "
            f"counted back from the price list's date (the oldest of {self.oldest}); "
            f"{self.refresh} loads what AWS publishes today."
        )


def old_prices(comparison: Comparison) -> OldPrices | None:
    """The prices of all bills that were read before `older_than`; None where there is none."""
    as_of = comparison.prices.as_of
    if len(as_of) != DATE:
        return None
    older_than = f"{int(as_of[:4]) - 1}{as_of[4:]}"
    bills = (answer.bill for answer in comparison.answers if answer.bill is not None)
    lines = [line for bill in bills for line in bill.lines]
    prices = {id(line.price): line.price for line in lines}
    old = {key: price for key, price in prices.items() if _is_before(price, older_than)}
    if not old:
        return None
    return OldPrices(
        count=len(old),
        of=len(prices),
        oldest=min(price.as_of for price in old.values()),
        older_than=older_than,
        regions=tuple(sorted({line.region for line in lines if id(line.price) in old})),
    )


def _is_before(price: Price, day: str) -> bool:
    """Of a date without a day, or without a month, the last day that it may mean counts."""
    return bool(price.as_of) and price.as_of < day[: len(price.as_of)]
