"""Our price table: what is read, and which line is wrong."""

import pytest

from costmodel.importers.price_table import COLUMNS, PriceTableError, read

HEADER = ",".join(COLUMNS)
ROW = "AmazonVPC,VpcEndpoint-Bytes,VpcEndpoint,*,,GB,{start},{end},{usd},2026-09-24,{weak},page"


def table(*rows: str) -> list[str]:
    return [HEADER, *rows]


def row(start: str = "0", end: str = "", usd: str = "0.01", weak: str = "") -> str:
    return ROW.format(start=start, end=end, usd=usd, weak=weak)


def test_tiers_of_one_price_are_put_together() -> None:
    (price,) = read(table(row("1048576", "", "0.006"), row("0", "1048576")))
    assert [(tier.start, tier.end) for tier in price.tiers] == [
        (0, 1_048_576_000),
        (1_048_576_000, None),
    ]
    assert price.to_region is None


def test_weak_rows_are_marked() -> None:
    (price,) = read(table(row(weak="yes")))
    assert price.weak
    (price,) = read(table(row()))
    assert not price.weak


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "line 1: no column 'service'"),
        ([HEADER.replace("usd", "eur")], "line 1: no column 'usd'"),
        (table(row(), row(usd="cheap")), "line 3: 'usd' is 'cheap', not a number"),
        (table(row(usd="NaN")), "line 2: 'usd' is 'NaN', not a finite number"),
        (table(row(usd="1e999999999")), "line 2: 'usd' is '1e999999999'; it cannot be so large"),
        (["a" * 140_000], "line 1: not CSV: field larger than field limit"),
        (table(row(), "a" * 140_000), "line 3: not CSV: field larger than field limit"),
        ([HEADER, "AmazonVPC"], "line 2: 'from' is '', not a number"),
        (table(row(usd="")), "line 2: 'usd' is '', not a number"),
        (table(row("5")), "line 2: a tier begins at 5000, not at 0"),
        (table(row("0", "5"), row("6")), "line 2: a tier begins at 6000, not at 5000"),
        (table(row(weak="weak")), "line 2: 'weak' is 'weak'; write 'yes' for a second-hand figure"),
        (table(row(), row(weak="no")), "line 3: 'weak' is 'no'; write 'yes' for a second-hand"),
        (table(row(usd="-1")), "line 2: the tier from 0 to None at -1 USD cannot be"),
    ],
)
def test_says_which_line_is_wrong(lines: list[str], message: str) -> None:
    with pytest.raises(PriceTableError, match=message):
        read(lines)
