"""The topology as a picture: Regions, accounts and VPCs as boxes, flows as lines between them.

Everything is laid out here, in the units of the SVG; `svg` only writes it down.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, sqrt
from typing import NamedTuple

import numpy as np

from advisor.web.comparison.diagram_shapes import Box, curve
from connectivity.core.network.planned_network import Case
from connectivity.core.network.topology import Vpc
from costmodel.core.units import THOUSANDTHS

WIDTH = 1180
MARGIN, HEAD, GAP = 14, 26, 12
MAX_LABELS = 12
MAX_BETWEEN = 700
THINNEST = 1.0
ALL_OF_IT, WORTH_DRAWING = 0.995, 0.01  # shares that cross
NEAR = 10  # accounts placed last, beside which their partners are put
LETTER = 6.8  # the width of one


class DiagramScale(NamedTuple):
    """How large a VPC is drawn."""

    name: str
    upto: int  # VPCs
    width: int
    height: int
    between: int  # room for lines between accounts
    letters: int
    thickest: float
    lines: int  # flows are added up by pair of VPCs; beyond these, the largest are drawn
    is_wide: bool  # the VPCs of an account stand side by side, and one alone has no frame


SCALES = (
    DiagramScale("large", 12, 190, 62, 120, 24, 12.0, 80, is_wide=False),
    DiagramScale("middle", 80, 122, 40, 28, 16, 6.0, 60, is_wide=True),
    DiagramScale("small", 10**6, 74, 20, 10, 11, 4.0, 50, is_wide=True),
)


class Frame(NamedTuple):
    """An account or a Region around its boxes."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    name: str


class FlowsLine(NamedTuple):
    """All flows from one VPC to another."""

    path: str
    width: float
    crossing: float  # share that cross-AZ or Regions
    title: str
    label: str
    x: float
    y: float

    @property
    def strokes(self) -> list[tuple[str, float]]:
        """Class and width: what stays inside an AZ, and upon it the part that crosses."""
        if self.crossing >= ALL_OF_IT:
            return [(" across", self.width)]
        part = round(max(THINNEST, self.width * self.crossing), 1)
        return [("", self.width), *([(" across", part)] if self.crossing >= WORTH_DRAWING else [])]


class FlowRow(NamedTuple):
    """The same as words, for who reads a list."""

    consumer: str
    provider: str
    gb: float
    crossing: float  # share that cross-AZ
    is_far: bool


@dataclass(frozen=True)
class Picture:
    width: int
    height: float
    frames: list[Frame]
    boxes: list[Box]
    lines: list[FlowsLine]
    rows: list[FlowRow]
    pairs: int
    part: float  # of the GB that the lines show
    scale: DiagramScale


def picture(case: Case) -> Picture:
    """The picture of a topology."""
    scale = next(scale for scale in SCALES if len(case.topology.vpcs) <= scale.upto)
    pairs = _Pairs(case)
    drawn = list(pairs.largest(scale.lines))
    canvas = _Canvas(case, scale)
    total = float(pairs.gb.sum())
    return Picture(
        WIDTH,
        canvas.bottom,
        canvas.frames,
        list(canvas.boxes.values()),
        list(_lines(drawn, canvas.boxes, scale)),
        drawn,
        len(pairs),
        sum(row.gb for row in drawn) / total if total else 1.0,
        scale,
    )


class _Pairs:
    """The flows from one VPC to another, added up."""

    def __init__(self, case: Case) -> None:
        flows, self.vpcs = case.flows, case.topology.vpcs
        codes = flows.consumer.vpc * len(self.vpcs) + flows.provider.vpc
        self.codes, of = np.unique(codes, return_inverse=True)
        self.gb = np.bincount(of, weights=flows.total) / THOUSANDTHS
        self.crossing = np.bincount(of, weights=flows.crossing) / THOUSANDTHS

    def __len__(self) -> int:
        return len(self.codes)

    def largest(self, count: int) -> Iterator[FlowRow]:
        for i in np.argsort(-self.gb, kind="stable")[:count].tolist():
            consumer, provider = (
                self.vpcs[index] for index in divmod(self.codes[i], len(self.vpcs))
            )
            gb = float(self.gb[i])
            share = float(self.crossing[i]) / gb if gb else 0.0
            is_far = consumer.region != provider.region
            yield FlowRow(consumer.name, provider.name, gb, share, is_far)


