"""A network as shapes: VPCs on a circle, Region by Region, hubs inside it, lines for what talks.

Whatever draws, a page or a sheet of paper, gets the same lines at the same places.
"""

from collections.abc import Sequence
from math import cos, pi, sin
from typing import NamedTuple

import numpy as np

from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts.option import ATTACHMENT_OBJECT, Option

MAX_VPCS = 120  # more are a blot
HUB_AT = 0.6  # of the way from the centre to the middle of a Region's VPCs
BETWEEN_HUBS = 0.3  # of the radius, where a Region has several
Place = tuple[float, float]
Choices = Sequence[Option | None]  # of every flow; None: not known


class Stroke(NamedTuple):
    """A line of an option's, from one place to another."""

    begin: Place
    end: Place
    option: Option
    words: str


class Node(NamedTuple):
    """A VPC, or a hub of an option in a Region; its name stands to the left (-1) or right (1) of
    a place beside it, or around it (0)."""

    place: Place
    name: str
    beside: Place
    side: int
    words: str
    hub: Option | None = None


class Shapes(NamedTuple):
    nodes: list[Node]
    strokes: list[Stroke]


def can_be_drawn(case: Case) -> bool:
    """There are few enough VPCs to be told apart."""
    return len(case.topology.vpcs) <= MAX_VPCS


def shapes(case: Case, choices: Choices, centre: Place, radius: float, room: float) -> Shapes:
    """The network that some options make.

    Args:
        room: between the circle and the middle of a name outside it.
    """
    circle = _Circle(case, centre, radius)
    lines: dict[tuple[Option, Place, Place], str] = {}
    hubs: dict[Place, Node] = {}
    used = sorted({option for option in choices if option is not None}, key=lambda o: o.order)
    attached = [option for option in used if ATTACHMENT_OBJECT in option.makes]
    for option in used:
        rows = [row for row, each in enumerate(choices) if each is option]
        if option in attached:
            _attach(circle, option, rows, attached, lines, hubs)
        else:
            _connect(circle, option, rows, lines)
    strokes = [Stroke(begin, end, option, words) for (option, begin, end), words in lines.items()]
    return Shapes([*circle.nodes(room), *hubs.values()], strokes)


class _Circle:
    """Where everything stands: VPCs of one Region, and in it of one account, beside each other."""

    def __init__(self, case: Case, centre: Place, radius: float) -> None:
        self.vpcs, self.regions = case.topology.vpcs, list(case.regions)
        self.centre, self.radius = centre, radius
        flows = case.flows
        self.ends = np.stack([flows.consumer.vpc, flows.provider.vpc], axis=1).tolist()
        self.of = [self.regions.index(vpc.region) for vpc in self.vpcs]
        accounts = {account.id: i for i, account in enumerate(case.topology.accounts)}
        order = sorted(
            range(len(self.vpcs)), key=lambda i: (self.of[i], accounts[self.vpcs[i].account], i)
        )
        self.turn = {vpc: (place + 0.5) / len(order) for place, vpc in enumerate(order)}

    def at(self, vpc: int, radius: float | None = None) -> Place:
        angle = 2 * pi * self.turn[vpc] - pi / 2
        far = self.radius if radius is None else radius
        return self.centre[0] + far * cos(angle), self.centre[1] + far * sin(angle)

    def hub(self, region: int, option: Option, attached: Sequence[Option]) -> Place:
        """Between the centre and a Region's VPCs; hubs of several options above each other."""
        here = [self.at(vpc) for vpc, of in enumerate(self.of) if of == region]
        x, y = (sum(axis) / len(here) for axis in zip(*here, strict=True))
        left, top = self.centre
        down = (attached.index(option) - (len(attached) - 1) / 2) * BETWEEN_HUBS * self.radius
        return left + HUB_AT * (x - left), top + HUB_AT * (y - top) + down

    def nodes(self, room: float) -> list[Node]:
        return [self._node(vpc, room) for vpc in range(len(self.vpcs))]

    def _node(self, index: int, room: float) -> Node:
        vpc, angle = self.vpcs[index], 2 * pi * self.turn[index] - pi / 2
        side = 0 if abs(cos(angle)) < 0.3 else 1 if cos(angle) > 0 else -1
        words = f"{vpc.name}: account {vpc.account}, {vpc.region}"
        return Node(self.at(index), vpc.name, self.at(index, self.radius + room), side, words)


def _attach(
    circle: _Circle,
    option: Option,
    rows: Sequence[int],
    attached: Sequence[Option],
    lines: dict[tuple[Option, Place, Place], str],
    hubs: dict[Place, Node],
) -> None:
    """Every VPC to the hub of its Region, and hubs of two Regions to each other."""
    for row in rows:
        at = []
        for vpc in circle.ends[row]:
            region = circle.of[vpc]
            place = circle.hub(region, option, attached)
            words = f"{option.name}, {circle.regions[region]}"
            name = circle.regions[region] if len(circle.regions) > 1 else option.name
            hubs[place] = Node(place, name, place, 0, words, option)
            lines[option, circle.at(vpc), place] = f"{circle.vpcs[vpc].name} to {words}"
            at.append((place, words))
        (begin, first), (end, second) = sorted(at)
        if begin != end:
            lines[option, begin, end] = f"{first} to {second}"


def _connect(
    circle: _Circle,
    option: Option,
    rows: Sequence[int],
    lines: dict[tuple[Option, Place, Place], str],
) -> None:
    """Every two VPCs that talk."""
    for row in rows:
        first, second = sorted(circle.ends[row])
        names = f"{circle.vpcs[first].name} and {circle.vpcs[second].name}"
        lines[option, circle.at(first), circle.at(second)] = f"{names}: {option.name}"
