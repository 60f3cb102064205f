"""The pages: what a reader sees, who may see it, and how many queries it takes."""

import json
import re
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from advisor.models import User
from advisor.web.topologies.forms import TwoVpcsForm
from connectivity.actions import create_topology
from connectivity.core.as_json.comparison import ENGINE
from connectivity.core.document.parser import read
from connectivity.models import Topology, TopologyVersion
from connectivity.reference import REFERENCE
from costmodel.models import PriceList
from tests.broken import BROKEN, OVER_HTTP_ONLY
from tests.factories import document, flow, vpc
from tests.pages import text_of

pytestmark = pytest.mark.django_db


def initial() -> dict[str, Any]:
    """What the form holds when it is opened."""
    return {
        name: field.initial
        for name, field in TwoVpcsForm.base_fields.items()
        if field.initial is not None
    }


@pytest.fixture
def reference(user: User) -> UUID:
    return create_topology(user.team_id, read(REFERENCE.read_bytes())).topology.uid


def test_a_newcomer_is_told_where_to_begin(signed_in: Client) -> None:
    page = text_of(signed_in.get("/"))
    assert "Compare two VPCs" in page
    assert "None yet" in page


def test_the_form_as_it_is_gives_the_reference_bills(signed_in: Client, user: User) -> None:
    response = signed_in.post(reverse("new"), initial(), follow=True)
    page = text_of(response)
    for words in ("$2,121.00", "$1,676.73", "VPC peering", "86 µs", "$4,127", "81.9%"):
        assert words in page
    assert Topology.objects.get().team_id == user.team_id


def test_the_form_says_what_is_wrong_at_the_field(signed_in: Client) -> None:
    data = initial() | {"consumer_azs": "us-east-1a", "provider_cidr": "10.1.0.1/16"}
    response = signed_in.post(reverse("new"), data)
    form = response.context["form"]
    assert "is an AZ name" in form.errors["consumer_azs"][0]
    assert "the network is 10.1.0.0/16" in form.errors["provider_cidr"][0]
    assert not Topology.objects.exists()


def lacks_of(response: HttpResponse) -> str:
    match = re.search(r'<section id="lacks".*?</section>', response.content.decode(), re.DOTALL)
    return match[0] if match else ""


def test_the_form_names_what_the_region_lacks_before_it_is_filled_in(signed_in: Client) -> None:
    lacking = lacks_of(signed_in.get(reverse("new")))
    lack = "No total for PrivateLink resource endpoint: no price of VpcResource-Provider-Bytes in "
    assert f"{lack}us-east-1." in lacking
    assert "VPC peering" not in lacking
    assert f'{reverse("prices")}?load=us-east-1"' in lacking
    assert "the appliance, whose instance type is yours" in lacking


def test_the_form_names_what_a_pair_of_regions_lacks(signed_in: Client) -> None:
    """With a script, beside the AZ IDs, to a place of its own."""
    pair = {"consumer_region": "us-east-1", "provider_region": "ap-southeast-6"}
    response = signed_in.get(reverse("azs", args=["provider"]), pair | {"provider_azs": "use1-az2"})
    lacking = lacks_of(response)
    assert 'value="apse6-az2"' in response.content.decode()
    assert 'hx-swap-oob="true"' in lacking
    assert "us-east-1 to ap-southeast-6" in lacking
    assert "VPC peering, Transit Gateway" in lacking
    assert "APS8-USE1-AWS-Out-Bytes in ap-southeast-6" in lacking


def test_without_a_script_a_button_shows_what_other_regions_lack(signed_in: Client) -> None:
    pair = {"consumer_region": "ap-southeast-6", "provider_region": "us-east-1"}
    typed = initial() | pair | {"name": "typed", "consumer_cidr": "none yet", "look": "1"}
    del typed["same_organization"]
    response = signed_in.post(reverse("new"), typed)
    assert "ap-southeast-6 to us-east-1" in lacks_of(response)
    page = text_of(response)
    assert 'value="typed"' in page
    assert 'value="none yet"' in page
    assert 'class="errorlist"' not in page
    assert not response.context["form"]["same_organization"].value()
    assert not Topology.objects.exists()


