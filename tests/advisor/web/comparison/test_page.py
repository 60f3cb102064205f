"""The comparison page: what-ifs, the address, files, and that its numbers are the API's."""

import csv
import io
import json
import zlib
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from advisor.models import User
from connectivity.actions import create_topology, save_topology
from connectivity.core.document.parser import read
from connectivity.core.options import OPTIONS
from connectivity.models import Topology, TopologyVersion
from connectivity.reference import REFERENCE
from tests.factories import account, document, flow, vpc
from tests.topologies import many_connections

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def reference(user: User) -> UUID:
    return create_topology(user.team_id, read(REFERENCE.read_bytes())).topology.uid


def page(client: Client, uid: UUID, **values: Any) -> dict[str, Any]:
    """What the page is made from."""
    response = client.get(reverse("topology", args=[uid]), values)
    assert response.status_code == 200
    return dict(response.context["answer"])


def curves_of(client: Client, uid: UUID) -> Any:
    """What the part with the break-even charts is made from, and its text."""
    response = client.get(reverse("curves", args=[uid]))
    return response.context["curves"], response.content.decode()


@pytest.mark.parametrize("seed", range(20))
def test_the_pages_numbers_are_the_apis(
    signed_in: Client, api: APIClient, user: User, seed: int
) -> None:
    topology = many_connections(seed)
    uid = create_topology(user.team_id, topology).topology.uid
    shown = page(signed_in, uid)
    from_api = api.post("/api/v1/comparisons/", {"topology": topology}, format="json").json()
    assert " ".join([*filter(None, [shown["mix_words"]]), *shown["because"]]) == from_api["because"]
    best = shown["best"]
    assert (best.answer.option.key if best else None) == from_api["recommended"]
    assert [(flip.when, flip.now) for flip in shown["flips"]] == [
        (flip["when"], flip["now"]) for flip in from_api["flips"]
    ]
    text = signed_in.get(reverse("topology", args=[uid])).content.decode()
    for row, answer in zip(shown["rows"], from_api["answers"], strict=True):
        assert row.answer.option.key == answer["option"]
        assert (None if row.answer.usd is None else str(row.answer.usd)) == answer["monthly_usd"]
        payers = row.money.payers
        assert {payer.account: str(payer.usd) for payer in payers if payer.usd is not None} == {
            payer["account"]: payer["usd"] for payer in answer["payers"]
        }
        assert {payer.account for payer in payers if payer.usd is None} == {
            account for gap in answer["gaps"] for account in gap["payers"]
        }
        paid = [payer.usd for payer in payers if payer.usd is not None]
        assert paid == sorted(paid, reverse=True)
        assert row.answer.heads.worst.us == answer["worst_p99_us"]
        if answer["monthly_usd"] is not None:
            assert f"${float(answer['monthly_usd']):,.2f}" in text
        if row.answer.bill and row.answer.usd is not None:
            kinds = sum(float(usd) for usd in row.kinds.values())
            assert kinds == pytest.approx(float(answer["monthly_usd"]), abs=0.006)


def test_a_what_if_gives_the_numbers_of_a_document_written_that_way(
    signed_in: Client, api: APIClient, reference: UUID
) -> None:
    topology = read(REFERENCE.read_bytes())
    topology["flows"][0] |= {"gb_per_month": 500_000, "cross_az_share": 0.9}
    from_api = api.post("/api/v1/comparisons/", {"topology": topology}, format="json").json()
    shown = page(signed_in, reference, gb="500,000", crossing=90)
    assert shown["best"].answer.option.key == from_api["recommended"] == "privatelink"
    assert [str(row.answer.usd) for row in shown["rows"]] == [
        str(answer["monthly_usd"]) for answer in from_api["answers"]
    ]


def test_the_address_of_a_view_shows_the_same_again(signed_in: Client, reference: UUID) -> None:
    url = reverse("topology", args=[reference])
    asked = {"gb:clients-to-orders": "5000", "crossing": "50", "sort": "p99"}
    response = signed_in.get(url, asked, headers=HTMX)
    pushed = response["HX-Push-Url"]
    values = parse_qs(urlsplit(pushed).query)
    assert set(values) == {"version", "prices", "latencies", "engine", "sort", *asked}
    again = signed_in.get(pushed, headers=HTMX)
    assert again["HX-Push-Url"] == pushed
    usd = [str(row.answer.usd) for row in response.context["answer"]["rows"]]
    assert usd == [str(row.answer.usd) for row in again.context["answer"]["rows"]]


