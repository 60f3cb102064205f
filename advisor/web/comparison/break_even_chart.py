"""Break-even curves: what every option costs along an axis, and where the cheapest changes."""

from functools import cached_property
from typing import NamedTuple

import numpy as np

from advisor.web.comparison.charts import Figure, marker, plane, series
from connectivity.core.comparison.compare import Comparison
from connectivity.core.outlook.break_even import Axis, Runner, curve_of, handovers, within_budgets
from costmodel.core.charges import Floats
from costmodel.core.units import THOUSANDTHS, cents

ENDS = np.array([0.0, 1.0])
MAX_BENDS = 60
DEAREST = 1.6  # times the option in the middle, up to which USD are drawn
FARTHEST = 20  # times today's traffic, up to which a handover is drawn


class ChartRow(NamedTuple):
    at: str
    before: str
    after: str
    usd: float


class Breakeven:
    """The cost of every option that can carry the flows, along an axis, and who is cheapest."""

    def __init__(self, comparison: Comparison, axis: Axis) -> None:
        flows = comparison.case.flows
        self.axis = axis
        self.gb = float(flows.total.sum()) / THOUSANDTHS
        self.runners = [
            Runner(
                answer.option,
                curve_of(comparison, answer.option, axis),
                float(answer.operations_usd),
            )
            for answer in comparison.answers
            if answer.is_feasible and answer.usd is not None
        ]
        racing = self._racing(comparison)
        far = handovers(racing, 0.0, FARTHEST if axis is Axis.GB else 1.0)
        last = far[-1].value if far else 0.0
        self.high = max(2.0, 1.25 * last) if axis is Axis.GB else 1.0
        self.handovers = far
        free = flows.has_choice
        total = float(flows.total[free].sum())
        self.now = 1.0 if axis is Axis.GB else float(flows.crossing[free].sum()) / (total or 1.0)
        self.has_sense = bool(self.runners) and (self.gb if axis is Axis.GB else total) > 0

    def _racing(self, comparison: Comparison) -> list[Runner]:
        """Those that may be recommended all along the axis; why the others may not is noted."""
        keys = {candidate.option.key for candidate in comparison.candidates}
        racing = [runner for runner in self.runners if runner.option.key in keys]
        priced = [runner for runner in racing if not np.isnan(runner.usd(ENDS)).any()]
        self.unpriced = [runner.option.name for runner in racing if runner not in priced]
        kept = {runner.option.key for runner in priced}
        if self.axis is Axis.CROSSING:
            kept = within_budgets(comparison, [runner.option for runner in priced])
        self.over_budget = [
            runner.option.name for runner in priced if runner.option.key not in kept
        ]
        self.considered = kept
        return [runner for runner in priced if runner.option.key in kept]

    @property
    def scale(self) -> float:
        """From a point of the axis to what is shown: GB, or per cent."""
        return self.gb if self.axis is Axis.GB else 100.0

    @property
    def id(self) -> str:
        return f"breakeven-{self.axis}"

    @property
    def label(self) -> str:
        over = "GB a month" if self.axis is Axis.GB else "the cross-AZ share"
        return f"Cost of every feasible, priced option over {over}"

    @property
    def rows(self) -> list[ChartRow]:
        """The handovers in words."""
        return [
            ChartRow(
                self._shown(handover.value), handover.before.name, handover.after.name, handover.usd
            )
            for handover in self.handovers
        ]

    def _shown(self, value: float) -> str:
        value *= self.scale
        return f"{value:,.0f} GB" if self.axis is Axis.GB else f"{value:.1f} %"

    @cached_property
    def figure(self) -> Figure:
        points = self._points()
        lines = [self._line(runner, points) for runner in self.runners]
        marks = {
            "type": "scatter",
            "mode": "markers",
            "name": "Break-even: another option becomes cheapest",
            "x": [handover.value * self.scale for handover in self.handovers],
            "y": [handover.usd for handover in self.handovers],
            "customdata": [
                f"{handover.before.name} to {handover.after.name}" for handover in self.handovers
            ],
            "hovertemplate": "%{customdata}<br>%{x:,.1f}<br>%{y:$,.2f}<extra></extra>",
            "marker": {"symbol": "diamond", "size": 11, "color": "--ink"},
        }
        title = (
            "GB a month, all flows together"
            if self.axis is Axis.GB
            else ("Cross-AZ share of the GB, %")
        )
        layout = plane(title, [])
        layout["shapes"] = [marker(self.now * self.scale, "now", "--ink-3")]
        layout["xaxis"]["range"] = [0, self.high * self.scale]
        layout["yaxis"]["range"] = [0, self._ceiling(lines)]
        return {"data": [*lines, marks], "layout": layout}

    def _ceiling(self, lines: list[Figure]) -> float:
        """Up to where USD are drawn: one option that costs many times the others would leave them
        flat, and its line leaves the picture instead."""
        highest = sorted(max(filter(None, line["y"]), default=0.0) for line in lines)
        usual = highest[len(highest) // 2] or highest[-1]
        handovers = [handover.usd for handover in self.handovers]
        return 1.08 * max([min(highest[-1], DEAREST * usual), *handovers]) or 1.0

    def _points(self) -> Floats:
        """Both ends, every handover, and the bends; evenly spread points if they are many."""
        bends = np.unique(
            np.concatenate([runner.curve.bends(0, self.high) for runner in self.runners])
        )
        if len(bends) > MAX_BENDS:
            bends = np.linspace(0, self.high, MAX_BENDS)
        ends = [0.0, self.now, self.high, *(handover.value for handover in self.handovers)]
        return np.unique(np.concatenate([bends, ends]))

    def _line(self, runner: Runner, points: Floats) -> Figure:
        colour = series(runner.option.colour)
        usd = runner.usd(points)
        is_considered = runner.option.key in self.considered
        return {
            "type": "scatter",
            "mode": "lines",
            "name": runner.option.name + ("" if is_considered else " (not considered)"),
            "x": np.round(points * self.scale, 3).tolist(),
            "y": [None if np.isnan(amount) else float(cents(amount)) for amount in usd.tolist()],
            "line": {"color": colour, "width": 2, "dash": "solid" if is_considered else "dot"},
            "hovertemplate": "%{y:$,.2f}<extra>%{fullData.name}</extra>",
        }
