"""A comparison as a page shows it: what repeats is grouped, so that 5,000 flows stay readable."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np

from connectivity.core.compare import Answer, Comparison
from connectivity.core.flips import Flip, flips
from connectivity.core.headlines import Headline
from connectivity.core.latency import Reading, region_of
from connectivity.core.plain import ASSUMPTIONS, ENGINE
from connectivity.core.rule import AS_OF, Hit, Rule, Severity
from connectivity.core.verdict import because, frontier, recommended, unpriced
from connectivity.reference import PUBLISHED, Published
from costmodel.core.bill import Line
from costmodel.core.units import cents
from costmodel.core.usage_types import usage_type

MOST_CELLS = 36
MOST_LINES = 200
NAMED_FLOWS = 3

WORDS = {
    Severity.HARD: "not feasible",
    Severity.QUOTA: "needs a quota increase",
    Severity.CONDITION: "condition",
    Severity.WARNING: "warning",
}


class Payer(NamedTuple):
    account: str
    name: str
    usd: Decimal


class Finding(NamedTuple):
    """One rule, with the first flow's words for it."""

    rule: Rule
    word: str
    detail: str
    flows: list[str]
    more: int


class LineRow(NamedTuple):
    line: Line
    usage_type: str
    payer: Payer


class LatencyRow(NamedTuple):
    reading: Reading
    where: str
    flows: int


@dataclass(frozen=True)
class OptionRow:
    """One option as a row of the table and as a section of its own."""

    answer: Answer
    payers: list[Payer]
    findings: list[Finding]
    lines: list[LineRow]
    more_lines: int
    latency: list[LatencyRow]
    cells: list[Reading]
    more_cells: int
    is_recommended: bool
    is_on_frontier: bool
    change_usd: Decimal | None
    published: Published | None

    @property
    def word(self) -> str:
        """Feasibility in a word."""
        if not self.answer.is_feasible:
            return "Not feasible"
        severities = {finding.rule.severity for finding in self.findings}
        if Severity.QUOTA in severities:
            return "Needs a quota increase"
        return "With conditions" if Severity.CONDITION in severities else "Feasible"

    @property
    def provisos(self) -> list[Finding]:
        """What must be met for it to work."""
        asked = (Severity.QUOTA, Severity.CONDITION)
        return [one for one in self.findings if one.rule.severity in asked]

    @property
    def reason(self) -> Finding | None:
        return self.findings[0] if self.findings else None

    @property
    def objects(self) -> str:
        counts = self.answer.objects.items()
        return ", ".join(f"{n} {kind}{'s' if n > 1 else ''}" for kind, n in counts) or "none"


@dataclass(frozen=True)
class MixRow:
    option: str
    flows: int


def present(comparison: Comparison, *, is_reference: bool = False) -> dict[str, Any]:
    """What the comparison page needs."""
    best = recommended(comparison)
    front = frontier(comparison)
    published = {one.option: one for one in PUBLISHED} if is_reference else {}
    rows = [
        _row(one, comparison, best=best, front=front, published=published.get(one.option.key))
        for one in comparison.answers
    ]
    return {
        "comparison": comparison,
        "best": next((row for row in rows if row.is_recommended), None),
        "because": because(comparison),
        "unpriced": unpriced(comparison),
        "flips": list(_flips(comparison, flips(comparison, best))),
        "rows": rows,
        "mix": _mix(comparison),
        "totals": _totals(comparison),
        "is_reference": is_reference,
        "assumptions": [
            *ASSUMPTIONS,
            *(a for one in comparison.answers for a in one.option.assumes),
        ],
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
) -> OptionRow:
    lines = answer.bill.lines if answer.bill else ()
    cells = _cells(answer, comparison)
    today = comparison.today_usd
    return OptionRow(
        answer=answer,
        payers=_payers(answer, comparison),
        findings=sorted(_findings(answer, comparison), key=lambda one: _rank(one.rule.severity)),
        lines=[_line(line, comparison) for line in lines[:MOST_LINES]],
        more_lines=max(0, len(lines) - MOST_LINES),
        latency=_latency(answer),
        cells=cells[:MOST_CELLS],
        more_cells=max(0, len(cells) - MOST_CELLS),
        is_recommended=answer is best,
        is_on_frontier=answer in front,
        change_usd=None if today is None or answer.usd is None else answer.usd - today,
        published=published,
    )


def _rank(severity: Severity) -> int:
    return list(Severity).index(severity)


def _payers(answer: Answer, comparison: Comparison) -> list[Payer]:
    paid = answer.bill.by_payer() if answer.bill and not answer.bill.gaps else {}
    return [_payer(comparison, account, usd) for account, usd in paid.items()]


def _payer(comparison: Comparison, account: int, usd: Decimal) -> Payer:
    row = comparison.case.topology.accounts[account]
    return Payer(row.id, row.name, cents(usd))


def _line(line: Line, comparison: Comparison) -> LineRow:
    name = usage_type(line.price.name, line.region, line.to_region)
    return LineRow(line, name, _payer(comparison, line.payer, line.usd))


def _findings(answer: Answer, comparison: Comparison) -> Iterator[Finding]:
    for rule, rows in map(_unpacked, answer.hits):
        names = [comparison.case.topology.flows[row].name for row in rows[:NAMED_FLOWS]]
        detail = rule.detail(comparison.case, rows[0])
        word = WORDS[rule.severity]
        yield Finding(rule, word, detail, names, max(0, len(rows) - NAMED_FLOWS))


def _unpacked(hit: Hit) -> tuple[Rule, list[int]]:
    return hit.rule, hit.flows.tolist()


def _latency(answer: Answer) -> list[LatencyRow]:
    """The headlines of all flows, the worst first."""
    used, counts = np.unique(answer.heads.of, return_counts=True)
    kinds = [
        (answer.heads.kinds[i], n) for i, n in zip(used.tolist(), counts.tolist(), strict=True)
    ]
    kinds.sort(key=lambda one: one[0].reading.badness, reverse=True)
    return [LatencyRow(kind.reading, _where(kind), n) for kind, n in kinds]


def _where(kind: Headline) -> str:
    if region_of(kind.reading.from_az) != region_of(kind.reading.to_az):
        return "between Regions"
    return "between AZs" if kind.is_crossing else "inside an AZ"


def _cells(answer: Answer, comparison: Comparison) -> list[Reading]:
    """Every pair of AZs that any flow has, once."""
    flows = comparison.case.flows
    width = len(flows.az_lists)
    lists = np.unique(flows.consumer.azs * width + flows.provider.azs).tolist()
    pairs = {
        (one, other)
        for code in lists
        for one in flows.az_lists[code // width]
        for other in flows.az_lists[code % width]
    }
    return [comparison.latencies.read(answer.option.key, *pair) for pair in sorted(pairs)]


def _flips(comparison: Comparison, found: list[Flip]) -> Iterator[tuple[str, str]]:
    names = {one.option.key: one.option.name for one in comparison.answers}
    for flip in found:
        yield flip.when, names[flip.to]


def _mix(comparison: Comparison) -> list[MixRow]:
    counts: dict[str, int] = {}
    for option in comparison.mix.options:
        name = option.name if option else "no feasible option"
        counts[name] = counts.get(name, 0) + 1
    return [MixRow(name, count) for name, count in counts.items()]


def _totals(comparison: Comparison) -> dict[str, Any]:
    topology = comparison.case.topology
    return {
        "gb": sum(flow.gb for flow in topology.flows),
        "accounts": len(topology.accounts),
        "vpcs": len(topology.vpcs),
        "flows": len(topology.flows),
        "regions": ", ".join(comparison.case.regions),
    }