def test_htmx_gets_the_answer_alone_and_a_restored_history_the_page(
    signed_in: Client, reference: UUID
) -> None:
    url = reverse("topology", args=[reference])
    part = signed_in.get(url, headers=HTMX)
    assert b"<html" not in part.content
    assert "HX-Request" in part["Vary"]
    restored = signed_in.get(url, headers=HTMX | {"HX-History-Restore-Request": "true"})
    assert b"<html" in restored.content
    assert "HX-Push-Url" not in restored


def test_every_change_can_be_undone_alone_or_together(signed_in: Client, reference: UUID) -> None:
    shown = page(signed_in, reference, gb=1, **{"operations:peering": "20"})
    undos = {change.change.key: change.undo for change in shown["panel"].edits}
    assert set(undos) == {"gb", "operations:peering"}
    after = signed_in.get(undos["gb"]).context["answer"]
    assert [change.key for change in after["changes"]] == ["operations:peering"]
    back = signed_in.get(shown["links"].unchanged).context["answer"]
    assert back["changes"] == ()
    assert str(back["rows"][2].answer.usd) == "1676.73"


def test_an_input_that_cannot_be_changed_says_so_and_changes_nothing(
    signed_in: Client, reference: UUID
) -> None:
    response = signed_in.get(reverse("topology", args=[reference]), {"gb": "much"})
    assert "These inputs were not changed." in response.content.decode()
    assert "&#x27;much&#x27; is not a number" in response.content.decode()
    assert response.context["answer"]["changes"] == ()


@pytest.mark.parametrize("name", ["prices", "latencies"])
def test_a_list_that_is_not_there_is_named(signed_in: Client, reference: UUID, name: str) -> None:
    response = signed_in.get(reverse("topology", args=[reference]), {name: "nonsense"})
    assert response.status_code == 404
    assert "nonsense" in response.content.decode()


def test_an_address_of_another_engine_warns(signed_in: Client, reference: UUID) -> None:
    response = signed_in.get(reverse("topology", args=[reference]), {"engine": "0.9"})
    assert "created by engine 0.9" in response.content.decode()


@pytest.mark.parametrize("sort", ["cost", "p99", "objects", "name"])
def test_options_can_be_sorted(signed_in: Client, reference: UUID, sort: str) -> None:
    rows = page(signed_in, reference, sort=sort)["rows"]
    keys: dict[str, Any] = {
        "cost": lambda row: (row.answer.total_usd is None, row.answer.total_usd or 0),
        "p99": lambda row: (row.answer.heads.worst.us is None, row.answer.heads.worst.us or 0),
        "objects": lambda row: sum(row.answer.objects.values()),
        "name": lambda row: row.answer.option.name,
    }
    values = [keys[sort](row) for row in rows]
    assert values == sorted(values)


def test_a_what_if_is_kept_as_the_next_version(signed_in: Client, reference: UUID) -> None:
    query = "?version=1&gb=2048"
    url = reverse("keep", args=[reference])
    assert signed_in.get(url).status_code == 405
    assert signed_in.post(url + query, {"as": "version"}).status_code == 302
    newest = TopologyVersion.objects.first()
    assert newest is not None
    assert (newest.number, newest.document["flows"][0]["gb_per_month"]) == (2, 2048)
    again = signed_in.post(url + query, {"as": "version"}, follow=True)
    assert "version 2 was saved after version 1" in again.content.decode()
    assert TopologyVersion.objects.count() == 2


def test_a_what_if_is_kept_as_a_topology_of_its_own(signed_in: Client, reference: UUID) -> None:
    url = f"{reverse('keep', args=[reference])}?crossing=25"
    signed_in.post(url, {"as": "topology"})
    names = sorted(Topology.objects.values_list("name", flat=True))
    assert names == ["reference-100tb", "reference-100tb, Cross-AZ share changed"]


