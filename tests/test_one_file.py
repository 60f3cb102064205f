"""One file is enough: a throw-away option, kind of resource and tool go through every door.

`tests/stranger` has one file of each; nothing else knows of them. What crashes or leaves them out
here has a second list of what there is.
"""

import io
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from advisor.models import User
from connectivity.core.health.kinds import KINDS
from connectivity.core.options import OPTIONS
from connectivity.health.money.cheaper_options import alternatives
from connectivity.health.rounds import scheduling
from connectivity.importers.latency import TOOLS
from connectivity.models import Finding, Resource
from tests.doubles.cloudwatch import CloudWatch
from tests.estate import Aws, metric, watched
from tests.factories import document, flow
from tests.stranger import circuit, leased_line, stopwatch

pytestmark = pytest.mark.django_db
ACCOUNT = "111122223333"
KEY, NAME = leased_line.OPTION.key, leased_line.OPTION.name
OVERRIDES = "/api/v1/prices/overrides/"
PORT_USD, GB_USD = "0.01", "0.001"
USD = 2 * 730 * 0.01 + 1000 * 0.001  # of two VPCs and the 1,000 GB of the ordinary document

ESTATE = document(
    flow(options=[KEY, "transit-gateway", "vpc-peering"], today=KEY),
    policies=[{"forbid": KEY, "between": ["test", "prod"]}],
    quotas=[
        {"account": account, "rule": "DX-01", "value": 12, "by": "ops", "because": "asked"}
        for account in ("111111111111", "222222222222")
    ],
    operations_usd_per_object={"circuit": 4},
)


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    OPTIONS.add(leased_line)
    monkeypatch.setitem(KINDS, circuit.KIND.key, circuit.KIND)
    monkeypatch.setitem(TOOLS, stopwatch.NAME, stopwatch)
    yield
    OPTIONS.remove(leased_line)


@pytest.fixture
def priced(api: APIClient, signed_in: Client) -> None:
    """The team's own rates of the option: one over REST, one by the page."""
    names = [
        {"service": price.service, "usage_type": price.usage_type, "operation": price.operation}
        | {"region": "us-east-1"}
        for price in (leased_line.PORT, leased_line.SENT)
    ]
    body = {**names[0], "usd": PORT_USD, "reason": "lease"}
    assert api.post(OVERRIDES, body, format="json").status_code == 201
    form = {**names[1], "usd": GB_USD, "reason": "lease"}
    assert signed_in.post(reverse("price-override"), form).status_code == 302


@pytest.fixture
def stored(priced: None, api: APIClient) -> str:
    answer = api.post("/api/v1/topologies/", ESTATE, format="json")
    assert answer.status_code == 201, answer.json()
    return str(answer.json()["uid"])


@pytest.fixture
def lit(priced: None, user: User) -> Resource:
    """A watched circuit that is down, of which AWS says for two weeks what it carried."""
    aws = Aws(clock=float(int(time.time())))
    watched(user.team_id)
    circuits = [{"connectionId": "dxcon-1", "connectionName": "to-fra", "connectionState": "down"}]
    aws.found[ACCOUNT]["DescribeConnections"] = {"connections": circuits}
    _carry(aws.clouds[ACCOUNT], int(aws.clock))
    scheduling.run_all(user.team_id, aws.asking)
    assert "DescribeConnections" in aws.asked
    return Resource.objects.get(kind=circuit.KEY)


