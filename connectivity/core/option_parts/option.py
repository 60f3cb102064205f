"""What an option is: its charges, the objects it makes, its rules, and what pages say of it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from connectivity.core.network.flow_arrays import Flows, numbered
from connectivity.core.rules.rule import Rule
from connectivity.core.terraform.part import Part
from connectivity.core.terraform.values import Note, Resource
from costmodel.core.charges import Bools, Charge, Ints

COLOURS = 10
"""How many colours there are for series on the pages."""


def everything(flows: Flows) -> Bools:
    """Every flow can be carried. Shape (flows,)."""
    return np.ones(len(flows), dtype=np.bool_)


class ObjectKind(NamedTuple):
    """A kind of resource to manage, which may have a price of operations; options share it."""

    key: str
    order: int  # among the kinds, where a document or a page lists them


PEERING_OBJECT = ObjectKind("peering", 1)
ATTACHMENT_OBJECT = ObjectKind("attachment", 2)
ENDPOINT_OBJECT = ObjectKind("endpoint", 3)
SERVICE_OBJECT = ObjectKind("service", 4)
REGION_PEERING_OBJECT = ObjectKind("region-peering", 5)


class Objects(NamedTuple):
    """Resources to manage, of one kind; each counts once, however many rows mention it."""

    kind: ObjectKind
    owner: Ints  # accounts
    resource: Ints


def nothing(flows: Flows) -> Iterator[Objects]:
    """The option leaves nothing to manage."""
    yield from ()


class Term(NamedTuple):
    """A word of the pages in one sentence, with AWS's page that says more."""

    name: str
    sentence: str
    url: str = ""  # none where the term is ours
    source: str = ""
    code: str = ""  # where the code has it, as `pkgutil.resolve_name` takes it


class Standing(StrEnum):
    """Where an option is considered."""

    USUAL = "usual"  # for every flow that does not say otherwise
    NAMED = "named"  # only where a flow's options name it
    BASELINE = "baseline"  # never: latencies are compared with it


class Netperf(NamedTuple):
    """How the option's latency is measured between two hosts."""

    host: str = "SERVER_ADDRESS"  # what the client is told to connect to
    is_behind_listeners: bool = False  # a load balancer or an endpoint hides the server


@dataclass(frozen=True, slots=True, eq=False)
class Option:
    """One way of connecting two VPCs, whole. A new option is one file in `options`.

    `charges` yields what AWS bills for flows that the option carries; `objects` yields the managed
    resources, each of a kind that `makes` has; `resources` yields what of Terraform builds it, and
    notes on what it cannot; `carries` is False for flows for which the option
    has no form at all, so that they cannot even be priced.
    """

    key: str
    name: str
    order: int  # its place in every list; settles ties
    colour: int  # of its series on the pages, from 1 to COLOURS
    help: Term
    charges: Callable[[Flows], Iterable[Charge]]
    resources: Callable[[Part], Iterable[Resource | Note]]
    rules: tuple[Rule, ...]
    makes: tuple[ObjectKind, ...] = ()
    objects: Callable[[Flows], Iterable[Objects]] = nothing
    carries: Callable[[Flows], Bools] = everything
    assumes: tuple[str, ...] = ()  # sentences that the answer must carry
    keeps_vpcs: bool = True  # False where the two ends become one VPC
    takes_route: bool = True  # False where it needs no entry in the VPCs' route tables
    standing: Standing = Standing.USUAL
    why_named: str = ""  # why a flow must name it, where it must
    netperf: Netperf | None = Netperf()  # None: netperf cannot measure it

    def __post_init__(self) -> None:
        if not 1 <= self.colour <= COLOURS:
            raise ValueError(f"{self.key}: colour {self.colour} is none of 1 to {COLOURS}")
        if (self.standing is Standing.NAMED) != bool(self.why_named):
            raise ValueError(f"{self.key}: why_named says why a flow must name the option")

    def count_objects(self, flows: Flows) -> dict[str, int]:
        """How many resources to manage some flows need, by kind; kinds with none are left out."""
        counts = {each.kind.key: len(numbered(each.resource)[0]) for each in self.objects(flows)}
        return {kind: count for kind, count in counts.items() if count}
