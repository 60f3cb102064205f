"""Limits that AWS raises on request: what counts, how far, and whose quota was raised already."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from connectivity.core.network.planned_network import Case
from connectivity.core.network.topology import Quota
from connectivity.core.rules.rule import Limit, Rule, Severity
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
    return (*rules, rule(Severity.HARD, _above_all(limit)))


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


def _words(limit: Limit, raised: str) -> Callable[[Case, int], str]:
    at_best = f"at most {limit.ceiling} after an increase" if limit.ceiling else "adjustable"

    def detail(case: Case, row: int) -> str:
        count, allows = case.once(limit.counts), allowed(case, limit)
        ends = int(case.flows.consumer.vpc[row]), int(case.flows.provider.vpc[row])
        vpc = max(ends, key=lambda end: count[end] - allows[end])
        words = limit.words.format(vpc=case.vpc(vpc).name, count=int(count[vpc]))
        quota = raised_quota(case, limit, vpc)
        if quota:
            who = f"raised to {quota.value} for account {quota.account} by {quota.by}"
            return f"{words}; AWS allows {limit.default}, {who} ({quota.because})"
        return f"{words}; AWS allows {limit.default}, {raised or at_best}"

    return detail
