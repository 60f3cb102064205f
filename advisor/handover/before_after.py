"""Today beside the plan as a picture: VPCs on a circle, a line for every two that talk."""

from collections.abc import Sequence
from math import cos, pi, sin
from typing import NamedTuple

from advisor.handover.sheet import MARGIN, WIDTH, Colour, Sheet
from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts.option import Option

HEIGHT, LEAST = 86.0, 58.0  # mm of the picture, where there is room, and below which there is none
AROUND = 17.0  # mm from its circles to its edges: titles and names
LABELLED = 16  # VPCs at most that have their names
MAX_VPCS = 120  # more are a blot
SERIES = tuple(
    bytes.fromhex(each)
    for each in (
        "3b4fe4", "0f8f80", "c77700", "8b3fd1", "c2255c",
        "4d6b8a", "6b7a12", "0b7fb8", "a04a1d", "5a647c",
    )
)  # fmt: skip
"""The colours of the pages, in their order."""
NODE: Colour = (20, 24, 30)


class Panel(NamedTuple):
    """One of the two networks: an option for each flow, where there is one."""

    title: str
    options: Sequence[Option | None]


def can_be_drawn(case: Case) -> bool:
    """There are few enough VPCs to be told apart, and something of today to set beside the plan."""
    flows = case.topology.flows
    return len(case.topology.vpcs) <= MAX_VPCS and any(flow.today for flow in flows)


def before_after(sheet: Sheet, case: Case, panels: Sequence[Panel], room: float) -> None:
    """Draw networks side by side in some mm, and under them which colour is which option."""
    top, height = sheet.y, min(HEIGHT, room)
    for number, panel in enumerate(panels):
        middle = MARGIN + WIDTH * (2 * number + 1) / (2 * len(panels))
        _network(sheet, case, panel, (middle, top + height / 2 + 3), height / 2 - AROUND)
    used = {option for panel in panels for option in panel.options if option is not None}
    sheet.at(top + height)
    x = MARGIN
    for option in sorted(used, key=lambda each: each.order):
        sheet.line((x, sheet.y + 2), (x + 6, sheet.y + 2), _colour(option), 0.9)
        x += 8 + sheet.label((x + 8, sheet.y), option.name) + 6


def _network(
    sheet: Sheet, case: Case, panel: Panel, centre: tuple[float, float], radius: float
) -> None:
    vpcs = case.topology.vpcs
    places = [_place(centre, radius, i / len(vpcs)) for i in range(len(vpcs))]
    sheet.label((centre[0], centre[1] - radius - 15), panel.title, is_centred=True)
    ends = zip(case.flows.consumer.vpc, case.flows.provider.vpc, panel.options, strict=True)
    lines = {
        (option, min(int(a), int(b)), max(int(a), int(b)))
        for a, b, option in ends
        if option is not None
    }
    for option, first, second in sorted(lines, key=lambda each: (each[0].order, *each[1:])):
        sheet.line(places[first], places[second], _colour(option), 0.5)
    for i, vpc in enumerate(vpcs):
        sheet.dot(places[i], NODE)
        if len(vpcs) <= LABELLED:
            x, y = _place(centre, radius + 7, i / len(vpcs))
            sheet.label((x, y - 2), vpc.name[:14], is_centred=True)


def _place(centre: tuple[float, float], radius: float, turn: float) -> tuple[float, float]:
    angle = 2 * pi * turn - pi / 2
    return centre[0] + radius * cos(angle), centre[1] + radius * sin(angle)


def _colour(option: Option) -> Colour:
    red, green, blue = SERIES[option.colour - 1]
    return red, green, blue