def test_a_region_that_is_none_and_a_missing_list_leave_the_form_alone(signed_in: Client) -> None:
    wrong = initial() | {"consumer_region": "eu-west-9"}
    assert lacks_of(signed_in.post(reverse("new"), wrong)) == ""
    assert lacks_of(signed_in.get(reverse("azs", args=["consumer"]), wrong)) == ""
    PriceList.objects.all().delete()
    response = signed_in.get(reverse("new"))
    assert (response.status_code, lacks_of(response)) == (200, "")


@pytest.mark.parametrize("value", ["", "-1", "1e400", "nan", "much"])
def test_the_form_refuses_numbers_that_are_none(signed_in: Client, value: str) -> None:
    response = signed_in.post(reverse("new"), initial() | {"gb_per_month": value})
    assert "gb_per_month" in response.context["form"].errors


def test_the_form_takes_one_account_for_both_vpcs(signed_in: Client) -> None:
    data = initial() | {"provider_account": "111111111111", "max_idle_seconds": "60"}
    assert signed_in.post(reverse("new"), data).status_code == 302
    stored = TopologyVersion.objects.get().document
    assert len(stored["accounts"]) == 1
    assert stored["flows"][0]["max_idle_seconds"] == 60


def test_an_empty_crossing_share_means_spread_evenly(signed_in: Client) -> None:
    signed_in.post(reverse("new"), initial() | {"crossing_percent": ""})
    assert "cross_az_share" not in TopologyVersion.objects.get().document["flows"][0]


@pytest.mark.parametrize(
    ("azs", "percent", "words"),
    [
        ("use1-az4", "10", "The VPCs have no AZ in common: all traffic is cross-AZ."),
        ("use1-az1", "10", "Both VPCs are in the same single AZ: no traffic is cross-AZ."),
        ("use1-az1", "120", "it cannot be more than 1"),
    ],
)
def test_a_crossing_share_that_cannot_be_is_said_in_the_forms_terms(
    signed_in: Client, azs: str, percent: str, words: str
) -> None:
    ends = {"consumer_azs": "use1-az1", "provider_azs": azs, "crossing_percent": percent}
    response = signed_in.post(reverse("new"), initial() | ends)
    assert words in response.context["form"].errors["crossing_percent"][0]


def test_a_pasted_document_is_stored(signed_in: Client) -> None:
    response = signed_in.post(reverse("paste"), {"text": REFERENCE.read_text(encoding="utf-8")})
    assert response.status_code == 302
    assert TopologyVersion.objects.get().author is not None


def test_an_uploaded_document_is_stored(signed_in: Client) -> None:
    file = SimpleUploadedFile("topology.json", json.dumps(document()).encode())
    assert signed_in.post(reverse("paste"), {"file": file}).status_code == 302


@pytest.mark.parametrize("name", sorted(set(BROKEN) - {"empty", "blank"}))
def test_a_broken_upload_shows_its_problems(signed_in: Client, name: str) -> None:
    data, expected = BROKEN[name]
    response = signed_in.post(reverse("paste"), {"file": SimpleUploadedFile("topology", data)})
    if name in OVER_HTTP_ONLY:
        assert response.status_code == 413
        assert "has more than 16,842,752 bytes" in text_of(response)
    else:
        assert response.status_code == 200
        shown = [f"{problem.path}: {problem.problem}" for problem in response.context["problems"]]
        assert any(expected in problem for problem in shown)
    assert not Topology.objects.exists()


