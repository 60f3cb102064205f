"""Resources that a report speaks of, each with where to read more."""

from typing import NamedTuple
from uuid import UUID

from connectivity.core.health.kinds import KINDS
from connectivity.models import Resource


class Link(NamedTuple):
    """A page about something. Doors know the addresses."""

    to: str  # resource, topology, rules, collection, prices, latency or health
    uid: UUID | None = None


class ReportedResource(NamedTuple):
    """A resource, as a reader knows it."""

    name: str
    kind: str
    where: str  # account and Region
    is_demo: bool
    link: Link


def is_watched(row: Resource) -> bool:
    """Somebody wants to know of it: what is no longer looked at has not become better."""
    account = row.account
    return account is None or (account.removed_at is None and row.region in account.regions)


def reported(row: Resource) -> ReportedResource:
    is_demo = bool(row.account and row.account.is_demo)
    where = ", ".join(filter(None, (row.owner, row.region)))
    kind = KINDS.get(row.kind)  # None: another release knew it
    return ReportedResource(
        row.name, kind.one if kind else row.kind, where, is_demo, Link("resource", row.uid)
    )
