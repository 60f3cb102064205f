"""What another price list changes: the cost of stored topologies, and what is recommended."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from connectivity import queries
from connectivity.core.as_json.values import usd_text
from connectivity.core.comparison.compare import Comparison, compare
from connectivity.core.comparison.recommendation import mix_ahead, recommended
from connectivity.core.plan.design.designs import Design, chosen, design_of
from connectivity.core.problems import DocumentRefused
from connectivity.core.registered_document import topology
from costmodel.core.price_list import Changed, changes
from costmodel.core.rates import words_of
from costmodel.queries import price_list

Progress = Callable[[int, int], None]
MAX_REASONS = 4


@dataclass(frozen=True)
class PriceSide:
    """What one list makes of a topology."""

    option: str  # the name of the recommended one; empty where there is none
    usd: Decimal | None  # its cost and operations a month
    mix_usd: Decimal | None = None  # of each flow by its own cheapest option, where that is less
    plan_usd: Decimal | None = None  # of the plan that the team knows, with operations

    @classmethod
    def of(cls, comparison: Comparison, plan: Design | None = None) -> "PriceSide":
        best, ahead = recommended(comparison), mix_ahead(comparison)
        mix_usd = ahead and ahead.usd
        plan_usd = plan.total_usd if plan else None
        if best is None:
            return cls("", None, mix_usd, plan_usd)
        return cls(best.option.name, best.total_usd, mix_usd, plan_usd)


@dataclass(frozen=True)
class Effect:
    """One stored topology whose money changes."""

    uid: UUID
    name: str
    version: int
    before: PriceSide
    after: PriceSide
    because: tuple[str, ...]  # the prices that did it

    @property
    def is_flip(self) -> bool:
        """Another option is recommended."""
        return self.before.option != self.after.option

    @property
    def has_plan(self) -> bool:
        """The team knows its plan, which is told before any single option."""
        return self.before.plan_usd is not None or self.after.plan_usd is not None

    @property
    def leaves_plan(self) -> bool:
        """The plan that the team knows costs the same with both lists."""
        return self.has_plan and self.before.plan_usd == self.after.plan_usd

    @property
    def change_usd(self) -> Decimal | None:
        before, after = self.before.plan_usd, self.after.plan_usd
        if before is None or after is None:
            before, after = self.before.usd, self.after.usd
        return None if before is None or after is None else after - before


def price_effects(
    team_id: int,
    old: str,
    new: str,
    most: int,
    progress: Progress = lambda done, total: None,
) -> tuple[list[Effect], int]:
    """The team's topologies whose cost differs between two price lists, flips first.

    Args:
        most: topologies to look at, the latest change first.

    Returns:
        The effects, and how many topologies were not looked at, or are refused by this release.

    Raises:
        UnknownPriceList, UnknownLatencies: say what there is.
    """
    lists = price_list(team_id, old), price_list(team_id, new)
    changed = changes(*lists)
    if not changed:
        return [], 0
    stored = queries.topologies(team_id)
    total = stored.count()
    latencies, designs = queries.latencies(team_id), queries.kept_designs(team_id)
    effects, refused = [], 0
    for done, row in enumerate(stored[:most], start=1):
        version = queries.version(team_id, row.uid)
        try:
            parsed = topology(version.document, is_plain=True)
        except DocumentRefused:
            refused += 1
            continue
        sides = [compare(parsed, prices, latencies) for prices in lists]
        best, reasons = _sides(sides, designs.get(row.uid, {}), changed)
        if reasons:
            effects.append(Effect(row.uid, row.name, version.number, *best, reasons))
        progress(done, min(total, most))
    effects.sort(key=lambda effect: (not effect.is_flip, -abs(effect.change_usd or Decimal(0))))
    return effects, max(0, total - most) + refused


def _sides(
    sides: list[Comparison], keys: dict[str, str], changed: list[Changed]
) -> tuple[tuple[PriceSide, PriceSide], tuple[str, ...]]:
    """What each list makes of a topology, and the prices that make the difference.

    Args:
        keys: of the options that the plan has that the team knows, by flow.
    """
    plans = [_plan(side, keys) for side in sides]
    reasons = _because(sides, plans, changed)
    before, after = (PriceSide.of(*pair) for pair in zip(sides, plans, strict=True))
    return (before, after), tuple(reasons)


def _plan(comparison: Comparison, keys: dict[str, str]) -> Design | None:
    """The plan that the team knows, as it is billed; None: it has none, or not for every flow."""
    choice = chosen(keys, comparison)
    return None if None in choice else design_of(comparison, choice)


def _because(
    sides: list[Comparison], plans: list[Design | None], changed: list[Changed]
) -> Iterator[str]:
    """The changed prices that the plan, the recommended options of both sides, and their mixes
    where these cost less, are billed with, in words."""
    best = {answer.option for answer in map(recommended, sides) if answer}
    bills = [answer.bill for side in sides for answer in side.answers if answer.option in best]
    bills += [side.mix.bill for side in sides if mix_ahead(side)]
    bills += [plan.bill for plan in plans if plan]
    used = {id(line.price) for bill in bills if bill for line in bill.lines}
    reasons = [words_of(change) for change in changed if {id(change.old), id(change.new)} & used]
    yield from reasons[:MAX_REASONS]
    if len(reasons) > MAX_REASONS:
        yield f"and {len(reasons) - MAX_REASONS} more prices"


def plain(effect: Effect) -> dict[str, object]:
    """An effect for scripts."""

    def side(recommendation: PriceSide) -> dict[str, str | None]:
        return {
            "recommended": recommendation.option or None,
            "monthly_usd": usd_text(recommendation.usd),
            "mix_usd": usd_text(recommendation.mix_usd),
            "plan_usd": usd_text(recommendation.plan_usd),
        }

    return {
        "topology": str(effect.uid),
        "name": effect.name,
        "version": effect.version,
        "flips": effect.is_flip,
        "before": side(effect.before),
        "after": side(effect.after),
        "because": list(effect.because),
    }
