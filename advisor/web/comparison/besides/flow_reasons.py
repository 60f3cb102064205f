"""Why each flow has its option: a list to search and sort, every flow with what is known of it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from advisor.text.formatting import usd
from advisor.web.comparison.besides.listing import Listing
from connectivity.core.as_json.values import Plain
from connectivity.core.network.planned_network import Case
from connectivity.core.options import OPTIONS
from connectivity.core.plan.why.explanation import FAR_USD, GB_UP, MAX_FLOWS, MAX_PRICES, TIMES

PER_PAGE = MAX_FLOWS  # so that a page can be explained at once
LOOKED = (
    f"No single input does: its traffic was tried from 0 to {int(GB_UP[-1]):,} times today's, the "
    f"{MAX_PRICES} prices in which the two plans differ most from 0 to {int(TIMES)} times today's, "
    f"and what a resource costs to operate up to {int(TIMES)} times, or {usd(FAR_USD)} a month."
)
MAX_NAMED = 5  # flows with which something is shared
TRIED = {"gb": "gb", "operations": "operations"}  # levers that are inputs of a what-if


class SharedWith(NamedTuple):
    """What a flow shares, and with whom."""

    name: str
    flows: str
    usd: Decimal


class FlipRow(NamedTuple):
    """Where another option would be the plan's; `tried` is the what-if in which it is."""

    when: str
    to: str
    tried: dict[str, str]


class Reasons(NamedTuple):
    """What was found out of a flow. None stands for what was not."""

    marginal: Decimal | None
    part: Decimal
    alone: Decimal
    next_best: str
    extra: Decimal | None
    shared: list[SharedWith]
    flips: list[FlipRow]
    is_complete: bool

    @property
    def looked(self) -> str:
        """Where nothing was found that changes it."""
        return LOOKED

    @property
    def saved(self) -> Decimal:
        """By sharing: what it would cost alone, less its part."""
        return self.alone - self.part


@dataclass(frozen=True)
class FlowReason:
    """A flow as a row of the list."""

    row: int
    name: str
    route: str
    gb: float
    today: str
    option: str
    because: str
    reasons: Reasons | None

    @property
    def changes(self) -> bool:
        """It goes over another option than today."""
        return bool(self.today) and self.today != self.option


ORDERS: dict[str, Callable[[FlowReason], Any]] = {
    "gb": lambda each: -each.gb,
    "name": lambda each: each.name.casefold(),
    "option": lambda each: (each.option, -each.gb),
    "extra": lambda each: _known_first(each.reasons and each.reasons.extra),
    "marginal": lambda each: _known_first(each.reasons and each.reasons.marginal, sign=-1),
}


def _known_first(usd: Decimal | None, sign: int = 1) -> tuple[bool, Decimal]:
    return usd is None, Decimal(0) if usd is None else sign * usd


@dataclass(frozen=True)
class FlowReasons:
    """The flows of a plan, as an address asks for them."""

    case: Case
    assignment: list[Plain]
    explanation: list[Plain]
    listing: Listing

    @cached_property
    def matching(self) -> list[FlowReason]:
        """Those in which every word of the search occurs."""
        words = self.listing.text.casefold().split()
        rows = [row for row in self.every if all(word in _words(row) for word in words)]
        return sorted(rows, key=ORDERS[self.listing.sort])

    @cached_property
    def explained(self) -> list[FlowReason]:
        """Those of which something was found out, the largest first."""
        return sorted((row for row in self.every if row.reasons), key=ORDERS["gb"])

    @property
    def count(self) -> int:
        return len(self.assignment)

    @cached_property
    def every(self) -> list[FlowReason]:
        names = {option.key: option.name for option in OPTIONS}
        known = {each["flow"]: each for each in self.explanation}
        flows = zip(self.case.topology.flows, self.assignment, strict=True)
        return [
            FlowReason(
                row,
                flow.name,
                f"{flow.consumer} to {flow.service or flow.provider}",
                flow.gb,
                names.get(flow.today or "", ""),
                names[each["option"]],
                each["because"],
                self._reasons(known.get(flow.name), each["option"]),
            )
            for row, (flow, each) in enumerate(flows)
        ]

    def _reasons(self, known: Plain | None, option: str) -> Reasons | None:
        if known is None or known["option"] != option:
            return None
        other = known["next_best"]
        return Reasons(
            _usd(known["marginal_usd"]),
            Decimal(known["part_usd"]),
            Decimal(known["alone_usd"]),
            OPTIONS.by_key[other].name if other else "",
            _usd(known["extra_usd"]),
            list(_shared(known["shared"])),
            [_flip(turn) for turn in known["flips"]],
            known["complete"],
        )


def _words(row: FlowReason) -> str:
    return f"{row.name} {row.route} {row.option} {row.today}".casefold()


def _usd(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _shared(things: Iterable[Plain]) -> Iterator[SharedWith]:
    for thing in things:
        names = thing["flows"][:MAX_NAMED]
        more = len(thing["flows"]) - len(names) + thing["more_flows"]
        flows = f"{', '.join(names)}{f' and {more:,} more' if more else ''}"
        yield SharedWith(thing["what"], flows, Decimal(thing["usd"]))


def _flip(turn: Plain) -> FlipRow:
    lever = TRIED.get(turn["kind"])
    tried = {f"{lever}:{turn['name']}": f"{turn['tried']:.9g}"} if lever else {}
    return FlipRow(turn["when"], OPTIONS.by_key[turn["to"]].name, tried)
