"""netperf: request/response tests in the forms -o, -k, -O, with -P 0, and the classic table.

Percentiles come out of buckets: 1 µs wide below 100 µs, 10 µs below 1 ms, 100 µs below 10 ms.
Source: netperf 2.7.1, src/netlib.c and src/hist.h.
"""

import re
from collections.abc import Iterator, Sequence

from connectivity.importers.latency.run import Asked, Run, checked, number, refuse, shown
from connectivity.importers.latency.text import Text

NAME = "netperf"
BUCKET = 0.1
BANNER = re.compile(r"\s*(?:MIGRATED )?(?P<what>[A-Z].*?) TEST\b.* from .* to ")
KEY = re.compile(r"(?P<key>[A-Z][A-Z0-9_]*)(\[[0-9]+\])?=(?P<value>.*)$")
INTERIM = re.compile(
    r"Interim result:|NETPERF_[A-Z]+\[[0-9]+\]=|[0-9.]+,[^,]+/s,[0-9.]+,[0-9.]+$|!!!"
)
BURST = re.compile(r": first burst ([0-9]+)")
NUMBERS = re.compile(r"\s*[-0-9.]+(\s*,[^,]*)+$|\s*[-0-9.]+(\s+[-0-9.]+)*\s*$")
ASK = "netperf -t TCP_RR … -- -k MIN_LATENCY,P50_LATENCY,P90_LATENCY,P99_LATENCY,MAX_LATENCY,…"

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
    "transaction rate": "THROUGHPUT",
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
Row = dict[str, tuple[int, str]]  # selector: line and value


def recognises(text: Text) -> bool:
    lines = [line for _, line in text.filled]
    return (
        any(BANNER.match(line) for line in lines[:5])
        or lines[0].startswith("establish control")
        or any(re.match(r"P(50|90|99)_LATENCY=|(MEAN|RT)_LATENCY=", line) for line in lines)
        or any("Latency Microseconds" in line for line in lines[:3])
        or (len(lines) == 1 and NUMBERS.match(lines[0]) is not None)
    )


def read(text: Text, asked: Asked) -> tuple[Run, ...]:
    """The one run of the file, in round trips as netperf measures them."""
    text.require_end()
    first_line, first = text.filled[0]
    if first.startswith("establish control"):
        refuse(first_line, "netperf could not reach its netserver: nothing was measured")
    banners = [(n, match["what"], match.string) for n, match in text.found(BANNER)]
    if len(banners) > 1:
        refuse(banners[1][0], "a second run begins here; import runs one by one")
    line, what, banner = banners[0] if banners else (first_line, "", "")
    test = _test(what, line)
    body = [(n, one) for n, one in text.filled if not BANNER.match(one) and not INTERIM.match(one)]
    if not body:
        refuse(line, "a banner without results; the run was cut")
    row = _row(body, asked)
    return checked([_run(row, test, banner, body[0][0])], slack=BUCKET)


def _test(what: str, line: int) -> str:
    """TCP_RR, UDP_RR, TCP_CRR ... from the banner."""
    protocol, upper = what.split(" ")[0], what.upper()
    if any(word in upper for word in ("STREAM", "MAERTS", "SENDFILE", "OMNI SEND", "OMNI RECV")):
        refuse(
            line,
            f"{what}: a throughput test, whose latencies are those of a send call; use -t TCP_RR",
        )
    if not what:
        return "RR"
    return f"{protocol}_CRR" if "CONNECT" in upper else f"{protocol}_RR"


def _row(body: Sequence[tuple[int, str]], asked: Asked) -> Row:
    first = body[0][1]
    if KEY.match(first):
        return dict(_key_values(body))
    if first.startswith(("Local /Remote", "Socket Size")):
        return _classic(body)
    if len(body) == 1:
        return _bare(*body[0], asked)
    if "," in first or (len(body) == 2 and re.search(r"Microseconds\s*$", first)):
        return _csv(body)
    return _stacked(body)


def _key_values(body: Sequence[tuple[int, str]]) -> Iterator[tuple[str, tuple[int, str]]]:
    seen: set[str] = set()
    for line, one in body:
        match = KEY.match(one)
        if match is None:
            refuse(line, f"{shown(one)} is not KEY=value as netperf -k prints it")
        if match["key"] in seen:
            refuse(line, f"{match['key']} for the second time; import runs one by one")
        seen.add(match["key"])
        if match["key"] in FIGURES and not match["value"].strip():
            refuse(line, f"{match['key']} has no value")
        yield match["key"], (line, match["value"])


def _csv(body: Sequence[tuple[int, str]]) -> Row:
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


