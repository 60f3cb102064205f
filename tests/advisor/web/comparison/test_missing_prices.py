"""Prices that are missing: what the verdict says and offers, and the way back to the same view."""

import csv
import io
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from advisor.jobs import runner
from advisor.models import Job, Membership, Role, ShareLink, User
from advisor.web.comparison import planning
from connectivity.actions import create_topology
from costmodel.models import PriceOverride
from costmodel.queries import price_list
from tests.factories import document, flow, vpc
from tests.lists import ATTACHMENT, taken_out
from tests.pages import text_of

pytestmark = pytest.mark.django_db

WORDS = "TransitGateway-Hours (TransitGatewayVPC) in us-east-1"
BELOW = "less than 0.02351 USD an hour"


@pytest.fixture
def lacking(user: User) -> UUID:
    """A hub's hours are missing, and decide: below 0.0235 USD it is cheaper than PrivateLink."""
    taken_out(ATTACHMENT, region="us-east-1")
    options = ["transit-gateway", "privatelink"]
    topology = document(flow(cross_az_share=0, options=options), name="lacking")
    return create_topology(user.team_id, topology).topology.uid


def page_of(client: Client, uid: UUID, query: str = "") -> str:
    response = client.get(reverse("topology", args=[uid]) + query)
    assert response.status_code == 200
    return text_of(response)


def markdown_of(client: Client, uid: UUID) -> str:
    """As it is read, without the signs that keep texts from being Markdown."""
    text = client.get(reverse("comparison-md", args=[uid])).content.decode()
    return text.replace("\\", "")


def fields(**typed: str) -> dict[str, str]:
    names = {"service": ATTACHMENT.service, "usage_type": ATTACHMENT.usage_type}
    place = {"operation": ATTACHMENT.operation, "region": "us-east-1", "to_region": ""}
    return names | place | {"usd": "0.02", "reason": "our contract"} | typed


def test_the_verdict_says_what_the_missing_rate_decides(signed_in: Client, lacking: UUID) -> None:
    text = page_of(signed_in, lacking)
    verdict = text.split('aria-label="Verdict"')[1].split("</section>")[0]
    assert f"Transit Gateway would be recommended if {WORDS} cost {BELOW}" in verdict
    assert f"Enter your own price for {WORDS}" in verdict
    assert "Load the prices for us-east-1 from AWS" in verdict
    assert 'value="stated in the comparison of lacking"' in verdict
    assert "which is not in the list, below 0.02351 USD per hour" in verdict
    bill = text.split("Missing prices</h3>")[2]
    assert f"It would be recommended at {BELOW}." in bill


def test_an_own_price_comes_back_to_the_same_view(
    signed_in: Client, user: User, lacking: UUID
) -> None:
    text = page_of(signed_in, lacking, "?gb=900&sort=name")
    url = text.split("/own-price/?")[1].split('"')[0].replace("&amp;", "&")
    address = f"{reverse('own-price', args=[lacking])}?{url}"
    answer = signed_in.post(address, fields())
    assert answer.status_code == 302
    assert "gb=900" in answer["Location"]
    assert "sort=name" in answer["Location"]
    own = price_list(user.team_id)
    assert f"prices={own.name}" in answer["Location"]
    shown = signed_in.get(answer["Location"]).context["answer"]
    assert shown["best"].answer.option.key == "transit-gateway"
    assert [change.key for change in shown["changes"]] == ["gb"]
    row = PriceOverride.objects.get()
    assert (row.operation, row.region, row.reason) == (
        "TransitGatewayVPC",
        "us-east-1",
        "our contract",
    )
    dearer = signed_in.post(address, fields(usd="0.03"), follow=True)
    assert "That price is not missing in this view" not in dearer.content.decode()


def test_just_above_the_rate_another_stays_recommended(signed_in: Client, lacking: UUID) -> None:
    url = reverse("own-price", args=[lacking])
    shown = signed_in.post(url, fields(usd="0.0236"), follow=True).context["answer"]
    assert shown["best"].answer.option.key == "privatelink"
    assert not shown["missing"].prices


