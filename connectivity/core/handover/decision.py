"""What a decision about a design rests on: its money, its risks, and what would change it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from connectivity.core.comparison.compare import Comparison
from connectivity.core.latency.lookup import Reading
from connectivity.core.network.planned_network import Case, case
from connectivity.core.option_parts.option import Option
from connectivity.core.plan.design.candidates import able
from connectivity.core.plan.design.designs import Design, can_be_built, design_of
from connectivity.core.plan.design.joined import joined, joining_pairs
from connectivity.core.rules.rule import Severity, hits
from costmodel.core.charges import Bools
from costmodel.core.units import THOUSANDTHS, cents_of_parts

TRIED_FLOWS = 5  # whose other options are billed again, those with the most GB
SEVERITIES = (Severity.QUOTA, Severity.CONDITION, Severity.WARNING)


class OptionUse(NamedTuple):
    """How much goes over an option."""

    option: Option
    flows: int
    gb: Decimal


class Risk(NamedTuple):
    """A finding of the options that the design uses, worded for one of its flows."""

    rule: str
    severity: Severity
    option: Option
    flows: int
    sentence: str


class Alternative(NamedTuple):
    """What the design would cost more a month, to the cent, were one flow on another option."""

    flow: str
    option: Option
    extra_usd: Decimal


def by_option(comparison: Comparison, design: Design) -> list[OptionUse]:
    """The options that a design uses, in their order."""
    total = comparison.case.flows.total
    flows: Counter[Option] = Counter(design.options)
    gb: Counter[Option] = Counter()
    for option, amount in zip(design.options, total.tolist(), strict=True):
        gb[option] += amount
    ordered = sorted(flows, key=lambda option: option.order)
    return [OptionUse(each, flows[each], Decimal(gb[each]) / THOUSANDTHS) for each in ordered]


def payers(comparison: Comparison, design: Design) -> list[tuple[str, Decimal]]:
    """What each account pays, in cents that add up to the bill, the largest part first."""
    accounts = comparison.case.topology.accounts
    exact = {accounts[payer].id: usd for payer, usd in design.bill.by_payer().items()}
    return sorted(cents_of_parts(exact).items(), key=lambda each: (-each[1], each[0]))


def largest(comparison: Comparison, count: int) -> list[int]:
    """The rows of the flows with the most GB, the largest first."""
    order = np.argsort(-comparison.case.flows.total, kind="stable")
    rows: list[int] = order[:count].tolist()
    return rows


def risks(comparison: Comparison, design: Design) -> list[Risk]:
    """What the rules say of the options in use that does not forbid them: quotas first."""
    network = joined(comparison.case, joining_pairs(comparison.case, design.options))
    is_joined = network is not comparison.case
    known = []
    for option in dict.fromkeys(design.options):
        used = np.array([each is option for each in design.options])
        known += [
            *_of_option(network, option, used, is_joined),
            *_of_answer(comparison, option, used),
        ]
    return sorted(known, key=_gravest)


def _of_option(network: Case, option: Option, used: Bools, is_joined: bool) -> Iterator[Risk]:
    """What the rules of an option say of its flows alone: others take nothing of its quotas."""
    rules = [rule for rule in option.rules if rule.severity in SEVERITIES]
    rules = [rule for rule in rules if (rule.check(network) & used).any()]
    if not rules:
        return
    alone = network
    if not is_joined and not used.all():
        flows = tuple(network.topology.flows[row] for row in np.flatnonzero(used).tolist())
        alone = case(replace(network.topology, flows=flows))
    for hit in hits(rules, alone):
        rows = hit.flows[used[hit.flows]] if alone is network else hit.flows
        if len(rows):
            sentence = hit.rule.detail(alone, int(rows[0]))
            yield Risk(hit.rule.id, hit.rule.severity, option, len(rows), sentence)


def _of_answer(comparison: Comparison, option: Option, used: Bools) -> Iterator[Risk]:
    """What other rules say of the flows: of connections, VPCs, policies and latency budgets."""
    answer = next(each for each in comparison.answers if each.option is option)
    for rule, flows in answer.hits:
        rows = flows[used[flows]]
        if len(rows) and rule.severity in SEVERITIES and rule not in option.rules:
            sentence = rule.detail(comparison.case, int(rows[0]))
            yield Risk(rule.id, rule.severity, option, len(rows), sentence)


def _gravest(risk: Risk) -> tuple[int, int, str]:
    return SEVERITIES.index(risk.severity), -risk.flows, risk.rule


def alternatives(comparison: Comparison, design: Design) -> list[Alternative]:
    """The other options of the largest flows, each alone and billed again, the nearest first."""
    return sorted(_alternatives(comparison, design), key=lambda each: each.extra_usd)


def _alternatives(comparison: Comparison, design: Design) -> Iterator[Alternative]:
    for row in largest(comparison, TRIED_FLOWS):
        for option, usable in comparison.once(able):
            choice = [*design.options[:row], option, *design.options[row + 1 :]]
            if option is design.options[row] or not usable[row]:
                continue
            other = design_of(comparison, choice) if can_be_built(comparison, choice) else None
            if other is not None:
                name = comparison.case.topology.flows[row].name
                yield Alternative(name, option, other.total_usd - design.total_usd)


class Slowest(NamedTuple):
    """The slowest p99 that is known of a design, and of how many flows none is."""

    reading: Reading | None
    flow: str
    unknown: int


def slowest(comparison: Comparison, design: Design) -> Slowest:
    """The flow with the largest p99 of those that are known, each over its option."""
    us = np.full(len(design.options), np.nan)
    heads = {answer.option: answer.heads for answer in comparison.answers}
    for option in dict.fromkeys(design.options):
        used = np.array([each is option for each in design.options])
        us[used] = heads[option].us[used]
    unknown = int(np.isnan(us).sum())
    if unknown == len(us):
        return Slowest(None, "", unknown)
    row = int(np.nanargmax(us))
    name = comparison.case.topology.flows[row].name
    return Slowest(heads[design.options[row]].reading(row), name, unknown)
