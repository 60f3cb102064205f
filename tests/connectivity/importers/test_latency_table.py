"""Our latency table: what is read, and which line is wrong."""

import pytest

from connectivity.importers.latency_table import COLUMNS, LatencyTableError, read

HEADER = ",".join(COLUMNS)


def row(option: str = "vpc-peering", az: str = "use1-az2", us: str = "595") -> str:
    return f"{option},use1-az1,{az},{us},90,2020,netperf,table"


def test_reads_a_row() -> None:
    (cell,) = read([HEADER, row()])
    assert (cell.option, cell.to_az, cell.us, cell.basis) == (
        "vpc-peering",
        "use1-az2",
        595,
        "published",
    )


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "line 1: no column 'option'"),
        ([HEADER, row(option="subnet-sharing")], "line 2: 'option' is 'subnet-sharing'"),
        ([HEADER, row(), row(az="us-east-1b")], "line 3: 'to_az' is 'us-east-1b', not an AZ ID"),
        ([HEADER, "vpc-peering"], "line 2: 'from_az' is '', not an AZ ID"),
        ([HEADER, row(us="fast")], "line 2: 'us' is 'fast', not a number"),
        ([HEADER, row(us="-1")], "line 2: 'us' is -1.0, not a number of microseconds"),
        (["a" * 140_000], "line 1: not CSV: field larger than field limit"),
        ([HEADER, row(), "a" * 140_000], "line 3: not CSV: field larger than field limit"),
        ([HEADER, row(us="nan")], "line 2: 'us' is nan, not a number of microseconds"),
    ],
)
def test_says_which_line_is_wrong(lines: list[str], message: str) -> None:
    with pytest.raises(LatencyTableError, match=message):
        read(lines)
