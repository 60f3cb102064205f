"""Plotly figures, as plain values: the page draws them and puts in the theme's colours.

A colour is written as the name of a CSS variable, such as `--accent`.
"""

from typing import Any, NamedTuple

from advisor.text.formatting import usd
from connectivity.core.comparison.answer import Answer
from connectivity.core.comparison.compare import Comparison
from connectivity.core.comparison.recommendation import frontier, recommended
from connectivity.core.option_parts.option import COLOURS
from costmodel.core.charges import Kind
from costmodel.core.kinds import usd_by_kind

Figure = dict[str, Any]


def series(colour: int) -> str:
    """The variable of a series' colour; from the beginning again where there are no more."""
    return f"--series-{(colour - 1) % COLOURS + 1}"


KIND_COLOURS = {kind: series(number) for number, kind in enumerate(Kind, start=1)}
OPERATIONS_COLOUR = series(9)
DOLLARS = {"tickprefix": "$", "tickformat": ",.2~f"}
TOGETHER = 0.03  # of both axes: points closer than this bear one label together
BESIDE = 0.2  # of both axes: labels of points closer than this are put on other sides
SIDES = ("top center", "bottom center", "middle right", "middle left")


def cost_against_latency(comparison: Comparison) -> Figure | None:
    """Cost and operations against the worst p99; against overheads where more of them are known."""
    priced = [answer for answer in comparison.answers if answer.total_usd is not None]
    known = {
        name: [answer for answer in priced if getattr(answer.heads.worst, name) is not None]
        for name in ("us", "overhead_us")
    }
    name = max(known, key=lambda field: len(known[field]))  # of equal ones, the p99 itself
    shown, has_p99 = known[name], name == "us"
    if not shown:
        return None
    best, front = recommended(comparison), frontier(comparison)
    places = [(_us(answer, name), _usd(answer)) for answer in shown]
    labels = _labels(places, [answer.option.name for answer in shown])
    points = [
        ChartPoint(*place, answer, *label)
        for place, answer, label in zip(places, shown, labels, strict=True)
    ]
    groups = {
        "On the frontier": [p for p in points if p.answer in front and p.answer is not best],
        "Feasible": [p for p in points if p.answer not in front and p.answer.is_feasible],
        "Not feasible": [p for p in points if not p.answer.is_feasible],
        "Recommended": [p for p in points if p.answer is best],
    }
    traces = [_frontier_line([p for p in points if p.answer in front])]
    traces += [_dots(group, members) for group, members in groups.items() if members]
    axis = "Worst p99, round trip, µs" if has_p99 else "p99 over a single VPC, µs"
    layout = plane(axis, _budgets(comparison) if has_p99 else [])
    for name, values in (("xaxis", [x for x, _ in places]), ("yaxis", [y for _, y in places])):
        layout[name]["range"] = _roomy(values)
    return {"data": traces, "layout": layout}


def _roomy(values: list[float]) -> list[float]:
    """From zero, with room for marks and words at the edges."""
    low, high = min(0.0, *values), max(*values, 0.0) or 1.0
    return [low - 0.08 * (high - low), high + 0.14 * (high - low)]


class ChartPoint(NamedTuple):
    us: float
    usd: float
    answer: Answer
    label: str
    side: str


def _us(answer: Answer, name: str) -> float:
    return float(getattr(answer.heads.worst, name))


def _usd(answer: Answer) -> float:
    return float(answer.total_usd or 0)


def _dots(group: str, points: list[ChartPoint]) -> Figure:
    colour, symbol = {
        "On the frontier": ("--accent", "circle"),
        "Feasible": ("--ink-3", "circle"),
        "Not feasible": ("--bad", "circle-open"),
        "Recommended": ("--ok", "star"),
    }[group]
    return {
        "type": "scatter",
        "mode": "markers+text",
        "name": group,
        "x": [point.us for point in points],
        "y": [point.usd for point in points],
        "text": [point.label for point in points],
        "textposition": [point.side for point in points],
        "customdata": [point.answer.option.name for point in points],
        "hovertemplate": "%{customdata}<br>%{y:$,.2f} a month<br>%{x:,.0f} µs<extra></extra>",
        "marker": {"color": colour, "symbol": symbol, "size": 15 if symbol == "star" else 11},
        "textfont": {"color": "--ink-2"},
        "cliponaxis": False,
    }


