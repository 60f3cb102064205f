"""Trade-offs: cost against what is traded for it, as charts and as tables that say the same."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from advisor.text.formatting import amount, us, usd
from advisor.web.comparison.charts import Figure, plane
from connectivity.core.as_json.plan_words import counted
from connectivity.core.as_json.values import Plain
from connectivity.core.options import OPTIONS

DEAREST = 2.5  # times the cheapest, up to which USD are drawn
ROOM = 0.08  # beside the outermost points, as a share of the axis


class AxisWords(NamedTuple):
    """What is traded: titles of its chart, its axis and its columns, and how a point is called."""

    key: str
    title: str
    axis: str
    column: str
    rate: str
    unit: str  # after a number of them
    most: str  # what a point's cost is the least with


AXES = (
    AxisWords(
        "objects",
        "Cost against resources to manage",
        "Managed resources",
        "Resources",
        "A month for each one less",
        "resources",
        "at most so many managed resources",
    ),
    AxisWords(
        "changes",
        "Cost against changes from today",
        "Flows that leave today's option",
        "Changes",
        "A month for each one less",
        "changes",
        "at most so many flows that leave today's option",
    ),
    AxisWords(
        "worst_p99",
        "Cost against the slowest p99",
        "Slowest p99, round trip, µs",
        "Slowest p99",
        "A month for each µs less",
        "",
        "no flow slower than that",
    ),
)


class PointRow(NamedTuple):
    """A design of the frontier; `has` is how much of the axis it has, in words."""

    amount: float | None
    has: str
    usd: Decimal
    more: Decimal  # than the plan
    rate: Decimal | None  # of what is avoided, a piece: more than the plan, less than it
    options: str
    objects: str
    is_proven: bool
    is_plan: bool


@dataclass(frozen=True)
class TradeOffs:
    """One axis: its points as far as they are known, the cheapest first."""

    words: AxisWords
    points: list[Plain]
    total: Decimal  # of the plan
    is_unfinished: bool
    has_today: bool

    @property
    def id(self) -> str:
        return f"trade-off-{self.words.key.replace('_', '-')}"

    @property
    def needs_today(self) -> bool:
        """Without today's options nothing is a change."""
        return self.words.key == "changes" and not self.has_today

    @cached_property
    def rows(self) -> list[PointRow]:
        first = next((each["amount"] for each in self.points), None)
        return [self._row(point, first) for point in self.points]

    @property
    def drawn(self) -> list[PointRow]:
        """Points with a place on the axis."""
        return [row for row in self.rows if row.amount is not None]

    @cached_property
    def off(self) -> list[PointRow]:
        """Points that would leave the others flat: they run off the chart."""
        least = min((row.usd for row in self.rows), default=Decimal(0))
        return [row for row in self.drawn if row.usd > least * Decimal(DEAREST)]

    @property
    def is_flat(self) -> bool:
        """Nothing is to be had for more money."""
        return len(self.rows) == 1

    @cached_property
    def figure(self) -> Figure | None:
        rows = sorted(self.drawn, key=lambda row: row.amount or 0.0)
        if len(rows) < 2:
            return None
        groups = {
            "The plan": [row for row in rows if row.is_plan],
            "Proven": [row for row in rows if row.is_proven and not row.is_plan],
            "Not proven in the time": [row for row in rows if not (row.is_proven or row.is_plan)],
        }
        marks = [_marks(name, members) for name, members in groups.items() if members]
        layout = plane(self.words.axis, [])
        layout["xaxis"]["range"] = _roomy([row.amount or 0.0 for row in rows])
        costs = [float(row.usd) for row in rows if row not in self.off]
        layout["yaxis"] |= {"range": _roomy(costs), "rangemode": "normal"}
        return {"data": [_line(rows), *marks], "layout": layout}

    def _row(self, point: Plain, first: float | None) -> PointRow:
        value, cost = point["amount"], Decimal(point["objective_usd"])
        less = None if first is None or value is None else Decimal(str(first - value))
        more = cost - self.total
        names = OPTIONS.by_key
        options = (f"{names[key].name} for {n:,}" for key, n in point["options"].items())
        return PointRow(
            value,
            self._has(value),
            cost,
            more,
            more / less if less and less > 0 else None,
            ", ".join(options),
            counted(point["objects"]),
            point["proven"],
            is_plan=point is self.points[0],
        )

    def _has(self, value: float | None) -> str:
        if value is None:
            return "not known for every flow"
        return f"{amount(value)} {self.words.unit}" if self.words.unit else us(value)


def trade_offs(
    frontiers: Plain, total: Decimal, *, is_unfinished: bool, has_today: bool
) -> list[TradeOffs]:
    """The three axes, of what is known of them."""
    return [TradeOffs(axis, frontiers[axis.key], total, is_unfinished, has_today) for axis in AXES]


def _roomy(values: list[float]) -> list[float]:
    low, high = min(values), max(values)
    room = ROOM * ((high - low) or high or 1.0)
    return [low - room, high + room]


def _line(rows: list[PointRow]) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "frontier",
        "showlegend": False,
        "x": [row.amount for row in rows],
        "y": [float(row.usd) for row in rows],
        "line": {"shape": "hv", "color": "--accent", "width": 2},
        "hoverinfo": "skip",
    }


def _marks(name: str, rows: list[PointRow]) -> Figure:
    colour, symbol = {
        "The plan": ("--ok", "star"),
        "Proven": ("--accent", "circle"),
        "Not proven in the time": ("--warn", "circle-open"),
    }[name]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [row.amount for row in rows],
        "y": [float(row.usd) for row in rows],
        "customdata": [f"{row.has}<br>{usd(row.usd)} a month<br>{row.options}" for row in rows],
        "hovertemplate": "%{customdata}<extra></extra>",
        "marker": {"color": colour, "symbol": symbol, "size": 15 if symbol == "star" else 10},
        "cliponaxis": False,
    }
