"""A comparison as a page shows it: what repeats is grouped, so that 5,000 flows stay readable."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from heapq import nlargest
from typing import Any, NamedTuple

import numpy as np
from django.utils.functional import SimpleLazyObject

from advisor.web.comparison.bill_rows import MAX_LINES, BillRows, bill_rows
from connectivity.core.as_json.comparison import ENGINE, assumptions
from connectivity.core.comparison.answer import Answer
from connectivity.core.comparison.compare import Comparison
from connectivity.core.comparison.measurement_plan import unmeasured
from connectivity.core.comparison.missing_prices import deciding
from connectivity.core.comparison.reasons import mix_words, of_one_option, rate_words
from connectivity.core.comparison.recommendation import (
    Feasibility,
    feasibility,
    frontier,
    mix_ahead,
    recommended,
)
from connectivity.core.latency.lookup import Reading, region_of
from connectivity.core.latency.worst_p99 import Headline
from connectivity.core.option_parts.option import Standing
from connectivity.core.outlook.tipping_points import flips
from connectivity.core.rules.rule import AS_OF, Rule, Severity
from connectivity.reference import PUBLISHED, Published
from costmodel.core.charges import Kind
from costmodel.core.kinds import usd_by_kind

MAX_CELLS = 16
MAX_CHOSEN = 40
NAMED_FLOWS = 3

WORDS = {
    Severity.HARD: "not feasible",
    Severity.QUOTA: "needs a quota increase",
    Severity.CONDITION: "condition",
    Severity.WARNING: "warning",
}
TONES = {Feasibility.FEASIBLE: "ok", Feasibility.NOT_FEASIBLE: "bad"}


class RuleFinding(NamedTuple):
    """One rule, with the first flow's words for it."""

    rule: Rule
    word: str
    detail: str
    flows: list[str]
    more: int

    @property
    def remedy(self) -> str:
        """What would lift it, where it stands in the way."""
        return self.rule.remedy


class LatencyRow(NamedTuple):
    reading: Reading
    where: str
    flows: int


@dataclass(frozen=True)
class OptionRow:
    """One option as a row of the table and as a section of its own."""

    answer: Answer
    findings: list[RuleFinding]
    money: BillRows
    latency: list[LatencyRow]
    cells: list[Reading]
    more_cells: int
    is_recommended: bool
    is_on_frontier: bool
    change_usd: Decimal | None
    published: Published | None
    budget_us: float | None
    wins: str  # below which missing rate it would be recommended; empty: no single rate decides

    @property
    def kinds(self) -> dict[Kind, Decimal]:
        """What the bill is made of."""
        return usd_by_kind(self.answer.bill.lines) if self.answer.bill else {}

    @property
    def tone(self) -> str:
        """How good the feasibility is, as a class of the style sheet."""
        return TONES.get(self.word, "warn")

    @property
    def word(self) -> Feasibility:
        """Feasibility in a word."""
        severities = {finding.rule.severity for finding in self.findings}
        return feasibility(severities, is_feasible=self.answer.is_feasible)

    @property
    def provisos(self) -> list[RuleFinding]:
        """What must be met for it to work."""
        asked = (Severity.QUOTA, Severity.CONDITION)
        return [finding for finding in self.findings if finding.rule.severity in asked]

    @property
    def warnings(self) -> list[RuleFinding]:
        """What is risky about it."""
        return [finding for finding in self.findings if finding.rule.severity is Severity.WARNING]

    @property
    def is_baseline(self) -> bool:
        return self.answer.option.standing is Standing.BASELINE

    @property
    def reason(self) -> RuleFinding | None:
        return self.findings[0] if self.findings else None

    @property
    def objects(self) -> str:
        counts = self.answer.objects.items()
        return ", ".join(f"{n} {kind}{'s' if n > 1 else ''}" for kind, n in counts) or "none"


ORDERS: dict[str, Callable[[OptionRow], Any]] = {
    "": lambda row: 0,  # as the comparison has them
    "cost": lambda row: (row.answer.total_usd is None, row.answer.total_usd),
    "p99": lambda row: (row.answer.heads.worst.us is None, row.answer.heads.worst.us),
    "objects": lambda row: sum(row.answer.objects.values()),
    "name": lambda row: row.answer.option.name,
}
"""By what the options can be sorted; equal ones keep the comparison's order."""


class MixRow(NamedTuple):
    option: str
    flows: int


class TippingPoint(NamedTuple):
    """What would change the recommendation."""

    when: str
    now: str
    to: str


def present(
    comparison: Comparison,
    *,
    is_reference: bool = False,
    sort: str = "",
    most_lines: int = MAX_LINES,
) -> dict[str, Any]:
    """What the comparison page needs."""
    best = recommended(comparison)
    figures = {entry.option: entry for entry in PUBLISHED} if is_reference else {}
    row = partial(
        _row, comparison=comparison, best=best, front=frontier(comparison), most_lines=most_lines
    )
    rows = [row(answer, published=figures.get(answer.option.key)) for answer in comparison.answers]
    rows.sort(key=ORDERS[sort])
    return {
        "comparison": comparison,
        "best": next((row for row in rows if row.is_recommended), None),
        "because": of_one_option(comparison),
        "ahead": mix_ahead(comparison),
        "mix_words": mix_words(comparison),
        "mix_change_usd": _mix_change(comparison),
        "unmeasured": unmeasured(comparison),
        "flips": SimpleLazyObject(
            lambda: tipping_points(comparison)
        ),  # a planned page shows them later
        "rows": rows,
        "mix": _mix(comparison),
        "chosen": _chosen(comparison),
        "totals": _totals(comparison),
        "is_reference": is_reference,
        "assumptions": assumptions(comparison),
        "rules_as_of": AS_OF,
        "engine": ENGINE,
    }


