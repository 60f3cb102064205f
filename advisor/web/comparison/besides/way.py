"""The way from today to a plan: waves of steps, what each costs meanwhile, who pays then."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from advisor.web.comparison.bill_rows import MAX_PAYERS
from advisor.web.comparison.charts import DOLLARS, Figure, marker
from connectivity.core.as_json.plan_words import counted
from connectivity.core.as_json.values import Plain
from connectivity.core.network.planned_network import Case
from connectivity.core.plan.steps.migration import Action

MAX_NAMED = 6  # flows of a step
FEW = 3  # flows of a wave that are named at once
MAX_HOURS = 12  # of a step
TITLES = {Action.BUILD: "Build", Action.SWITCH: "Switch", Action.REMOVE: "Remove"}


class HoursRow(NamedTuple):
    """Hours that begin with a step or, below 0, end."""

    thing: str
    where: str
    payer: str
    usd: Decimal


class BreakRow(NamedTuple):
    rule: str
    remedy: str


@dataclass(frozen=True)
class StepRow:
    """One thing to do; then the network stays as it is for so many days."""

    title: str
    first_day: int
    last_day: int
    words: str
    usd: Decimal  # a month, of what stands after it
    change: Decimal | None  # against today
    hours: list[HoursRow]
    more_hours: int
    breaks: list[BreakRow]
    rollback: str


class Wave(NamedTuple):
    """Steps for flows that change together."""

    number: int
    words: str
    steps: list[StepRow]

    @property
    def first_day(self) -> int:
        return self.steps[0].first_day

    @property
    def last_day(self) -> int:
        return self.steps[-1].last_day

    @property
    def usd(self) -> Decimal:
        """A month, when it is over."""
        return self.steps[-1].usd

    @property
    def change(self) -> Decimal | None:
        return self.steps[-1].change

    @property
    def breaks(self) -> bool:
        return any(step.breaks for step in self.steps)


class PayerRow(NamedTuple):
    account: str
    name: str
    today: Decimal | None
    plan: Decimal
    change: Decimal | None


@dataclass(frozen=True)
class Way:
    """What `migration` of contract section 5 says, as a page shows it."""

    plain: Plain
    case: Case

    @cached_property
    def waves(self) -> list[Wave]:
        steps = enumerate(self.plain["steps"])
        waves = groupby(steps, key=lambda numbered: numbered[1]["wave"])
        return [self._wave(number, list(group)) for number, group in waves]

    @property
    def step_count(self) -> int:
        return len(self.plain["steps"])

    @property
    def days(self) -> int:
        """Until the last step has stood as long as the others."""
        return self.step_count * int(self.plain["days_per_step"])

    @property
    def breaks(self) -> int:
        """Steps after which a rule is broken while old and new stand together."""
        return sum(bool(step["breaks"]) for step in self.plain["steps"])

    @property
    def today(self) -> Decimal | None:
        return _usd(self.plain["today_usd"])

    @property
    def saves(self) -> Decimal | None:
        return _usd(self.plain["saves_usd"])

    @property
    def costs_more(self) -> Decimal:
        return -(self.saves or Decimal(0))

    @property
    def extra(self) -> Decimal | None:
        """What all steps together cost beyond staying; below 0 where they save already."""
        return _usd(self.plain["extra_usd"])

    @property
    def less(self) -> Decimal:
        return -(self.extra or Decimal(0))

    @cached_property
    def payers(self) -> list[PayerRow]:
        """The accounts whose bill changes most."""
        rows = [self._payer(each) for each in self.plain["payers"]]
        return sorted(rows, key=lambda row: (-abs(row.change or row.plan), row.account))

    @property
    def largest_payers(self) -> list[PayerRow]:
        return self.payers[:MAX_PAYERS]

    @property
    def more_payers(self) -> int:
        return len(self.payers) - len(self.largest_payers)

    @cached_property
    def figure(self) -> Figure | None:
        """The cost of a month while the steps are taken, day by day."""
        steps, days = self.plain["steps"], self.plain["days_per_step"]
        if not steps:
            return None
        costs = [float(step["objective_usd"]) for step in steps]
        xs = [i * days for i in range(len(steps))]
        trace = {
            "type": "scatter",
            "mode": "lines+markers",
            "name": "Bill and operations a month",
            "x": [*xs, len(steps) * days],
            "y": [*costs, costs[-1]],
            "customdata": [*(f"wave {s['wave']}, {s['action']}" for s in steps), "done"],
            "line": {"shape": "hv", "color": "--accent", "width": 2},
            "marker": {"size": 6},
            "hovertemplate": "day %{x}, %{customdata}<br>%{y:$,.2f} a month<extra></extra>",
        }
        return {"data": [*self._levels(len(steps) * days), trace], "layout": self._layout(costs)}

    def _layout(self, costs: list[float]) -> Figure:
        low, high = min([*costs, *self._ends]), max([*costs, *self._ends])
        room = 0.1 * ((high - low) or high or 1.0)
        money = {"title": {"text": "USD a month"}, **DOLLARS, "range": [low - room, high + room]}
        payback = self.plain["payback_days"]
        lines = [marker(payback, f"paid back on day {payback:,}", "--ok")] if payback else []
        for line in lines:
            line["label"]["xanchor"] = "left" if payback < self.days / 2 else "right"
        return {"xaxis": {"title": {"text": "Day"}, "rangemode": "tozero"}, "yaxis": money,
                "shapes": lines}  # fmt: skip

    @property
    def _ends(self) -> list[float]:
        return [float(usd) for usd in (self.plain["today_usd"], self.plain["plan_usd"]) if usd]

    def _levels(self, last: int) -> Iterator[Figure]:
        """Staying as it is, and the plan, for comparison."""
        for name, usd, colour in (
            ("Today", self.plain["today_usd"], "--ink-3"),
            ("The plan", self.plain["plan_usd"], "--ok"),
        ):
            if usd is not None:
                yield {
                    "type": "scatter", "mode": "lines", "name": name, "x": [0, last],
                    "y": [float(usd)] * 2, "line": {"color": colour, "dash": "dot", "width": 1.5},
                    "hovertemplate": "%{y:$,.2f} a month<extra>%{fullData.name}</extra>",
                }  # fmt: skip

    def _wave(self, number: int, steps: list[tuple[int, Plain]]) -> Wave:
        largest = max((step for _, step in steps), key=lambda step: step["flow_count"])
        count = largest["flow_count"]
        flows = _named(largest) if count <= FEW else f"{count:,} flows"
        return Wave(number, flows, [self._step(each) for each in steps])

    def _step(self, numbered: tuple[int, Plain]) -> StepRow:
        number, step = numbered
        days, cost = int(self.plain["days_per_step"]), Decimal(step["objective_usd"])
        hours = sorted(self._hours(step["hours"]), key=lambda row: -abs(row.usd))
        return StepRow(
            TITLES[Action(step["action"])],
            number * days,
            (number + 1) * days,
            _words(step),
            cost,
            None if self.today is None else cost - self.today,
            hours[:MAX_HOURS],
            max(0, len(hours) - MAX_HOURS),
            [BreakRow(each["rule"], each["remedy"]) for each in step["breaks"]],
            step["rollback"],
        )

    def _hours(self, hours: Iterable[Plain]) -> Iterator[HoursRow]:
        for each in hours:
            payer = f"{self.case.account[each['payer']].name} {each['payer']}"
            yield HoursRow(each["what"], each["region"], payer, Decimal(each["usd"]))

    def _payer(self, payer: Plain) -> PayerRow:
        today, plan = _usd(payer["today_usd"]), Decimal(payer["plan_usd"])
        change = None if today is None else plan - today
        name = self.case.account[payer["account"]].name
        return PayerRow(payer["account"], name, today, plan, change)


def _usd(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _named(step: Plain) -> str:
    names = step["flows"][:MAX_NAMED]
    more = step["flow_count"] - len(names)
    return f"{', '.join(names)}{f' and {more:,} more' if more else ''}"


def _words(step: Plain) -> str:
    """What to do, in a sentence."""
    flows = _named(step)
    created = {kind: n for kind, n in step["objects"].items() if n > 0}
    deleted = {kind: -n for kind, n in step["objects"].items() if n < 0}
    match step["action"]:
        case Action.BUILD:
            return f"Create {counted(created)} for {flows}." if created else f"Build for {flows}."
        case Action.SWITCH:
            return f"Point routes and names of {flows} to what was built."
        case _:
            ended = f"Delete {counted(deleted)}" if deleted else "Remove what nobody uses any more"
            return f"{ended}; the last to use it were {flows}."
