"""Pictures of series: thresholds drawn, gaps as gaps."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from connectivity.core.health.evaluation import State
from connectivity.health.lookup import Line

COLOURS = {State.WARNING: "--warn", State.CRITICAL: "--bad"}


def figure(line: Line, start: int, end: int) -> dict[str, Any]:
    """One series over a range of time, with what its rules compare it with."""
    series = line.series
    trace = {
        "type": "scatter",
        "mode": "lines",
        "connectgaps": False,
        "x": [_iso(at) for at, _ in line.points],
        "y": [value for _, value in line.points],
        "name": series.metric,
        "showlegend": False,
        "line": {"color": "--accent", "width": 1.5},
    }
    layout = {
        "xaxis": {"type": "date", "range": [_iso(start), _iso(end)], "title": {"text": "UTC"}},
        "yaxis": {"rangemode": "tozero", "title": {"text": _unit(line)}},
        "shapes": [_threshold(*threshold) for threshold in _thresholds(line)],
    }
    part = f", {series.part}" if series.part else ""
    return {
        "id": f"series-{series.pk}",
        "title": f"{series.metric}{part}",
        "label": f"{series.metric} {series.statistic} over time{part}; {_words(line)}",
        "words": _words(line),
        "figure": {"data": [trace], "layout": layout},
    }


def _unit(line: Line) -> str:
    minutes = line.step // 60
    step = f"{minutes} min" if minutes < 60 else f"{minutes // 60} h"
    return f"{line.series.statistic} of {step}"


def _words(line: Line) -> str:
    """The picture in a sentence, for whoever does not see it."""
    values = [value for _, value in line.points if value is not None]
    gaps = sum(value is None for _, value in line.points)
    low, high, newest = map(_figure, (min(values), max(values), values[-1]))
    extremes = f"lowest {low}, highest {high}, newest {newest}"
    return f"{extremes}; {gaps} gap{'s' * (gaps != 1)}" if gaps else extremes


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.4g}"


def _thresholds(line: Line) -> Iterator[tuple[float, str, State]]:
    """Each height once, with the rules that begin there and the worst of their states."""
    for value in sorted({rule.threshold for rule in line.rules}):
        rules = [rule for rule in line.rules if rule.threshold == value]
        worst = max((rule.state for rule in rules), key=lambda state: state.rank)
        yield value, ", ".join(rule.id for rule in rules), worst


def _threshold(value: float, text: str, state: State) -> dict[str, Any]:
    colour = COLOURS.get(state, "--warn")
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


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M")