def _labels(places: list[tuple[float, float]], names: list[str]) -> list[tuple[str, str]]:
    """A text and its side for every point: points in one place share the first one's text."""
    wide, high = (max(map(abs, axis)) or 1.0 for axis in zip(*places, strict=True))
    texts, sides = list(names), [SIDES[0]] * len(names)
    for i, (x, y) in enumerate(places):
        apart = [
            (max(abs(x - a) / wide, abs(y - b) / high), j) for j, (a, b) in enumerate(places[:i])
        ]
        near = [(far, j) for far, j in apart if far < BESIDE and texts[j]]
        if near and min(near)[0] < TOGETHER:
            texts[min(near)[1]] += f" · {names[i]}"
            texts[i] = ""
        else:
            sides[i] = SIDES[len(near) % len(SIDES)]
    return list(zip(texts, sides, strict=True))


def _frontier_line(points: list[ChartPoint]) -> Figure:
    rising = sorted((point.us, point.usd) for point in points)
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "frontier",
        "showlegend": False,
        "x": [x for x, _ in rising],
        "y": [y for _, y in rising],
        "line": {"shape": "hv", "color": "--accent", "width": 2},
        "hoverinfo": "skip",
    }


def _budgets(comparison: Comparison) -> list[float]:
    budgets = {flow.p99_budget_us for flow in comparison.case.topology.flows}
    return sorted(budget for budget in budgets if budget is not None)[:1]


def plane(title: str, budgets: list[float]) -> Figure:
    lines = [marker(budget, f"budget {budget:g} µs", "--bad") for budget in budgets]
    money = {"title": {"text": "USD a month"}, **DOLLARS, "rangemode": "tozero"}
    return {
        "xaxis": {"title": {"text": title}, "tickformat": ",.2~f"},
        "yaxis": money,
        "shapes": lines,
    }


def marker(value: float, text: str, colour: str) -> Figure:
    """A vertical line with a word."""
    return {
        "type": "line",
        "x0": value,
        "x1": value,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"color": colour, "dash": "dot", "width": 1.5},
        "label": {"text": text, "textposition": "end", "textangle": 0, "font": {"color": colour}},
    }


def money_by_kind(comparison: Comparison) -> Figure | None:
    """What each option's bill is made of."""
    priced = [
        answer for answer in comparison.answers if answer.bill and answer.total_usd is not None
    ]
    if not priced:
        return None
    names = [answer.option.name for answer in reversed(priced)]
    parts = [usd_by_kind(answer.bill.lines if answer.bill else ()) for answer in reversed(priced)]
    kinds = [kind for kind in Kind if any(kind in part for part in parts)]
    traces = [
        _bars(kind.value, names, [float(part.get(kind, 0)) for part in parts], KIND_COLOURS[kind])
        for kind in kinds
    ]
    operations = [float(answer.operations_usd) for answer in reversed(priced)]
    if any(operations):
        traces.append(_bars("Operations", names, operations, OPERATIONS_COLOUR))
    totals = [
        {
            "x": _usd(answer),
            "y": answer.option.name,
            "text": usd(answer.total_usd),
            "showarrow": False,
            "xanchor": "left",
            "xshift": 6,
            "font": {"color": "--ink"},
        }
        for answer in priced
    ]
    most = max(map(_usd, priced))
    money = {**DOLLARS, "range": [0, 1.4 * most or 1]}
    axes = {"xaxis": money, "yaxis": {"automargin": True}}
    return {"data": traces, "layout": {"barmode": "stack", "annotations": totals, **axes}}


def _bars(name: str, options: list[str], usd: list[float], colour: str) -> Figure:
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "y": options,
        "x": usd,
        "marker": {"color": colour},
        "hovertemplate": f"{name}: %{{x:$,.2f}}<extra>%{{y}}</extra>",
    }
