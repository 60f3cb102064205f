"""What is told of a plan: figures, and the words that report, mail and webhook share."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectivity.core.plan.renewal.renewal import News
from connectivity.core.plan.renewal.switch import Move, Switch
from costmodel.core.units import money

MAX_MOVES = 3
MOVES = "The switch moves workloads to other VPCs, which no bill tells."


@dataclass(frozen=True)
class Told:
    """Another plan is cheaper, or the one that the team knows can no longer be built.

    Attributes:
        what: cheaper or blocked.
        version: of the topology.
        since: the day on which the plan of before was told first.
        usd: the plan of now a month, with operations; None: there is none.
        kept_usd: the plan of before under the inputs of now.
        before_usd: the same when it was told.
        gap_usd: by how much another design may be cheaper still; 0: proven.
        why: what changed, or what stands in the way, a sentence each.
        no_plan: why there is no plan now.
    """

    what: str
    version: int
    since: str
    usd: Decimal | None
    kept_usd: Decimal | None
    before_usd: Decimal | None
    gap_usd: Decimal | None
    why: list[str]
    moves: list[Move]
    switch: Switch | None
    no_plan: str

    @property
    def saves_usd(self) -> Decimal | None:
        """What the plan of now costs less a month; below 0: more."""
        if self.usd is None or self.kept_usd is None:
            return None
        return self.kept_usd - self.usd

    @property
    def headline(self) -> str:
        """What happened, after the name of the topology."""
        if self.no_plan:
            return "no plan is possible any more"
        if self.what == News.BLOCKED:
            return "its plan can no longer be built"
        return f"another plan costs {money(self.saves_usd or Decimal(0))} USD a month less"

    @property
    def step(self) -> str:
        """What to do."""
        if self.no_plan:
            return f"Decide which limit, price or flow gives way. {self.no_plan}"
        parts = [
            f"{_flows(move.flows)} from {move.before} to {move.after}"
            for move in self.moves[:MAX_MOVES]
        ]
        left = sum(move.flows for move in self.moves[MAX_MOVES:])
        more = [f"{_flows(left)} otherwise"] if left else []
        return f"Move {', '.join([*parts, *more])}." if parts else "Review the plan."

    @property
    def effect(self) -> str:
        """What it costs then, and what the way there costs."""
        return " ".join(self._effects())

    def _effects(self) -> Iterator[str]:
        if self.usd is None:
            return
        if self.kept_usd is None:
            yield f"{money(self.usd)} USD a month."
        else:
            yield f"{money(self.usd)} USD a month instead of {self._kept_words()}."
        if self.gap_usd:
            yield f"Not proven: another plan may cost up to {money(self.gap_usd)} less still."
        yield from switch_words(self.switch) if self.switch else [MOVES]

    def _kept_words(self) -> str:
        kept = money(self.kept_usd or Decimal(0))
        if self.before_usd in (None, self.kept_usd):
            return kept
        return f"{kept} ({money(self.before_usd)} when it was planned, on {self.since})"


def told(content: dict[str, Any]) -> Told:
    """What is stored of it, as it was."""
    figures = {
        name: _decimal(content[name]) for name in ("usd", "kept_usd", "before_usd", "gap_usd")
    }
    names = ("what", "version", "since", "why", "no_plan")
    known: dict[str, Any] = {name: content[name] for name in names} | figures
    return Told(
        **known,
        moves=[Move(**move) for move in content["moves"]],
        switch=_switch(content["switch"]),
    )


def _switch(way: dict[str, Any] | None) -> Switch | None:
    if way is None:
        return None
    figures = {name: _decimal(way[name]) for name in ("saves_usd", "extra_usd")}
    return Switch(**(way | figures))


def switch_words(way: Switch) -> Iterator[str]:
    """What it saves against today's network, what the switch costs, and when that is paid back."""
    place = "today's network" if way.is_from_today else "the earlier plan"
    if not way.steps:
        yield f"There is nothing to switch: {place} has it already."
        return
    if way.is_from_today and way.saves_usd:
        word = "less" if way.saves_usd > 0 else "more"
        yield f"That is {money(abs(way.saves_usd))} {word} than today's network."
    begin = f"The switch from {place} takes {way.steps} steps of {way.days} days"
    if way.extra_usd is None:
        yield f"{begin}; what it costs is not known, as {place} lacks a price."
    elif way.extra_usd > 0:
        extra = f"costs {money(way.extra_usd)} USD more than staying"
        yield f"{begin} and {extra}, {_payback(way)}."
    else:
        yield f"{begin}, which already cost {money(-way.extra_usd)} USD less than staying."


def _payback(way: Switch) -> str:
    if way.payback_days is None:
        return "which is not paid back"
    return f"paid back {way.payback_days:,} days after the first step"


def _flows(count: int) -> str:
    return f"{count:,} flow{'s' if count != 1 else ''}"


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
