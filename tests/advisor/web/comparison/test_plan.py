"""With more than one flow a comparison leads with the plan: page, files, paper, shared link."""

import csv
import io
import re
from decimal import Decimal
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from advisor.models import ShareLink, User
from advisor.web.comparison import planning
from connectivity.actions import create_topology
from connectivity.core.plan.search.cheapest import Cheapest
from connectivity.core.plan.solver.highs import Outcome
from tests.factories import document, flow, vpc
from tests.thirty_flows import estate

pytestmark = pytest.mark.django_db


def stored(user: User, topology: dict[str, Any]) -> UUID:
    return create_topology(user.team_id, topology).topology.uid


def text_of(client: Client, uid: UUID, name: str = "topology", **asked: str) -> str:
    """A view's text, its white space as a browser shows it."""
    response = client.get(reverse(name, args=[uid]), asked)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def csv_of(client: Client, uid: UUID) -> list[list[str]]:
    response = client.get(reverse("comparison-csv", args=[uid]))
    return list(csv.reader(io.StringIO(response.content.decode())))


def verdict(text: str) -> str:
    match = re.search(r'<h2 id="verdict">\s*(.*?)\s*</h2>', text)
    assert match
    return match[1]


@pytest.fixture
def acme(user: User) -> UUID:
    return stored(user, estate())


def test_the_plan_is_the_headline_and_cheaper_than_every_single_option(
    signed_in: Client, acme: UUID
) -> None:
    answer = signed_in.get(reverse("comparison-json", args=[acme])).json()
    plan = answer["plan"]
    total = Decimal(plan["objective_usd"])
    singles = [
        Decimal(each["monthly_usd"]) + Decimal(each["operations_usd"])
        for each in answer["answers"]
        if each["feasible"] and each["allowed"] and each["monthly_usd"]
    ]
    assert singles
    assert total < min(singles)
    text = text_of(signed_in, acme)
    assert verdict(text) == (
        f"${total:,.2f} a month: VPC peering for 25 flows and PrivateLink for 5"
    )
    saves = min(singles) - total
    assert f"<strong>${saves:,.2f} a month less</strong> (" in text
    assert "than the best single option, PrivateLink for every flow" in text
    assert f"${saves * 12:,.2f}" in text
    assert f"${Decimal(plan['saves_today_usd']):,.2f} a month less</strong> (" in text
    assert "Cheapest plan, proven" in text
    assert f"unknown for {plan['p99_unknown_flows']} of 30 flows" in text
    assert "22 peerings, 5 endpoints, 5 services" in text
    assert "Cheapest option per flow" not in text
    assert '<span class="tag ok">Cheapest single option</span>' in text
    assert '<span class="tag ok">Recommended</span>' not in text


def test_paper_and_a_shared_link_lead_with_it(signed_in: Client, acme: UUID) -> None:
    signed_in.post(reverse("share", args=[acme]), {"days": 7})
    key = ShareLink.objects.get().key
    shared = " ".join(Client().get(reverse("shared", args=[key])).content.decode().split())
    printed = text_of(signed_in, acme, "print")
    headline = verdict(text_of(signed_in, acme))
    assert verdict(shared) == verdict(printed) == headline
    assert "<details>" not in printed
    assert "web-us to hub-eu-api" in printed
    assert "<form" not in shared
    assert "Enter your own price" not in shared


def test_who_pays_is_bounded_and_adds_up(signed_in: Client, acme: UUID) -> None:
    answer = signed_in.get(reverse("topology", args=[acme])).context["answer"]
    plan = answer["plan"]
    assert sum(payer.usd for payer in plan.payers) == Decimal(plan.plan["monthly_usd"])
    assert (len(plan.lines), plan.more_lines) == (10, len(plan.plan["lines"]) - 10)
    assert sum(use.flows for use in plan.uses) == 30
    totals = [each.usd for each in plan.baselines]
    assert totals == sorted(totals)
    assert all(each.more_usd >= 0 for each in plan.baselines if each.is_feasible)


