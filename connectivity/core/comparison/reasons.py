"""The verdict in words: why one option is recommended or none, and what a missing price decides."""

from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext

from connectivity.core.comparison.answer import Answer, narrowed, totals
from connectivity.core.comparison.compare import Comparison
from connectivity.core.comparison.missing_prices import (
    Deciding,
    deciding,
    lacking,
    may_win,
    room_for,
)
from connectivity.core.comparison.recommendation import mix_ahead, recommended, unpriced
from connectivity.core.rules.rule import Meaning
from costmodel.core.price_list import EVERYWHERE, Key
from costmodel.core.rates import per
from costmodel.core.units import money
from costmodel.core.usage_types import price_name

MAX_NAMED = 2  # prices of an option, in a sentence
SHOWN_DIGITS = 4  # of a rate, in a sentence


def because(comparison: Comparison) -> str:
    """Why this one is recommended, or why none is, and what could not be compared with it."""
    return " ".join(filter(None, (mix_words(comparison), *of_one_option(comparison))))


def of_one_option(comparison: Comparison) -> list[str]:
    """What `because` says of options that all flows use: why, what is missing, what cannot be."""
    parts = (_reason(comparison), *_gaps(comparison), _ruled_out(comparison))
    return [part for part in parts if part]


def mix_words(comparison: Comparison) -> str:
    """What each flow by its own cheapest option costs, where that is less than what is recommended,
    or where nothing is; else empty."""
    ahead = mix_ahead(comparison)
    if ahead is None:
        return ""
    operations = " with operations" if comparison.case.topology.operations_usd else ""
    head = f"Cheapest option per flow: {money(ahead.usd)} USD a month{operations}"
    best = recommended(comparison)
    less = ""
    if best is not None and ahead.saves_usd is not None:
        less = f", {money(ahead.saves_usd)} less than {best.option.name} for all"
    return f"{head}{less}; not proven to be the cheapest design."


def price_words(key: Key) -> str:
    """A price as AWS calls it, and where.

    >>> from costmodel.core.usage_types import INTER_REGION
    >>> price_words((INTER_REGION, "eu-west-1", "us-east-1"))
    'EU-USE1-AWS-Out-Bytes from eu-west-1 to us-east-1'
    """
    name, region, to_region = key
    where = "all Regions" if region == EVERYWHERE else region
    direction = f"from {where} to {to_region}" if to_region else f"in {where}"
    return f"{price_name(name, region, to_region)} {direction}"


def rate_words(deciding: Deciding) -> str:
    """Between or below which rates the option would be recommended."""
    relation = "between" if deciding.above else "less than"
    return f"{relation} {bounds_words(deciding)} USD {per(deciding.unit)}"


def bounds_words(deciding: Deciding) -> str:
    """Both bounds, or the upper one, on the safe side of them."""
    low = f"{shown_rate(deciding.above, ROUND_CEILING)} and " if deciding.above else ""
    return low + shown_rate(deciding.below)


def shown_rate(usd: Decimal, rounding: str = ROUND_FLOOR) -> str:
    """A rate in few digits.

    >>> shown_rate(Decimal("0.041098")), shown_rate(Decimal("1200000"))
    ('0.04109', '1,200,000')
    """
    with localcontext(prec=SHOWN_DIGITS, rounding=rounding):
        return f"{(+usd).normalize():,f}"


def elsewhere_words(deciding: Deciding) -> str:
    """What other places pay for the rate, in brackets; nothing where nobody does."""
    return f" ({deciding.elsewhere.words})" if deciding.elsewhere else ""


def lacks_words(answer: Answer) -> str:
    """What an option lacks, by name."""
    keys = lacking(answer)
    prices = [key for key in keys if not key[0].is_input]
    inputs = [key[0].usage_type for key in keys if key[0].is_input]
    more = len(prices) - MAX_NAMED
    words = [price_words(key) for key in prices[:MAX_NAMED]]
    if len({key[1:] for key in prices}) == 1 and prices[0][2] is None:
        where = f" in {prices[0][1]}"
        words = [word.removesuffix(where) for word in words]
    else:
        where = ""
    named = f"{', '.join(words)}{f' and {more} more' if more > 0 else ''}{where}"
    return f"{answer.option.name} lacks {'; '.join(filter(None, (named, *inputs)))}."


