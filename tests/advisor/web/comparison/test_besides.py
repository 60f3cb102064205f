"""Why a plan is as it is, its trade-offs and the way to it: the page behind the plan's headline."""

import csv
import io
import re
from decimal import Decimal
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit
from uuid import UUID
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse

from advisor.jobs import runner
from advisor.models import Job, Membership, Role, ShareLink, User
from advisor.web.comparison import planning
from connectivity.actions import create_topology
from connectivity.advice import compare_stored
from connectivity.core.as_json import plan_besides
from connectivity.core.as_json.migration import migrated
from connectivity.core.as_json.plan import plan_again
from tests.factories import document, flow
from tests.thirty_flows import estate

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
FLIPS = "pay-us-data-us-14"  # goes over PrivateLink with more traffic
POINT = {
    "amount": 9.0, "objective_usd": "9999.99", "objects": {"peering": 9},
    "options": {"vpc-peering": 6}, "proven": True,
}  # fmt: skip


def few() -> dict[str, Any]:
    """Six of the thirty flows."""
    whole = estate()
    flows = [each for each in whole["flows"] if int(each["name"].rpartition("-")[2]) in SIX]
    return {**whole, "flows": flows}


NAMES = re.compile(r'<tbody id="flow-\d+"> <tr> <td><strong>([\w-]+)')
SIX = (1, 3, 9, 11, 14, 24)


@pytest.fixture
def acme(user: User) -> UUID:
    return create_topology(user.team_id, few()).topology.uid


def text_of(client: Client, address: str, **more: Any) -> str:
    """A page's text, its white space as a browser shows it."""
    response = client.get(address, **more)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def page_of(client: Client, uid: UUID, query: str = "") -> str:
    """The address of the page, as the headline of the comparison links to it."""
    text = text_of(client, f"{reverse('topology', args=[uid])}?{query}")
    link = re.search(r'<a href="([^"]+)">Why, trade-offs and the way there</a>', text)
    assert link
    return link[1].replace("&amp;", "&")


def sent(client: Client, page: str, **form: Any) -> str:
    """The address that a form of the page leads to."""
    path, _, query = page.partition("?")
    answer = client.post(f"{path}compute/?{query}", form)
    assert answer.status_code == 302
    return str(answer["Location"]).partition("#")[0]


def computed(client: Client, page: str, **form: Any) -> str:
    """The same, once the job is done."""
    address = sent(client, page, **form)
    runner.run(str(Job.objects.latest("created_at").uid))
    return address


def plan_of(client: Client, uid: UUID, query: str = "") -> dict[str, Any]:
    answer = client.get(f"{reverse('comparison-json', args=[uid])}?{query}").json()
    return dict(answer["plan"])


def test_the_headline_leads_to_every_flow_and_the_way(signed_in: Client, acme: UUID) -> None:
    text = text_of(signed_in, page_of(signed_in, acme))
    plan = plan_of(signed_in, acme)
    for each in plan["assignment"]:
        assert f"<strong>{each['flow']}</strong>" in text
    assert "0 of 6 flows are explained" in text
    assert "Compute what is missing" in text
    assert "Wave 1" in text
    assert "No rule is broken while old and new stand together" in text
    assert f"<strong>${Decimal(plan['saves_today_usd']):,.2f} less</strong> than today" in text
    for payer in plan["payers"]:
        assert f'data-label="The plan">${Decimal(payer["usd"]):,.2f}</td>' in text


def test_the_way_is_that_of_the_core(signed_in: Client, user: User, acme: UUID) -> None:
    plan = plan_of(signed_in, acme)
    comparison = compare_stored(user.team_id, acme).comparison
    options = [each["option"] for each in plan["assignment"]]
    design = plan_again(comparison, options, plan["gap_usd"]).design
    way = migrated(comparison, design, 30)
    assert way
    page = f"{page_of(signed_in, acme)}&days=30"
    text = text_of(signed_in, page)
    assert f"Over {30 * len(way['steps'])} days, 30 for each step" in text
    rows = csv_of(signed_in, page.replace("/details/", "/steps.csv"))
    steps = rows[1 : rows.index([])]
    assert [(row[1], row[4], row[7]) for row in steps] == [
        (step["action"], str(step["flow_count"]), step["objective_usd"]) for step in way["steps"]
    ]
    assert [row[2] for row in steps] == [str(30 * i) for i in range(len(steps))]
    assert rows[rows.index([]) + 2 :] == [
        [payer["account"], payer["today_usd"], payer["plan_usd"]] for payer in way["payers"]
    ]


