"""A comparison tried with something else: other traffic, other prices, other budgets.

What depends on something that differs is worked out again, by the functions that `compare` uses;
the rest is kept. No rule but budgets looks at anything that is tried here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from connectivity.core.comparison.answer import Answer, best_of
from connectivity.core.comparison.combined_bill import operations_usd
from connectivity.core.comparison.compare import Comparison
from connectivity.core.latency.worst_p99 import budget_rules, headlines
from connectivity.core.network.planned_network import Case
from connectivity.core.rules.rule import hits
from costmodel.core.bill import Gap, bill
from costmodel.core.price_list import Price, PriceList, Tier

JUDGED = ("cross_az_share", "p99_budget_us")  # the numbers that latencies and budgets look at


class Basis(NamedTuple):
    """What is tried in the place of what a comparison rests on."""

    case: Case
    prices: PriceList

    @staticmethod
    def of(comparison: Comparison) -> "Basis":
        """What a comparison rests on."""
        return Basis(comparison.case, comparison.prices)


def tried(comparison: Comparison, basis: Basis, answers: Iterable[Answer]) -> list[Answer]:
    """What some options of a comparison would answer on another basis."""
    return [_again(answer, comparison, basis) for answer in answers]


def winner(comparison: Comparison, basis: Basis, answers: Iterable[Answer]) -> Answer | None:
    """Which of some options would be recommended on another basis, as it answers there."""
    return best_of(tried(comparison, basis, answers))


def is_able(answer: Answer) -> bool:
    """Nothing but a p99 budget, and perhaps a price, keeps an option from being recommended."""
    of_budgets = {rule.id for rule in budget_rules(answer.heads)}
    is_stopped = any(hit.is_hard and hit.rule.id not in of_budgets for hit in answer.hits)
    return answer.is_allowed and answer.bill is not None and not is_stopped


def _again(answer: Answer, comparison: Comparison, basis: Basis) -> Answer:
    case, prices = basis
    if answer.bill is None:
        return answer
    if case.topology is not comparison.case.topology:
        answer = replace(answer, operations_usd=operations_usd(answer.objects, case))
    if any(_differs(case, comparison.case, name) for name in JUDGED):
        answer = _judged_again(answer, comparison, case)
    if case.flows is not comparison.case.flows or _pays_otherwise(answer, comparison, prices):
        charges = answer.option.charges(case.flows)
        answer = replace(answer, bill=bill(charges, prices, case.regions, case.pools))
    return answer


def _differs(case: Case, other: Case, name: str) -> bool:
    return case.numbers.get(name) is not other.numbers.get(name)


def _pays_otherwise(answer: Answer, comparison: Comparison, prices: PriceList) -> bool:
    """Another price is in force for something that it needs."""
    if prices is comparison.prices:
        return False
    asked = answer.prices_asked
    return any(prices.find(*key) is not comparison.prices.find(*key) for key in asked)


def _judged_again(answer: Answer, comparison: Comparison, case: Case) -> Answer:
    """Its headlines, and what budgets say to them."""
    heads = headlines(answer.option.key, case, comparison.latencies)
    rules = budget_rules(heads)
    of_budgets = {rule.id for rule in rules}
    kept = [hit for hit in answer.hits if hit.rule.id not in of_budgets]
    findings = (*kept, *hits(rules, case))
    stopped = np.zeros(len(case.flows), dtype=np.bool_)
    for hit in findings:
        if hit.is_hard:
            stopped[hit.flows] = True
    return replace(answer, hits=findings, is_stopped=stopped, heads=heads)


def with_operations(basis: Basis, kind: str, usd: Decimal) -> Basis:
    """One object of a kind costs this much a month to look after."""
    topology = basis.case.topology
    other = replace(topology, operations_usd=topology.operations_usd | {kind: usd})
    return basis._replace(case=replace(basis.case, topology=other))


def with_traffic(basis: Basis, factor: float) -> Basis:
    """Every flow carries so many times its GB."""
    return basis._replace(case=basis.case.with_numbers(gb=basis.case.column("gb") * factor))


def with_crossing(basis: Basis, share: float) -> Basis:
    """Every flow that has a choice crosses AZs with this share of its GB."""
    case = basis.case
    shares = np.where(case.flows.has_choice, share, case.column("cross_az_share"))
    return basis._replace(case=case.with_numbers(cross_az_share=shares))


def with_budgets(basis: Basis, us: float) -> Iterator[Basis]:
    """A p99 budget, in every sense: for each flow instead of its own, for those that have none, and
    as the most that any flow may have. Often all are the same."""
    budgets = basis.case.column("p99_budget_us")
    entries = basis.case.topology.document["flows"]
    is_own = np.array(
        [
            entry.get("p99_budget_us") is not None
            for entry in entries
            for _ in (entry["from"] if isinstance(entry["from"], list) else (None,))
        ]
    )
    senses = [np.full(len(budgets), us), np.where(is_own, budgets, us), np.fmin(budgets, us)]
    for sense in senses if is_own.any() else senses[:1]:
        yield basis._replace(case=basis.case.with_numbers(p99_budget_us=sense))


def with_rate(basis: Basis, price: Price, old: Decimal, new: Decimal) -> Basis:
    """What a price asks at one rate, in one tier or several, it asks at another."""
    tiers = tuple(replace(tier, usd=new) if tier.usd == old else tier for tier in price.tiers)
    other = replace(price, tiers=tiers)
    prices = basis.prices
    return basis._replace(prices=prices.with_in_force(dict.fromkeys(prices.keys_of(price), other)))


def with_missing(basis: Basis, gap: Gap, usd: Decimal) -> Basis:
    """What the price list lacks has a rate, whatever the quantity."""
    return basis._replace(prices=prices_with(basis.prices, gap, usd))


def prices_with(prices: PriceList, gap: Gap, usd: Decimal) -> PriceList:
    """A price list with a rate for what it lacks, whatever the quantity."""
    unit = next((price.unit for price in prices.prices if price.name == gap.price), "unit")
    tiers = (Tier(0, None, usd),)
    price = Price(gap.price, gap.region, gap.to_region, unit, tiers, "tried", "")
    return prices.with_in_force({(gap.price, gap.region, gap.to_region): price})