def test_the_csv_begins_with_it_and_names_every_flow(signed_in: Client, acme: UUID) -> None:
    rows = csv_of(signed_in, acme)
    plan = signed_in.get(reverse("comparison-json", args=[acme])).json()["plan"]
    assert rows[1][:3] == ["plan", "True", plan["monthly_usd"]]
    assert "Plan: " in rows[1][-1]
    assert not [row for row in rows if row[:1] == ["mix"]]
    head = rows.index(["flow", "from", "to", "gb_per_month", "option", "because"])
    flows = rows[head + 1 : head + 31]
    assert [(row[0], row[4]) for row in flows] == [
        (each["flow"], each["option"]) for each in plan["assignment"]
    ]
    billed = sum(Decimal(row[11]) for row in rows if row[:1] == ["plan"] and len(row) == 15)
    assert billed == pytest.approx(Decimal(plan["monthly_usd"]), abs=Decimal("0.006"))


def test_the_markdown_begins_with_it(signed_in: Client, acme: UUID) -> None:
    text = signed_in.get(reverse("comparison-md", args=[acme])).content.decode()
    first, *lines = text.splitlines()
    assert first.startswith("**acme** (version 1): Plan: 19,412.59 USD a month with operations")
    assert any(line.startswith("- VPC peering for 25: ") for line in lines)
    table = [line for line in lines if line.startswith("|")]
    assert table[2].startswith("| Plan | 19083.59 | 329.00 | 000000000001: ")
    assert {line.count("|") for line in table} == {7}


def test_what_today_breaks_is_news(signed_in: Client, user: User) -> None:
    topology = estate()
    dev = next(each for each in topology["flows"] if each["from"] == "labs-us")
    dev["today"] = "vpc-peering"
    text = text_of(signed_in, stored(user, topology))
    assert f'<span class="tag bad">Today breaks POLICY-01</span> {dev["name"]}: ' in text
    assert '<span class="tag bad">breaks a rule</span>' in text
    whole = stored(user, estate())
    assert "Today breaks" not in text_of(signed_in, whole)


def test_without_a_bill_of_today_it_says_so(signed_in: Client, user: User) -> None:
    topology = estate()
    del topology["flows"][0]["today"]
    text = text_of(signed_in, stored(user, topology))
    assert "There is no total for today: not every flow states the option" in text


def test_an_infeasible_estate_is_told_its_conflict_and_the_remedy(
    signed_in: Client, user: User
) -> None:
    flows = (
        flow(name="peered", options=["vpc-peering"]),
        flow(name="hub", options=["transit-gateway"]),
    )
    uid = stored(user, document(flow(name="free"), *flows))
    text = text_of(signed_in, uid)
    assert verdict(text).startswith("Of these flows each could have an option, but not all")
    assert verdict(text).endswith("peered, hub.")
    assert "A route table entry has one target" in text
    assert "<em>Allow these flows an option that they have in common" in text
    assert "Nothing can be recommended" not in text
    markdown = signed_in.get(reverse("comparison-md", args=[uid])).content.decode()
    assert "A route table entry has one target" in markdown.splitlines()[0]
    assert "| Plan | no plan |" in markdown
    assert csv_of(signed_in, uid)[1][1] == "False"


def overlapping(user: User) -> UUID:
    """Two VPCs of one CIDR whose flows may only go over a hub."""
    vpcs = [
        vpc("a", "111111111111", "10.0.0.0/16"),
        vpc("b", "111111111111", "10.0.0.0/16"),
        vpc("orders", "222222222222", "10.1.0.0/16"),
    ]
    flows = [
        flow(name=f"from-{name}", **{"from": name, "to": "orders"}, options=["transit-gateway"])
        for name in "ab"
    ]
    return stored(user, document(*flows, vpcs=vpcs, services=[]))