def _bare(line: int, values: str, asked: Asked) -> Row:
    """Values of -P 0, which prints no header."""
    if not NUMBERS.match(values):
        refuse(line, "a header without values; the run was cut")
    cells = values.split(",") if "," in values else values.split()
    if not asked.columns:
        refuse(
            line,
            "values without a header (-P 0): say which they are with "
            "--columns P50_LATENCY,P90_LATENCY,…, or run netperf without -P 0",
        )
    if len(asked.columns) != len(cells):
        refuse(line, f"{len(cells)} values, and {len(asked.columns)} columns were named")
    return {name.upper(): (line, cell) for name, cell in zip(asked.columns, cells, strict=True)}


def _stacked(body: Sequence[tuple[int, str]]) -> Row:
    """-O: a column's title is stacked over its value, both beginning at the same place."""
    line, values = body[-1]
    cells = list(re.finditer(r"\S+", values))
    if not all(re.match(r"[-0-9.]+$|[0-9^A-Za-z]*/s$", cell[0]) for cell in cells):
        refuse(line, f"the last line is {shown(values)}, not values; the run was cut")
    titles = [""] * len(cells)
    for at, (_, one) in enumerate(body[:-1]):
        words = list(re.finditer(r"\S+", one))
        if at == 0 and len(words) != len(cells):
            refuse(line, f"{len(cells)} values under {len(words)} headers")
        for word in words:
            column = max((i for i, c in enumerate(cells) if c.start() <= word.start()), default=0)
            titles[column] += f" {word[0]}"
    return _named(titles, [(line, cell[0]) for cell in cells])


def _named(titles: Sequence[str], cells: Sequence[tuple[int, str]]) -> Row:
    row: Row = {}
    for title, cell in zip(titles, cells, strict=True):
        lowered = " ".join(title.lower().split())
        name = next((key for words, key in WORDS.items() if lowered.startswith(words)), lowered)
        if name in row:
            refuse(cell[0], f"the column {title.strip()!r} is there twice")
        row[name] = cell
    return row


def _classic(body: Sequence[tuple[int, str]]) -> Row:
    """The table without selectors: rate alone; with -v 2 the mean, too."""
    row: Row = {}
    for line, one in body:
        cells = one.split()
        is_numbers = all(re.fullmatch(r"[0-9.]+", cell) for cell in cells)
        if is_numbers and len(cells) == 6 and "THROUGHPUT" not in row:
            names = ("REQUEST_SIZE", "RESPONSE_SIZE", "ELAPSED_TIME", "THROUGHPUT")
            row |= {name: (line, cell) for name, cell in zip(names, cells[2:], strict=True)}
        elif is_numbers and len(cells) == 8:
            row["RT_LATENCY"] = (line, cells[4])
        elif cells[0] == "HIST_TOTAL:":
            row["HIST_TOTAL"] = (line, cells[1])
    if not row:
        refuse(body[-1][0], "no line of results; the run was cut")
    return row


def _run(row: Row, test: str, banner: str, line: int) -> Run:
    units = row.get("THROUGHPUT_UNITS", (line, "Trans/s"))
    if units[1].strip() != "Trans/s":
        refuse(units[0], f"throughput in {units[1].strip()}: not a request/response test")
    figures = {FIGURES[key]: number(row[key][1], row[key][0], key) for key in FIGURES if key in row}
    burst = _whole(row, "BURST_SIZE")
    said = BURST.search(banner)
    if burst is None and said:
        burst = int(said[1])
    rate, seconds = (_number(row, key) for key in ("THROUGHPUT", "ELAPSED_TIME"))
    notes = []
    if "mean" not in figures:
        trip = _number(row, "RT_LATENCY")
        if trip is None and rate and not figures and not burst:
            trip = 1e6 / rate
            notes.append(f"mean from {rate:g} transactions a second, one at a time")
        if trip is not None:
            figures["mean"] = trip
    if not figures:
        refuse(line, f"no latency among the columns; run {ASK}")
    samples = _whole(row, "HIST_TOTAL")
    if samples is None and rate and seconds:
        samples = round(rate * seconds)
    return Run(
        tool=NAME,
        test=test,
        line=next((row[key][0] for key in (*FIGURES, "THROUGHPUT") if key in row), line),
        samples=samples,
        direction_note="round trip as printed",
        connection="new" if test.endswith("CRR") else "reused",
        loop="closed",
        in_flight=None if burst is None else burst + 1,
        request_bytes=_whole(row, "REQUEST_SIZE"),
        response_bytes=_whole(row, "RESPONSE_SIZE"),
        notes=(*notes, *_flags(row, test, burst)),
        figures=figures,
    )


def _flags(row: Row, test: str, burst: int | None) -> Iterator[str]:
    if test.endswith("CRR"):
        yield "opening the connection is included"
    if burst:
        yield f"{burst + 1} requests in flight: queueing is included"
    if "CONFIDENCE_LEVEL" in row:
        yield "netperf's confidence interval is that of throughput, not of percentiles"


def _number(row: Row, key: str) -> float | None:
    return number(row[key][1], row[key][0], key) if key in row else None


def _whole(row: Row, key: str) -> int | None:
    value = _number(row, key)
    return None if value is None else int(value)
