"""What else would do, and for how much: other options for its traffic, other forms of itself."""

from decimal import Decimal
from typing import Any, NamedTuple

from connectivity.advice import compare_document
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.resource_type import DAY, Choice, Role, no_choices
from connectivity.core.network.regions import AZ_PREFIXES
from connectivity.health.money.resource_cost import OVER_DAYS, costs_of, usage_of
from connectivity.health.rows import found_of
from connectivity.models import Resource
from costmodel.queries import UnknownPriceList, price_list

CONNECTIONS_PER_S = 1  # not metered here; the form asks for it


class CheaperOption(NamedTuple):
    """An option that would cost less, in USD a month."""

    name: str
    usd: Decimal


class Alternatives(NamedTuple):
    """A comparison of the metered traffic between two VPCs of the Region."""

    gb: float  # a month
    cheaper: tuple[CheaperOption, ...]  # the cheapest first
    query: dict[str, str]  # the values of the form that asks the same


def alternatives(row: Resource) -> Alternatives | None:
    """Feasible options that would carry the metered GB for less; None where nothing was metered.

    Raises:
        UnknownPriceList, UnknownLatencies: say what there is.
    """
    kind = KINDS[row.kind]
    if not kind.part_of or row.usd is None or not kind.is_replaceable(found_of(row)):
        return None
    traffic = {use.what for use in kind.uses(found_of(row), {}) if use.role is Role.TRAFFIC}
    lines = [line for line in row.bill if line["amount"] and line["what"] in traffic]
    gb = round(sum(float(line["amount"]) for line in lines), 3)
    if not gb:
        return None
    answers = compare_document(row.team_id, _document(row.region, gb)).answers
    cheaper = [
        CheaperOption(answer.option.name, answer.total_usd)
        for answer in answers
        if answer.is_feasible
        and answer.option.keeps_vpcs
        and answer.total_usd is not None
        and answer.total_usd < row.usd
        and answer.option.key != kind.part_of
    ]
    query = {"name": f"instead of {row.name}"[:100], "gb_per_month": f"{gb:g}"}
    query |= {f"{side}_region": row.region for side in ("consumer", "provider")}
    azs = ", ".join(_azs(row.region))
    query |= {f"{side}_azs": azs for side in ("consumer", "provider")}
    query["crossing_percent"] = ""  # clients pick any AZ, until somebody says otherwise
    query["connections_per_second"] = str(CONNECTIONS_PER_S)
    return Alternatives(gb, tuple(sorted(cheaper, key=lambda option: option.usd)), query)


class PricedChoice(NamedTuple):
    """Another form of a resource, in USD a month; None: a price or a measurement is missing."""

    choice: Choice
    now_usd: Decimal | None
    then_usd: Decimal | None


def choices(row: Resource, now: int) -> list[PricedChoice]:
    """What a resource's rules advise that has a price; nothing before there is a price list.

    Nothing either where its stored configuration cannot be read.
    """
    kind = KINDS[row.kind]
    if kind.choices is no_choices:
        return []
    usage = usage_of([row], now - OVER_DAYS * DAY, now)
    try:
        asked = list(kind.choices(found_of(row), usage[row.pk]))
    except (AttributeError, LookupError, TypeError, ValueError):  # its bill says so, and logs it
        return []
    if not asked:
        return []
    uses = [list(uses) for choice in asked for uses in (choice.now, choice.then)]
    try:
        prices = price_list(row.team_id)
    except UnknownPriceList:
        return []
    costs = costs_of(uses, row.region, prices)
    usd = [cost.usd if form else Decimal(0) for form, cost in zip(uses, costs, strict=True)]
    return [PricedChoice(*each) for each in zip(asked, usd[::2], usd[1::2], strict=True)]


def _azs(region: str) -> list[str]:
    return [f"{AZ_PREFIXES[region]}-az{number}" for number in (1, 2, 3)]


def _document(region: str, gb: float) -> dict[str, Any]:
    sides = {
        "clients": ("111111111111", "10.0.0.0/16"),
        "services": ("222222222222", "10.1.0.0/16"),
    }
    return {
        "version": 1,
        "name": "metered",
        "accounts": [
            {"id": account, "name": name, "organization": "o-main"}
            for name, (account, _) in sides.items()
        ],
        "vpcs": [
            {
                "name": name,
                "account": account,
                "region": region,
                "cidrs": [cidr],
                "azs": _azs(region),
            }
            for name, (account, cidr) in sides.items()
        ],
        "services": [{"name": "service", "vpc": "services", "protocol": "tcp", "port": 443}],
        "flows": [
            {
                "name": "metered",
                "from": "clients",
                "to": "service",
                "gb_per_month": gb,
                "response_share": 0.5,
                "connections_per_second": CONNECTIONS_PER_S,
            }
        ],
    }
