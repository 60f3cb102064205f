"""Today and the plan as two pictures beside each other, and as a list that says the same."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from advisor.handover.before_after import SERIES
from advisor.handover.network_shapes import Choices, Node, Shapes, can_be_drawn, shapes
from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts.option import Option
from connectivity.core.options import OPTIONS

WIDE, HIGH = 580, 460  # of one picture
RADIUS, ROOM = 170, 22
LABELLED = 40  # VPCs at most that have their names
LETTERS = 20
MAX_PAIRS = 60  # of VPCs in the list
STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#10172a}.title{font-size:15px;font-weight:600}"
    ".vpc{fill:#10172a}line{stroke-width:2}.hub{stroke-width:2;fill:#fff}.small{fill:#5a647c}"
)
TITLE = "Before and after: which VPCs talk over which option"
MIDDLE = (WIDE / 2, HIGH / 2)


class PairRow(NamedTuple):
    """All flows between two VPCs."""

    ends: str
    flows: int
    gb: float
    today: str
    plan: str
    changes: bool


class LegendEntry(NamedTuple):
    name: str
    colour: int
    today: int  # flows
    plan: int


class Network(NamedTuple):
    """One of the two, drawn."""

    title: str
    words: str
    drawn: SafeString


@dataclass(frozen=True)
class Networks:
    """Both; without any option of today the plan alone."""

    panels: list[Network]
    legend: list[LegendEntry]
    pairs: list[PairRow]
    more_pairs: int
    has_names: bool
    vpcs: int


def networks(case: Case, plan: Choices) -> Networks:
    """The pictures of two designs of the same flows.

    Args:
        plan: the option of every flow.
    """
    known = OPTIONS.by_key
    today = [known.get(flow.today or "") for flow in case.topology.flows]
    both = {"Today": today, "The plan": plan} if any(today) else {"The plan": plan}
    can = can_be_drawn(case)
    panels = [_network(case, title, choices) for title, choices in both.items()] if can else []
    pairs = list(_pairs(case, today, plan))
    vpcs = len(case.topology.vpcs)
    shown = pairs[:MAX_PAIRS]
    legend = list(_legend(today, plan))
    return Networks(panels, legend, shown, len(pairs) - len(shown), vpcs <= LABELLED, vpcs)


def as_svg(both: Networks) -> str:
    """Both pictures as one file, with their colours in it."""
    width = WIDE * len(both.panels)
    colours = "".join(
        f".series-{i}{{stroke:#{rgb.hex()}}}" for i, rgb in enumerate(SERIES, start=1)
    )
    panels = format_html_join(
        "",
        '<g transform="translate({} 40)"><text class="title" x="{}" y="-6" text-anchor="middle">{}'
        "</text>{}</g>",
        ((i * WIDE, WIDE / 2, each.title, each.drawn) for i, each in enumerate(both.panels)),
    )
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HIGH + 80}" '
        f'width="{width}" height="{HIGH + 80}"><title>{TITLE}</title>'
        f'<style>{STYLE}{colours}</style><rect width="100%" height="100%" fill="#ffffff"/>'
    )
    return f"{head}{panels}{_drawn_legend(both.legend)}</svg>"


def _drawn_legend(legend: Sequence[LegendEntry]) -> SafeString:
    step = 190
    rows = (
        (10 + i % 3 * step, HIGH + 50 + i // 3 * 18, entry.colour, entry.name)
        for i, entry in enumerate(legend)
    )
    return format_html_join(
        "",
        '<g transform="translate({} {})"><line class="series-{}" x1="0" y1="0" x2="24" y2="0"/>'
        '<text x="32" y="4">{}</text></g>',
        rows,
    )


def _network(case: Case, title: str, choices: Choices) -> Network:
    drawing = shapes(case, choices, MIDDLE, RADIUS, ROOM)
    hubs = sum(node.hub is not None for node in drawing.nodes)
    words = f"{title}: {len(case.topology.vpcs)} VPCs, {len(drawing.strokes)} connections"
    is_named = len(case.topology.vpcs) <= LABELLED
    return Network(title, f"{words}{f', {hubs} hubs' if hubs else ''}", _svg(drawing, is_named))


def _svg(drawing: Shapes, is_named: bool) -> SafeString:
    lines = format_html_join(
        "",
        '<line class="series-{}" x1="{}" y1="{}" x2="{}" y2="{}"><title>{}</title></line>',
        (
            (each.option.colour, *_places(*each.begin, *each.end), each.words)
            for each in drawing.strokes
        ),
    )
    nodes = format_html_join("", "{}", ((_node(node, is_named),) for node in drawing.nodes))
    return format_html("{}{}", lines, nodes)


def _node(node: Node, is_named: bool) -> SafeString:
    x, y = node.place
    if node.hub is not None:
        square = (
            '<rect class="hub series-{}" x="{}" y="{}" width="16" height="16" rx="4">'
            '<title>{}</title></rect><text class="small" x="{}" y="{}" '
            'text-anchor="middle">{}</text>'
        )
        corner, below = _places(x - 8, y - 8), _places(x, y + 24)
        return format_html(square, node.hub.colour, *corner, node.words, *below, node.name)
    dot = format_html(
        '<circle class="vpc" cx="{}" cy="{}" r="4.5"><title>{}</title></circle>',
        *_places(x, y), node.words,
    )  # fmt: skip
    if not is_named:
        return dot
    anchor = {-1: "end", 0: "middle", 1: "start"}[node.side]
    left, top = node.beside if node.side == 0 else (x + 10 * node.side, node.beside[1])
    name = node.name if len(node.name) <= LETTERS else f"{node.name[: LETTERS - 1]}…"
    text = '{}<text x="{}" y="{}" text-anchor="{}">{}</text>'
    return format_html(text, dot, *_places(left, top + 4), anchor, name)


def _places(*numbers: float) -> list[str]:
    return [f"{number:.1f}" for number in numbers]


def _pairs(case: Case, today: Choices, plan: Choices) -> Iterator[PairRow]:
    """Every two VPCs that talk, those with the most GB first."""
    rows: dict[tuple[str, str], list[int]] = defaultdict(list)
    flows = case.topology.flows
    vpcs = case.topology.vpcs
    sides = zip(case.flows.consumer.vpc.tolist(), case.flows.provider.vpc.tolist(), strict=True)
    for row, ends in enumerate(sides):
        first, second = (vpcs[end].name for end in sorted(ends))
        rows[first, second].append(row)
    gb = {ends: sum(flows[row].gb for row in of) for ends, of in rows.items()}
    for ends in sorted(rows, key=lambda ends: (-gb[ends], ends)):
        before, after = (_named(choices, rows[ends]) for choices in (today, plan))
        yield PairRow(
            " and ".join(ends), len(rows[ends]), gb[ends], before or "not stated", after,
            bool(before) and before != after,
        )  # fmt: skip


def _named(choices: Choices, rows: Sequence[int]) -> str:
    used = {option for row in rows if (option := choices[row]) is not None}
    return ", ".join(option.name for option in sorted(used, key=lambda option: option.order))


def _legend(today: Choices, plan: Choices) -> Iterator[LegendEntry]:
    counts: dict[Option, list[int]] = {}
    for i, choices in enumerate((today, plan)):
        for option in choices:
            if option is not None:
                counts.setdefault(option, [0, 0])[i] += 1
    for option in sorted(counts, key=lambda option: option.order):
        yield LegendEntry(option.name, option.colour, *counts[option])