def csv_of(client: Client, address: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(client.get(address).content.decode())))


def test_a_flow_is_explained_and_the_flip_that_it_names_is_true(
    signed_in: Client, acme: UUID
) -> None:
    page = page_of(signed_in, acme)
    address = computed(signed_in, page, part="explanation", flow=FLIPS)
    text = text_of(signed_in, address)
    (known,) = Job.objects.get().result["explanation"]
    assert "1 of 6 flows are explained" in text
    assert f"costs ${Decimal(known['extra_usd']):,.2f} a month more" in text
    for words in ("marginal_usd", "part_usd", "alone_usd"):
        assert f"<dd>${Decimal(known[words]):,.2f}</dd>" in text
    (flip,) = [each for each in known["flips"] if each["kind"] == "gb"]
    assert flip["when"] in text
    link = re.search(r'<a href="([^"]+)">Try it</a>', text)
    assert link
    tried = parse_qs(urlsplit(link[1].replace("&amp;", "&")).query)
    assert tried[f"gb:{FLIPS}"] == [f"{flip['tried']:.9g}"]
    query = urlsplit(link[1].replace("&amp;", "&")).query
    for at, option in (("", known["option"]), (query, flip["to"])):
        options = {
            each["flow"]: each["option"] for each in plan_of(signed_in, acme, at)["assignment"]
        }
        assert options[FLIPS] == option
    row = next(
        row
        for row in csv_of(signed_in, address.replace("/details/", "/explanation.csv"))
        if row[0] == FLIPS
    )
    assert row[6:9] == [known["marginal_usd"], known["part_usd"], known["alone_usd"]]


def test_flows_are_searched_and_sorted(signed_in: Client, acme: UUID) -> None:
    page = page_of(signed_in, acme)
    text = text_of(signed_in, f"{page}&q=PAY-US data")
    assert NAMES.findall(text) == [FLIPS, "data-us-pay-us-3"]
    names = NAMES.findall(text_of(signed_in, f"{page}&by=name"))
    assert len(names) == 6
    assert names == sorted(names)
    assert "No flow, VPC, service or option contains “nothing”" in text_of(
        signed_in, f"{page}&q=nothing"
    )


def test_what_is_computed_later_is_added(signed_in: Client, acme: UUID) -> None:
    page = page_of(signed_in, acme)
    with patch.object(plan_besides, "EXPLANATION_S", 0.0):
        first = computed(signed_in, page, part="explanation", flow=FLIPS)
        second = computed(signed_in, first, part="explanation", flow="data-us-pay-us-3")
    assert "2 of 6 flows are explained" in text_of(signed_in, second)
    assert "not found out" in text_of(signed_in, second)
    third = computed(signed_in, second, part="frontiers")
    text = text_of(signed_in, third)
    assert "2 of 6 flows are explained" in text
    assert text.count('data-figure="trade-off-') == 2
    assert text.count("trade-off-worst-p99") == 2
    frontiers = Job.objects.latest("created_at").result["frontiers"]
    for point in (*frontiers["objects"], *frontiers["changes"]):
        assert f"${Decimal(point['objective_usd']):,.2f}</td>" in text
    changes = [point["amount"] for point in frontiers["changes"]]
    assert changes[-1] == 0
    assert plan_of(signed_in, acme, urlsplit(third).query)["frontiers"] == frontiers


def test_points_and_flows_appear_while_the_job_runs(signed_in: Client, acme: UUID) -> None:
    page = sent(signed_in, page_of(signed_in, acme), part=["frontiers", "explanation"])
    text = text_of(signed_in, page)
    assert "Waiting for a worker" in text
    progress = re.search(r'hx-get="([^"]+/progress/[^"]+)"', text)
    assert progress
    so_far = {
        "part": "frontiers", "frontiers": {"objects": [POINT], "changes": [], "worst_p99": []},
    }  # fmt: skip
    Job.objects.update(state="running", done=7, total=480, so_far=so_far)
    address = progress[1].replace("&amp;", "&")
    text = text_of(signed_in, address, headers=HTMX)
    assert "Computing the trade-offs: 7 s of at most 480 s; 1 point so far." in text
    assert 'id="trade-offs" hx-swap-oob="true"' in text
    assert "$9,999.99" in text
    again = re.search(r'hx-get="([^"]+/progress/[^"]+)"', text)
    assert again
    same = text_of(signed_in, again[1].replace("&amp;", "&"), headers=HTMX)
    assert "hx-swap-oob" not in same
    Job.objects.update(state="done", result={"frontiers": so_far["frontiers"], "unfinished": []})
    ended = signed_in.get(address, headers=HTMX)
    assert (ended["HX-Retarget"], ended["HX-Reswap"]) == ("#details", "innerHTML")