def test_the_json_says_what_was_changed(signed_in: Client, reference: UUID) -> None:
    url = reverse("comparison-json", args=[reference])
    answer = json.loads(signed_in.get(url, {"gb": "204800"}).content)
    assert answer["what_if"] == [{"key": "gb", "was": 102400, "value": 204800}]
    assert answer["answers"][2]["monthly_usd"] != "1676.73"


def test_the_csv_holds_every_option_and_line(signed_in: Client, reference: UUID) -> None:
    response = signed_in.get(reverse("comparison-csv", args=[reference]))
    assert response["Content-Disposition"].endswith('-v1.csv"')
    rows = list(csv.reader(io.StringIO(response.content.decode())))
    gap = rows.index([])
    options, lines = rows[:gap], rows[gap + 1 :]
    priced = ["0.00", "0.00", "1676.73", "2121.00", "2507.90", "7407.28"]
    assert [row[2] for row in options[1:-1]] == [*priced, "", "", "", "2578.25"]
    endpoint = next(row for row in lines if row[1] == "Interface endpoint, per AZ")
    assert endpoint[8:12] == ["2190.000", "hour", "0.01", "21.900000"]


def test_a_spreadsheet_takes_no_name_for_a_formula(signed_in: Client, user: User) -> None:
    topology = document(flow(name="=cmd|' /C calc'!A0", **{"from": "=1+1"}))
    topology["vpcs"][0]["name"] = "=1+1"
    uid = create_topology(user.team_id, topology).topology.uid
    text = signed_in.get(reverse("comparison-csv", args=[uid])).content.decode()
    assert not [
        cell
        for row in csv.reader(io.StringIO(text))
        for cell in row
        if cell[:1] in "=@+-" and cell and not cell.lstrip("+-").replace(".", "").isdigit()
    ]


def test_the_markdown_table_keeps_its_columns(signed_in: Client, user: User) -> None:
    uid = create_topology(user.team_id, document(name="a|b\\c")).topology.uid
    text = signed_in.get(reverse("comparison-md", args=[uid])).content.decode()
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert len(table) == 2 + len(OPTIONS) + 1  # cheapest option per flow
    assert {line.count("|") for line in table} == {7}
    assert "a\\|b\\\\c" in text


def test_the_print_view_shows_everything_without_navigation(signed_in: Client, user: User) -> None:
    flows = [flow(name=f"f{i}", gb_per_month=i) for i in range(3)]
    uid = create_topology(user.team_id, document(*flows)).topology.uid
    text = signed_in.get(reverse("print", args=[uid])).content.decode()
    assert "<nav" not in text
    assert "<details>" not in text
    assert text.count("<details open>") + text.count('" open>') >= 13
    assert "<form" not in text


def test_the_answer_is_light(signed_in: Client, user: User) -> None:
    """Below 120 kB compressed, also with 300 VPCs."""
    vpcs = [vpc(f"vpc-{i}", "111111111111", f"10.{i // 250}.{i % 250}.0/24") for i in range(300)]
    flows = [
        flow(name=f"f{i}", **{"from": f"vpc-{i % 300}"}, to=f"vpc-{(i * 7 + 1) % 300}")
        for i in range(1500)
        if i % 300 != (i * 7 + 1) % 300
    ]
    topology = document(*flows, vpcs=vpcs, services=[])
    uid = create_topology(user.team_id, topology).topology.uid
    content = signed_in.get(reverse("topology", args=[uid])).content
    assert len(zlib.compress(content)) < 120_000


@pytest.mark.parametrize("key", ["gb", "flow", "prices", "latencies", "engine", "sort", "gb:\0"])
def test_a_nul_in_an_address_is_no_accident(signed_in: Client, reference: UUID, key: str) -> None:
    """PostgreSQL refuses to look for it; SQLite does not."""
    url = reverse("topology", args=[reference])
    assert signed_in.get(url, {key: "\0"}).status_code == 200
    assert signed_in.get("/", {"name": "\0"}).status_code == 200
    assert signed_in.get(reverse("scenarios"), {"s": f"{reference}?{key}=%00"}).status_code == 200


