"""Which options each flow may use in a plan."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from connectivity.core.comparison.answer import Answer
from connectivity.core.comparison.compare import Comparison
from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts.option import Option
from connectivity.core.plan.design.joined import inside
from connectivity.core.rules.rule import Hit, hits
from connectivity.core.rules.vpc_and_connection import VPC_RULES
from costmodel.core.charges import Bools
from costmodel.core.price_list import Key, PriceList
from costmodel.core.usage import Places, columns_of


class Candidate(NamedTuple):
    """An option, and the flows that may use it: allowed by themselves, and stopped by no rule that
    looks at each flow by itself. Shape (flows,)."""

    option: Option
    usable: Bools


def able(comparison: Comparison) -> list[Candidate]:
    """The `candidates` of a comparison; a function for `Comparison.once`."""
    return candidates(comparison.case, comparison.answers)


def left_out(comparison: Comparison) -> dict[Key, tuple[Option, ...]]:
    """What is `lacking` in a comparison; a function for `Comparison.once`."""
    return lacking(comparison.case, comparison.prices, comparison.once(able))


def candidates(
    case: Case, answers: Sequence[Answer], network: Case | None = None
) -> list[Candidate]:
    """The options that any flow may use, in their order.

    Args:
        case: as it was compared.
        network: the same flows where VPCs are joined; None: none are.
    """
    ordered = sorted(answers, key=lambda answer: answer.option.order)
    usable = [Candidate(a.option, _usable(case, a, network or case)) for a in ordered]
    return [candidate for candidate in usable if candidate.usable.any()]


def possible(case: Case, answers: Sequence[Answer], networks: Sequence[Case]) -> list[Candidate]:
    """The options that any flow may use, whichever VPCs are joined: what can carry it in any of
    some networks, and is stopped by nothing that joining could change."""
    usable = []
    for answer in sorted(answers, key=lambda answer: answer.option.order):
        carried = np.any([answer.option.carries(each.flows) for each in networks], axis=0)
        mask = case.options.holding(answer.option.key) & carried
        usable.append(Candidate(answer.option, _not_stopped(mask, _fixed(answer))))
    return [candidate for candidate in usable if candidate.usable.any()]


def lacking(
    case: Case, prices: PriceList, able: Sequence[Candidate]
) -> dict[Key, tuple[Option, ...]]:
    """The prices that the list lacks, and the options that flows could use but for them."""
    options: dict[Key, list[Option]] = defaultdict(list)
    places = Places(case.regions)
    for option, usable in able:
        for charge in option.charges(case.flows.rows(usable)):
            columns = columns_of(charge)
            for place in np.unique(places.pack(columns)[columns.quantity > 0]).tolist():
                key = charge.price, *places.unpack(place)
                if prices.find(*key) is None and option not in options[key]:
                    options[key].append(option)
    return {key: tuple(users) for key, users in options.items() if users}


def _usable(case: Case, answer: Answer, network: Case) -> Bools:
    option = answer.option
    usable = case.options.holding(option.key) & option.carries(network.flows)
    if network is case:
        return _not_stopped(usable, answer.hits)
    if option.takes_route and option.keeps_vpcs:
        usable[inside(network)] = False
    rules = (*option.rules, *(VPC_RULES if option.keeps_vpcs else ()))
    return _not_stopped(usable, (*_fixed(answer), *hits(rules, network)))


def _fixed(answer: Answer) -> list[Hit]:
    """The findings that stay, whichever VPCs are joined: policies, and budgets."""
    rules = {*answer.option.rules, *VPC_RULES}
    return [hit for hit in answer.hits if hit.rule not in rules]


def _not_stopped(usable: Bools, findings: Iterable[Hit]) -> Bools:
    stopped = usable.copy()
    for hit in findings:
        if hit.is_hard and hit.rule.together is None:
            stopped[hit.flows] = False
    return np.asarray(stopped)
