"""Today beside the plan as a picture on a sheet of paper."""

from collections.abc import Sequence
from typing import NamedTuple

from advisor.handover.network_shapes import Choices, Place, can_be_drawn, shapes
from advisor.handover.sheet import MARGIN, WIDTH, Colour, Sheet
from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts.option import Option

HEIGHT, LEAST = 86.0, 58.0  # mm of the picture, where there is room, and below which there is none
AROUND = 17.0  # mm from its circles to its edges: titles and names
LABELLED = 16  # VPCs at most that have their names
NAME = 14  # letters of it
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
    options: Choices


def has_before_and_after(case: Case) -> bool:
    """It can be drawn, and there is something of today to set beside the plan."""
    return can_be_drawn(case) and any(flow.today for flow in case.topology.flows)


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
        sheet.line((x, sheet.y + 2), (x + 6, sheet.y + 2), colour_of(option), 0.9)
        x += 8 + sheet.label((x + 8, sheet.y), option.name) + 6


def _network(sheet: Sheet, case: Case, panel: Panel, centre: Place, radius: float) -> None:
    sheet.label((centre[0], centre[1] - radius - 15), panel.title, is_centred=True)
    drawing = shapes(case, panel.options, centre, radius, room=7)
    for begin, end, option, _ in drawing.strokes:
        sheet.line(begin, end, colour_of(option), 0.5)
    for node in drawing.nodes:
        sheet.dot(node.place, NODE if node.hub is None else colour_of(node.hub))
        if node.hub is None and len(case.topology.vpcs) <= LABELLED:
            x, y = node.beside
            sheet.label((x, y - 2), node.name[:NAME], is_centred=True)


def colour_of(option: Option) -> Colour:
    red, green, blue = SERIES[option.colour - 1]
    return red, green, blue
