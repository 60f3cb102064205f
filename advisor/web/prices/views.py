"""Pages about prices: the lists, what they hold, what changed between two, a team's own prices."""

from collections.abc import Collection
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from advisor.jobs import runner
from advisor.text.formatting import signed_usd
from advisor.web.latency.forms import OverrideForm
from advisor.web.request_helpers import found_or_404, signed_in, text_in
from advisor.web.topologies.forms import REGIONS
from connectivity.price_effects import Effect, price_effects
from costmodel import ingest, queries
from costmodel.core.charges import PriceName
from costmodel.core.overrides import NothingOverridden, Override
from costmodel.core.price_list import Price
from costmodel.core.rates import words_of
from costmodel.core.usage_types import usage_type

PAGE = 50
MAX_TOLD = 3  # prices, in the message about a change
MAX_CHANGES = 200  # shown; the API gives all
MAX_TOPOLOGIES = 100  # compared while a page waits; the API takes more


class PriceRow(NamedTuple):
    name: str
    operation: str
    where: str
    rates: str
    unit: str
    as_of: str
    weak: bool
    source: str


class RegionForm(forms.Form):
    region = forms.ChoiceField(choices=REGIONS)


@require_safe
@found_or_404
def show(request: HttpRequest) -> HttpResponse:
    """The price lists, the one in force first, and a search in one of them."""
    return _page(request, OverrideForm())


def _page(request: HttpRequest, form: OverrideForm) -> HttpResponse:
    team_id = signed_in(request).team_id
    words, name = text_in(request.GET, "q"), text_in(request.GET, "list")
    prices = queries.price_list(team_id, name or None)
    matched = [price for price in prices.prices if matches(price, words)]
    page = Paginator(matched, PAGE).get_page(request.GET.get("page"))
    lists = list(queries.price_lists(team_id)[:PAGE])
    context = {
        "lists": lists,
        "in_force": lists[0].name,
        "prices": prices,
        "page": page,
        "rows": [price_row(price) for price in page],
        "words": words,
        "query": f"&{urlencode({'q': words, 'list': name})}",
        "overrides": queries.overrides(team_id),
        "override_form": form,
        "region_form": RegionForm(initial={"region": text_in(request.GET, "load") or "us-east-1"}),
    }
    status = 400 if form.errors else 200
    return render(request, "web/prices/overview.html", context, status=status)


def matches(price: Price, words: str) -> bool:
    """Every word stands somewhere in the price's names and Regions."""
    usage = usage_type(price.name, price.region, price.to_region)
    text = f"{price.name.service} {usage} {price.name.operation} {price.region} {price.to_region}"
    return all(word in text.lower() for word in words.lower().split())


def price_row(price: Price) -> PriceRow:
    tiers = [
        f"{tier.usd.normalize():f}" + (f" from {tier.start // 1000:,}" if tier.start else "")
        for tier in price.tiers
    ]
    return PriceRow(
        usage_type(price.name, price.region, price.to_region),
        f"{price.name.service} {price.name.operation}",
        f"{price.where} to {price.to_region}" if price.to_region else price.where,
        ", ".join(tiers),
        price.unit,
        price.as_of or "undated",
        price.weak,
        price.source,
    )


@require_safe
@found_or_404
def changed(request: HttpRequest) -> HttpResponse:
    """What differs between two lists, and what that does to the team's topologies."""
    team_id = signed_in(request).team_id
    asked = (text_in(request.GET, name) for name in ("old", "new"))
    old, new = queries.compared_names(team_id, *asked)
    changes = queries.price_changes(team_id, old, new)
    effects, unseen = price_effects(team_id, old, new, MAX_TOPOLOGIES)
    context = {
        "names": queries.price_list_names(team_id),
        "old": old,
        "new": new,
        "changes": [words_of(change) for change in changes[:MAX_CHANGES]],
        "more": max(0, len(changes) - MAX_CHANGES),
        "count": len(changes),
        "effects": [effect_row(effect, old, new) for effect in effects],
        "unseen": unseen,
    }
    return render(request, "web/prices/changes.html", context)


class EffectRow(NamedTuple):
    """An effect, and the query that shows both views side by side."""

    effect: Effect
    change: str
    beside: str


def effect_row(effect: Effect, old: str, new: str) -> EffectRow:
    change = effect.change_usd
    views = [("s", f"{effect.uid}?{urlencode({'prices': name})}") for name in (old, new)]
    return EffectRow(effect, "" if change is None else signed_usd(change), urlencode(views))


@require_POST
def load_region(request: HttpRequest) -> HttpResponse:
    """Start fetching what AWS publishes for a Region; the job's page shows how far it is."""
    user = signed_in(request)
    form = RegionForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose a Region that is in the list.")
        return redirect("prices")
    arguments = {"regions": [form.cleaned_data["region"]]}
    job = runner.start("fetch-prices", arguments, team_id=user.team_id, user_id=user.pk)
    return redirect("job", job.uid)


@require_POST
@found_or_404
def override(request: HttpRequest) -> HttpResponse:
    """Put a price of the team's own over the list; what cannot be is shown as it was typed."""
    form = OverrideForm(request.POST)
    if form.is_valid():
        try:
            put_in_force(request, form.override())
        except NothingOverridden as error:
            form.add_error("usage_type", str(error))
        else:
            return redirect("prices")
    return _page(request, form)


def put_in_force(
    request: HttpRequest, override: Override, needed: Collection[PriceName] = ()
) -> str:
    """Store a price of the team's own, say what it did, and give the name of the new list.

    Raises:
        NothingOverridden: no price has these names.
    """
    user = signed_in(request)
    before = queries.price_list(user.team_id)
    row = ingest.add_override(user.team_id, override, user.pk, needed)
    changes = [
        words_of(change) for change in queries.price_changes(user.team_id, before.name, row.name)
    ]
    shown = "; ".join(changes[:MAX_TOLD]) + ("; …" if len(changes) > MAX_TOLD else "")
    outcome = (
        f"{len(changes)} price{'s' * (len(changes) != 1)} changed: {shown}"
        if changes
        else "no price changed"
    )
    messages.success(request, f"The price list {row.name} is in force; {outcome}.")
    return row.name


@require_POST
@found_or_404
def end_override(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Go back to the list price; older lists keep the team's own."""
    user = signed_in(request)
    row = ingest.end_override(user.team_id, uid, user.pk)
    messages.success(request, f"The price list {row.name} is in force, without that price.")
    return redirect("prices")
