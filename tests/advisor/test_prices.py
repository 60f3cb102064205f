"""Prices through the doors: pages, API, jobs; what a cut of a price does to stored topologies."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from advisor.jobs import runner
from advisor.models import Job, User
from connectivity.actions import create_topology, save_topology
from connectivity.kept_plans import looking
from costmodel.core.usage_types import INTER_REGION
from costmodel.ingest import import_prices, services
from costmodel.models import PriceList, PriceOverride
from costmodel.queries import price_list
from tests.factories import document, flow
from tests.offers import VPC, Files, offer, product, serving
from tests.product import token_client


@pytest.fixture
def aws(settings: Any) -> Iterator[Files]:
    """AWS's public files, on loopback."""
    files = Files()
    for service in services():
        files[f"/offers/v1.0/aws/{service}/current/region_index.json"] = b'{"regions": {}}'
    files.publish("AmazonVPC", "us-east-1", json.dumps(offer("AmazonVPC", VPC)).encode())
    with serving(files) as address:
        settings.AWS_PRICES_URL = address
        yield files


def started(user: User) -> Job:
    arguments = {"regions": ["us-east-1"]}
    return runner.start("fetch-prices", arguments, team_id=user.team_id, user_id=user.pk)


def test_loading_a_region_is_a_job_with_a_moving_bar(
    signed_in: Client, user: User, aws: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [product(f"S{i}", "USE1-ClientVPN", "1", note="x" * 400) for i in range(12_000)]
    body = json.dumps(offer("AmazonVPC", [*many, *VPC])).encode()
    aws.publish("AmazonVPC", "us-east-1", body)
    response = signed_in.post(reverse("prices-load"), {"region": "us-east-1"})
    job = Job.objects.get()
    assert response["Location"] == reverse("job", args=[job.uid])
    seen = []
    progress_of = runner._progress_of

    def watched(running: Job) -> runner.Progress:
        def progress(done: int, total: int) -> None:
            progress_of(running)(done, total)
            text = signed_in.get(reverse("job", args=[job.uid]), headers={"HX-Request": "true"})
            seen.append(int(text.content.decode().split('value="')[1].split('"')[0]))

        return progress

    monkeypatch.setattr(runner, "_progress_of", watched)
    runner.run(str(job.uid))
    assert seen == sorted(seen)
    assert len(set(seen)) > 3
    page = signed_in.get(reverse("job", args=[job.uid])).content.decode()
    assert "is in force: 4 prices kept" in page
    assert "hx-trigger" not in page
    assert PriceList.objects.first().counts["kept"] == 4  # type: ignore[union-attr]


def test_a_cancelled_load_stores_nothing(
    signed_in: Client, user: User, aws: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = started(user)
    progress_of = runner._progress_of

    def cancelling(running: Job) -> runner.Progress:
        def progress(done: int, total: int) -> None:
            signed_in.post(reverse("job-cancel", args=[job.uid]))
            progress_of(running)(done, total)

        return progress

    monkeypatch.setattr(runner, "_progress_of", cancelling)
    runner.run(str(job.uid))
    job.refresh_from_db()
    assert (job.state, PriceList.objects.count()) == ("cancelled", 1)
    assert "Nothing was stored" in signed_in.get(reverse("job", args=[job.uid])).content.decode()


class Killed(BaseException):
    """As a worker that is gone: nothing catches it."""


def test_a_killed_worker_finishes_once(
    user: User, aws: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = started(user)

    def dies(running: Job) -> runner.Progress:
        def progress(done: int, total: int) -> None:
            raise Killed

        return progress

    with monkeypatch.context() as patch:
        patch.setattr(runner, "_progress_of", dies)
        with pytest.raises(Killed):
            runner.run(str(job.uid))
    assert PriceList.objects.count() == 1
    Job.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
    assert runner.put_back() == [job.uid]
    runner.run(str(job.uid))
    runner.run(str(job.uid))
    job.refresh_from_db()
    assert (job.state, job.attempts, PriceList.objects.count()) == ("done", 2, 2)


def test_a_load_that_fails_says_why(signed_in: Client, user: User, aws: Files) -> None:
    aws.publish("AmazonVPC", "us-east-1", b'{"formatVersion": "v9.0", "products": {}}')
    job = started(user)
    runner.run(str(job.uid))
    page = signed_in.get(reverse("job", args=[job.uid])).content.decode()
    assert "formatVersion is &#x27;v9.0&#x27;" in page
    assert PriceList.objects.count() == 1


def test_the_clock_loads_the_regions_of_stored_topologies(user: User, aws: Files) -> None:
    assert runner.refresh_prices() == []
    create_topology(user.team_id, document())
    (uid,) = runner.refresh_prices()
    assert Job.objects.get(uid=uid).arguments == {"regions": ["us-east-1"]}


def test_the_clock_forgets_the_regions_of_older_versions(user: User) -> None:
    ohio = {"region": "us-east-2", "azs": ["use2-az1", "use2-az2"]}
    moved = document(vpcs=[vpc | ohio for vpc in document()["vpcs"]])
    topology = create_topology(user.team_id, document()).topology
    save_topology(user.team_id, topology.uid, moved)
    (uid,) = runner.refresh_prices()
    assert Job.objects.get(uid=uid).arguments == {"regions": ["us-east-2"]}


def cut(tmp_path: Path, rate: str = "0.0010000000") -> str:
    """A price list in which the gateway's GB costs almost nothing."""
    cheap = product("B", "USE1-TransitGateway-Bytes", rate, operation="TransitGatewayVPC")
    path = tmp_path / "cut.json"
    body = offer("AmazonVPC", [cheap], publicationDate="2026-12-01T00:00:00Z")
    path.write_text(json.dumps(body))
    return import_prices([path]).name


@pytest.fixture
def crossing(user: User) -> str:
    """A topology for which PrivateLink is the cheapest, as all of its traffic crosses AZs."""
    topology = document(flow(cross_az_share=1, gb_per_month=102_400), name="crossing")
    return str(create_topology(user.team_id, topology).topology.uid)


def test_a_topology_whose_plan_is_known_is_told_by_its_plan(
    signed_in: Client, api: APIClient, user: User, tmp_path: Path
) -> None:
    """Transit Gateway for all would be recommended now; what counts is what the plan costs."""
    flows = [flow(name=name, cross_az_share=1, gb_per_month=51_200) for name in ("f", "g")]
    create_topology(user.team_id, document(*flows, name="known"))
    looking.look_at_due()
    old, new = PriceList.objects.get().name, cut(tmp_path)
    (effect,) = api.get(f"/api/v1/prices/changes/?old={old}&new={new}").json()["topologies"]
    plans = [effect[side]["plan_usd"] for side in ("before", "after")]
    assert plans == ["1676.73", "1676.73"]
    assert effect["flips"]
    page = signed_in.get(reverse("price-changes"), {"old": old, "new": new}).content.decode()
    assert "plan <small>$1,676.73</small>" in page
    assert "best single option: Transit Gateway" in page
    assert "recommendation changes" not in page


def test_a_price_cut_that_flips_a_topology_is_said_with_the_why(
    signed_in: Client, api: APIClient, crossing: str, tmp_path: Path
) -> None:
    old = PriceList.objects.get().name
    new = cut(tmp_path)
    answer = api.get(f"/api/v1/prices/changes/?old={old}&new={new}").json()
    (flipped,) = answer["topologies"]
    assert (flipped["topology"], flipped["flips"]) == (crossing, True)
    alike = {"mix_usd": None, "plan_usd": None}  # of one flow
    assert flipped["before"] == {"recommended": "PrivateLink", "monthly_usd": "1676.73", **alike}
    assert flipped["after"] == {"recommended": "Transit Gateway", "monthly_usd": "175.40", **alike}
    words = "TransitGateway-Bytes TransitGatewayVPC in us-east-1: 0.02 to 0.001 USD per GB"
    assert flipped["because"] == [words]
    assert [change["words"] for change in answer["changes"]] == [words]
    page = signed_in.get(reverse("price-changes"), {"old": old, "new": new}).content.decode()
    assert "recommendation changes" in page
    assert words in page
    assert "-$1,501.33" in page


def test_a_change_that_touches_nothing_says_so(
    signed_in: Client, user: User, tmp_path: Path
) -> None:
    create_topology(user.team_id, document())
    cut(tmp_path, "0.0190000000")
    page = signed_in.get(reverse("price-changes")).content.decode()
    assert "None of them is affected by these changes" in page
    same = signed_in.get(reverse("price-changes"), {"old": "nothing"})
    assert same.status_code == 404


def test_the_page_of_prices_finds_and_names_what_is_in_force(signed_in: Client) -> None:
    page = signed_in.get(reverse("prices"), {"q": "transitgateway-hours us-east-1"})
    text = page.content.decode()
    assert "in force" in text
    assert "0.05" in text
    assert "No price matches" in (signed_in.get(reverse("prices"), {"q": "zebra"}).content.decode())
    assert signed_in.get(reverse("prices"), {"list": "nothing"}).status_code == 404


def test_a_teams_own_price_by_page_and_back(signed_in: Client, user: User, crossing: str) -> None:
    form = {"service": "AmazonVPC", "percent": "-50", "reason": "EDP <2026>"}
    page = signed_in.post(reverse("price-override"), form, follow=True).content.decode()
    assert "EDP &lt;2026&gt;" in page
    total = signed_in.get(reverse("topology", args=[crossing])).content.decode()
    assert "$1,153.78" in total  # endpoint at half price; the load balancer as listed
    override = PriceOverride.objects.get()
    signed_in.post(reverse("price-override-end", args=[override.uid]))
    assert "$1,676.73" in signed_in.get(reverse("topology", args=[crossing])).content.decode()
    assert "deactivated" in signed_in.get(reverse("prices")).content.decode()


@pytest.mark.parametrize(
    "form",
    [
        {"service": "AmazonVPC", "reason": "x"},
        {"service": "AmazonVPC", "reason": "x", "percent": "1", "usd": "1"},
        {"service": "AmazonVPC", "percent": "1"},
        {"service": "AmazonS3", "percent": "1", "reason": "x"},
        {"service": "AmazonVPC", "percent": "-101", "reason": "x"},
    ],
)
def test_a_price_that_cannot_be_is_refused_by_both_doors(
    signed_in: Client, api: APIClient, form: dict[str, str]
) -> None:
    signed_in.post(reverse("price-override"), form)
    answer = api.post("/api/v1/prices/overrides/", form, format="json")
    assert (answer.status_code, PriceOverride.objects.count()) == (400, 0)
    assert answer.json()["problems"]


def test_prices_over_rest(api: APIClient, stranger: User, aws: Files) -> None:
    lists = api.get("/api/v1/prices/lists/").json()
    assert lists["count"] == 1
    query = "service=AmazonVPC&usage_type=TransitGateway-Hours&region=us-east-1"
    rows = api.get(f"/api/v1/prices/?{query}").json()
    assert rows["results"][0]["tiers"] == [{"from": "0", "to": None, "usd": "0.05"}]
    body = {"service": "AWSELB", "percent": "-10", "reason": "EDP"}
    override = api.post("/api/v1/prices/overrides/", body, format="json").json()
    (listed,) = api.get("/api/v1/prices/overrides/").json()["results"]
    assert (listed["percent"], api.get("/api/v1/prices/lists/").json()["results"][0]["name"]) == (
        "-10",
        override["price_list"],
    )
    others = token_client(stranger)
    assert others.get("/api/v1/prices/overrides/").json()["count"] == 0
    assert others.delete(f"/api/v1/prices/overrides/{listed['uid']}/").status_code == 404
    assert others.get(f"/api/v1/prices/?price_list={override['price_list']}").status_code == 400
    assert api.delete(f"/api/v1/prices/overrides/{listed['uid']}/").status_code == 200


def test_the_rate_of_a_pair_of_regions_over_rest_and_by_page(
    signed_in: Client, api: APIClient, user: User
) -> None:
    name = {"service": "AWSDataTransfer", "usage_type": "AWS-Out-Bytes", "usd": "0.031"}
    place = {"region": "eu-west-1", "to_region": "us-gov-west-1"}
    url = "/api/v1/prices/overrides/"
    alone = api.post(url, {**name, "to_region": "us-east-1", "reason": "x"}, format="json")
    assert (alone.status_code, alone.json()["problems"][0]["problem"]) == (
        400,
        "a destination without the Region that sends; name both",
    )
    body = {**name, **place, "reason": "contract"}
    override = api.post(url, body, format="json").json()
    rows = api.get(f"/api/v1/prices/?price_list={override['price_list']}&region=eu-west-1").json()
    assert rows["count"]
    (listed,) = api.get(url).json()["results"]
    assert (listed["to_region"], listed["operation"]) == ("us-gov-west-1", "")
    prices = price_list(user.team_id)
    pair = prices.find(INTER_REGION, "eu-west-1", "us-gov-west-1")
    assert pair is not None
    assert str(pair.tiers[0].usd) == "0.031"
    signed_in.post(reverse("price-override"), {**body, "to_region": "us-gov-east-1"})
    assert price_list(user.team_id).find(INTER_REGION, "eu-west-1", "us-gov-east-1")
    assert "in eu-west-1 to us-gov-east-1" in signed_in.get(reverse("prices")).content.decode()


def test_what_a_gap_names_may_be_stated_over_rest(api: APIClient, user: User) -> None:
    """The instance of a VPN's appliance is in no list of AWS's under that name."""
    topology = document(flow(gb_per_month=10, options=["site-to-site-vpn", "transit-gateway"]))
    answer = api.post("/api/v1/comparisons/", {"topology": topology}, format="json").json()
    vpn = next(answer for answer in answer["answers"] if answer["option"] == "site-to-site-vpn")
    (gap,) = vpn["gaps"]
    assert gap["wins_below_usd"]
    names = ("service", "usage_type", "operation", "region")
    body = {name: gap[name] for name in names} | {"usd": "0.001", "reason": "a t4g.nano"}
    url = "/api/v1/prices/overrides/"
    wrong = api.post(url, {**body, "usage_type": "BoxUsage of something"}, format="json")
    assert wrong.status_code == 400
    assert api.post(url, body, format="json").status_code == 201
    after = api.post("/api/v1/comparisons/", {"topology": topology}, format="json").json()
    assert after["recommended"] == "site-to-site-vpn"
    assert after["price_list"]["own"] == [
        f"0.001 USD for {gap['service']} {gap['usage_type']} in us-east-1"
    ]


def test_a_refused_price_keeps_what_was_typed(signed_in: Client) -> None:
    form = {"service": "AmazonVPC", "usage_type": "TransitGateway-Byte", "percent": "-7"}
    page = signed_in.post(reverse("price-override"), {**form, "reason": "EDP of 2026"})
    text = page.content.decode()
    assert page.status_code == 400
    assert "did you mean &#x27;TransitGateway-Bytes&#x27;?" in text
    assert 'value="EDP of 2026"' in text
    assert '<details id="add" open>' in text
    both = {"service": "AmazonVPC", "percent": "-7", "usd": "1", "reason": "x"}
    text = signed_in.post(reverse("price-override"), both).content.decode()
    assert "Give either percent or USD." in text


def test_fetching_over_rest_is_a_job(api: APIClient, aws: Files) -> None:
    url = "/api/v1/prices/fetches/"
    for regions in ([], "us-east-1", ["us-esat-1"], None):
        assert api.post(url, {"regions": regions}, format="json").status_code == 400
    answer = api.post(url, {"regions": ["us-east-1"]}, format="json")
    assert (answer.status_code, answer.json()["kind"]) == (202, "fetch-prices")


def test_a_gap_offers_to_load_its_region(signed_in: Client, user: User) -> None:
    vpcs = [vpc | {"region": "eu-north-1", "azs": ["eun1-az1"]} for vpc in document()["vpcs"]]
    uid = create_topology(user.team_id, document(vpcs=vpcs)).topology.uid
    page = signed_in.get(reverse("topology", args=[uid])).content.decode()
    assert 'href="/prices/?load=eu-north-1#load">Load the prices for this Region' in page
    prices = signed_in.get("/prices/?load=eu-north-1").content.decode()
    assert '<option value="eu-north-1" selected>' in prices


def test_jobs_of_others_are_not_found(client: Client, user: User, stranger: User) -> None:
    job = started(user)
    client.force_login(stranger)
    assert client.get(reverse("job", args=[job.uid])).status_code == 404
    assert client.post(reverse("job-cancel", args=[job.uid])).status_code == 404
    assert "None yet" in client.get(reverse("jobs")).content.decode()
