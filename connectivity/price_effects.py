"""What another price list changes: the cost of stored topologies, and what is recommended."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from connectivity import queries
from connectivity.core.comparison.compare import Comparison, compare
from connectivity.core.comparison.recommendation import mix_ahead, recommended
from connectivity.core.problems import DocumentRefused
from connectivity.core.registered_document import topology
from costmodel.core.price_list import Changed, Tier, changes
from costmodel.core.units import cents
from costmodel.core.usage_types import usage_type
from costmodel.queries import price_list

Progress = Callable[[int, int], None]
MOST_REASONS = 4


@dataclass(frozen=True)
class Side:
    """What one list makes of a topology."""

    option: str  # the name of the recommended one; empty where there is none
    usd: Decimal | None  # its cost and operations a month
    mix_usd: Decimal | None = None  # of each flow by its own cheapest option, where that is less

    @classmethod
    def of(cls, comparison: Comparison) -> "Side":
        best, ahead = recommended(comparison), mix_ahead(comparison)
        mix_usd = ahead and ahead.usd
        if best is None:
            return cls("", None, mix_usd)
        return cls(best.option.name, best.total_usd, mix_usd)


@dataclass(frozen=True)
class Effect:
    """One stored topology whose money changes."""

    uid: UUID
    name: str
    version: int
    before: Side
    after: Side
    because: tuple[str, ...]  # the prices that did it

    @property
    def is_flip(self) -> bool:
        """Another option is recommended."""
        return self.before.option != self.after.option

    @property
    def change_usd(self) -> Decimal | None:
        if self.before.usd is None or self.after.usd is None:
            return None
        return self.after.usd - self.before.usd


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
    latencies = queries.latencies(team_id)
    effects, refused = [], 0
    for done, row in enumerate(stored[:most], start=1):
        version = queries.version(team_id, row.uid)
        try:
            parsed = topology(version.document, is_plain=True)
        except DocumentRefused:
            refused += 1
            continue
        before, after = (compare(parsed, prices, latencies) for prices in lists)
        if reasons := tuple(_because(before, after, changed)):
            best = Side.of(before), Side.of(after)
            effects.append(Effect(row.uid, row.name, version.number, *best, reasons))
        progress(done, min(total, most))
    effects.sort(key=lambda effect: (not effect.is_flip, -abs(effect.change_usd or Decimal(0))))
    return effects, max(0, total - most) + refused


def _because(before: Comparison, after: Comparison, changed: list[Changed]) -> Iterator[str]:
    """The changed prices that the recommended options of both sides, and their mixes where these
    cost less, are billed with, in words."""
    best = {answer.option for answer in map(recommended, (before, after)) if answer}
    bills = [
        answer.bill for side in (before, after) for answer in side.answers if answer.option in best
    ]
    bills += [side.mix.bill for side in (before, after) if mix_ahead(side)]
    used = {id(line.price) for bill in bills if bill for line in bill.lines}
    reasons = [words_of(change) for change in changed if {id(change.old), id(change.new)} & used]
    yield from reasons[:MOST_REASONS]
    if len(reasons) > MOST_REASONS:
        yield f"and {len(reasons) - MOST_REASONS} more prices"


def words_of(change: Changed) -> str:
    """A change of a price in one sentence."""
    price = change.new or change.old
    assert price is not None  # noqa: S101  # for the type checker: one of them is there
    name = usage_type(price.name, price.region, price.to_region)
    rates = [_rates(side.tiers) if side else "none" for side in change]
    return (
        f"{name} {price.name.operation} in {price.where}: {rates[0]} to {rates[1]} USD per "
        f"{price.unit}"
    )


def _rates(tiers: Iterable[Tier]) -> str:
    return ", ".join(f"{tier.usd.normalize():f}" for tier in tiers)


def plain(effect: Effect) -> dict[str, object]:
    """An effect for scripts."""

    def side(recommendation: Side) -> dict[str, str | None]:
        usd, mix_usd = (
            None if amount is None else str(cents(amount))
            for amount in (recommendation.usd, recommendation.mix_usd)
        )
        return {
            "recommended": recommendation.option or None,
            "monthly_usd": usd,
            "mix_usd": mix_usd,
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