def test_what_is_known_when_it_is_cancelled_stays_and_the_rest_can_be_asked_for(
    signed_in: Client, acme: UUID
) -> None:
    page = sent(signed_in, page_of(signed_in, acme), part=["frontiers", "missing_rates"])
    job = Job.objects.get()
    so_far = {
        "part": "frontiers", "missing_rates": [],
        "frontiers": {"objects": [POINT], "changes": [], "worst_p99": []},
    }  # fmt: skip
    Job.objects.update(state="running", so_far=so_far)
    answer = signed_in.post(reverse("job-cancel", args=[job.uid]))
    text = text_of(signed_in, answer["Location"])
    assert "Cancelled. What was known until then is below" in text
    assert "$9,999.99" in text
    assert "It was stopped; there may be more" in text
    assert 'name="part" value="frontiers"' in text
    assert 'name="part" value="missing_rates"' not in text
    computed(signed_in, page, part="frontiers")
    result = Job.objects.latest("created_at").result
    assert POINT not in result["frontiers"]["objects"]
    assert result["missing_rates"] == []
    assert result["unfinished"] == []


def test_asking_twice_is_one_job(signed_in: Client, acme: UUID) -> None:
    page = page_of(signed_in, acme)
    first = sent(signed_in, page, part="frontiers")
    assert sent(signed_in, page, part="missing_rates") == first
    assert Job.objects.count() == 1


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({}, "Part: nothing was chosen"),
        ({"part": "all"}, "Part: &#x27;all&#x27; is none; choose explanation"),
        ({"part": "explanation", "flow": "pay-us-data-us-15"}, "did you mean"),
        ({"part": "explanation", "flow": [str(i) for i in range(21)]}, "up to 20 are explained"),
    ],
)
def test_what_cannot_be_starts_nothing(
    signed_in: Client, acme: UUID, form: dict[str, Any], words: str
) -> None:
    text = text_of(signed_in, sent(signed_in, page_of(signed_in, acme), **form))
    assert words in text
    assert "Nothing was started" in text
    assert not Job.objects.exists()


def test_what_was_computed_of_other_inputs_is_not_shown(signed_in: Client, acme: UUID) -> None:
    page = computed(signed_in, page_of(signed_in, acme), part="frontiers")
    assert 'data-figure="trade-off-' in text_of(signed_in, page)
    other = text_of(signed_in, f"{page}&gb=5")
    assert "belongs to other inputs" in other
    assert 'data-figure="trade-off-' not in other


def test_another_team_s_job_is_nothing(
    signed_in: Client, client: Client, stranger: User, acme: UUID
) -> None:
    page = computed(signed_in, page_of(signed_in, acme), part="frontiers")
    own = create_topology(stranger.team_id, few()).topology.uid
    client.force_login(stranger)
    text = text_of(client, page.replace(str(acme), str(own)))
    assert 'data-figure="trade-off-' not in text
    assert client.get(page).status_code == 404


def test_a_viewer_reads_and_starts_nothing(signed_in: Client, client: Client, acme: UUID) -> None:
    page = page_of(signed_in, acme)
    viewer = User.objects.create_user("bob")
    Membership.objects.filter(user=viewer).update(role=Role.VIEWER)
    client.force_login(viewer)
    text = text_of(client, page)
    assert '<form method="post"' not in text.partition('id="details"')[2]
    assert "An editor of the team can have the rest of this page computed" in text
    path, _, query = page.partition("?")
    assert client.post(f"{path}compute/?{query}", {"part": "frontiers"}).status_code == 403


