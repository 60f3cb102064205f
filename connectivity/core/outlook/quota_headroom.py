"""How long limits last: which one is full first while VPCs are added, and when."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import floor

import numpy as np

from connectivity.core.comparison.compare import Comparison
from connectivity.core.network.planned_network import Case
from connectivity.core.rules.quotas import NO_BOUND, allowed, at_most, raised_quota
from connectivity.core.rules.rule import Growth, Limit, Rule
from connectivity.core.rules.vpc_and_connection import VPC_RULES

NEVER = 10_000  # VPCs, from which on a limit is none


@dataclass(frozen=True, slots=True)
class Room:
    """One limit of one option, where it is nearest."""

    option: str
    limit: Limit
    vpc: str
    count: int
    allows: int
    is_raised: bool
    most: int | None  # after an increase; None: nobody says
    full_at: int  # VPCs with which it is reached
    full_at_most: int | None

    def months(self, vpcs: int, per_month: float) -> float | None:
        """Until it is full as quotas are now; None: it never is at that rate."""
        return _months(self.full_at, vpcs, per_month)

    def months_at_most(self, vpcs: int, per_month: float) -> float | None:
        """Months until the limit is full after an increase; None: nobody knows how far it goes."""
        at = self.full_at_most
        return None if at is None else _months(at, vpcs, per_month)


def _months(at: int, vpcs: int, per_month: float) -> float | None:
    if at <= vpcs:
        return 0.0
    return None if at >= NEVER or not per_month else (at - vpcs) / per_month


def headroom(comparison: Comparison) -> list[Room]:
    """Every limit that grows with the VPCs, the one that is full first at the top.

    What a limit counts is taken to grow as it is spread today: a VPC that peers with half of the
    others goes on to peer with half of them; attachments, endpoints and addresses grow in
    proportion to the VPCs.
    """
    case = comparison.case
    rooms = [
        room
        for answer in comparison.answers
        if answer.bill is not None
        for room in _of(case, answer.option.name, _limits(answer.option.rules))
    ]
    rooms += _of(case, "every option between VPCs", _limits(VPC_RULES))
    return sorted(rooms, key=lambda room: (room.full_at, room.limit.id))


def _limits(rules: tuple[Rule, ...]) -> dict[str, Limit]:
    return {rule.limit.id: rule.limit for rule in rules if rule.limit}


def _of(case: Case, option: str, limits: dict[str, Limit]) -> Iterator[Room]:
    vpcs = len(case.topology.vpcs)
    for limit in limits.values():
        count = case.once(limit.counts)
        if limit.growth is Growth.NONE or not count.any():
            continue
        now, most = allowed(case, limit), at_most(case, limit)
        full = np.array([_full(limit, c, top, vpcs) for c, top in zip(count, now, strict=True)])
        vpc = int(full.argmin())
        top = None if most[vpc] >= NO_BOUND else int(most[vpc])
        yield Room(
            option,
            limit,
            case.vpc(vpc).name,
            int(count[vpc]),
            int(now[vpc]),
            raised_quota(case, limit, vpc) is not None,
            top,
            int(full[vpc]),
            None if top is None else _full(limit, float(count[vpc]), top, vpcs),
        )


def _full(limit: Limit, count: float, top: float, vpcs: int) -> int:
    """With how many VPCs the count reaches the limit, at today's spread.

    >>> from connectivity.core.options.vpc_peering import OPTION
    >>> peerings = next(rule.limit for rule in OPTION.rules if rule.limit)
    >>> _full(peerings, 53, 125, 54)  # a full mesh of 54 VPCs
    126
    """
    if not count:
        return NEVER
    if limit.growth is Growth.PEERS:
        return min(NEVER, floor(top * (vpcs - 1) / count + 1e-9) + 1)
    return min(NEVER, floor(top * vpcs / count + 1e-9))