def test_what_lifting_a_rule_would_cost_is_asked_for_once_the_page_is_there(
    signed_in: Client, user: User
) -> None:
    uid = overlapping(user)
    address = reverse("plan-lifts", args=[uid])
    assert f'hx-get="{address}?version=1' in text_of(signed_in, uid)
    assert address not in text_of(signed_in, uid, "print")
    lifts = text_of(signed_in, uid, "plan-lifts")
    rows = text_of(signed_in, uid, "comparison-csv")
    gateway = next(row for row in rows.split('" "') if row.startswith("transit-gateway"))
    usd = Decimal(gateway.split('","')[2])
    assert f"<strong>${usd:,.2f} a month</strong> without TGW-05" in lifts
    assert "<em>Renumber one of the VPCs" in lifts


def test_without_a_conflict_there_is_nothing_to_lift(
    signed_in: Client, user: User, acme: UUID
) -> None:
    assert reverse("plan-lifts", args=[acme]) not in text_of(signed_in, acme)
    many = stored(user, mesh(101))
    assert "<h3>" not in text_of(signed_in, many, "plan-lifts")


def test_one_flow_has_its_option_and_no_plan(signed_in: Client, user: User) -> None:
    uid = stored(user, document())
    with patch.object(planning, "at_once", side_effect=AssertionError("planned")):
        text = text_of(signed_in, uid)
        assert signed_in.get(reverse("comparison-json", args=[uid])).json()["plan"] is None
    assert verdict(text) == "VPC peering"
    assert '<span class="tag ok">Recommended</span>' in text
    assert 'id="plan"' not in text


def test_what_lacks_a_price_is_left_out_by_name_and_can_be_stated(
    signed_in: Client, acme: UUID
) -> None:
    words = "PrivateLink resource endpoint (VpcEndpoint-Resource-Hours in eu-west-1"
    form = {"service": "AmazonVPC", "usage_type": "VpcEndpoint-Resource-Hours"}
    form |= {"operation": "VpcEndpoint", "region": "eu-west-1", "to_region": ""}
    text = text_of(signed_in, acme)
    assert words in text
    hidden = re.search(
        r'name="usage_type" value="VpcEndpoint-Resource-Hours">\s*'
        r'<input type="hidden" name="operation" value="(.*?)">',
        text,
    )
    assert hidden
    folded = "<details> <summary>Load or enter the missing prices</summary>"
    assert folded in text
    form |= {"operation": hidden[1], "usd": "much", "reason": "my contract"}
    refused = signed_in.post(reverse("own-price", args=[acme]), form).content.decode()
    assert folded.replace("details", "details open") in " ".join(refused.split())
    form |= {"usd": "0.02"}
    response = signed_in.post(reverse("own-price", args=[acme]), form, follow=True)
    after = " ".join(response.content.decode().split())
    assert words not in after
    assert "PrivateLink resource endpoint (" in after  # its GB have no price either


def test_no_traffic_is_a_plan_of_nothing(signed_in: Client, user: User) -> None:
    flows = [flow(name=name, gb_per_month=0, options=["vpc-peering"]) for name in "ab"]
    text = text_of(signed_in, stored(user, document(*flows)))
    assert verdict(text) == "$0.00 a month: VPC peering for all 2 flows"
    assert "No mixture of options costs less than VPC peering for every flow." in text


def test_a_what_if_changes_the_plan(signed_in: Client, user: User, acme: UUID) -> None:
    text = text_of(signed_in, acme, gb="10916.4")
    less = estate()
    for each in less["flows"]:
        each["gb_per_month"] /= 100
    assert verdict(text) == verdict(text_of(signed_in, stored(user, less)))
    assert verdict(text) != verdict(text_of(signed_in, acme))


def mesh(pairs: int, **changes: Any) -> dict[str, Any]:
    """So many pairs of VPCs that exchange so much that peering is the cheapest for each."""
    names = [f"v{i}" for i in range(2 * pairs)]
    vpcs = [
        vpc(name, "111111111111", f"10.{i // 200}.{i % 200}.0/24") for i, name in enumerate(names)
    ]
    flows = [
        flow(name=f"f{i}", **{"from": names[2 * i], "to": names[2 * i + 1]}) for i in range(pairs)
    ]
    return document(*flows, vpcs=vpcs, services=[], **changes)


