"""What could be otherwise, one thing at a time: how costs move with it, and how it is tried."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial

import numpy as np

from connectivity.core.comparison.answer import Answer
from connectivity.core.comparison.compare import Comparison
from connectivity.core.comparison.trial import (
    Basis,
    is_able,
    with_budgets,
    with_crossing,
    with_operations,
    with_rate,
    with_traffic,
)
from connectivity.core.document.validation import MAX_TOTAL_GB
from connectivity.core.latency.worst_p99 import MIN_SHARE
from connectivity.core.outlook.break_even import Axis, Runner, curve_of
from costmodel.core.charges import Floats
from costmodel.core.curve import Curve
from costmodel.core.price_list import Price
from costmodel.core.units import THOUSANDTHS
from costmodel.core.usage_types import price_name

FACTORS = (1, 1.25, 1.6, 2, 3, 5, 8, 12, 20, 35, 60, 100, 200, 400, 1000)  # of all traffic
ABOVE, BELOW = "above", "below"
FAR = 1.0  # the distance of what has no size today

Runners = dict[str, Runner]  # by the option's key
Points = tuple[float, ...]


@dataclass(frozen=True)
class Lever:
    """One thing that could have another value than today's."""

    kind: str  # operations, gb, crossing, price or budget
    what: str  # in words
    now: str  # today's value in words
    today: float
    runners: Runners  # what it costs over the value, of all that may then be recommended
    ways: dict[str, Points]  # above and below: where to look, from today outwards
    bases: Callable[[float], Sequence[Basis]]  # at a value, in every sense that the words have
    figure: Callable[[float, str], str]  # a value in words, rounded so that it is still true
    distance: Callable[[float], float]  # how far away, as a share of what changes
    scale: float = 1.0  # from the value to what is shown
    marks: Points = ()  # values at which something else than money may change
    is_exact: bool = False  # to be told to the last digit
    provisos: Mapping[str, str] = field(default_factory=dict)  # what must be said of an option


def levers(comparison: Comparison, best: Answer) -> Iterator[Lever]:
    """Everything that may change the recommendation by itself, but missing prices."""
    yield from _operations(comparison)
    yield from _traffic(comparison)
    yield from _crossing(comparison)
    yield from _rates(comparison)
    yield from _budget(comparison, best)


def rounded(value: float, digits: int, way: str) -> Decimal:
    """With so many decimals, and so that what lies beyond it lies beyond the value."""
    step = Decimal(1).scaleb(-digits)
    whole = Decimal(value).quantize(step)  # the nearest, if it is that but for noise of floats
    if abs(float(whole) - value) > abs(value) * 1e-12 and (whole < value) == (way == ABOVE):
        whole += step if way == ABOVE else -step
    return whole


def _straight(answer: Answer, units: float, usd: float) -> Runner:
    """What an option costs over the price of something of which it needs some units."""
    total = float(answer.total_usd or 0)
    return Runner(answer.option, Curve(total - units * usd, units, ()), 0.0)


def _operations(comparison: Comparison) -> Iterator[Lever]:
    candidates = comparison.candidates
    prices = comparison.case.topology.operations_usd
    for kind in dict.fromkeys(kind for candidate in candidates for kind in candidate.objects):
        usd = float(prices.get(kind, 0))
        yield Lever(
            "operations",
            f"operations of one {kind}",
            f"{usd:.2f} USD" if kind in prices else "not stated, counted as 0",
            usd,
            {
                candidate.option.key: _straight(candidate, candidate.objects.get(kind, 0), usd)
                for candidate in candidates
            },
            {ABOVE: (usd, np.inf), BELOW: (usd, 0.0)},
            partial(_at_operations, Basis.of(comparison), kind),
            lambda value, way: f"{rounded(value, 2, _other(way))} USD a month",
            partial(_share_of, usd),
            is_exact=True,
        )


def _other(way: str) -> str:
    return BELOW if way == ABOVE else ABOVE


def _at_operations(basis: Basis, kind: str, value: float) -> list[Basis]:
    return [with_operations(basis, kind, Decimal(repr(value)))]


def _share_of(today: float, value: float) -> float:
    return abs(value / today - 1) if today else FAR


def _traffic(comparison: Comparison) -> Iterator[Lever]:
    gb = float(comparison.case.flows.total.sum()) / THOUSANDTHS
    if not gb:
        return
    most = MAX_TOTAL_GB / gb

    def figure(factor: float, way: str) -> str:
        most = rounded(gb * factor, 0 if gb * factor >= 100 else 3, way)
        return f"{most:,} GB a month ({_times(factor)} times what it is)"

    yield Lever(
        "gb",
        "all traffic together",
        f"{gb:,.0f} GB",
        1.0,
        _runners(comparison, comparison.candidates, Axis.GB),
        {
            ABOVE: tuple(factor for factor in FACTORS if factor <= most),
            BELOW: tuple(1 / factor for factor in FACTORS),
        },
        lambda factor: [with_traffic(Basis.of(comparison), factor)],
        figure,
        lambda factor: max(factor, 1 / factor) - 1,
        scale=gb,
    )


def _times(factor: float) -> str:
    """In as few digits as tell it from 1.

    >>> _times(2.5), _times(1.00009)
    ('2.5', '1.0001')
    """
    shown = (f"{factor:.{digits}g}" for digits in (3, 4, 5, 6))
    return next((text for text in shown if float(text) != 1), f"{factor:.9g}")


