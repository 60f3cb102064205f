"""The forms in which netperf prints a request/response test, as values by selector: -k, -o, -O,
values alone (-P 0), and the classic table.

Source: netperf 2.7.1, src/nettest_omni.c and src/nettest_bsd.c.
"""

import re
from collections.abc import Iterator, Sequence

from connectivity.importers.latency.run import Hints, refuse, shown
from connectivity.importers.latency.text import Text

KEY = re.compile(r"(?P<key>[A-Z][A-Z0-9_]*)(\[[0-9]+\])?=(?P<value>.*)$")
NUMBERS = re.compile(r"\s*[-0-9.]+(\s*,[^,]*)+$|\s*[-0-9.]+(\s+[-0-9.]+)*\s*$")
RATE = re.compile(r"(?:Elapsed|Time|secs\.) +(\S+(?: sec| tran)?)")  # one of three header lines
RATES = re.compile(r"(?:[0-9]+ +){4}[0-9]+\.[0-9]{2} +[0-9]+\.[0-9]{2}|[0-9]+ +[0-9]+")
TWO_DECIMALS = ("MEAN_LATENCY", "STDDEV_LATENCY", "THROUGHPUT", "ELAPSED_TIME")

WORDS = {  # how the header of -o and -O begins
    "50th percentile latency": "P50_LATENCY",
    "90th percentile latency": "P90_LATENCY",
    "99th percentile latency": "P99_LATENCY",
    "mean latency": "MEAN_LATENCY",
    "minimum latency": "MIN_LATENCY",
    "maximum latency": "MAX_LATENCY",
    "stddev latency": "STDDEV_LATENCY",
    "round trip latency": "RT_LATENCY",
    "throughput units": "THROUGHPUT_UNITS",
    "throughput confidence": "THROUGHPUT_CONFID",
    "throughput": "THROUGHPUT",
    "transaction rate": "TRANSACTION_RATE",
    "elapsed time": "ELAPSED_TIME",
    "request size": "REQUEST_SIZE",
    "response size": "RESPONSE_SIZE",
    "initial burst requests": "BURST_SIZE",
    "confidence level": "CONFIDENCE_LEVEL",
}
FIGURES = {
    "P50_LATENCY": "p50",
    "P90_LATENCY": "p90",
    "P99_LATENCY": "p99",
    "MEAN_LATENCY": "mean",
    "MIN_LATENCY": "min",
    "MAX_LATENCY": "max",
    "STDDEV_LATENCY": "stddev",
}
UNITS = {"Trans. Rate per sec": "TRANSACTION_RATE", "Latency usecs per tran": "RT_LATENCY"}
Row = dict[str, tuple[int, str]]  # selector: line and value
Body = Sequence[tuple[int, str]]


def row_of(body: Body, hints: Hints) -> Row:
    """The values of a test, in whatever form they stand."""
    first = body[0][1]
    if KEY.match(first):
        return dict(_key_values(body))
    if first.startswith(("Local /Remote", "Socket Size")):
        return _classic(body)
    if len(body) == 1:
        return _bare(*body[0], hints)
    if "," in first or (len(body) == 2 and re.search(r"Microseconds\s*$", first)):
        return _csv(body)
    return _stacked(body)


def _key_values(body: Body) -> Iterator[tuple[str, tuple[int, str]]]:
    seen: set[str] = set()
    for line, content in body:
        match = KEY.match(content)
        if match is None:
            refuse(line, f"{shown(content)} is not KEY=value as netperf -k prints it")
        if match["key"] in seen:
            refuse(line, f"{match['key']} for the second time; import runs one by one")
        seen.add(match["key"])
        if match["key"] in FIGURES and not match["value"].strip():
            refuse(line, f"{match['key']} has no value")
        yield match["key"], (line, match["value"])


def _csv(body: Body) -> Row:
    if len(body) > 2:
        refuse(body[2][0], "one header and one line of values are expected, and here is more")
    (_, header), (line, values) = body
    names, cells = header.split(","), values.split(",")
    if len(names) != len(cells):
        refuse(
            line,
            f"{len(cells)} values under {len(names)} headers, so they cannot be told apart; "
            "an unknown selector drops its header",
        )
    return _named(names, [(line, cell) for cell in cells])


