"""How much the cost depends on inputs: each by half its size, and all traffic by chance."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import log1p, sqrt

import numpy as np

from connectivity.core.comparison.answer import Answer
from connectivity.core.comparison.compare import Comparison
from connectivity.core.comparison.recommendation import recommended
from connectivity.core.network.flow_arrays import Flows
from connectivity.core.option_parts.option import Option
from costmodel.core.charges import Floats, Ints
from costmodel.core.draws import usd_of_draws
from costmodel.core.usage_types import price_name

HALF = np.array([0.5, 1.5])
DRAWS = 10_000
SEED = 20261125
ROWS_AT_ONCE = 2_000_000
OF_EIGHT_IN_TEN = 1.2815515655446004  # standard deviations between the median and the 90th per cent
MAX_BARS = 10
WORTH_SHOWING = 0.005  # USD


@dataclass(frozen=True, slots=True)
class Bar:
    """The cost of the recommended option with one input half as large, and half as large again."""

    label: str
    low: float  # USD a month, operations included
    high: float
    becomes: tuple[str | None, str | None]  # the option that is then cheapest, if another one

    @property
    def swing(self) -> float:
        """USD a month between both ends."""
        return abs(self.high - self.low)


@dataclass(frozen=True, slots=True)
class Range:
    """What one option costs over uncertain traffic, USD a month, operations included."""

    option: Option
    stated: float
    low: float  # 5 of 100 draws are below
    median: float
    high: float  # 5 of 100 draws are above
    wins: float  # the share of draws in which it is the cheapest


def tornado(comparison: Comparison) -> list[Bar]:
    """The inputs that move the cost of the recommended option most, each changed by itself.

    Traffic, crossing, response, connections and requests of all flows; operations; and each price
    of its bill. Costs are exact; feasibility, which may change with an input, is not looked at.
    """
    best = recommended(comparison)
    if best is None:
        return []
    bars = [*_of_flows(comparison, best), *_of_prices(comparison, best)]
    shown = sorted((bar for bar in bars if bar.swing > WORTH_SHOWING), key=lambda bar: -bar.swing)
    return shown[:MAX_BARS]


def _whole(quantity: Floats) -> Ints:
    return np.rint(quantity).astype(np.int64)


def scaled(flows: Flows, factor: Floats) -> Flows:
    """The flows with their bytes times a factor. `factor` has the shape (flows,), or (draws,
    flows)."""
    return replace(
        flows,
        request=_whole(flows.request * factor),
        response=_whole(flows.response * factor),
        crossing=_whole(flows.crossing * factor),
    )


def _crossing(flows: Flows, factor: Floats) -> Flows:
    """Of the flows that have a choice; no more than all bytes can cross."""
    changed = np.minimum(_whole(flows.crossing * factor), flows.total)
    return replace(flows, crossing=np.where(flows.has_choice, changed, flows.crossing))


def _response(flows: Flows, factor: Floats) -> Flows:
    response = np.minimum(_whole(flows.response * factor), flows.total)
    return replace(flows, request=flows.total - response, response=response)


def _connections(flows: Flows, factor: Floats) -> Flows:
    return replace(flows, new=flows.new * factor, active=flows.active * factor)


def _requests(flows: Flows, factor: Floats) -> Flows:
    return replace(flows, requests=flows.requests * factor)


INPUTS: dict[str, Callable[[Flows, Floats], Flows]] = {
    "Traffic of every flow": scaled,
    "Cross-AZ share": _crossing,
    "Response share": _response,
    "Connections": _connections,
    "Requests a second": _requests,
}


def _of_flows(comparison: Comparison, best: Answer) -> Iterator[Bar]:
    """Both states of every input, for every candidate at once."""
    flows = comparison.case.flows
    for label, change in INPUTS.items():
        both = change(flows, HALF[:, np.newaxis])
        costs = {
            candidate.option.name: usd_of(comparison, candidate, both, 2)
            for candidate in comparison.candidates
        }
        yield _bar(label, costs, best)
    operations = {
        candidate.option.name: float(candidate.usd or 0) + float(candidate.operations_usd) * HALF
        for candidate in comparison.candidates
    }
    yield _bar("Operational cost of every resource to manage", operations, best)


def _of_prices(comparison: Comparison, best: Answer) -> Iterator[Bar]:
    """Every price of the best option's bill, under whatever options it is billed."""
    paid: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for candidate in comparison.candidates:
        for line in candidate.bill.lines if candidate.bill else ():
            name = price_name(line.price.name, line.region, line.to_region)
            paid[f"{name} in {line.region}"][candidate.option.name] += float(line.usd)
    totals = {
        candidate.option.name: float(candidate.total_usd or 0)
        for candidate in comparison.candidates
    }
    for label, by_option in paid.items():
        if best.option.name in by_option:
            costs = {
                name: total + by_option.get(name, 0.0) * (HALF - 1)
                for name, total in totals.items()
            }
            yield _bar(f"Price of {label}", costs, best)


