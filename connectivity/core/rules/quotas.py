"""Limits that AWS raises on request: what counts, how far, and whose quota was raised already."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from connectivity.core.network.planned_network import Case
from connectivity.core.network.topology import Quota
from connectivity.core.rules.rule import Bounds, Limit, Members, Rule, Severity, Together
from costmodel.core.charges import Bools, Floats

NO_BOUND = 2**53


def limit_rules(
    id: str,
    counts: Callable[[Case], Floats],
    default: int,
    ceiling: int | None,
    words: str,
    source: str,
    raised: str = "",
    *,
    remedy: str,
    **more: Any,
) -> tuple[Rule, ...]:
    """A quota: an increase is needed above it; above `ceiling` it is hard.

    `counts`, `words` and `more` are those of `Limit`; `raised` says what an increase may bring,
    where that is not simply the ceiling; `remedy` is that of `Rule`.
    """
    limit = Limit(id, counts, default, ceiling, words, **more)
    detail = _words(limit, raised)
    rule = partial(Rule, id, source=source, limit=limit, remedy=remedy, detail=detail)
    rules = (rule(Severity.QUOTA, _above(limit)),)
    if ceiling is None:
        return rules
    together = None if limit.per_peer is None else _per_peer(limit)
    return (*rules, rule(Severity.HARD, _above_all(limit), together=together))


def raised_quota(case: Case, limit: Limit, vpc: int) -> Quota | None:
    """The raised quota that holds for a VPC, if its account, or that of the hub, has one."""
    owner = case.topology.hub_account if limit.of_hub else case.vpc(vpc).account
    return case.quotas.get((limit.id, owner))


def allowed(case: Case, limit: Limit) -> Floats:
    """For every VPC, how many it may have as quotas are now: shape (vpcs,)."""
    allowed = np.full(len(case.topology.vpcs), float(limit.default))
    if any(quota.rule == limit.id for quota in case.topology.quotas):
        for vpc in range(len(allowed)):
            quota = raised_quota(case, limit, vpc)
            allowed[vpc] = quota.value if quota else limit.default
    return allowed


def at_most(case: Case, limit: Limit) -> Floats:
    """For every VPC, how many it may have after an increase; what AWS granted counts.

    Shape (vpcs,).
    """
    if limit.ceiling is None:
        return np.full(len(case.topology.vpcs), float(NO_BOUND))
    return np.maximum(allowed(case, limit), limit.ceiling)


def _above(limit: Limit) -> Callable[[Case], Bools]:
    def check(case: Case) -> Bools:
        count = case.once(limit.counts)
        return case.touching((count > allowed(case, limit)) & (count <= at_most(case, limit)))

    return check


def _above_all(limit: Limit) -> Callable[[Case], Bools]:
    def check(case: Case) -> Bools:
        return case.touching(case.once(limit.counts) > at_most(case, limit))

    return check


def _per_peer(limit: Limit) -> Together:
    """What the peers of every VPC add up to, at most; those that it has already count."""

    def bounds(case: Case) -> Bounds:
        ceilings, width = at_most(case, limit), len(case.topology.vpcs)
        row: list[int] = []
        member: list[int] = []
        weight: list[float] = []
        most: list[float] = []
        for sizes in limit.per_peer(case) if limit.per_peer else ():
            for vpc, peers in case.peers.items():
                new = case.partners.get(vpc, set()) - case.peered.get(vpc, set())
                left = ceilings[vpc] - sum(sizes[peer] for peer in case.peered.get(vpc, ()))
                if left >= sum(sizes[peer] for peer in new):
                    continue
                # Where what is there exceeds it already, nothing may use the option.
                counted = sorted(new if left >= 0 else peers & case.partners.get(vpc, set()))
                row += [len(most)] * len(counted)
                member += [min(vpc, peer) * width + max(vpc, peer) for peer in counted]
                weight += [float(sizes[peer]) if left >= 0 else 1.0 for peer in counted]
                most.append(max(left, 0.0))
        columns = np.array(row, dtype=np.int64), np.array(member, dtype=np.int64)
        return Bounds(Members.PAIRS, *columns, np.array(weight), np.array(most))

    return bounds


def _words(limit: Limit, raised: str) -> Callable[[Case, int], str]:
    at_best = f"at most {limit.ceiling} after an increase" if limit.ceiling else "adjustable"

    def detail(case: Case, row: int) -> str:
        count, allows = case.once(limit.counts), allowed(case, limit)
        vpcs = int(case.flows.consumer.vpc[row]), int(case.flows.provider.vpc[row])
        vpc = max(vpcs, key=lambda index: count[index] - allows[index])
        words = limit.words.format(vpc=case.vpc(vpc).name, count=int(count[vpc]))
        quota = raised_quota(case, limit, vpc)
        if quota:
            who = f"raised to {quota.value} for account {quota.account} by {quota.by}"
            return f"{words}; AWS allows {limit.default}, {who} ({quota.because})"
        return f"{words}; AWS allows {limit.default}, {raised or at_best}"

    return detail
