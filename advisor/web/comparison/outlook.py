"""The part of the comparison page that looks ahead: what moves the cost, its range, head-room."""

from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_safe

from advisor.web.comparison.context import tipping_points
from advisor.web.comparison.planning import is_planned
from advisor.web.comparison.view_state import Links, address_of
from advisor.web.request_helpers import found_or_404, signed_in, text_in
from connectivity.core.comparison.recommendation import recommended
from connectivity.core.outlook.quota_headroom import NEVER, Room, headroom
from connectivity.core.outlook.sensitivity import Bar, Range, ranges, tornado

FLOWS_AT_ONCE = 1_000  # up to which 10,000 draws are made without being asked for
MAX_FLOWS = 10_000  # of which draws are made while somebody waits
MAX_ROOMS = 8
FAR_MONTHS = 240
GROWTH, SPREAD = 1.0, 50.0  # VPCs a month; per cent
WIDE = 400  # units of a picture's width
EDGE = 4


class Drawn(NamedTuple):
    """A bar of a picture: where it begins, how wide it is, and where its mark stands."""

    x: float
    width: float
    mark: float


@dataclass(frozen=True, slots=True)
class Scale:
    low: float
    high: float

    def bar(self, low: float, high: float, mark: float) -> Drawn:
        begin, end = sorted((self._x(low), self._x(high)))
        return Drawn(round(begin, 1), round(max(end - begin, 1), 1), round(self._x(mark), 1))

    def _x(self, value: float) -> float:
        span = (self.high - self.low) or 1
        return EDGE + (value - self.low) / span * (WIDE - 2 * EDGE)


class BarRow(NamedTuple):
    bar: Bar
    drawn: Drawn


class RangeRow(NamedTuple):
    range: Range
    drawn: Drawn


class RoomRow(NamedTuple):
    room: Room
    sentence: str
    when: str
    when_raised: str


@require_safe
@found_or_404
def show(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Computed for the view that the address names; nothing of it is stored."""
    address = address_of(request.GET, uid)
    answered = address.answer(signed_in(request).team_id)
    comparison = answered.comparison
    problems: list[str] = []
    growth = _number(request.GET, "growth", GROWTH, 10_000, problems)
    spread = _number(request.GET, "spread", SPREAD, 1_000, problems)
    flows, vpcs = len(comparison.case.flows), len(comparison.case.topology.vpcs)
    is_asked = flows <= FLOWS_AT_ONCE or ("draws" in request.GET and flows <= MAX_FLOWS)
    bars = tornado(comparison)
    rooms = headroom(comparison)
    context = {
        "links": Links(address, answered),
        "problems": problems,
        "best": recommended(comparison),
        "has_plan": is_planned(comparison),
        "flips": SimpleLazyObject(lambda: tipping_points(comparison)),
        "bars": _bars(bars),
        "ranges": _ranges(ranges(comparison, spread / 100)) if is_asked else [],
        "is_asked": is_asked,
        "is_too_large": flows > MAX_FLOWS,
        "flows": flows,
        "vpcs": vpcs,
        "rooms": [_room(room, vpcs, growth) for room in rooms[:MAX_ROOMS] if room.full_at < NEVER],
        "growth": f"{growth:g}",
        "spread": f"{spread:g}",
        "factor": f"{1 + spread / 100:g}",
        "is_known": any(answer.is_candidate for answer in comparison.answers),
    }
    return render(request, "web/comparison/outlook.html", context)


def _number(values: QueryDict, key: str, default: float, most: float, problems: list[str]) -> float:
    """A number from 0 up; what is none is named, and the default holds."""
    text = text_in(values, key)
    try:
        value = float(text.replace(",", "")) if text else default
    except ValueError:
        value = -1
    if 0 <= value <= most:
        return value
    problems.append(
        f"{key}: {text[:20]!r} is not a number from 0 to {most:,}; {default:g} is taken"
    )
    return default


def _bars(bars: list[Bar]) -> list[BarRow]:
    if not bars:
        return []
    ends = [end for bar in bars for end in (bar.low, bar.high)]
    scale = Scale(min(ends), max(ends))
    return [BarRow(bar, scale.bar(bar.low, bar.high, (bar.low + bar.high) / 2)) for bar in bars]


def _ranges(cost_ranges: list[Range]) -> list[RangeRow]:
    if not cost_ranges:
        return []
    scale = Scale(0, max(cost_range.high for cost_range in cost_ranges))
    return [
        RangeRow(cost_range, scale.bar(cost_range.low, cost_range.high, cost_range.median))
        for cost_range in cost_ranges
    ]


def _room(room: Room, vpcs: int, growth: float) -> RoomRow:
    raised = room.months_at_most(vpcs, growth)
    sentence = room.limit.words.format(vpc=room.vpc, count=room.count)
    when = _when(room.months(vpcs, growth))
    return RoomRow(room, sentence, when, "" if raised is None else _when(raised))


def _when(months: float | None) -> str:
    if months is None:
        return "not at this growth"
    if months == 0:
        return "full now"
    if months > FAR_MONTHS:
        return "beyond 20 years"
    return f"in {months:,.0f} months" if months >= 1.5 else "within a month"
