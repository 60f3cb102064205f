"""Reviews with what the installation knows: prices in force, recorded instance types."""

from collections.abc import Collection
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

from connectivity.core.registered_document import topology
from connectivity.core.reviewed_document import ReviewedDocument, is_topology, reviewed
from connectivity.core.reviewed_manifests.answers import ReviewedManifests, reviewed_manifests
from connectivity.core.reviewing.given import Given
from connectivity.core.reviewing.tables import Tables, recorded_instance_types
from connectivity.importers.manifests import File, Passed, read_manifests
from costmodel.core.charges import PriceName
from costmodel.core.price_list import PriceList
from costmodel.queries import name_in_force, price_list


def review_document(
    team_id: int | None,
    document: Any,
    *,
    only: Collection[str] = (),
    confirmed: Collection[str] = (),
    given: Given | None = None,
    prices: str | None = None,
) -> ReviewedDocument:
    """The reviews of a document, or of the services and flows of a topology.

    Args:
        given: inputs in place of those of the document: by name or key of a review.

    Raises:
        DocumentRefused: with every problem of the document.
        UnknownPriceList: says which there are.
    """
    if is_topology(document):
        topology(document)
    tables = tables_of(team_id, prices)
    return reviewed(document, tables, only=only, confirmed=confirmed, given=given)


class ManifestAnswer(NamedTuple):
    """The reviews of manifests, and the objects of them that nothing was read from."""

    told: ReviewedManifests
    passed: tuple[Passed, ...]


def review_manifests(
    team_id: int | None,
    files: Collection[File],
    *,
    given: Given | None = None,
    only: Collection[str] = (),
    confirmed: Collection[str] = (),
    prices: str | None = None,
) -> ManifestAnswer:
    """The reviews of the workloads of Kubernetes manifests.

    Args:
        given: inputs that no manifest states, or in their place: by name or key of a review.

    Raises:
        DocumentRefused: with every problem of the manifests or of what is given.
        UnknownPriceList: says which there are.
    """
    stated = read_manifests(files)
    tables = tables_of(team_id, prices)
    name = files_name(files)
    told = reviewed_manifests(
        name, stated.objects, tables, only=only, confirmed=confirmed, given=given
    )
    return ManifestAnswer(told, stated.passed)


def files_name(files: Collection[File]) -> str:
    """What an answer of several files is called: the first, and how many more."""
    first, *others = (file.name for file in files)
    return f"{first} and {len(others)} more" if others else first


def tables_of(team_id: int | None, prices: str | None = None) -> Tables:
    """What reviews look up: recorded instance types, and prices of a list where there is any.

    Raises:
        UnknownPriceList: there is none of that name; says which there are.
    """
    types = recorded_instance_types()
    if prices is None and name_in_force(team_id) is None:
        return Tables(types)
    return Tables(types, partial(_rate, price_list(team_id, prices)))


def _rate(prices: PriceList, region: str, usage_type: str) -> Decimal | None:
    price = prices.find(PriceName("AmazonEC2", usage_type), region)
    return price.tiers[0].usd if price and price.is_flat else None
