"""Pictures of series: the axis follows the data, thresholds are drawn or named, gaps are gaps."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from advisor.web.health.sparks import figure as words_of
from connectivity.core.health.evaluation import Severity
from connectivity.health.reading.lookup import Line
from connectivity.health.reading.part_names import named

COLOURS = {Severity.WARNING: "--warn", Severity.CRITICAL: "--bad"}
NEAR = 2  # times the highest point, up to which a threshold is drawn to scale
ROOM = 1.08
PEAKS = "Maximum"

Rank = Mapping[tuple[str, str], int]  # of the worst verdict on a metric and part


def charts(
    lines: Iterable[Line], names: dict[str, str], rank: Rank, start: int, end: int
) -> list[dict[str, Any]]:
    """A picture for each metric and part, peaks beside averages; what has trouble goes first."""
    groups: dict[tuple[str, str, str, int], list[Line]] = defaultdict(list)
    for line in lines:
        series = line.series
        if line.points:
            twin = "" if series.statistic in ("Average", PEAKS) else series.statistic
            groups[series.metric, series.part, twin, line.step].append(line)
    ordered = sorted(groups.values(), key=lambda group: -_rank(group[0], rank))
    return [_figure(group, names, start, end) for group in ordered]


def _rank(line: Line, rank: Rank) -> int:
    return rank.get((line.series.metric, line.series.part), 0)


def _figure(lines: Sequence[Line], names: dict[str, str], start: int, end: int) -> dict[str, Any]:
    """One metric over a range of time, with what its rules compare it with."""
    series = lines[0].series
    traces = [trace for line in lines for trace in _traces(line, is_alone=len(lines) == 1)]
    top = max((value for trace in traces for value in trace["y"] if value is not None), default=0.0)
    low = min((value for trace in traces for value in trace["y"] if value is not None), default=0.0)
    heights = list(_thresholds(lines))
    near = [height for height in heights if height[0] <= NEAR * top or not height[0]]
    far = [height for height in heights if height not in near]
    ceiling = max([top, *(value for value, *_ in near)]) or 1.0
    layout = {
        "xaxis": {"type": "date", "range": [_iso(start), _iso(end)], "title": {"text": "UTC"}},
        "yaxis": {"range": [min(0.0, low), ceiling * ROOM], "title": {"text": _unit(lines)}},
        "shapes": [_threshold(*height) for height in near],
        "annotations": [_edge(at, *height) for at, height in enumerate(far)],
    }
    part = f", {named(series.part, names)}" if series.part else ""
    words = "; ".join(_words(line, is_alone=len(lines) == 1) for line in lines)
    beyond = "".join(f"; {rule} begins at {words_of(value)}, above it" for value, rule, _ in far)
    return {
        "id": f"series-{series.pk}",
        "title": f"{series.metric}{part}",
        "label": f"{series.metric} over time{part}; {words}{beyond}",
        "words": words + beyond,
        "figure": {"data": traces, "layout": layout},
    }


def _traces(line: Line, *, is_alone: bool) -> Iterator[dict[str, Any]]:
    """The series; with the peaks within each of its steps where it is an average of them."""
    is_peak = line.series.statistic == PEAKS and not is_alone
    yield _trace(line.points, line.series.statistic, is_named=not is_alone, is_peak=is_peak)
    if line.peaks and is_alone:
        yield _trace(line.peaks, "highest within the hour", is_named=True, is_peak=True)


def _trace(
    points: Sequence[tuple[int, float | None]], name: str, *, is_named: bool, is_peak: bool
) -> dict[str, Any]:
    line: dict[str, Any] = {"color": "--accent", "width": 1.5}
    return {
        "type": "scatter",
        "mode": "lines",
        "connectgaps": False,
        "x": [_iso(at) for at, _ in points],
        "y": [value for _, value in points],
        "name": name,
        "showlegend": is_named,
        "line": {"color": "--ink-3", "width": 1, "dash": "dot"} if is_peak else line,
    }


def _unit(lines: Sequence[Line]) -> str:
    minutes = lines[0].step // 60
    step = f"{minutes} min" if minutes < 60 else f"{minutes // 60} h"
    return f"{' and '.join(line.series.statistic for line in lines)} of {step}"


def _words(line: Line, *, is_alone: bool) -> str:
    """The picture in a sentence, for whoever does not see it."""
    values = [value for _, value in line.points if value is not None]
    gaps = sum(value is None for _, value in line.points)
    low, high, newest = map(words_of, (min(values), max(values), values[-1]))
    extremes = f"{line.series.statistic}: lowest {low}, highest {high}, newest {newest}"
    peaks = [value for _, value in line.peaks if value is not None]
    if peaks and is_alone:
        extremes += f", highest within an hour {words_of(max(peaks))}"
    return f"{extremes}; {gaps} gap{'s' * (gaps != 1)}" if gaps else extremes


def _thresholds(lines: Sequence[Line]) -> Iterator[tuple[float, str, Severity]]:
    """Each height once, with the rules that begin there and the worst of their severities."""
    all_rules = [rule for line in lines for rule in line.rules]
    for value in sorted({rule.threshold for rule in all_rules}):
        rules = [rule for rule in all_rules if rule.threshold == value]
        worst = max((rule.severity for rule in rules), key=lambda severity: severity.rank)
        yield value, ", ".join(rule.id for rule in rules), worst


def _threshold(value: float, text: str, severity: Severity) -> dict[str, Any]:
    colour = COLOURS.get(severity, "--accent")
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": value,
        "y1": value,
        "line": {"color": colour, "dash": "dot", "width": 1.5},
        "label": {"text": text, "textposition": "end", "font": {"color": colour}},
    }


def _edge(at: int, value: float, text: str, severity: Severity) -> dict[str, Any]:
    """A threshold that would flatten the picture, named at its upper edge instead."""
    return {
        "xref": "paper",
        "yref": "paper",
        "x": 1,
        "y": 1,
        "xanchor": "right",
        "yanchor": "top",
        "yshift": -16 * at,
        "showarrow": False,
        "text": f"{text} at {words_of(value)} ↑",
        "font": {"color": COLOURS.get(severity, "--accent")},
    }


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M")
