"""oha: its summary (four decimals of s, ms or µs) and its JSON (seconds).

Requests that got an answer are timed. oha waits for answers unless told a rate (-q), which its
output does not say. Source: oha 1, src/printer.rs and schema.json.
"""

import re
from dataclasses import replace

from connectivity.importers.latency.percentiles import (
    counts,
    duration,
    failed_share,
    http,
    named,
    refusals,
    statistic,
    step_us,
)
from connectivity.importers.latency.run import Hints, Run, checked, refuse, whole
from connectivity.importers.latency.text import Text

NAME = "oha"
SUMMARY = re.compile(r"\s*Summary:\s*$")
SUCCESS = re.compile(r"\s*Success rate:\s+(?P<rate>[0-9]+\.[0-9]+)(?P<percent>%?)\s*$")
TIME = r"(?P<value>[0-9.]+ (?:secs|sec|ms|µs|us|ns|s|min|m|h))"
TOTAL = re.compile(rf"\s*(?P<name>Slowest|Fastest|Average):\s+{TIME}\s*$")
TITLE = re.compile(r"\s*(?P<title>[A-Z][^\[\]]*):\s*$")
POINT = re.compile(rf"\s*(?P<name>[0-9.]+)% in (?:{TIME}|NaN \w+)\s*$")
STATUS = re.compile(r"\s*\[(?P<code>[1-5][0-9]{2})\] (?P<count>[0-9]+) responses\s*$")
ERROR = re.compile(r"\s*\[(?P<count>[0-9]+)\] \S")
DISTRIBUTION = "Response time distribution"
STATUSES, ERRORS = "Status code distribution", "Error distribution"
US = 1e6
CUT_SHORT = "aborted due to deadline"  # oha's own end of a timed run: no request that failed
FINER = "run oha --output-format json, or -u us"


def recognises(text: Text) -> bool:
    if text.whole.lstrip().startswith("{"):
        return '"latencyPercentiles"' in text.whole
    first = [line for _, line in text.filled[:5]]
    return any(map(SUMMARY.match, first)) and any(map(SUCCESS.match, first))


def read(text: Text, hints: Hints) -> tuple[Run, ...]:
    """The one run of the file."""
    run = _of_json(text) if text.whole.lstrip().startswith("{") else _of_summary(text)
    return checked([replace(run, direction_note=http(run))], finer=FINER)


def _of_json(text: Text) -> Run:
    document = text.json
    summary, percentiles = document.get("summary"), document.get("latencyPercentiles")
    line, at = text.line_of("summary"), text.line_of("latencyPercentiles")
    if not isinstance(summary, dict) or not isinstance(percentiles, dict):
        refuse(line, "summary or latencyPercentiles is not an object")
    times = [(name, value) for name, value in percentiles.items() if value is not None]
    edges = [(name, value) for name, value in summary.items() if value is not None]
    statuses = counts(document.get("statusCodeDistribution"), at, "statusCodeDistribution")
    errors = counts(document.get("errorDistribution"), at, "errorDistribution")
    figures = named(times, US, at) | named(edges, US, line)
    return _run(line, figures, statuses, errors)


def _of_summary(text: Text) -> Run:
    starts = [line for line, _ in text.found(SUMMARY)]
    if len(starts) > 1:
        refuse(starts[1], "a second run begins here; import runs one by one")
    sections = _sections(text)
    if STATUSES not in sections:
        refuse(text.filled[-1][0], "no status code distribution: the summary was cut")
    _require_whole(text, sections)
    rows = [*text.found(TOTAL), *_matches(POINT, sections.get(DISTRIBUTION, []))]
    times = {
        ours: (match["value"], line)
        for line, match in rows
        if match["value"] and (ours := statistic(match["name"].removesuffix(".00"))) is not None
    }
    figures = {name: duration(word, line, name) for name, (word, line) in times.items()}
    statuses = _tally(STATUS, "code", sections[STATUSES])
    errors = _errors(sections.get(ERRORS, []))
    run = _run(starts[0], figures, statuses, errors)
    middle = times.get("p50") or times.get("mean")
    return replace(run, resolution_us=step_us(middle[0]) if middle else None)


Lines = list[tuple[int, str]]


def _sections(text: Text) -> dict[str, Lines]:
    """The lines below each title."""
    sections: dict[str, Lines] = {}
    title = ""
    for line, words in text.filled:
        match = TITLE.match(words)
        title = match["title"] if match else title
        if not match:
            sections.setdefault(title, []).append((line, words))
        else:
            sections.setdefault(title, [])
    return sections


def _require_whole(text: Text, sections: dict[str, Lines]) -> None:
    last = text.filled[-1]
    pattern = ERROR if ERRORS in sections else STATUS
    rate = next(text.found(SUCCESS))[1]
    if ERRORS not in sections and float(rate["rate"]) < (100 if rate["percent"] else 1):
        refuse(last[0], "not every request succeeded, and no errors are named: it was cut")
    if pattern.match(last[1]) is None and sections[STATUSES]:
        refuse(last[0], "the last line is not whole: the summary was cut")


def _matches(pattern: re.Pattern[str], lines: Lines) -> list[tuple[int, re.Match[str]]]:
    return [(line, match) for line, words in lines if (match := pattern.match(words))]


def _tally(pattern: re.Pattern[str], key: str, lines: Lines) -> dict[str, int]:
    return {
        match[key]: whole(match["count"], line, match[key])
        for line, match in _matches(pattern, lines)
    }


def _errors(lines: Lines) -> dict[str, int]:
    return {
        words.partition("] ")[2].strip(): whole(match["count"], line, "errors")
        for line, words in lines
        if (match := ERROR.match(words))
    }


def _run(
    line: int, figures: dict[str, float], statuses: dict[str, int], errors: dict[str, int]
) -> Run:
    answered = sum(statuses.values())
    failed = sum(count for words, count in errors.items() if not CUT_SHORT.startswith(words))
    return Run(
        tool=NAME,
        test="HTTP",
        line=line,
        figures=figures if answered else {},
        samples=answered,
        loss=failed_share(failed, answered, line, are_timed=False),
        notes=refusals(statuses),
    )