def test_a_refused_figure_is_shown_as_it_was_typed(signed_in: Client, lacking: UUID) -> None:
    url = reverse("own-price", args=[lacking])
    answer = signed_in.post(url + "?gb=900", fields(usd="-1", reason="typed by hand"))
    text = answer.content.decode()
    assert answer.status_code == 400
    assert 'value="-1"' in text
    assert 'value="typed by hand"' in text
    assert "greater than or equal to 0" in text
    assert "900 GB" in text
    assert PriceOverride.objects.count() == 0


def test_what_is_not_missing_cannot_be_stated_here(signed_in: Client, lacking: UUID) -> None:
    url = reverse("own-price", args=[lacking])
    for wrong in ({"region": "eu-west-1"}, {"usage_type": "TransitGateway-Bytes"}):
        answer = signed_in.post(url, fields(**wrong), follow=True)
        assert "That price is not missing in this view; nothing was stored." in (
            answer.content.decode()
        )
    assert PriceOverride.objects.count() == 0


def test_loading_leads_back_to_the_same_view(
    signed_in: Client, lacking: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"{reverse('load-prices', args=[lacking])}?gb=900"
    assert "is no Region of this topology" in (
        signed_in.post(url, {"region": "eu-west-3"}, follow=True).content.decode()
    )
    answer = signed_in.post(url, {"region": "us-east-1"})
    job = Job.objects.get()
    assert answer["Location"] == reverse("job", args=[job.uid])
    result = {"price_list": "aws-new", "kept": 4, "read": 9}
    monkeypatch.setitem(runner.KINDS, "fetch-prices", lambda *_: result)
    runner.run(str(job.uid))
    page = text_of(signed_in.get(answer["Location"]))
    assert "Back to the comparison, with these prices" in page
    for _ in range(2):  # a page that leaves asks once more while the next one loads
        polled = signed_in.get(answer["Location"], headers={"HX-Request": "true"})
    back = polled["HX-Redirect"]
    assert back.startswith(f"{reverse('topology', args=[lacking])}?version=1&")
    assert "gb=900" in back
    assert "prices=" not in back
    shown = signed_in.get(back).content.decode()
    assert shown.count("The price list aws-new is in force: 4 prices kept") == 1


def test_a_viewer_sees_why_not(client: Client, user: User, lacking: UUID) -> None:
    Membership.objects.filter(user=user).update(role=Role.VIEWER)
    client.force_login(user)
    text = page_of(client, lacking)
    assert "Viewers cannot load or enter prices" in text
    assert "/own-price/" not in text
    assert client.post(reverse("own-price", args=[lacking]), fields()).status_code == 403
    assert client.post(reverse("load-prices", args=[lacking])).status_code == 403


def test_a_shared_view_says_the_rate_and_offers_nothing(signed_in: Client, lacking: UUID) -> None:
    signed_in.post(reverse("share", args=[lacking]), {"days": 7})
    text = Client().get(reverse("shared", args=[ShareLink.objects.get().key])).content.decode()
    assert f"cost {BELOW}" in text
    assert "Enter your own price" not in text


def test_files_say_who_pays_what_lacks_a_price(signed_in: Client, lacking: UUID) -> None:
    text = markdown_of(signed_in, lacking)
    line = next(row for row in text.splitlines() if row.startswith("| Transit Gateway |"))
    assert "111111111111: price missing, 222222222222: price missing" in line
    assert "nobody" not in line
    assert f"Transit Gateway would be recommended if {WORDS} cost {BELOW}" in text
    page = page_of(signed_in, lacking)
    assert "account-111111111111 <b>price missing</b>" in page


def several() -> dict[str, Any]:
    """Two services: little traffic to one of them, much to the other, all of it crossing AZs."""
    topology = document(
        flow(name="little", to="stock-api", gb_per_month=100, cross_az_share=1),
        flow(name="much", gb_per_month=100_000, cross_az_share=1),
        name="several",
    )
    topology["vpcs"].append(vpc("stock", "222222222222", "10.2.0.0/16"))
    topology["services"].append({"name": "stock-api", "vpc": "stock", "port": 443})
    return topology


@pytest.fixture
def unplanned() -> Iterator[None]:
    """As of more flows than are planned with a page."""
    with patch.object(planning, "MAX_FLOWS", 1):
        yield


def test_the_headline_never_contradicts_the_table(
    signed_in: Client, user: User, unplanned: None
) -> None:
    """Page, CSV, Markdown, print and a shared link lead with what costs less, and how much."""
    uid = create_topology(user.team_id, several()).topology.uid
    signed_in.post(reverse("share", args=[uid]), {"days": 7})
    shared = Client().get(reverse("shared", args=[ShareLink.objects.get().key]))
    markdown = markdown_of(signed_in, uid)
    print_view = signed_in.get(reverse("print", args=[uid])).content.decode()
    answer = signed_in.get(reverse("comparison-json", args=[uid])).json()
    saves = answer["mix"]["saves_usd"]
    headline = (
        f"Cheapest option per flow: 1,640.33 USD a month, {saves} less than "
        "PrivateLink for all; not proven to be the cheapest design."
    )
    assert answer["because"].startswith(headline)
    for text in (page_of(signed_in, uid), print_view, shared.content.decode(), markdown):
        assert headline in text
    assert '<h2 id="verdict">The cheapest option for each flow</h2>' in page_of(signed_in, uid)
    rows = list(csv.reader(io.StringIO(
        signed_in.get(reverse("comparison-csv", args=[uid])).content.decode()
    )))  # fmt: skip
    (row,) = [cells for cells in rows if cells[:1] == ["mix"]]
    assert row[2] == "1640.33"
    assert row[-1] == headline
    assert "| Cheapest option per flow | 1640.33 |" in markdown


def test_where_nothing_serves_every_flow_what_each_may_use_is_the_headline(
    signed_in: Client, user: User
) -> None:
    second = flow(name="g", to="api2", options=["privatelink"])
    services = [{"name": name, "vpc": "orders", "port": 443} for name in ("api", "api2")]
    topology = document(flow(options=["vpc-peering"]), second, services=services)
    uid = create_topology(user.team_id, topology).topology.uid
    text = page_of(signed_in, uid)
    assert "a month: VPC peering for 1 flow and PrivateLink for 1" in text
    assert "No single option is feasible, allowed and priced for every flow." in text
    assert "Nothing can be recommended" not in text
    with patch.object(planning, "MAX_FLOWS", 1):
        text = page_of(signed_in, uid)
    assert '<h2 id="verdict">The cheapest option for each flow</h2>' in text
    assert "not proven to be the cheapest design" in text


def test_own_prices_are_not_called_list_prices(signed_in: Client, user: User) -> None:
    uid = create_topology(user.team_id, document()).topology.uid
    urls = [reverse(name, args=[uid]) for name in ("topology", "comparison-md", "print")]
    before = [signed_in.get(url).content.decode() for url in urls]
    assert all("before tax and discounts" in text for text in before)
    form = {"service": "AmazonVPC", "percent": "-7", "reason": "EDP"}
    signed_in.post(reverse("price-override"), form)
    for url in urls:
        text = signed_in.get(url).content.decode()
        assert "before tax and discounts" not in text
        assert "Prices in USD before tax, with your own: -7 % on AmazonVPC" in text


def test_half_a_cent_is_the_same_on_every_page(signed_in: Client, user: User) -> None:
    """1,666.325 USD: the page says 1,666.33, and scenarios said 1,666.32."""
    form = {"service": "AWSDataTransfer", "usd": "0.01", "reason": "x"}
    signed_in.post(reverse("price-override"), form | {"usage_type": "DataTransfer-Regional-Bytes"})
    topology = document(flow(gb_per_month=83_316.25, cross_az_share=1, options=["vpc-sharing"]))
    uid = create_topology(user.team_id, topology).topology.uid
    assert "$1,666.33" in page_of(signed_in, uid)
    scenarios = signed_in.get(reverse("scenarios"), {"s": f"{uid}?"}).content.decode()
    assert "$1,666.33" in scenarios
    assert "$1,666.32" not in scenarios
