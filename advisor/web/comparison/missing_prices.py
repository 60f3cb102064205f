"""Prices that are missing and may change a verdict: which, and a form in which to state them."""

from collections.abc import Iterator
from dataclasses import dataclass

from django import forms
from django.http import QueryDict

from advisor.web.comparison.planning import is_planned
from advisor.web.one_line_fields import OneLineField
from advisor.web.request_helpers import text_in
from connectivity.core.comparison.compare import Comparison
from connectivity.core.comparison.missing_prices import deciding, lacking, may_win
from connectivity.core.comparison.reasons import price_words, rate_words
from connectivity.core.comparison.recommendation import recommended, unpriced
from connectivity.core.plan.design.candidates import left_out
from costmodel.core.overrides import Override
from costmodel.core.price_list import Key, is_loadable
from costmodel.core.rates import elsewhere, per, unit_of

MAX_PRICES = 6  # that can be stated in a verdict; the bills name all
MAX_REGIONS = 3


class OwnPriceForm(forms.Form):
    """What a team pays for one unit of what the list lacks."""

    usd = forms.DecimalField(min_value=0, max_value=1_000_000, decimal_places=10)
    reason = OneLineField(max_length=300)

    def override(self, key: Key) -> Override:
        name, region, to_region = key
        return Override(
            name.service,
            name.usage_type,
            region,
            None,
            self.cleaned_data["usd"],
            self.cleaned_data["reason"],
            name.operation,
            to_region or "",
        )


@dataclass(frozen=True, slots=True)
class MissingPrice:
    """One price, and how to state it."""

    number: int
    key: Key
    words: str
    options: str
    decides: str
    elsewhere: str
    unit: str
    form: OwnPriceForm

    @property
    def hidden(self) -> dict[str, str]:
        """What the form says besides what is typed."""
        return fields_of(self.key)


@dataclass(frozen=True, slots=True)
class MissingPrices:
    """What a verdict offers where prices are missing."""

    prices: list[MissingPrice]
    more: int
    regions: list[str]  # of which AWS may have published them
    inputs: list[str]  # what no price list can know

    @property
    def has_errors(self) -> bool:
        """A form was refused, and is shown as it was typed."""
        return any(price.form.errors for price in self.prices)


def missing(comparison: Comparison, name: str, tried: QueryDict | None = None) -> MissingPrices:
    """The prices that may change a verdict, those that alone decide first.

    Args:
        name: of the topology, for the reason that is proposed.
        tried: a form that was refused, which is shown as it was typed.
    """
    needed, inputs = needed_prices(comparison)
    rates = {rate.key: rate for rate in deciding(comparison).values()}
    keys = sorted(needed, key=lambda key: key not in rates)
    prices = [
        MissingPrice(
            number,
            key,
            price_words(key),
            ", ".join(needed[key]),
            rate_words(rates[key]) if key in rates else "",
            known.words if (known := elsewhere(comparison.prices, key)) else "",
            per(unit_of(comparison.prices, key[0])),
            _form(key, name, tried),
        )
        for number, key in enumerate(keys[:MAX_PRICES])
    ]
    regions = list(dict.fromkeys(key[1] for key in keys if is_loadable(key)))
    return MissingPrices(prices, len(keys) - len(prices), regions[:MAX_REGIONS], inputs)


def needed_prices(comparison: Comparison) -> tuple[dict[Key, list[str]], list[str]]:
    """The prices that may change a verdict, each with the options that lack it; and inputs."""
    needed: dict[Key, list[str]] = {}
    inputs: dict[str, None] = {}
    for key, name in _lacking(comparison):
        if key[0].is_input:
            inputs[f"{name}: {key[0].usage_type}"] = None
        else:
            needed.setdefault(key, []).append(name)
    return needed, list(inputs)


def _lacking(comparison: Comparison) -> Iterator[tuple[Key, str]]:
    """What a plan leaves out; without a plan, what may win for all flows."""
    if is_planned(comparison):
        missing_keys = comparison.once(left_out).items()
        yield from ((key, option.name) for key, options in missing_keys for option in options)
        return
    nothing = recommended(comparison) is None
    for answer in unpriced(comparison):
        if nothing or may_win(comparison, answer):
            yield from ((key, answer.option.name) for key in lacking(answer))


def fields_of(key: Key) -> dict[str, str]:
    name, region, to_region = key
    return {
        "service": name.service,
        "usage_type": name.usage_type,
        "operation": name.operation,
        "region": region,
        "to_region": to_region or "",
    }


def _form(key: Key, name: str, tried: QueryDict | None) -> OwnPriceForm:
    if tried is not None and is_of(key, tried):
        return OwnPriceForm(tried)
    return OwnPriceForm(initial={"reason": f"stated in the comparison of {name}"[:300]})


def is_of(key: Key, values: QueryDict) -> bool:
    return all(text_in(values, field) == text for field, text in fields_of(key).items())
