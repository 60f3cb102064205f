"""netperf: request/response tests in the forms -o, -k, -O, with -P 0, and the classic table; with
-v 2 a histogram follows, of which the total is read.

Percentiles come out of buckets: 1 µs wide below 100 µs, 10 µs below 1 ms, 100 µs below 10 ms.
Source: netperf 2.7.1, src/netlib.c and src/hist.h.
"""

import re
from collections.abc import Iterator

from connectivity.importers.latency.netperf_forms import (
    FIGURES,
    NUMBERS,
    Body,
    Row,
    is_whole,
    row_of,
)
from connectivity.importers.latency.run import Hints, Run, checked, number, refuse, shown
from connectivity.importers.latency.text import Text

NAME = "netperf"
BUCKET = 0.1
BANNER = re.compile(r"\s*(?:MIGRATED )?(?P<what>[A-Z].{0,60}?) TEST\b(?P<rest>.*)")
PEER = re.compile(r" to (?P<host>\S+) ")
INTERIM = re.compile(
    r"Interim result:|NETPERF_[A-Z]+\[[0-9]+\]=|[0-9.]+,[^,]+/s,[0-9.]+,[0-9.]+$|!!!"
)
HISTOGRAM = re.compile(r"\s*Histogram of ")
TOTAL = re.compile(r"\s*HIST_TOTAL:\s*(?P<count>[0-9]+)\s*$")
BURST = re.compile(r": first burst ([0-9]+)")
ASK = "netperf -t TCP_RR … -- -k MIN_LATENCY,P50_LATENCY,P90_LATENCY,P99_LATENCY,MAX_LATENCY,…"


def recognises(text: Text) -> bool:
    lines = [line for _, line in text.filled]
    return (
        any(map(_banner, lines[:5]))
        or lines[0].startswith("establish control")
        or any(re.match(r"P(50|90|99)_LATENCY=|(MEAN|RT)_LATENCY=", line) for line in lines)
        or any("Latency Microseconds" in line for line in lines[:3])
        or (len(lines) == 1 and NUMBERS.match(lines[0]) is not None)
    )


def _banner(line: str) -> re.Match[str] | None:
    match = BANNER.match(line)
    return match if match and " from " in match["rest"] and " to " in match["rest"] else None


def read(text: Text, hints: Hints) -> tuple[Run, ...]:
    """The one run of the file, in round trips as netperf measures them."""
    if not is_whole(text):
        text.require_end()
    first_line, first = text.filled[0]
    if first.startswith("establish control"):
        refuse(first_line, "netperf could not reach its netserver: nothing was measured")
    banners = [(n, match) for n, line in text.filled if (match := _banner(line))]
    if len(banners) > 1:
        refuse(banners[1][0], "a second run begins here; import runs one by one")
    line, banner = banners[0] if banners else (first_line, None)
    test = _test(banner["what"] if banner else "", line)
    body = [(n, row) for n, row in text.filled if n > line or not banner]
    body = [(n, row) for n, row in body if not INTERIM.match(row)]
    table, total = _without_histogram(body)
    if not table:
        refuse(line, "a banner without results; the run was cut")
    row = row_of(table, hints) | total
    return checked([_run(row, test, banner["rest"] if banner else "", table[0][0])], slack=BUCKET)


def _without_histogram(body: Body) -> tuple[Body, Row]:
    """What stands before the histogram of -v 2, and the total that ends it."""
    start = next((at for at, (_, row) in enumerate(body) if HISTOGRAM.match(row)), None)
    if start is None:
        return body, {}
    totals = ((n, match["count"]) for n, row in body[start:] if (match := TOTAL.match(row)))
    total = next(totals, None)
    if total is None:
        refuse(body[-1][0], "no HIST_TOTAL at the end of the histogram; the run was cut")
    return body[:start], {"HIST_TOTAL": total}


def _test(banner: str, line: int) -> str:
    """TCP_RR, UDP_RR, TCP_CRR ... from the banner."""
    protocol, upper = banner.split(" ")[0], banner.upper()
    if any(word in upper for word in ("STREAM", "MAERTS", "SENDFILE", "OMNI SEND", "OMNI RECV")):
        refuse(
            line,
            f"{banner}: a throughput test, whose latencies are those of a send call; use -t TCP_RR",
        )
    if not banner:
        return "RR"
    return f"{protocol}_CRR" if "CONNECT" in upper else f"{protocol}_RR"


def _run(row: Row, test: str, banner: str, line: int) -> Run:
    _require_transactions(row)
    burst = _whole(row, "BURST_SIZE")
    burst_match = BURST.search(banner)
    if burst is None and burst_match:
        burst = int(burst_match[1])
    has_unit = "THROUGHPUT_UNITS" in row and "TRANSACTION_RATE" not in row
    rate_key = "THROUGHPUT" if has_unit else "TRANSACTION_RATE"
    rate, seconds = (_number(row, key) for key in (rate_key, "ELAPSED_TIME"))
    figures, notes = _figures(row, None if burst else rate)
    if not figures:
        unsaid = "; THROUGHPUT needs THROUGHPUT_UNITS" if "THROUGHPUT" in row and not rate else ""
        refuse(line, f"no latency among the columns{unsaid}; run {ASK}")
    samples = _whole(row, "HIST_TOTAL")
    if samples is None and rate and seconds:
        samples = round(rate * seconds)
    peer = PEER.search(banner)
    return Run(
        tool=NAME,
        test=test,
        line=next((row[key][0] for key in (*FIGURES, rate_key) if key in row), line),
        samples=samples,
        direction_note="round trip as printed",
        connection="new" if test.endswith("CRR") else "reused",
        loop="closed",
        host=peer["host"] if peer else "",
        in_flight=None if burst is None else burst + 1,
        request_bytes=_whole(row, "REQUEST_SIZE"),
        response_bytes=_whole(row, "RESPONSE_SIZE"),
        notes=(*notes, *_flags(row, test, burst)),
        figures=figures,
    )


def _require_transactions(row: Row) -> None:
    """Raises DocumentRefused where the rate is one of bytes."""
    line, unit = row.get("THROUGHPUT_UNITS", (1, "Trans/s"))
    if unit.strip() != "Trans/s":
        refuse(
            line,
            f"throughput in {shown(unit.strip())}, and not in transactions; a stream is no "
            "request/response test; else run without -f",
        )


def _figures(row: Row, rate: float | None) -> tuple[dict[str, float], list[str]]:
    """Those of the columns; else the mean alone, from the rate of one request at a time."""
    figures = {FIGURES[key]: number(row[key][1], row[key][0], key) for key in FIGURES if key in row}
    trip = _number(row, "RT_LATENCY")
    if "mean" in figures:
        return figures, []
    if trip is not None:
        return figures | {"mean": trip}, []
    if figures or not rate:
        return figures, []
    note = f"mean from {rate:g} transactions a second, one at a time"
    return {"mean": 1e6 / rate}, [note]


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
