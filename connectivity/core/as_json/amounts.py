"""How many single flows are computed at once for one request, by what it asks for: the one table.

An entry of a document counts once for each VPC in its `from`. `docs/document.md` shows the table.
"""

from collections.abc import Collection
from typing import Any, NamedTuple

from connectivity.core.as_json.excerpts import CELLS, FINDINGS, LATENCY
from connectivity.core.network.topology import single_flows
from connectivity.core.problems import DocumentRefused, Problem

AHEAD = "ahead"
PLAN = "plan"
AT_ONCE_S = 5.0  # of the solver for a plan that a request waits for


class Bound(NamedTuple):
    """Up to how many there is an answer at once, and up to how many there is one at all."""

    at_once: int
    most: int


COMPARISON = Bound(20_000, 100_000)
ACCOUNTS = Bound(2_000, 10_000)  # each with its lines in every option's bill: 9 kB of an answer
BOUNDS = {
    FINDINGS: Bound(2_000, 10_000),  # some 8 kB of an answer for each flow
    LATENCY: Bound(2_000, 20_000),  # 5 kB
    CELLS: Bound(500, 2_000),  # 35 kB
    AHEAD: Bound(1_000, 20_000),  # 2 ms
    PLAN: Bound(1_000, 20_000),
}
"""Of what may be included, besides."""

PLANS = Bound(100, 20_000)  # by themselves
EXPLANATION, FRONTIERS, RATES, STEPS = "explanation", "frontiers", "missing_rates", "steps"
PLAN_PARTS = {
    EXPLANATION: 1_000,  # each of 20 flows is planned some 50 times anew: 13 s of 300 flows
    FRONTIERS: 3_000,  # three times up to 12 plans, a minute each
    RATES: 20_000,  # each up to 20 plans
    STEPS: 20_000,  # 12 kB of an answer for 1,000 flows at least, a bill for each of 36 steps
}
"""Of what may be included with a plan by itself, always in a job: up to how many flows."""
MAX_PLAN_S = 1_800  # of the solver for a plan that a job makes


def is_long(document: Any, include: Collection[str] = ()) -> bool:
    """Whether nobody should wait for the answer: it is a job."""
    bounds = [COMPARISON, *(BOUNDS[part] for part in include)]
    is_wide = _accounts(document) > ACCOUNTS.at_once
    return is_wide or single_flows(document) > min(bound.at_once for bound in bounds)


def _accounts(document: Any) -> int:
    listed = document.get("accounts") if isinstance(document, dict) else None
    return len(listed) if isinstance(listed, list) else 0


def require_answerable(document: Any, include: Collection[str] = ()) -> None:
    """Raises DocumentRefused where the document is too large for a server, or for what is asked."""
    count = single_flows(document)
    if count > COMPARISON.most:
        message = f"make {count:,} expanded flows; a server accepts up to {COMPARISON.most:,}"
        remedy = "merge flows between the same two VPCs, or run manage.py compare"
        raise DocumentRefused([Problem("flows", f"{message}: {remedy}")])
    _require_few_accounts(document)
    _require_few_flows(count, {part: BOUNDS[part].most for part in include}, "compare")


def is_long_plan(document: Any, include: Collection[str] = ()) -> bool:
    """Whether nobody should wait for a plan, however long it may take: it is a job."""
    is_wide = _accounts(document) > ACCOUNTS.at_once
    return bool(include) or is_wide or single_flows(document) > PLANS.at_once


def require_plannable(document: Any, include: Collection[str] = ()) -> None:
    """Raises DocumentRefused where the document is too large for a plan on a server."""
    count = single_flows(document)
    if count > PLANS.most:
        message = f"make {count:,} expanded flows; a server plans up to {PLANS.most:,}"
        remedy = "merge flows between the same two VPCs, or run manage.py plan"
        raise DocumentRefused([Problem("flows", f"{message}: {remedy}")])
    _require_few_accounts(document)
    _require_few_flows(count, {part: PLAN_PARTS[part] for part in include}, "plan")


def _require_few_flows(count: int, most: dict[str, int], command: str) -> None:
    instead = f"leave it out, or run manage.py {command} on the file, which has no such limit"
    problems = [
        Problem("include", f"'{part}' is available for up to {bound:,} single flows, and these are "
                f"{count:,}: {instead}")
        for part, bound in most.items()
        if count > bound
    ]  # fmt: skip
    if problems:
        raise DocumentRefused(problems)


def require_reviewable(document: Any) -> None:
    """Raises DocumentRefused where a topology is too large to be reviewed on a server."""
    count = single_flows(document)
    if count > COMPARISON.at_once:
        message = f"make {count:,} expanded flows; a server reviews up to {COMPARISON.at_once:,}"
        remedy = "give the reviews in a document of their own, or run manage.py review"
        raise DocumentRefused([Problem("flows", f"{message}: {remedy}")])


def _require_few_accounts(document: Any) -> None:
    if (accounts := _accounts(document)) > ACCOUNTS.most:
        message = f"has {accounts:,} entries; a server accepts up to {ACCOUNTS.most:,}"
        remedy = "leave out accounts without a VPC, or run manage.py compare on the file"
        raise DocumentRefused([Problem("accounts", f"{message}: {remedy}")])
