"""A bill as a page shows it: its largest lines, who pays them, and the sum of the rest."""

from decimal import Decimal
from typing import Any, NamedTuple

from advisor.text.formatting import amount, exact, usd
from connectivity.core.comparison.answer import Answer
from connectivity.core.comparison.compare import Comparison
from connectivity.core.network.topology import Account
from costmodel.core.bill import Line
from costmodel.core.usage_types import usage_type

MAX_LINES = 10  # on the page; the print view shows more, CSV and JSON have all
MAX_PRINTED = 500
MAX_PAYERS = 20  # on the page, as above


class Payer(NamedTuple):
    account: str
    name: str
    usd: Decimal | None  # None: something that it pays has no price


class LineRow(NamedTuple):
    """One line in words; flat, since a template pays for every dot."""

    what: str
    usage_type: str
    where: str
    note: str
    payer: str
    account: str
    quantity: str
    rate: str
    usd: str
    as_of: str
    weak: bool
    source: str


class BillRows(NamedTuple):
    """Lines in the bill's order; where there are too many, the largest first."""

    payers: list[Payer]  # who pays most comes first
    more_payers: int
    lines: list[LineRow]
    more_lines: int
    more_usd: Decimal

    @property
    def payer_count(self) -> int:
        return len(self.payers) + self.more_payers

    @property
    def paid_by(self) -> str:
        named = "; ".join(f"{payer.name} ({payer.account}) {_paid(payer)}" for payer in self.payers)
        more = f"; and {self.more_payers} more accounts, which CSV and JSON name"
        return named + (more if self.more_payers else "")


def bill_rows(answer: Answer, comparison: Comparison, most: int) -> BillRows:
    """The rows of an option's bill; none where it could not be priced."""
    lines = answer.bill.lines if answer.bill else ()
    if len(lines) > most:
        lines = tuple(sorted(lines, key=lambda line: -line.usd))
    rest = lines[most:]
    payers = _payers(answer, comparison)
    shown = payers[: max(MAX_PAYERS, most)]
    return BillRows(
        shown,
        len(payers) - len(shown),
        [_line(line, comparison) for line in lines[:most]],
        len(rest),
        sum((line.usd for line in rest), Decimal(0)),
    )


def _payers(answer: Answer, comparison: Comparison) -> list[Payer]:
    """Who pays most comes first; where a price is missing, those who pay it."""
    accounts, names = comparison.case.topology.accounts, comparison.case.account
    paid = sorted(answer.payers(accounts).items(), key=lambda payer: -payer[1])
    known = [Payer(account, names[account].name, usd) for account, usd in paid]
    unknown = answer.unknown_payers(accounts)
    return [*known, *(Payer(account, names[account].name, None) for account in unknown)]


def _paid(payer: Payer) -> str:
    return "price missing" if payer.usd is None else usd(payer.usd)


def _line(line: Line, comparison: Comparison) -> LineRow:
    price, account = line.price, comparison.case.topology.accounts[line.payer]
    return LineRow(
        line.description,
        usage_type(price.name, line.region, line.to_region),
        f"{line.region} to {line.to_region}" if line.to_region else line.region,
        line.note,
        account.name,
        account.id,
        f"{amount(line.quantity)} {price.unit}",
        f"{line.rate:f}",
        exact(line.usd),
        price.as_of or "undated",
        price.weak,
        price.source,
    )


def line_row(line: dict[str, Any], payer: Account) -> LineRow:
    """A line as JSON has it, in words."""
    return LineRow(
        line["what"],
        line["usage_type"],
        " to ".join(filter(None, (line["region"], line["to_region"]))),
        line["note"],
        payer.name,
        payer.id,
        f"{amount(line['quantity'])} {line['unit']}",
        line["rate"],
        exact(Decimal(line["usd"])),
        line["as_of"] or "undated",
        line["weak"],
        line["source"],
    )
