"""The percentile spectrum that HdrHistogram prints; wrk2 prints the same."""

import re
from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

from connectivity.importers.latency.run import number, refuse, whole

TITLE = re.compile(r"\s*Value\s+Percentile\s+TotalCount\s+1/\(1-Percentile\)")
POINT = re.compile(r"\s*([-0-9.,]+)\s+([0-9.]+)\s+([0-9]+)(\s+(inf|Infinity|[0-9.]+))?\s*$")
MEAN = re.compile(r"\s*#\[Mean\s*=\s*(\S+), StdDeviation\s*=\s*(\S+)\]")
MAX = re.compile(r"\s*#\[Max\s*=\s*(\S+), Total ?[cC]ount\s*=\s*(\S+)\]")
BUCKETS = re.compile(r"\s*#\[Buckets\s*=")
PERCENTS = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p99.9": 0.999}

Lines = Sequence[tuple[int, str]]


class Spectrum(NamedTuple):
    """Values in the unit of the file."""

    figures: dict[str, float]
    samples: int
    line: int


def spectrum(lines: Lines) -> Spectrum:
    """One spectrum with its footer; a percentile is the first value that so many did not exceed.

    Raises:
        DocumentRefused: values or counts fall, or the footer is missing.
    """
    rows = _rows(lines)
    last_line = lines[-1][0]
    mean = _footer(lines, MEAN, "mean")
    top = _footer(lines, MAX, "maximum")
    if not any(BUCKETS.match(content) for _, content in lines):
        refuse(last_line, "the footer is cut")
    count = whole(top[1][2].removesuffix(".000"), top[0], "the total count")
    if not rows or rows[-1][2] != count:
        refuse(last_line, f"the spectrum does not end at the total count of {count}")
    points = {
        name: next(value for _, value, seen in rows if seen >= ceil(part * count - 1e-9))
        for name, part in PERCENTS.items()
    }
    return Spectrum(
        points
        | {
            "min": rows[0][1],
            "mean": number(mean[1][1], mean[0], "the mean"),
            "stddev": number(mean[1][2], mean[0], "the standard deviation"),
            "max": number(top[1][1], top[0], "the maximum"),
        },
        count,
        rows[0][0],
    )


def _rows(lines: Lines) -> list[tuple[int, float, int]]:
    rows: list[tuple[int, float, int]] = []
    percentile = 0.0
    for line, content in lines:
        if TITLE.match(content) or content.lstrip().startswith("#["):
            continue
        match = POINT.match(content)
        if match is None:
            refuse(line, f"{content.strip()[:40]!r} is not a row of a percentile spectrum")
        value, seen = number(match[1], line, "the value"), int(match[3])
        before, percentile = percentile, number(match[2], line, "the percentile")
        is_rising = not rows or (value >= rows[-1][1] and seen >= rows[-1][2])
        if not is_rising or percentile < before or percentile > 1:
            refuse(line, "values, percentiles or counts fall; they can only rise")
        rows.append((line, value, seen))
    return rows


def _footer(lines: Lines, pattern: re.Pattern[str], name: str) -> tuple[int, re.Match[str]]:
    matches = [(line, match) for line, content in lines if (match := pattern.match(content))]
    if not matches:
        refuse(lines[-1][0], f"no {name} in a footer: the file was cut")
    if len(matches) > 1:
        refuse(matches[1][0], "a second spectrum ends here; import runs one by one")
    return matches[0]
