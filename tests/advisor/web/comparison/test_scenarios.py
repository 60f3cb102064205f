"""Scenarios side by side, and the start page of who comes again."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from advisor.models import Team, User
from connectivity.actions import create_topology, save_topology
from connectivity.core.document.parser import read
from connectivity.models import Topology
from connectivity.reference import REFERENCE
from costmodel.models import Price, PriceList, PriceTier
from tests.factories import document, flow
from tests.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def reference(user: User) -> UUID:
    return create_topology(user.team_id, read(REFERENCE.read_bytes())).topology.uid


def beside(client: Client, *texts: str) -> Any:
    return client.get(reverse("scenarios"), {"s": list(texts)})


def cells(response: Any, label: str) -> list[tuple[str, str]]:
    rows = [*response.context["differing"], *response.context["same"]]
    return [tuple(cell) for row in rows if row.label == label for cell in row.cells]


def test_versions_what_ifs_and_topologies_stand_side_by_side(
    signed_in: Client, user: User, reference: UUID
) -> None:
    topology = read(REFERENCE.read_bytes())
    topology["flows"][0]["cross_az_share"] = 1
    save_topology(user.team_id, reference, topology)
    other = create_topology(user.team_id, document()).topology.uid
    response = beside(
        signed_in,
        f"{reference}?version=1",
        f"{reference}?",
        f"{reference}?version=1&gb=1024",
        f"{other}?",
    )
    assert cells(response, "PrivateLink, a month") == [
        ("$1,676.73", ""),
        ("$1,676.73", ""),
        ("$54.71", "-$1,622.02"),
        ("$54.33", "-$1,622.40"),
    ]
    assert cells(response, "Changed inputs")[2][0] == "Traffic 102,400 to 1,024 GB a month"
    assert [cell[0] for cell in cells(response, "Version")] == ["1", "2", "1", "1"]
    assert cells(response, "Recommended") == [
        ("VPC peering", ""),
        ("PrivateLink", ""),
        ("VPC peering", ""),
        ("VPC peering", ""),
    ]


def test_traffic_is_counted_after_every_change(signed_in: Client, user: User) -> None:
    topology = document(flow(name="a"), flow(name="b"))
    uid = create_topology(user.team_id, topology).topology.uid
    response = beside(signed_in, f"{uid}?", f"{uid}?gb:a=50", f"{uid}?azs=1")
    assert cells(response, "GB a month") == [("2,000", ""), ("1,050", "-950"), ("2,000", "")]
    assert [cell[0] for cell in cells(response, "Cross-AZ share")] == ["66.7 %", "66.7 %", "0 %"]


def test_what_differs_stands_first(signed_in: Client, reference: UUID) -> None:
    response = beside(signed_in, f"{reference}?", f"{reference}?gb=1")
    assert {"GB a month", "Changed inputs"} <= {row.label for row in response.context["differing"]}
    assert {"VPCs", "Price list"} <= {row.label for row in response.context["same"]}


def test_a_column_can_be_removed_and_another_added(signed_in: Client, reference: UUID) -> None:
    response = beside(signed_in, f"{reference}?", f"{reference}?gb=1")
    first = response.context["columns"][0]
    left = signed_in.get(first.without).context["columns"]
    assert [column.links.values for column in left] == [{"gb": "1"}]
    values = [choice.value for choice in response.context["choices"]]
    assert f"{reference}?version=1" in values
    assert len(signed_in.get(first.without + f"&s={values[0]}").context["columns"]) == 2


def test_more_than_four_are_said_to_be_left_out(signed_in: Client, reference: UUID) -> None:
    response = beside(signed_in, *(f"{reference}?gb={i}" for i in range(1, 7)))
    assert len(response.context["columns"]) == 4
    assert "2 more were left out" in response.content.decode()


def test_without_anything_it_offers_a_beginning(signed_in: Client, reference: UUID) -> None:
    text = beside(signed_in).content.decode()
    assert "Choose the first" in text
    assert "reference-100tb, newest version" in text


@pytest.mark.parametrize("text", ["nonsense", "?gb=1", "00000000-0000-0000-0000-000000000000"])
def test_what_is_no_topology_is_not_found(signed_in: Client, text: str) -> None:
    assert beside(signed_in, text).status_code == 404


def test_another_teams_topology_is_not_found(
    client: Client, stranger: User, reference: UUID
) -> None:
    client.force_login(stranger)
    assert beside(client, f"{reference}?").status_code == 404


def dearer_list(factor: int) -> PriceList:
    """A newer list in which what an endpoint hour costs has changed."""
    old = PriceList.objects.get()
    new = PriceList.objects.create(name="newer", as_of="2026-12-01", sha256="0" * 64)
    for price in Price.objects.filter(price_list=old).prefetch_related("tiers"):
        tiers = list(price.tiers.all())
        is_endpoint = price.usage_type == "VpcEndpoint-Hours"
        price.pk, price.price_list = None, new
        price.save()
        for tier in tiers:
            usd = tier.usd * factor if is_endpoint else tier.usd
            PriceTier.objects.create(price=price, start=tier.start, end=tier.end, usd=usd)
    return new


def test_who_comes_again_sees_what_happened_to_prices(
    signed_in: Client, user: User, reference: UUID
) -> None:
    Topology.objects.update(updated_at=timezone.now())
    before = signed_in.get("/").content.decode()
    assert "none changed" in before
    PriceList.objects.update(created_at=timezone.now() - timedelta(days=9))
    Topology.objects.update(updated_at=timezone.now() - timedelta(days=1))
    dearer_list(3)
    response = signed_in.get("/")
    changed = response.context["rows"][0].since.changed
    assert (
        changed
        == Price.objects.filter(price_list__name="newer", usage_type="VpcEndpoint-Hours").count()
    )
    assert f"{changed} prices changed" in text_of(response)
    side = signed_in.get(response.context["rows"][0].beside)
    assert cells(side, "PrivateLink, a month") == [("$1,676.73", ""), ("$1,720.53", "+$43.80")]
    assert [cell[0] for cell in cells(side, "Price list")][1] == "newer"


def test_times_are_shown_in_the_teams_zone(signed_in: Client, user: User, reference: UUID) -> None:
    signed_in.post(reverse("zone"), {"time_zone": "Asia/Tokyo"})
    assert Team.objects.get().time_zone == "Asia/Tokyo"
    assert " JST" in signed_in.get("/").content.decode()
    assert " JST" in signed_in.get(reverse("versions", args=[reference])).content.decode()
    bad = signed_in.post(reverse("zone"), {"time_zone": "Mars/Olympus"})
    assert "time_zone" in bad.context["form"].errors
    assert Team.objects.get().time_zone == "Asia/Tokyo"


def test_az_ids_follow_the_region(signed_in: Client) -> None:
    url = reverse("azs", args=["consumer"])
    values = {"consumer_region": "eu-west-1", "consumer_azs": "use1-az1, use1-az6"}
    assert 'value="euw1-az1, euw1-az6"' in signed_in.get(url, values).content.decode()
    unknown = signed_in.get(url, values | {"consumer_region": "moon-1"}).content.decode()
    assert 'value="use1-az1, use1-az6"' in unknown


def test_every_term_has_a_sentence_and_its_page(signed_in: Client) -> None:
    text = signed_in.get(reverse("help")).content.decode()
    assert text.count("<dt>") >= 15
    assert text.count("https://docs.aws.amazon.com/") >= 9