def _bare(line: int, values: str, hints: Hints) -> Row:
    """Values of -P 0, which prints no header."""
    if not NUMBERS.match(values):
        refuse(line, "a header without values; the run was cut")
    cells = values.split(",") if "," in values else values.split()
    if not hints.columns:
        refuse(
            line,
            "values without a header (-P 0): say which they are with "
            "--columns P50_LATENCY,P90_LATENCY,…, or run netperf without -P 0",
        )
    if len(hints.columns) != len(cells):
        refuse(line, f"{len(cells)} values, and {len(hints.columns)} columns were named")
    return {name.upper(): (line, cell) for name, cell in zip(hints.columns, cells, strict=True)}


def _stacked(body: Body) -> Row:
    """-O: a column's title is stacked over its value, both beginning at the same place."""
    line, values = body[-1]
    cells = list(re.finditer(r"\S+", values))
    if not all(re.match(r"[-0-9.]+$|[0-9^A-Za-z]*/s$", cell[0]) for cell in cells):
        refuse(line, f"the last line is {shown(values)}, not values; the run was cut")
    titles = [""] * len(cells)
    for at, (_, header) in enumerate(body[:-1]):
        words = list(re.finditer(r"\S+", header))
        if at == 0 and len(words) != len(cells):
            refuse(line, f"{len(cells)} values under {len(words)} headers")
        for word in words:
            column = max((i for i, c in enumerate(cells) if c.start() <= word.start()), default=0)
            titles[column] += f" {word[0]}"
    return _named(titles, [(line, cell[0]) for cell in cells])


def _named(titles: Sequence[str], cells: Body) -> Row:
    row: Row = {}
    for title, cell in zip(titles, cells, strict=True):
        lowered = " ".join(title.lower().split())
        name = next((key for words, key in WORDS.items() if lowered.startswith(words)), lowered)
        if name in row:
            refuse(cell[0], f"the column {title.strip()!r} is there twice")
        row[name] = cell
    return row


def _classic(body: Body) -> Row:
    """The table without selectors: the rate in the unit of its header, with -c and -C the load of
    the processors; with -v 2 the mean and the rate, too."""
    row: Row = {}
    unit = " ".join(match[1] for _, line in body if (match := RATE.search(line)))
    for line, text_of_line in body:
        cells = text_of_line.split()
        if not all(re.fullmatch(r"-?[0-9.]+", cell) for cell in cells):
            continue
        if len(cells) in (6, 10) and "ELAPSED_TIME" not in row:
            names = ("REQUEST_SIZE", "RESPONSE_SIZE", "ELAPSED_TIME", UNITS.get(unit, unit))
            row |= {name: (line, cell) for name, cell in zip(names, cells[2:6], strict=True)}
        elif len(cells) == 8:
            row |= {"RT_LATENCY": (line, cells[4]), "TRANSACTION_RATE": (line, cells[5])}
    if not row:
        refuse(body[-1][0], "no line of results; the run was cut")
    if not row.keys() & {"TRANSACTION_RATE", "RT_LATENCY"}:
        line = row["ELAPSED_TIME"][0]
        refuse(line, f"the rate is in {shown(unit)}, and not in transactions; run without -f")
    return row


def is_whole(text: Text) -> bool:
    """Whether a last line that is not ended shows that it was not cut: its value has the two
    decimals that this selector has, or is a unit; or the rates of the classic table are over."""
    last = text.filled[-1][1].strip()
    if any("Socket Size" in line for _, line in text.filled):
        return RATES.fullmatch(last) is not None
    match, header = KEY.match(last), text.filled[-2][1] if len(text.filled) > 1 else ""
    title = match["key"] if match else _named([header.split(",")[-1]], [(1, "")]).popitem()[0]
    value = last.rpartition("=" if match else ",")[2]
    return value == "Trans/s" or (
        title in TWO_DECIMALS and re.fullmatch(r"[0-9]+\.[0-9]{2}", value) is not None
    )
