"""How many single flows are computed at once for one request, by what it asks for: the one table.

An entry of a document counts once for each VPC in its `from`. `docs/document.md` shows the table.
"""

from collections.abc import Collection
from typing import Any, NamedTuple

from connectivity.core.as_json.excerpts import CELLS, FINDINGS, LATENCY
from connectivity.core.network.topology import single_flows
from connectivity.core.problems import DocumentRefused, Problem

AHEAD = "ahead"


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
}
"""Of what may be included, besides."""

INSTEAD = "leave it out, or run manage.py compare on the file, which has no such limit"


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
    if (accounts := _accounts(document)) > ACCOUNTS.most:
        message = f"has {accounts:,} entries; a server accepts up to {ACCOUNTS.most:,}"
        remedy = "leave out accounts without a VPC, or run manage.py compare on the file"
        raise DocumentRefused([Problem("accounts", f"{message}: {remedy}")])
    asked = [(part, BOUNDS[part].most) for part in dict.fromkeys(include)]
    problems = [
        Problem("include", f"'{part}' is available for up to {most:,} single flows, and these are "
                f"{count:,}: {INSTEAD}")
        for part, most in asked
        if count > most
    ]  # fmt: skip
    if problems:
        raise DocumentRefused(problems)
