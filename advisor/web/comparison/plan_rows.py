"""A plan as a page shows it: money first, what repeats grouped, every list bounded.

It is made of the contract's plain values alone, so that a stored answer looks like one just made.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from heapq import nlargest
from typing import Any, NamedTuple

from advisor.text.formatting import listed, usd
from advisor.web.comparison.bill_rows import MAX_LINES, MAX_PAYERS, LineRow, Payer, line_row
from advisor.web.comparison.planning import free_work
from connectivity.core.as_json.plan_words import counted, share_words, used_options
from connectivity.core.network.planned_network import Case
from connectivity.core.options import OPTIONS
from connectivity.core.plan.search.plan import MIX, TODAY
from connectivity.core.rules.rule import Severity

MAX_FLOWS = 40  # named with their options, the largest
MAX_NAMED = 3  # of one option
MAX_USES = 4  # options in a headline
MAX_FINDINGS = 6
MAX_REASONS = 12  # of a conflict
MONTHS = 12
BASELINES = {TODAY: "Today", MIX: "The cheapest option of each flow by itself"}


class Use(NamedTuple):
    """An option, and the flows that a plan gives it."""

    option: str
    flows: int
    gb: float
    largest: str


class FlowRow(NamedTuple):
    name: str
    route: str
    gb: float
    option: str
    because: str


class Baseline(NamedTuple):
    """A design that anybody would think of, beside the plan."""

    name: str
    usd: Decimal
    more_usd: Decimal
    objects: str
    is_feasible: bool


class Saving(NamedTuple):
    """What a plan costs less than another design, a month with operations; or more."""

    usd: Decimal
    of: Decimal

    @property
    def is_less(self) -> bool:
        return self.usd > 0

    @property
    def amount(self) -> Decimal:
        return abs(self.usd)

    @property
    def share(self) -> str:
        return share_words(self.usd, self.of)

    @property
    def year(self) -> Decimal:
        return self.amount * MONTHS


@dataclass(frozen=True)
class PlanRows:
    """What the headline of a plan and its tables say; without a design, why there is none."""

    plan: dict[str, Any]
    case: Case
    most_lines: int

    @property
    def has_design(self) -> bool:
        return self.plan["assignment"] is not None

    @property
    def total(self) -> Decimal:
        return Decimal(self.plan["objective_usd"])

    @property
    def headline(self) -> str:
        """The money, and which option for how many flows."""
        names = used_options(self.plan)
        if len(names) == 1:
            flows = f"all {names[0][1]:,} flows"
            return f"{usd(self.total)} a month: {names[0][0]} for {flows}"
        (first, count), *others = names[:MAX_USES]
        word = "flow" if count == 1 else "flows"
        parts = [f"{first} for {count:,} {word}", *(f"{name} for {n:,}" for name, n in others)]
        more = len(names) - MAX_USES
        parts += [f"{more} more option{'s' if more > 1 else ''}"] if more > 0 else []
        return f"{usd(self.total)} a month: {listed(parts)}"

    @property
    def best_single(self) -> str:
        """The option that is cheapest for all flows; empty where there is none."""
        key = self.plan["best_single"]
        return OPTIONS.by_key[key].name if key else ""

    @property
    def saving(self) -> Saving | None:
        """Against that option."""
        return self._saving("saves_usd")

    @property
    def saving_today(self) -> Saving | None:
        return self._saving("saves_today_usd")

    def _saving(self, key: str) -> Saving | None:
        value = self.plan[key]
        return None if value is None else Saving(Decimal(value), Decimal(value) + self.total)

    @property
    def bill_change(self) -> Decimal:
        """The bill minus today's, where that is known."""
        return Decimal(self.plan["change_usd"])

    @property
    def states_operations(self) -> bool:
        return bool(self.case.topology.operations_usd)

    @property
    def objects(self) -> str:
        return counted(self.plan["objects"])

    @property
    def free_work(self) -> int:
        return free_work(self.case, self.plan["objects"])

    @cached_property
    def uses(self) -> list[Use]:
        """The options, those of most flows first."""
        rows = defaultdict(list)
        for row in self._flows():
            rows[row.option].append(row)
        return [
            Use(name, count, sum(row.gb for row in rows[name]), _largest(rows[name]))
            for name, count in used_options(self.plan)
        ]

    @cached_property
    def flows(self) -> list[FlowRow]:
        """The flows with the most GB."""
        return nlargest(MAX_FLOWS, self._flows(), key=lambda row: row.gb)

    @property
    def flow_count(self) -> int:
        return len(self.plan["assignment"])

    def _flows(self) -> Iterator[FlowRow]:
        flows = {flow.name: flow for flow in self.case.topology.flows}
        for each in self.plan["assignment"]:
            flow = flows[each["flow"]]
            route = f"{flow.consumer} to {flow.service or flow.provider}"
            name = OPTIONS.by_key[each["option"]].name
            yield FlowRow(flow.name, route, flow.gb, name, each["because"])

    @property
    def baselines(self) -> list[Baseline]:
        """The designs with a total, the cheapest first; what cannot be built only as today's."""
        rows = [_baseline(each, self.total) for each in self.plan["baselines"] if _is_shown(each)]
        return sorted(rows, key=lambda row: row.usd)

    @property
    def payers(self) -> list[Payer]:
        return [
            Payer(paid["account"], self.case.account[paid["account"]].name, Decimal(paid["usd"]))
            for paid in self.plan["payers"][: max(MAX_PAYERS, self.most_lines)]
        ]

    @property
    def payer_count(self) -> int:
        return len(self.plan["payers"])

    @property
    def more_payers(self) -> int:
        return self.payer_count - len(self.payers)

    @cached_property
    def lines(self) -> list[LineRow]:
        """The largest charges."""
        lines = nlargest(self.most_lines, self.plan["lines"], key=lambda line: Decimal(line["usd"]))
        return [line_row(line, self.case.account[line["payer"]]) for line in lines]

    @property
    def more_lines(self) -> int:
        return len(self.plan["lines"]) - len(self.lines)

    @property
    def has_rest(self) -> bool:
        """There is more to say than money: what was left out, conditions, warnings."""
        return bool(self.plan["left_out"] or self.plan["findings"])

    @property
    def provisos(self) -> list[dict[str, Any]]:
        """What has to be there first."""
        return [each for each in self._findings if each["severity"] != Severity.WARNING]

    @property
    def warnings(self) -> list[dict[str, Any]]:
        return [each for each in self._findings if each["severity"] == Severity.WARNING]

    @property
    def _findings(self) -> list[dict[str, Any]]:
        named = Counter[str]()
        kept = []
        for each in self.plan["findings"]:
            kind = "warning" if each["severity"] == Severity.WARNING else "proviso"
            named[kind] += 1
            if named[kind] <= MAX_FINDINGS:
                kept.append(each | {"option": OPTIONS.by_key[each["option"]].name})
        return kept

    @property
    def left_out(self) -> list[str]:
        """What lacks a price, by option."""
        missing: dict[str, list[str]] = defaultdict(list)
        for gap in self.plan["left_out"]:
            where = " to ".join(filter(None, (gap["region"], gap["to_region"])))
            for key in gap["options"]:
                missing[OPTIONS.by_key[key].name].append(f"{gap['usage_type']} in {where}")
        return [f"{name} ({_few(prices)})" for name, prices in missing.items()]

    @property
    def reasons(self) -> list[dict[str, Any]]:
        """What is in the way of any plan, the first."""
        return [
            each
            | {
                "option": OPTIONS.by_key[each["option"]].name if each["option"] else "",
                "detail": each["detail"].rstrip("."),
            }
            for each in self._clash("reasons")[:MAX_REASONS]
        ]

    @property
    def more_reasons(self) -> int:
        clash = self.plan["infeasible_because"]
        known = self._clash("reasons")
        return max(0, len(known) - MAX_REASONS) + (clash["more_reasons"] if clash else 0)

    def _clash(self, key: str) -> list[dict[str, Any]]:
        clash = self.plan["infeasible_because"]
        return list(clash[key]) if clash else []