def test_a_page_shows_a_hundred_problems_and_counts_the_rest(signed_in: Client) -> None:
    wrong = document(*(flow(name=f"f{i}", to="nowhere") for i in range(250)))
    response = signed_in.post(reverse("paste"), {"text": json.dumps(wrong)})
    assert len(response.context["problems"]) == 100
    assert "151 more are not listed" in text_of(response)


def test_nothing_pasted_is_said(signed_in: Client) -> None:
    response = signed_in.post(reverse("paste"), {"text": " "})
    assert "Paste a document, or choose a file." in text_of(response)


def test_the_comparison_page_shows_everything(signed_in: Client, reference: UUID) -> None:
    page = text_of(signed_in.get(reverse("topology", args=[reference])))
    for words in (
        "VPC peering is the cheapest",
        "operations of one peering above 1676.73 USD a month",
        "(now not stated, counted as 0)",
        "$1,676.73",
        "clients <b>$1,045.90</b>",
        "Published figures compared with ours",
        "1,645",
        "built from the AWS bulk offer files",  # the source of a rate
        "PLN-14",
        "not distinguishable",
        "not stated",
        "use1-az1 to use1-az1",
        "Free tiers of the whole bill",
        f"engine {ENGINE}",
    ):
        assert words in page


def test_a_gap_looks_like_a_gap(signed_in: Client, user: User) -> None:
    beijing = {"region": "cn-north-1", "azs": ["cnn1-az1"]}
    vpcs = [vpc | beijing for vpc in document()["vpcs"]]
    version = create_topology(user.team_id, document(vpcs=vpcs))
    page = text_of(signed_in.get(reverse("topology", args=[version.topology.uid])))
    assert "price missing" in page
    assert "Not cheaper even if the missing prices were 0: " in page
    assert "LCUUsage LoadBalancing:Network in cn-north-1" in page
    assert "no data" in page


def test_numbers_on_the_page_are_the_apis(signed_in: Client, reference: UUID) -> None:
    url = reverse("topology", args=[reference])
    page = text_of(signed_in.get(url))
    answer = signed_in.get(reverse("comparison-json", args=[reference])).json()
    for option in answer["answers"]:
        if option["monthly_usd"]:
            assert f"${float(option['monthly_usd']):,.2f}" in page
        for line in option["lines"]:
            assert line["source"].replace("'", "&#x27;") in page


def test_earlier_versions_stay(signed_in: Client, user: User, reference: UUID) -> None:
    url = reverse("document", args=[reference])
    changed = REFERENCE.read_text(encoding="utf-8").replace("102400", "1024")
    assert signed_in.post(url, {"text": changed, "expected": 1}).status_code == 302
    old, new = (
        text_of(signed_in.get(reverse("topology", args=[reference]), {"version": number}))
        for number in (1, 2)
    )
    assert "102,400 GB" in old
    assert "1,024 GB" in new
    versions = text_of(signed_in.get(reverse("versions", args=[reference])))
    assert "alice" in versions


def test_two_people_do_not_overwrite_each_other(signed_in: Client, reference: UUID) -> None:
    url = reverse("document", args=[reference])
    text = REFERENCE.read_text(encoding="utf-8")
    for gb, expected in (("1", 302), ("2", 200)):
        data = {"text": text.replace("102400", gb), "expected": 1}
        response = signed_in.post(url, data)
        assert response.status_code == expected
    assert "version 2 was saved after version 1" in text_of(response)
    assert TopologyVersion.objects.count() == 2


def test_saving_without_a_change_says_so(signed_in: Client, reference: UUID) -> None:
    url = reverse("document", args=[reference])
    form = signed_in.get(url).context["form"]
    data = {"text": form.initial["text"], "expected": 1}
    assert "Nothing changed" in text_of(signed_in.post(url, data, follow=True))


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_the_document_can_be_downloaded_and_read_again(
    signed_in: Client, reference: UUID, form: str
) -> None:
    response = signed_in.get(reverse(f"document-{form}", args=[reference]))
    assert response["Content-Disposition"].endswith(f'-v1.{form}"')
    assert read(response.content) == read(REFERENCE.read_bytes())