def test_a_form_that_is_sent_unchanged_changes_nothing(signed_in: Client, user: User) -> None:
    topology = document(
        flow(name="one", cross_az_share=0, gb_per_month=1 / 3), flow(name="two", cross_az_share=1)
    )
    uid = create_topology(user.team_id, topology).topology.uid
    for scope in ("", "one"):
        panel = page(signed_in, uid, flow=scope)["panel"]
        fields = [*panel.fields, *panel.operations]
        sent = {field.key: field.value for field in fields}
        sent |= {f"was:{field.key}": field.value for field in fields}
        assert page(signed_in, uid, **sent)["changes"] == ()
    fewer = page(signed_in, uid, **(sent | {"azs": "1"}))
    assert [change.key for change in fewer["changes"]] == ["azs"]


def test_what_is_not_changed_is_not_stored(signed_in: Client, reference: UUID) -> None:
    url = reverse("keep", args=[reference])
    for query in ("", "?gb=abc", "?gb=102400"):
        response = signed_in.post(url + query, {"as": "topology"}, follow=True)
        assert "No input is changed" in response.content.decode()
    assert TopologyVersion.objects.count() == 1


def test_an_older_version_keeps_its_name(signed_in: Client, user: User, reference: UUID) -> None:
    save_topology(user.team_id, reference, document(name="renamed"))
    text = signed_in.get(reverse("topology", args=[reference]), {"version": 1}).content.decode()
    assert "<h1>reference-100tb</h1>" in text
    assert "renamed" not in text


def test_of_many_payers_the_page_names_those_who_pay_most(signed_in: Client, user: User) -> None:
    ids = [f"{i:012d}" for i in range(31)]
    topology = document(
        *(flow(name=f"f{i}", **{"from": f"v{i}"}, gb_per_month=i) for i in range(1, 31)),
        accounts=[account(id) for id in ids],
        vpcs=[vpc(f"v{i}", id, f"10.{i}.0.0/16") for i, id in enumerate(ids)],
        services=[{"name": "api", "vpc": "v0", "port": 443}],
    )
    uid = create_topology(user.team_id, topology).topology.uid
    rows = {row.answer.option.key: row.money for row in page(signed_in, uid)["rows"]}
    gateway = rows["transit-gateway"]
    assert (len(gateway.payers), gateway.payer_count) == (20, 31)
    assert gateway.payers[0].usd == max(payer.usd or 0 for payer in gateway.payers)
    assert "and 11 more accounts, which CSV and JSON name" in gateway.paid_by


def test_break_even_leaves_out_what_breaks_a_budget_on_the_way(
    signed_in: Client, user: User
) -> None:
    topology = document(flow(gb_per_month=200_000, cross_az_share=0, p99_budget_us=700))
    curves, _ = curves_of(signed_in, create_topology(user.team_id, topology).topology.uid)
    crossing = next(curve for curve in curves if curve.axis == "crossing")
    assert crossing.over_budget == ["PrivateLink", "Transit Gateway"]
    assert crossing.handovers == []


def test_break_even_names_what_has_no_price_on_the_way(signed_in: Client, user: User) -> None:
    beijing = {"region": "cn-north-1", "azs": ["cnn1-az1", "cnn1-az2"]}
    vpcs = [vpc | beijing for vpc in document()["vpcs"]]
    topology = document(flow(cross_az_share=0), vpcs=vpcs)
    uid = create_topology(user.team_id, topology).topology.uid
    curves, text = curves_of(signed_in, uid)
    crossing = next(curve for curve in curves if curve.axis == "crossing")
    assert crossing.unpriced == ["VPC peering"]
    assert "a price is missing in this range: VPC peering" in text


def test_break_even_comes_after_the_page_and_at_once_on_paper(
    signed_in: Client, reference: UUID
) -> None:
    text = signed_in.get(reverse("topology", args=[reference])).content.decode()
    later = reverse("curves", args=[reference])
    assert f'hx-get="{later}?version=1&amp;prices=' in text
    assert "Break-even by traffic" not in text
    printed = signed_in.get(reverse("print", args=[reference])).content.decode()
    assert "Break-even by traffic" in printed
    assert later not in printed