def _bar(label: str, costs: dict[str, Floats], best: Answer) -> Bar:
    ours = costs[best.option.name]

    def cheapest(i: int) -> str | None:
        """At one end, if it is another one and cheaper by a cent."""
        least = min(costs, key=lambda name: costs[name][i])
        return least if ours[i] - costs[least][i] > WORTH_SHOWING else None

    return Bar(label, float(ours[0]), float(ours[1]), (cheapest(0), cheapest(1)))


def usd_of(comparison: Comparison, answer: Answer, flows: Flows, draws: int) -> Floats:
    """What an option costs in many states of its flows, operations included: shape (draws,)."""
    case = comparison.case
    charges = answer.option.charges(flows)
    usd = usd_of_draws(charges, comparison.prices, case.regions, case.pools, draws)
    return usd + float(answer.operations_usd)


def ranges(comparison: Comparison, spread: float, draws: int = DRAWS) -> list[Range]:
    """The cost of every candidate over uncertain traffic, the recommended one first.

    Args:
        spread: in eight of ten cases a flow's GB lie between its stated GB divided by, and times,
            1 + spread. Half of that variance is common to all flows, half is each flow's own; both
            are lognormal, so that the stated GB are the median. Always the same draws.

    Returns:
        Without the options of which a price does not reach as far as some draw.
    """
    candidates = comparison.candidates
    if not candidates:
        return []
    deviation = log1p(spread) / OF_EIGHT_IN_TEN / sqrt(2)
    dice = np.random.default_rng(SEED)
    count = len(comparison.case.flows)
    costs = np.zeros((len(candidates), draws))
    step = max(1, ROWS_AT_ONCE // count)
    for begin in range(0, draws, step):
        rows = slice(begin, min(begin + step, draws))
        size = rows.stop - rows.start
        chance = dice.standard_normal((size, 1)) + dice.standard_normal((size, count))
        flows = scaled(comparison.case.flows, np.exp(deviation * chance))
        for row, answer in enumerate(candidates):
            costs[row, rows] = usd_of(comparison, answer, flows, size)
    return _summary(comparison, candidates, costs)


def _summary(comparison: Comparison, candidates: list[Answer], costs: Floats) -> list[Range]:
    reaches = np.isfinite(costs.sum(axis=1))
    ranked = np.where(np.isnan(costs), np.inf, np.round(costs, 2))
    cheapest = np.bincount(np.argmin(ranked, axis=0), minlength=len(candidates))
    percentiles = np.percentile(costs, (5, 50, 95), axis=1)
    bands = []
    for answer, wins, (low, median, high) in zip(
        candidates, (cheapest / costs.shape[1]).tolist(), percentiles.T.tolist(), strict=True
    ):
        bands.append(Range(answer.option, float(answer.total_usd or 0), low, median, high, wins))
    bands = [band for band, is_whole in zip(bands, reaches.tolist(), strict=True) if is_whole]
    best = recommended(comparison)
    return sorted(bands, key=lambda band: best is None or band.option is not best.option)