def test_a_deletion_can_be_undone(signed_in: Client, reference: UUID) -> None:
    url = reverse("delete", args=[reference])
    assert "You can undo this on the next page" in text_of(signed_in.get(url))
    page = text_of(signed_in.post(url, follow=True))
    assert "reference-100tb was deleted" in page
    assert signed_in.get(reverse("topology", args=[reference])).status_code == 404
    back = signed_in.post(reverse("restore", args=[reference]), follow=True)
    assert "The topology is restored" in text_of(back)


PAGES = [
    "topology",
    "comparison-json",
    "document",
    "document-json",
    "document-yaml",
    "versions",
    "delete",
]


@pytest.mark.parametrize("name", PAGES)
def test_what_another_team_owns_is_not_found(signed_in: Client, stranger: User, name: str) -> None:
    version = create_topology(stranger.team_id, document())
    response = signed_in.get(reverse(name, args=[version.topology.uid]))
    assert response.status_code == 404
    assert "belongs to another team" in text_of(response)


def test_another_team_cannot_be_changed_either(signed_in: Client, stranger: User) -> None:
    uid = create_topology(stranger.team_id, document()).topology.uid
    data = {"text": json.dumps(document(name="mine")), "expected": 1}
    posts = [("document", data), ("delete", {}), ("restore", {})]
    codes = [signed_in.post(reverse(name, args=[uid]), sent).status_code for name, sent in posts]
    assert codes == [404, 404, 404]
    assert text_of(signed_in.get("/")).count("ordinary") == 0


@pytest.mark.parametrize("version", ["99", "0", "", "x", "-1", "\u0663", "1" * 5000])
def test_a_version_that_is_not_there_is_not_found(
    signed_in: Client, reference: UUID, version: str
) -> None:
    url = reverse("topology", args=[reference])
    assert signed_in.get(url, {"version": version}).status_code == 404


def test_the_list_is_paged_and_searched(signed_in: Client, user: User) -> None:
    for i in range(60):
        create_topology(user.team_id, document(name=f"estate {i:02}"))
    assert "page 1 of 2" in text_of(signed_in.get("/"))
    assert "page 2 of 2" in text_of(signed_in.get("/", {"page": "2"}))
    assert signed_in.get("/", {"page": "abc"}).status_code == 200
    listing = text_of(signed_in.get("/", {"name": "ESTATE 07"}))
    assert "estate 07" in listing
    assert "estate 08" not in listing


@pytest.mark.parametrize("flows", [1, 300])
def test_the_comparison_takes_the_same_queries_however_many_flows(
    signed_in: Client, user: User, flows: int, django_assert_num_queries: Any
) -> None:
    topology = document(*(flow(name=f"f{i}", gb_per_month=i) for i in range(flows)))
    uid = create_topology(user.team_id, topology).topology.uid
    url = reverse("topology", args=[uid])
    signed_in.get(url)  # prices and latencies are in memory from now on
    with django_assert_num_queries(
        7
    ):  # session, user, team, version, price list and names, latencies
        signed_in.get(url)


def test_many_flows_are_grouped(signed_in: Client, user: User) -> None:
    vpcs = [
        *document()["vpcs"],
        *(vpc(f"v{i}", "111111111111", f"10.{i + 10}.0.0/16") for i in range(60)),
    ]
    topology = document(flow(**{"from": [vpc["name"] for vpc in vpcs[2:]]}), vpcs=vpcs)
    uid = create_topology(user.team_id, topology).topology.uid
    page = text_of(signed_in.get(reverse("topology", args=[uid])))
    assert "and 57 more flows" in page


def test_an_error_page_is_one_of_ours(signed_in: Client) -> None:
    response = signed_in.get("/nothing/here")
    assert response.status_code == 404
    assert "There is nothing at this address" in text_of(response)
