"""What the page behind a plan shows, and in part its print view and its shared link."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.core.paginator import Page, Paginator

from advisor.web.comparison.besides.entry_rates import EntryRate, entry_rates
from advisor.web.comparison.besides.flow_reasons import PER_PAGE, FlowReason, FlowReasons
from advisor.web.comparison.besides.listing import Listing
from advisor.web.comparison.besides.networks import Networks, networks
from advisor.web.comparison.besides.trade_offs import TradeOffs, trade_offs
from advisor.web.comparison.besides.way import Way
from advisor.web.comparison.planning import is_planned, plan_of
from connectivity.core.as_json.amounts import EXPLANATION, FRONTIERS, RATES, STEPS
from connectivity.core.as_json.migration import migrated
from connectivity.core.as_json.plan import plan_again
from connectivity.core.as_json.plan_parts import MIGRATION
from connectivity.core.as_json.values import Plain
from connectivity.core.comparison.compare import Comparison
from connectivity.core.options import OPTIONS
from connectivity.core.plan.steps.migration import DAYS


@dataclass(frozen=True)
class Behind:
    """What is known behind a plan that has a design.

    Attributes:
        plain: the plan, in the contract's values.
        known: what jobs have found out besides, likewise.
    """

    comparison: Comparison
    plain: Plain
    known: Plain
    listing: Listing

    @property
    def total(self) -> Decimal:
        return Decimal(self.plain["objective_usd"])

    @property
    def has_today(self) -> bool:
        """A flow says what it uses today."""
        return any(flow.today for flow in self.comparison.case.topology.flows)

    @property
    def says_all_of_today(self) -> bool:
        return all(flow.today for flow in self.comparison.case.topology.flows)

    @cached_property
    def reasons(self) -> FlowReasons:
        explanation = self.known.get(EXPLANATION, [])
        case = self.comparison.case
        return FlowReasons(case, self.plain["assignment"], explanation, self.listing)

    @cached_property
    def page(self) -> Page[FlowReason]:
        """The flows that are listed."""
        return Paginator(self.reasons.matching, PER_PAGE).get_page(self.listing.page)

    @property
    def unexplained(self) -> list[FlowReason]:
        """Those of them of which nothing is known yet."""
        return [row for row in self.page if row.reasons is None]

    @cached_property
    def trade_offs(self) -> list[TradeOffs]:
        frontiers = self.known.get(FRONTIERS)
        if frontiers is None:
            return []
        is_cut = FRONTIERS in self.known.get("unfinished", ())
        return trade_offs(frontiers, self.total, is_unfinished=is_cut, has_today=self.has_today)

    @property
    def seen(self) -> str:
        """How much is known, as an address says it: it grows with every point, part and flow."""
        points = sum(len(axis.points) for axis in self.trade_offs)
        return f"{points + len(self.known)}.{len(self.known.get(EXPLANATION, ()))}"

    def fresh(self, seen: str) -> list[FlowReason]:
        """The listed flows that were explained since so much was known."""
        flows = seen.partition(".")[2]
        count = int(flows) if flows.isdecimal() and flows.isascii() and len(flows) < 9 else 0
        names = {each["flow"] for each in self.known.get(EXPLANATION, [])[count:]}
        return [row for row in self.page if row.name in names]

    def worth_asking(self, parts: Sequence[str]) -> list[str]:
        """Those of some parts that would say something, and take a job."""
        idle = {STEPS: self.is_quick or not self.has_today, RATES: not self.plain["left_out"]}
        return [part for part in parts if not idle.get(part)]

    @cached_property
    def rates(self) -> list[EntryRate] | None:
        """None: nobody asked."""
        rates = self.known.get(RATES)
        return None if rates is None else entry_rates(self.comparison, rates)

    @cached_property
    def way(self) -> Way | None:
        """Of few flows at once, of many as a job gave it."""
        case = self.comparison.case
        if not self.is_quick:
            plain = self.known.get(MIGRATION)
        elif self.listing.days == DAYS:
            plain = self.comparison.once(_usual_way)
        else:
            plain = _way(self.comparison, self.plain, self.listing.days)
        return None if plain is None else Way(plain, case)

    @property
    def is_quick(self) -> bool:
        """The way takes no job."""
        return is_planned(self.comparison)

    @property
    def was_asked(self) -> bool:
        """The way is known, or known not to be one."""
        return self.is_quick or MIGRATION in self.known

    @cached_property
    def networks(self) -> Networks:
        choices = [OPTIONS.by_key[key] for key in _options(self.plain)]
        return networks(self.comparison.case, choices)


def _usual_way(comparison: Comparison) -> Plain | None:
    plan = plan_of(comparison)
    return None if plan is None else _way(comparison, plan, DAYS)


def _way(comparison: Comparison, plan: Plain, days: int) -> Plain | None:
    design = plan_again(comparison, _options(plan), plan["gap_usd"]).design
    return migrated(comparison, design, days)


def _options(plan: Plain) -> list[str]:
    return [each["option"] for each in plan["assignment"]]