def _runners(comparison: Comparison, answers: Sequence[Answer], axis: Axis) -> Runners:
    curves = ((answer, curve_of(comparison, answer.option, axis)) for answer in answers)
    return {
        answer.option.key: Runner(answer.option, curve, float(answer.operations_usd))
        for answer, curve in curves
    }


def _crossing(comparison: Comparison) -> Iterator[Lever]:
    flows = comparison.case.flows
    free = flows.has_choice & (flows.total > 0)
    if not free.any():
        return
    shares: Floats = flows.crossing[free] / flows.total[free]
    now = float(flows.crossing[free].sum() / flows.total[free].sum())
    same = "" if np.ptp(shares) < 1e-6 else ", if it were the same for every flow,"
    able = [answer for answer in comparison.answers if is_able(answer)]
    has_budgets = not np.isnan(comparison.case.column("p99_budget_us")).all()
    yield Lever(
        "crossing",
        f"cross-AZ share of the GB{same}",
        f"{now:.1%}",
        now,
        _runners(comparison, able, Axis.CROSSING),
        {ABOVE: (now, 1.0), BELOW: (now, 0.0)},
        lambda share: [with_crossing(Basis.of(comparison), share)],
        partial(percent, now),
        lambda share: abs(share - now),
        marks=(MIN_SHARE,) if has_budgets else (),
    )


def percent(now: float, share: float, way: str) -> str:
    """Rounded to something that can be exceeded, and that is not shown as today's.

    >>> percent(0.5, 0.8193, "above"), percent(0.8225, 0.8222, "below")
    ('82.0%', '82.22%')
    """
    today = rounded(100 * now, 1, way)
    shown = (rounded(100 * share, digits, way) for digits in (1, 2, 3, 6))
    readable = (figure for figure in shown if 0 < figure < 100 and figure != today)
    return f"{next(readable, 100 * share):f}%"


def _rates(comparison: Comparison) -> Iterator[Lever]:
    candidates = comparison.candidates
    bought = {candidate.option.key: _units(candidate) for candidate in candidates}
    rates = dict.fromkeys(rate for units in bought.values() for rate in units)
    prices = {
        id(line.price): line.price
        for candidate in candidates
        for line in (candidate.bill.lines if candidate.bill else ())
    }
    for place, usd in rates:
        units = {key: uses.get((place, usd), 0.0) for key, uses in bought.items()}
        if not usd or len(set(units.values())) == 1:
            continue
        price, today = prices[place], float(usd)
        yield Lever(
            "price",
            f"price of {rate_name(price, usd)}",
            f"{usd:f} USD",
            today,
            {
                candidate.option.key: _straight(candidate, units[candidate.option.key], today)
                for candidate in candidates
            },
            {ABOVE: (today, np.inf), BELOW: (today, 0.0)},
            partial(_at_rate, Basis.of(comparison), price, usd),
            partial(_rate_figure, price.unit),
            partial(_share_of, today),
        )


def _units(answer: Answer) -> dict[tuple[int, Decimal], float]:
    """How much is bought at which rate of which price; a price is known by its place in memory
    (hashing all of it would cost more)."""
    units: dict[tuple[int, Decimal], Decimal] = {}
    for line in answer.bill.lines if answer.bill else ():
        rate = id(line.price), line.rate
        units[rate] = units.get(rate, Decimal(0)) + line.quantity
    return {rate: float(quantity) for rate, quantity in units.items()}


def _at_rate(basis: Basis, price: Price, old: Decimal, value: float) -> list[Basis]:
    return [with_rate(basis, price, old, Decimal(repr(value)))]


def _rate_figure(unit: str, value: float, way: str) -> str:
    digits = 3 - int(np.floor(np.log10(value))) if value > 0 else 4
    return f"{float(rounded(value, digits, way)):.4g} USD per {unit}"


def rate_name(price: Price, rate: Decimal) -> str:
    """A rate in words: its price, where that holds, and from which usage on where it has tiers."""
    name = f"{price_name(price.name, price.region, price.to_region)} in {price.where}"
    if len(price.tiers) == 1:
        return name
    starts = [f"{tier.start // THOUSANDTHS:,}" for tier in price.tiers if tier.usd == rate]
    return f"{name}, in the tier from {' and '.join(starts)} {price.unit},"


def _budget(comparison: Comparison, best: Answer) -> Iterator[Lever]:
    """The best option's slowest flow, where its p99 is known, sets the first budget that it
    breaks."""
    bounds = np.concatenate([best.heads.us, best.heads.bound_us])
    known = bounds[~np.isnan(bounds)]
    able = [answer for answer in comparison.answers if is_able(answer)]
    if not len(known):
        return
    slowest = float(known.max())
    yield Lever(
        "budget",
        "a p99 budget",
        "met",
        np.inf,
        {answer.option.key: _straight(answer, 0.0, 0.0) for answer in able},
        {BELOW: (np.inf, 0.0)},
        lambda budget: list(with_budgets(Basis.of(comparison), budget)),
        lambda budget, way: f"{budget:g} µs",
        lambda budget: FAR,
        marks=(slowest,),
        provisos={
            answer.option.key: f" ({answer.option.name} has flows whose p99 is not known)"
            for answer in able
            if np.isnan(answer.heads.us).any()
        },
    )