def test_pages_of_a_search_keep_the_search(signed_in: Client, user: User) -> None:
    for i in range(51):
        create_topology(user.team_id, document(name=f"a&x=1 {i}"))
    text = signed_in.get("/", {"name": "a&x=1"}).content.decode()
    assert "?page=2&amp;name=a%26x%3D1" in text


def test_old_prices_are_said_once_on_page_and_in_files(signed_in: Client, user: User) -> None:
    """The shipped table holds pages of 2024 and 2025, and every form says so."""
    stockholm = {"region": "eu-north-1", "azs": ["eun1-az1", "eun1-az2"]}
    vpcs = [vpc | stockholm for vpc in document()["vpcs"]]
    uid = create_topology(user.team_id, document(vpcs=vpcs)).topology.uid
    statement = " in these bills are older than a year"
    command = "manage.py fetch_prices --region eu-north-1 loads what AWS publishes today."
    for name in ("topology", "comparison-csv", "comparison-md", "print"):
        text = signed_in.get(reverse(name, args=[uid])).content.decode().replace("\\", "")
        assert (text.count(statement), text.count(command)) == (1, 1)
    answer = signed_in.get(reverse("comparison-json", args=[uid])).json()
    lines = [line for entry in answer["answers"] for line in entry["lines"]]
    dated = {line["as_of"] for line in lines if line["as_of"] < answer["old_prices"]["older_than"]}
    assert min(dated) == answer["old_prices"]["oldest"]


def test_young_prices_are_not_called_old(signed_in: Client, reference: UUID) -> None:
    for name in ("topology", "comparison-csv", "comparison-md"):
        text = signed_in.get(reverse(name, args=[reference])).content.decode()
        assert "older than a year" not in text
    answer = signed_in.get(reverse("comparison-json", args=[reference])).json()
    assert answer["old_prices"] is None


def test_consumers_without_a_choice_are_named_and_what_becomes_impossible_is_said(
    signed_in: Client, user: User
) -> None:
    topology = document(flow(cross_az_share=0.5), flow(name="g", **{"from": "inside"}))
    topology["vpcs"].append(vpc("inside", "111111111111", "10.5.0.0/16", azs=["use1-az1"]))
    topology["services"][0]["azs"] = ["use1-az1"]
    uid = create_topology(user.team_id, topology).topology.uid
    assert page(signed_in, uid, crossing="30")["notes"] == [
        "The cross-AZ share stays unchanged for g: cross-Region, without a common AZ or "
        "within one AZ it is fixed."
    ]
    view = reverse("topology", args=[uid])
    assert (
        "by the AZs, so it changes: f (50 % to 0 %)."
        in signed_in.get(view, {"azs": "1"}).content.decode()
    )
    export = signed_in.get(reverse("comparison-json", args=[uid]), {"azs": "1"})
    assert json.loads(export.content)["what_if_notes"]
    text = signed_in.get(reverse("comparison-md", args=[uid]), {"azs": "1"}).content.decode()
    assert "- With fewer AZs the cross-AZ share" in text


@pytest.mark.parametrize(
    ("word", "tone"),
    [("Feasible", "ok"), ("With conditions", "warn"), ("Not feasible", "bad")],
)
def test_feasibility_has_a_tone(signed_in: Client, user: User, word: str, tone: str) -> None:
    topology = document(flow(needs=["icmp"]), flow(name="g", max_idle_seconds=10))
    text = signed_in.get(
        reverse("topology", args=[create_topology(user.team_id, topology).topology.uid])
    ).content.decode()
    assert f'<span class="tag {tone}">{word}</span>' in text
    assert text.count(f">{word}</span>") == text.count(f'<span class="tag {tone}">{word}</span>')


def test_what_stands_in_the_way_says_what_would_lift_it(signed_in: Client, user: User) -> None:
    topology = document(flow(needs=["icmp"]))
    text = signed_in.get(
        reverse("topology", args=[create_topology(user.team_id, topology).topology.uid])
    ).content.decode()
    assert "Use an option that routes, or drop the need for ICMP." in text