def _gaps(comparison: Comparison) -> Iterator[str]:
    """What could not be compared for want of a price, and what that may change."""
    left, rates = unpriced(comparison), deciding(comparison)
    for rate in rates.values():
        yield (
            f"{rate.answer.option.name} would be recommended if {price_words(rate.key)} cost "
            f"{rate_words(rate)}; that price is not in the list{elsewhere_words(rate)}."
        )
    if recommended(comparison) is None:
        yield from map(lacks_words, left)
        return
    rest = [answer for answer in left if answer.option.key not in rates]
    unknown = [answer for answer in rest if may_win(comparison, answer)]
    if unknown:
        words = [f"{answer.option.name} ({_count(comparison, answer)})" for answer in unknown]
        yield f"Not compared: {', '.join(words)}."
    dear = [answer.option.name for answer in rest if not may_win(comparison, answer)]
    if dear:
        yield f"Not cheaper even if the missing prices were 0: {', '.join(dear)}."


def _count(comparison: Comparison, answer: Answer) -> str:
    """How many prices an option lacks, and what they may cost for it to be the cheaper one."""
    keys = lacking(answer)
    if len(keys) == 1 and keys[0][0].is_input:
        return keys[0][0].usage_type
    count = "a price is missing" if len(keys) == 1 else f"{len(keys)} prices are missing"
    room, best = room_for(comparison, answer), recommended(comparison)
    if room is None or best is None:
        return count
    they = "it comes" if len(keys) == 1 else "they come"
    name = best.option.name
    return f"{count}; cheaper than {name} if {they} to less than {money(room)} USD a month"


def _ruled_out(comparison: Comparison) -> str:
    """The options that every flow allows and some flow cannot use, each with its first rule."""
    names = []
    for answer in comparison.answers:
        hard = [hit.rule.id for hit in answer.hits if hit.is_hard]
        if answer.is_allowed and not answer.is_feasible:
            names.append(f"{answer.option.name} ({hard[0]})" if hard else answer.option.name)
    return f"Not feasible: {', '.join(names)}." if names else ""


def _reason(comparison: Comparison) -> str:
    best = recommended(comparison)
    if best is None or (usd := best.total_usd) is None:
        return _why_none(comparison)
    others = [candidate for candidate in comparison.candidates if candidate is not best]
    if not others:
        return f"{best.option.name} is the only feasible, priced option that every flow allows."
    total = f"{money(usd)} USD a month"
    ties = [other.option.name for other in others if other.total_usd == usd]
    if ties:
        return f"{best.option.name} costs {total}, as does {' and '.join(ties)}{_tie(comparison)}."
    against = ", ".join(
        f"{money(other.total_usd or 0)} for {other.option.name}" for other in others
    )
    operations = " with operations" if comparison.case.topology.operations_usd else ""
    least = f"{best.option.name} is the cheapest option considered"
    return f"{least}: {total}{operations}, against {against}."


def _tie(comparison: Comparison) -> str:
    """What decided between equal costs."""
    steps = narrowed(totals(comparison.candidates))
    reasons = [
        reason
        for (_, before), (reason, after) in zip(steps, steps[1:], strict=False)
        if len(after) < len(before)
    ]
    return f", and has {' and '.join(reasons)}" if reasons else "; it is first in our fixed order"


def _why_none(comparison: Comparison) -> str:
    feasible = [answer for answer in comparison.answers if answer.is_feasible]
    if not feasible:
        return f"No option is feasible for every flow{_beyond_light(comparison)}."
    if any(answer.is_allowed for answer in feasible):
        return "Every option that is feasible and allowed for every flow lacks a price."
    names = ", ".join(answer.option.name for answer in feasible)
    return f"Feasible for every flow ({names}), but not among the options that every flow allows."


def _beyond_light(comparison: Comparison) -> str:
    """The first flow whose budget is below what distance allows, which no option can change."""
    hits = (hit for answer in comparison.answers for hit in answer.hits)
    hit = next((hit for hit in hits if hit.rule.meaning is Meaning.BEYOND_LIGHT), None)
    if hit is None:
        return ""
    row = int(hit.flows[0])
    case = comparison.case
    return f"; {case.topology.flows[row].name}: {hit.rule.detail(case, row)}"