def _row(
    answer: Answer,
    comparison: Comparison,
    *,
    best: Answer | None,
    front: list[Answer],
    published: Published | None,
    most_lines: int,
) -> OptionRow:
    cells = _cells(answer, comparison)
    today = comparison.today_usd
    return OptionRow(
        answer=answer,
        findings=sorted(_findings(answer, comparison), key=_rank),
        money=bill_rows(answer, comparison, most_lines),
        latency=_latency(answer),
        cells=cells[:MAX_CELLS],
        more_cells=max(0, len(cells) - MAX_CELLS),
        is_recommended=answer is best,
        is_on_frontier=answer in front,
        change_usd=None if today is None or answer.usd is None else answer.usd - today,
        published=published,
        budget_us=_least_budget(comparison),
        wins=rate_words(rate) if (rate := deciding(comparison).get(answer.option.key)) else "",
    )


def _least_budget(comparison: Comparison) -> float | None:
    budgets = {flow.p99_budget_us for flow in comparison.case.topology.flows}
    return min((budget for budget in budgets if budget is not None), default=None)


def _rank(finding: RuleFinding) -> int:
    return list(Severity).index(finding.rule.severity)


def _findings(answer: Answer, comparison: Comparison) -> Iterator[RuleFinding]:
    for rule, flows in answer.hits:
        rows = flows.tolist()
        names = [comparison.case.topology.flows[row].name for row in rows[:NAMED_FLOWS]]
        detail = rule.detail(comparison.case, rows[0])
        word = WORDS[rule.severity]
        yield RuleFinding(rule, word, detail, names, max(0, len(rows) - NAMED_FLOWS))


def _latency(answer: Answer) -> list[LatencyRow]:
    """The headlines of all flows, the worst first."""
    used, counts = np.unique(answer.heads.of, return_counts=True)
    kinds = [
        (answer.heads.kinds[i], n) for i, n in zip(used.tolist(), counts.tolist(), strict=True)
    ]
    kinds.sort(key=lambda pair: pair[0].reading.badness, reverse=True)
    return [LatencyRow(kind.reading, _where(kind), n) for kind, n in kinds]


def _where(kind: Headline) -> str:
    if region_of(kind.reading.from_az) != region_of(kind.reading.to_az):
        return "cross-Region"
    return "cross-AZ" if kind.is_crossing else "same AZ"


def _cells(answer: Answer, comparison: Comparison) -> list[Reading]:
    """Every pair of AZs that any flow has, once; none where no pair has a figure."""
    flows = comparison.case.flows
    width = len(flows.az_lists)
    lists = np.unique(flows.consumer.azs * width + flows.provider.azs).tolist()
    pairs = {
        (consumer_az, provider_az)
        for code in lists
        for consumer_az in flows.az_lists[code // width]
        for provider_az in flows.az_lists[code % width]
    }
    readings = [comparison.latencies.read(answer.option.key, *pair) for pair in sorted(pairs)]
    return readings if any(reading.basis != "none" for reading in readings) else []


def tipping_points(comparison: Comparison) -> list[TippingPoint]:
    """What would change the recommendation, the nearest first."""
    names = {answer.option.key: answer.option.name for answer in comparison.answers}
    return [TippingPoint(flip.when, flip.now, names[flip.to]) for flip in flips(comparison)]


def _mix(comparison: Comparison) -> list[MixRow]:
    counts: dict[str, int] = {}
    for option in comparison.mix.options:
        name = option.name if option else "no feasible option"
        counts[name] = counts.get(name, 0) + 1
    return [MixRow(name, count) for name, count in counts.items()]


def _mix_change(comparison: Comparison) -> Decimal | None:
    """The mix's bill against today's."""
    mix, today = comparison.mix.usd, comparison.today_usd
    return None if mix is None or today is None else mix - today


def _chosen(comparison: Comparison) -> list[tuple[str, float, str]]:
    """What the largest flows choose in the mix: name, GB, option."""
    pairs = zip(comparison.case.topology.flows, comparison.mix.options, strict=True)
    largest = nlargest(MAX_CHOSEN, pairs, key=lambda pair: pair[0].gb)
    return [(f.name, f.gb, o.name if o else "no feasible option") for f, o in largest]


def _totals(comparison: Comparison) -> dict[str, Any]:
    topology = comparison.case.topology
    return {
        "gb": sum(flow.gb for flow in topology.flows),
        "accounts": len(topology.accounts),
        "vpcs": len(topology.vpcs),
        "flows": len(topology.flows),
        "regions": ", ".join(comparison.case.regions),
    }
