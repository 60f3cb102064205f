"""What changed between two states of a topology that made another plan cheaper, in words."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from connectivity.core.comparison.compare import Comparison
from connectivity.core.plan.design.designs import Choice, Design, design_of
from connectivity.core.plan.renewal.obstacles import obstacles
from connectivity.core.tables.diff import RowChange, differences
from connectivity.core.tables.schema import TABLES
from costmodel.core.price_list import changes
from costmodel.core.rates import words_of
from costmodel.core.units import figure

MAX_NAMED = 3
NOT_PROVEN = "It would have cost less before, too: the earlier plan was not proven."
NEW_RELEASE = "It would have cost less before, too: this release bills or judges otherwise."
_FLOWS = TABLES["flows"]
_TOLD_APART = {column.label for column in _FLOWS.columns if column.key in ("gb_per_month", "today")}


def causes(
    then: Comparison, now: Comparison, before: Choice, after: Choice, *, was_proven: bool
) -> tuple[str, ...]:
    """What made a plan cheaper than another: changed prices, traffic and topology, and what could
    not be built before. What would leave the saving as it is, were it as then, is not named.

    Args:
        then, now: the same topology under the inputs of both moments.
        before, after: the options of both plans for the flows of now.
        was_proven: nothing was cheaper than the first plan then.
    """
    old, new = (_by_name(then, now, choice) for choice in (before, after))
    could_not = [f"Not possible before: {each}" for each in obstacles(then, new)]
    saving = _saving(now, before, after)
    then_saving = _saving(then, old, new)
    is_whole = None not in old and not could_not
    if is_whole and then_saving is not None and then_saving > 0:
        return (NEW_RELEASE if was_proven else NOT_PROVEN,)
    of_prices = list(_prices(then, now, _designs((then, old, new), (now, before, after))))
    of_document = [*_traffic(then, now), *_others(then, now)]
    with_old_prices = _saving(replace(now, prices=then.prices), before, after)
    with_old_document = _saving(replace(then, prices=now.prices), old, new)
    named = [
        sentence
        for sentences, reverted in ((of_prices, with_old_prices), (of_document, with_old_document))
        if _is_less(reverted, saving)
        for sentence in sentences
    ]
    return tuple([*could_not, *named] or [*of_prices, *of_document])


def _by_name(then: Comparison, now: Comparison, choice: Choice) -> Choice:
    """What a choice has for the flows of another moment; None: they were not there."""
    pairs = zip(now.case.topology.flows, choice, strict=True)
    known = {flow.name: option for flow, option in pairs}
    return tuple(known.get(flow.name) for flow in then.case.topology.flows)


def _saving(comparison: Comparison, before: Choice, after: Choice) -> Decimal | None:
    old, new = (design_of(comparison, choice) for choice in (before, after))
    return None if old is None or new is None else old.exact_usd - new.exact_usd


def _is_less(reverted: Decimal | None, saving: Decimal | None) -> bool:
    return reverted is None or saving is None or reverted < saving


def _designs(*sides: tuple[Comparison, Choice, Choice]) -> Iterator[Design]:
    for comparison, *choices in sides:
        designs = (design_of(comparison, choice) for choice in choices)
        yield from (design for design in designs if design)


def _prices(then: Comparison, now: Comparison, designs: Iterable[Design]) -> Iterator[str]:
    """The prices that changed and with which a plan is billed."""
    if then.prices is now.prices:
        return
    used = {id(line.price) for design in designs for line in design.bill.lines}
    sentences = [
        words_of(change)
        for change in changes(then.prices, now.prices)
        if {id(change.old), id(change.new)} & used
    ]
    yield from _first(sentences, "prices")


def _traffic(then: Comparison, now: Comparison) -> Iterator[str]:
    old = {flow.name: flow.gb for flow in then.case.topology.flows}
    flows = (flow for flow in now.case.topology.flows if old.get(flow.name, flow.gb) != flow.gb)
    ordered = sorted(flows, key=lambda flow: -abs(flow.gb - old[flow.name]))
    sentences = [
        f"{flow.name}: {figure(old[flow.name])} to {figure(flow.gb)} GB a month" for flow in ordered
    ]
    yield from _first(sentences, "flows with other traffic")


def _others(then: Comparison, now: Comparison) -> Iterator[str]:
    """What else differs between the documents, counted by table."""
    rows = differences(then.case.topology.document, now.case.topology.document)
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        if _is_told(row):
            counts.setdefault(row.table, Counter())[row.kind] += 1
    parts = (
        f"{table} ({', '.join(f'{count:,} {kind}' for kind, count in of.items())})"
        for table, of in counts.items()
    )
    if counts:
        yield f"Changed in the topology: {', '.join(parts)}"


def _is_told(row: RowChange) -> bool:
    is_flow = row.table == _FLOWS.title and row.kind == "changed"
    return not (is_flow and {cell.label for cell in row.cells} <= _TOLD_APART)


def _first(sentences: list[str], noun: str) -> Iterator[str]:
    yield from sentences[:MAX_NAMED]
    if (more := len(sentences) - MAX_NAMED) > 0:
        yield f"and {more:,} more {noun}"