def _carry(cloud: CloudWatch, now: int) -> None:
    state, sent = (
        metric("AWS/DX", name, ConnectionId="dxcon-1") for name in ("ConnectionState", "BytesSent")
    )
    for minute in range(120):
        cloud.put(state, now - 60 * minute, 0.0)
    for hour in range(24 * 15):
        cloud.put(sent, now // 3_600 * 3_600 - 3_600 * hour, 2.0**30)


def text_of(client: Client, name: str, *arguments: Any, query: str = "") -> str:
    response = client.get(reverse(name, args=arguments) + query)
    assert response.status_code == 200
    return str(response.content.decode())


def test_an_option_is_compared_and_told_over_rest(stored: str, api: APIClient) -> None:
    answer = api.post("/api/v1/comparisons/?include=findings", {"topology": stored}, format="json")
    assert answer.status_code == 200
    told = answer.json()
    own = next(each for each in told["answers"] if each["option"] == KEY)
    assert float(own["monthly_usd"]) == pytest.approx(USD)
    assert (own["objects"], own["operations_usd"]) == ({"circuit": 2}, "8.00")
    assert [finding["rule"] for finding in own["findings"] if finding["rule"][:2] == "DX"] == []
    assert float(told["today_usd"]) == pytest.approx(USD)
    assert leased_line.OPTION.assumes[0] in told["assumptions"]


def test_its_rules_find_and_its_quota_is_raised_by_the_document(api: APIClient) -> None:
    fast = {**ESTATE, "quotas": [], "flows": [flow(options=[KEY], peak_gbps=2)]}
    told = api.post("/api/v1/comparisons/", {"topology": fast}, format="json").json()
    own = next(each for each in told["answers"] if each["option"] == KEY)
    severities = {finding["rule"]: finding["severity"] for finding in own["findings"]}
    assert (severities["DX-01"], severities["DX-02"]) == ("quota", "hard")


@pytest.mark.parametrize("form", ["json", "csv", "md"])
def test_every_download_has_the_option(stored: str, signed_in: Client, form: str) -> None:
    page = text_of(signed_in, f"comparison-{form}", stored)
    assert (NAME if form == "md" else KEY) in page
    assert f"{USD:.2f}" in page


def test_the_page_prints_it_with_its_money_objects_and_colour(
    stored: str, signed_in: Client
) -> None:
    for name in ("topology", "print"):
        page = text_of(signed_in, name, stored)
        assert f'<tbody id="{KEY}">' in page
        assert f"${USD:.2f}" in page
        assert "2 circuits" in page
        assert leased_line.OPTION.assumes[0] in page
    curves = text_of(signed_in, "curves", stored)
    assert NAME in curves
    assert f'"name":"{NAME}"' in curves.replace('": "', '":"').replace("&quot;", '"')


@pytest.mark.parametrize("name", ["outlook", "versions", "document"])
def test_the_other_pages_of_a_topology_live_with_it(
    stored: str, signed_in: Client, name: str
) -> None:
    assert text_of(signed_in, name, stored)


def test_scenarios_stand_side_by_side_with_it(stored: str, signed_in: Client) -> None:
    assert NAME in text_of(signed_in, "scenarios", query=f"?s={stored}")


def test_the_editor_offers_its_key_its_quota_and_a_price_for_its_objects(
    stored: str, signed_in: Client
) -> None:
    def table(name: str) -> str:
        return text_of(signed_in, "editor", stored, query=f"?table={name}&all")

    assert f'<option value="{KEY}">' in table("flows")
    assert f'<option value="{KEY}">' in table("policies")
    assert '<option value="DX-01">' in table("quotas")
    assert "Operational cost of one circuit, USD a month" in table("general")


def test_a_what_if_changes_the_price_of_its_objects(stored: str, signed_in: Client) -> None:
    page = text_of(signed_in, "topology", stored, query="?operations:circuit=50")
    assert "$100.00 operations" in page


def test_the_command_prints_it(stored: str, tmp_path: Path) -> None:
    path = tmp_path / "estate.json"
    path.write_text(json.dumps(ESTATE), encoding="utf-8")
    printed = {}
    for form in ("table", "json"):
        out = io.StringIO()
        call_command("compare", str(path), "--options", KEY, "--format", form, stdout=out)
        printed[form] = out.getvalue()
    assert NAME in printed["table"]
    (answer,) = json.loads(printed["json"])["answers"]
    assert {gap["usage_type"] for gap in answer["gaps"]} == {
        leased_line.PORT.usage_type,
        leased_line.SENT.usage_type,
    }


def test_its_term_is_explained_and_its_latency_can_be_measured(
    stored: str, signed_in: Client
) -> None:
    assert leased_line.OPTION.help.sentence in text_of(signed_in, "help")
    assert "ROUTER_ADDRESS" in text_of(signed_in, "latency-kit", stored)


def test_a_tool_is_found_by_its_content_and_filed_under_the_option(
    signed_in: Client, api: APIClient, tmp_path: Path
) -> None:
    printed = "\n".join([stopwatch.TITLE, *(str(100 + n) for n in range(400)), ""])
    page = text_of(signed_in, "latency-upload")
    assert stopwatch.NAME in page
    assert f'<option value="{KEY}">' in page
    form = {"source": "use1-az1", "destination": "use1-az2", "option": KEY, "tool": "auto"}
    file = SimpleUploadedFile("times.txt", printed.encode())
    signed_in.post(reverse("latency-upload"), {**form, "file": file})
    (cell,) = api.get(f"/api/v1/latency/cells/?option={KEY}&statistic=p99").json()["results"]
    assert cell["figures"]["p99"]["us"] == 495
    assert "495" in text_of(signed_in, "latency", query=f"?option={KEY}")
    path = tmp_path / "times.txt"
    path.write_text(printed, encoding="utf-8")
    out = io.StringIO()
    places = ("--from-az", "use1-az1", "--to-az", "use1-az3")
    call_command("import_latency", str(path), *places, "--option", KEY, "--dry-run", stdout=out)
    assert f"{stopwatch.NAME} BY_HAND" in out.getvalue()


def test_a_kind_is_watched_judged_priced_and_shown(
    lit: Resource, signed_in: Client, api: APIClient
) -> None:
    assert (lit.name, lit.state) == ("to-fra", "critical")
    assert set(Finding.objects.values_list("rule", flat=True)) == {"DX-DOWN", "DX-DARK"}
    hours, light = lit.bill
    assert (hours["usd"], light["amount"]) == ("21.9000", "730.000")
    assert "Leased circuits" in text_of(signed_in, "health")
    page = text_of(signed_in, "health-resource", lit.uid)
    assert "Call the partner." in page
    assert "Light" in page
    assert "DX-DOWN" in text_of(signed_in, "health-rules")
    role = text_of(signed_in, "health-role", lit.account.uid, "json") if lit.account else ""
    assert "directconnect:DescribeConnections" in role
    listed = api.get(f"/api/v1/health/resources/?kind={circuit.KEY}").json()
    assert [row["name"] for row in listed["results"]] == ["to-fra"]
    rules = json.dumps(api.get("/api/v1/health/rules/").json())
    assert "DX-DARK" in rules
    out = io.StringIO()
    call_command("health", stdout=out)
    assert "to-fra" in out.getvalue()


def test_what_carries_less_is_offered_instead_of_it(lit: Resource) -> None:
    offered = alternatives(Resource.objects.get(pk=lit.pk))
    assert offered is not None
    assert offered.gb == 730
    names = {each.name for each in offered.cheaper}
    assert "VPC peering" in names
    assert NAME not in names  # it costs less, and is what the circuit is part of


def test_the_weekly_report_tells_its_problem_its_saving_and_its_cost(
    lit: Resource, api: APIClient, signed_in: Client
) -> None:
    content = api.get("/api/v1/reports/preview/").json()
    effects = {each["what"]: each["effect"] for each in content["to_do"]}
    assert effects["The circuit is down."] == "Light comes through again."
    assert effects["The circuit is leased and dark."] == f"Saves ${lit.usd:.2f} a month."
    for name in ("report-preview", "report-preview-mail"):
        page = text_of(signed_in, name)
        assert "leased circuit to-fra" in page