def test_paper_and_a_shared_link_show_what_is_known(signed_in: Client, acme: UUID) -> None:
    with patch.object(plan_besides, "EXPLANATION_S", 0.0):
        page = computed(signed_in, page_of(signed_in, acme), part=["explanation", "missing_rates"])
    printed = text_of(signed_in, page.replace("/plan/details/", "/print/"))
    signed_in.post(page.replace("/plan/details/", "/share/"), {"days": 7})
    shared = text_of(Client(), reverse("shared", args=[ShareLink.objects.get().key]))
    for text in (printed, shared):
        assert "6 of 6 flows are explained" in text
        assert "Wave 1" in text
        assert "Not found out in the time given" in text
        assert "<form" not in text
        assert "Try it" not in text
    assert "<details>" not in printed


def test_both_pictures_are_a_file_and_a_list(signed_in: Client, acme: UUID) -> None:
    page = page_of(signed_in, acme)
    answer = signed_in.get(page.replace("/details/", "/picture.svg"))
    assert answer["Content-Type"] == "image/svg+xml"
    drawing = ElementTree.fromstring(answer.content)  # noqa: S314  # our own
    words = [each.text for each in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert {"Today", "The plan", "pay-us", "us-east-1", "VPC peering"} <= set(words)
    text = text_of(signed_in, page)
    assert "VPC peering: 0 → " in text
    assert '<td>pay-us and data-us</td> <td class="number" data-label="Flows">2</td>' in text


def test_without_today_it_says_how_to_state_it(signed_in: Client, user: User) -> None:
    topology = few()
    for each in topology["flows"]:
        del each["today"]
    page = page_of(signed_in, create_topology(user.team_id, topology).topology.uid)
    text = text_of(signed_in, page)
    assert "<code>today: transit-gateway</code>" in text
    assert "Wave 1" not in text
    assert signed_in.get(page.replace("/details/", "/steps.csv")).status_code == 404
    assert "Without <code>today</code> there is no picture of before" in text


def test_without_a_plan_it_says_why(signed_in: Client, user: User, acme: UUID) -> None:
    def shown(topology: dict[str, Any]) -> str:
        uid = create_topology(user.team_id, topology).topology.uid
        return text_of(signed_in, reverse("plan-details", args=[uid]))

    assert "One flow needs no plan" in shown(document(name="one"))
    flows = (
        flow(name="peered", options=["vpc-peering"]),
        flow(name="hub", options=["transit-gateway"]),
    )
    none = document(flow(name="free"), *flows, name="none")
    assert "No plan is possible" in shown(none)
    with patch.object(planning, "MAX_FLOWS", 5):
        text = text_of(signed_in, reverse("plan-details", args=[acme]))
        assert "These flows have no plan yet" in text
        assert "plan of 6 flows is computed by a job" in text


def test_of_many_flows_the_way_is_part_of_the_job(signed_in: Client, acme: UUID) -> None:
    with patch.object(planning, "MAX_FLOWS", 5):
        signed_in.post(reverse("plan-compute", args=[acme]), {"seconds": "60"})
        job = Job.objects.get()
        runner.run(str(job.uid))
        page = page_of(signed_in, acme, f"plan={job.uid}")
        assert "The steps of so many flows are computed by a job" in text_of(signed_in, page)
        page = computed(signed_in, page, part="steps", days="14")
        text = text_of(signed_in, page)
    assert "14 for each step" in text
    assert "Wave 1" in text


def test_of_a_plan_without_a_proof_flows_with_the_same_option_stay_explained(
    signed_in: Client, acme: UUID
) -> None:
    with patch.object(planning, "MAX_FLOWS", 5), patch.object(plan_besides, "EXPLANATION_S", 0.0):
        signed_in.post(reverse("plan-compute", args=[acme]), {"seconds": "60"})
        job = Job.objects.get()
        runner.run(str(job.uid))
        job.refresh_from_db()
        job.result |= {"proven_optimal": False, "gap_usd": "5.00"}
        job.save()
        page = page_of(signed_in, acme, f"plan={job.uid}")
        page = computed(signed_in, page, part="explanation")
        assert "6 of 6 flows are explained" in text_of(signed_in, page)
        other = job.result["assignment"][0]
        other["option"] = "transit-gateway"
        job.save()
        text = text_of(signed_in, page)
    assert "5 of 6 flows are explained" in text
    assert "not proven: up to $5.00 less is possible" in text