class _Canvas:
    """Puts Regions under each other, the accounts of a Region side by side on shelves."""

    def __init__(self, case: Case, scale: DiagramScale) -> None:
        self.case, self.scale = case, scale
        self.frames: list[Frame] = []
        self.boxes: dict[str, Box] = {}
        self.bottom = float(MARGIN)
        self.services: dict[str, list[str]] = {}
        for service in case.topology.services:
            self.services.setdefault(service.vpc, []).append(service.name)
        for region in case.regions:
            self._region(region)

    def _between(self, widths: list[int]) -> float:
        """Room between accounts: more where all stand on one shelf and lines bear words."""
        room = WIDTH - 2 * (MARGIN + GAP) - sum(widths)
        least = self.scale.between
        if self.scale.is_wide or len(widths) < 2 or room < least * (len(widths) - 1):
            return least
        return min(room / (len(widths) - 1), MAX_BETWEEN)

    def _region(self, region: str) -> None:
        top, left = self.bottom, float(MARGIN + GAP)
        accounts = list(self._accounts(region))
        between = self._between([self._width(len(vpcs)) for _, vpcs in accounts])
        x, y, low = left, top + HEAD, top + HEAD
        for name, vpcs in accounts:
            columns, width = self._columns(len(vpcs)), self._width(len(vpcs))
            inside, head = self._padding(len(vpcs))
            height = head + ceil(len(vpcs) / columns) * (self.scale.height + inside)
            if x > left and x + width > WIDTH - left:
                x, y = left, low + max(GAP, self.scale.between * 0.6)
            if inside:
                label = _short(name, int(width / LETTER))
                self.frames.append(Frame("account", x, y, width, height, label))
            for i, vpc in enumerate(vpcs):
                row, column = divmod(i, columns)
                across, down = self.scale.width + GAP, self.scale.height + GAP
                self._vpc(
                    vpc, x + inside + column * across, y + max(0, head - 2) + row * down, name
                )
            x += width + between
            low = max(low, y + height)
        frame = Frame("region", MARGIN, top, WIDTH - 2 * MARGIN, low + GAP - top, region)
        self.frames.insert(0, frame)
        self.bottom = low + GAP + MARGIN

    def _accounts(self, region: str) -> Iterator[tuple[str, list[Vpc]]]:
        names = {account.id: account.name for account in self.case.topology.accounts}
        by_account: dict[str, list[Vpc]] = {}
        for vpc in self.case.topology.vpcs:
            if vpc.region == region:
                by_account.setdefault(vpc.account, []).append(vpc)
        order = self._by_traffic if self.scale.is_wide else self._by_role
        for account in order(by_account):
            yield f"{names[account]} · {account}", by_account[account]

    def _by_role(self, accounts: dict[str, list[Vpc]]) -> list[str]:
        """Those that mostly send come first, so that most lines go to the right."""
        providers = {flow.provider for flow in self.case.topology.flows}

        def served(account: str) -> float:
            vpcs = accounts[account]
            return sum(vpc.name in providers for vpc in vpcs) / len(vpcs)

        return sorted(accounts, key=served)

    def _by_traffic(self, accounts: dict[str, list[Vpc]]) -> list[str]:
        """Each beside those that it exchanges most with, so that thick lines are short."""
        flows = self.case.flows
        count = len(self.case.topology.accounts)
        gb = np.zeros((count, count))
        ends = flows.consumer.account, flows.provider.account
        np.add.at(gb, ends, flows.total)
        gb += gb.T
        here = [
            i for i, account in enumerate(self.case.topology.accounts) if account.id in accounts
        ]
        scores, placed = gb.sum(axis=1), list[int]()
        elsewhere = np.ones(count, dtype=np.bool_)
        elsewhere[here] = False
        while len(placed) < len(here):
            placed.append(int(np.where(elsewhere, -1.0, scores).argmax()))
            elsewhere[placed[-1]] = True
            scores = gb[placed[-NEAR:]].sum(axis=0)
        return [self.case.topology.accounts[i].id for i in placed]

    def _columns(self, vpcs: int) -> int:
        most = (WIDTH - 2 * MARGIN - 4 * GAP) // (self.scale.width + GAP)
        return min(most, ceil(sqrt(vpcs))) if self.scale.is_wide else 1

    def _padding(self, vpcs: int) -> tuple[int, int]:
        """Room inside an account's frame, and above its VPCs; none where it has no frame."""
        return (0, 0) if self.scale.is_wide and vpcs == 1 else (GAP, HEAD)

    def _width(self, vpcs: int) -> int:
        columns, (inside, _) = self._columns(vpcs), self._padding(vpcs)
        return columns * self.scale.width + (columns - 1) * GAP + 2 * inside

    def _vpc(self, vpc: Vpc, x: float, y: float, account: str) -> None:
        cidrs = ", ".join(map(str, vpc.cidrs))
        serves = ", ".join(self.services.get(vpc.name, ()))
        summary = f"{vpc.name}: {cidrs}; {len(vpc.azs)} AZs; account {account}"
        title = f"{summary}; serves {serves}" if serves else summary
        letters = self.scale.letters
        small = "" if self.scale is SCALES[-1] else _short(serves or cidrs, letters + 3)
        name = _short(vpc.name, letters)
        place = round(x), round(y)
        self.boxes[vpc.name] = Box(*place, self.scale.width, self.scale.height, name, title, small)


def _short(text: str, letters: int) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1]}…"


def _lines(rows: list[FlowRow], boxes: dict[str, Box], scale: DiagramScale) -> Iterator[FlowsLine]:
    most = max((row.gb for row in rows), default=0.0) or 1.0
    has_labels = len(rows) <= MAX_LABELS
    for row in rows:
        path, x, y = curve(boxes[row.consumer], boxes[row.provider])
        width = max(THINNEST, scale.thickest * sqrt(row.gb / most))
        crosses = "cross-Region" if row.is_far else f"{row.crossing:.0%} cross-AZ"
        title = f"{row.consumer} to {row.provider}: {row.gb:,.0f} GB a month, {crosses}"
        label = _gb(row.gb) if has_labels else ""
        share = 1.0 if row.is_far else row.crossing
        yield FlowsLine(path, round(width, 1), share, title, label, x, y)


def _gb(gb: float) -> str:
    return f"{gb / 1024:,.3g} TB" if gb >= 1024 else f"{gb:,.3g} GB"