def test_hundreds_of_resources_that_nobody_priced_are_a_caveat(
    signed_in: Client, user: User
) -> None:
    words = "100 resources counted as free to manage"
    assert words in text_of(signed_in, stored(user, mesh(100)))
    assert words not in text_of(signed_in, stored(user, mesh(99)))
    stated = mesh(100, operations_usd_per_object={"peering": 0.01})
    assert words not in text_of(signed_in, stored(user, stated))


def test_many_flows_are_not_planned_while_somebody_waits(signed_in: Client, user: User) -> None:
    uid = stored(user, mesh(1_000))
    with patch.object(planning, "at_once", side_effect=AssertionError("planned")):
        for name in ("topology", "print", "comparison-csv", "comparison-md"):
            text = text_of(signed_in, uid, name)
        assert signed_in.get(reverse("comparison-json", args=[uid])).json()["plan"] is None
        text = text_of(signed_in, uid)
    assert "is computed with this page for up to 100 flows; these are 1,000" in text
    assert "manage.py plan FILE" in text
    assert "1,000 resources counted as free to manage" in text


def test_a_plan_that_is_not_proven_says_how_far_it_may_be(signed_in: Client, acme: UUID) -> None:
    plan = signed_in.get(reverse("topology", args=[acme])).context["answer"]["plan"].plan
    open_plan = plan | {"proven_optimal": False, "gap_usd": "1234.50", "outcome": "stopped"}
    with patch.object(planning, "at_once", return_value=open_plan) as at_once:
        text = text_of(signed_in, acme, gb="1000000")
    assert at_once.called
    assert "Best plan found in time" in text
    assert "another plan may cost up to $1,234.50 a month less" in text


def test_a_search_that_ended_without_any_design_says_so(signed_in: Client, user: User) -> None:
    uid = stored(user, document(flow(options=["vpc-peering"]), flow(name="g")))
    nothing = Cheapest(Outcome.STOPPED, None, (), 0.0)
    with patch("connectivity.core.plan.search.plan.cheapest", return_value=nothing):
        text = text_of(signed_in, uid)
    assert verdict(text) == "No plan was found in the time given"
    assert "--time-limit SECONDS" in text


def test_scenarios_have_the_plan_s_bill_and_saving(signed_in: Client, acme: UUID) -> None:
    plan = signed_in.get(reverse("comparison-json", args=[acme])).json()["plan"]
    response = signed_in.get(reverse("scenarios"), {"s": f"{acme}?"})
    rows = [*response.context["differing"], *response.context["same"]]
    cells = {row.label: row.cells[0].text for row in rows}
    bill, saves = Decimal(plan["monthly_usd"]), Decimal(plan["saves_usd"])
    assert cells["Cheapest option per flow, a month"] == f"${bill:,.2f}"
    assert cells["Saving of that"] == f"${saves:,.2f}"


def test_what_would_change_the_best_single_option_comes_with_the_outlook(
    signed_in: Client, acme: UUID
) -> None:
    words = "What would change the best single option"
    answer = signed_in.get(reverse("comparison-json", args=[acme])).json()
    assert words not in text_of(signed_in, acme)
    for name in ("outlook", "print"):
        text = text_of(signed_in, acme, name)
        assert words in text
        assert all(f"<li>{flip['when']} " in text for flip in answer["flips"])


def test_names_of_people_stay_text(signed_in: Client, user: User) -> None:
    flows = [flow(name="<b>=1+1</b>"), flow(name="|x|`y`")]
    uid = stored(user, document(*flows))
    assert "<b>=1+1</b>" not in text_of(signed_in, uid)
    table = [
        line
        for line in signed_in.get(reverse("comparison-md", args=[uid])).content.decode().split("\n")
        if line.startswith("|")
    ]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in table} == {7}