def plan_rows(plan: dict[str, Any], case: Case, most_lines: int = MAX_LINES) -> PlanRows:
    """A plan for the templates `_plan_verdict.html` and `_plan.html`.

    Args:
        plan: the answer of contract section 5, just made or stored.
        case: of the comparison that it plans.
        most_lines: of its bill.
    """
    return PlanRows(plan, case, most_lines)


def _largest(rows: list[FlowRow]) -> str:
    names = [row.name for row in nlargest(MAX_NAMED, rows, key=lambda row: row.gb)]
    more = len(rows) - len(names)
    return f"{', '.join(names)}{f' and {more:,} more' if more else ''}"


def _few(prices: list[str]) -> str:
    more = len(prices) - MAX_NAMED
    return f"{'; '.join(prices[:MAX_NAMED])}{f' and {more} more' if more > 0 else ''}"


def _is_shown(baseline: dict[str, Any]) -> bool:
    is_known = baseline["objective_usd"] is not None
    return is_known and (baseline["feasible"] or baseline["name"] == TODAY)


def _baseline(baseline: dict[str, Any], plan_usd: Decimal) -> Baseline:
    key, total = baseline["option"], Decimal(baseline["objective_usd"])
    name = f"{OPTIONS.by_key[key].name} for every flow" if key else BASELINES[baseline["name"]]
    more = total - plan_usd
    return Baseline(name, total, more, counted(baseline["objects"]), baseline["feasible"])
