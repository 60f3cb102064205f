"""Health over REST, and the product's own metrics."""

from typing import Any

import pytest
from django.urls import reverse
from prometheus_client.parser import text_string_to_metric_families
from rest_framework.test import APIClient

from advisor.models import ApiToken, User
from connectivity.core.health.series import Tier
from connectivity.core.health.troubles import Trouble
from connectivity.health.accounts.aws_accounts import add_demo
from connectivity.health.rounds import scheduling
from connectivity.models import Collection, Finding, Incident, Resource
from tests.product import token_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(user: User) -> APIClient:
    add_demo(user.team_id)
    scheduling.run_all(user.team_id)
    return token_client(user, ApiToken.Scope.WRITE)


def test_resources_and_their_series(api: APIClient) -> None:
    listed = api.get(reverse("api-health-resources"), {"kind": "nat-gateway"}).json()
    assert [result["name"] for result in listed["results"]] == ["egress-b", "old-batch", "egress-a"]
    worst = listed["results"][0]
    assert (worst["state"], worst["is_demo"]) == ("critical", True)
    assert {finding["rule"] for finding in worst["findings"]} >= {"NAT-PORTS", "NAT-OTHER-AZ"}
    resource = api.get(reverse("api-health-resource", args=[worst["uid"]]), {"range": "3h"}).json()
    series = {each["metric"]: each for each in resource["series"]}
    errors = series["ErrorPortAllocation"]
    assert errors["dimensions"] == {"NatGatewayId": worst["id"]}
    assert len(errors["points"]) > 150
    Resource.objects.filter(name="old-batch").update(tagged_owner="batch")
    owned = api.get(reverse("api-health-resources"), {"owner": "batch"}).json()
    assert [(each["name"], each["owner"]) for each in owned["results"]] == [("old-batch", "batch")]
    assert api.get(reverse("api-health-resources"), {"kind": "x"}).status_code == 400
    bogus = api.get(reverse("api-health-resources"), {"state": "bogus"})
    assert bogus.json()["problems"][0]["path"] == "state"
    bad = api.get(reverse("api-health-resource", args=[worst["uid"]]), {"range": "9y"})
    assert bad.json()["problems"][0]["path"] == "range"


def test_findings_are_acted_on(api: APIClient) -> None:
    finding = Finding.objects.get(rule="NAT-OTHER-AZ")
    url = reverse("api-health-finding", args=[finding.uid])
    answer = api.patch(url, {"acknowledge": True, "note": "seen"}, format="json").json()
    assert [each["what"] for each in answer["history"]] == ["opened", "acknowledged"]
    assert answer["history"][1]["who"] == "alice"
    bad = api.patch(url, {"mute_until": "2020-01-01T00:00:00Z", "note": "x"}, format="json")
    assert (bad.status_code, bad.json()["problems"][0]["path"]) == (400, "mute_until")
    assert api.patch(url, {"acknowlege": True}, format="json").status_code == 400
    later = {"mute_until": "2099-01-01T00:00:00Z", "note": "meant"}
    assert api.patch(url, later, format="json").json()["muted_until"].startswith("2099")
    assert api.patch(url, {"mute_until": None}, format="json").json()["muted_until"] is None
    listed = api.get(reverse("api-health-findings")).json()
    assert listed["count"] == Finding.objects.filter(closed_at=None).count()


def test_what_is_advised_has_both_prices(api: APIClient) -> None:
    resource = Resource.objects.filter(kind="nat-gateway", name="egress-a").get()
    answer = api.get(reverse("api-health-resource", args=[resource.uid])).json()
    prices = {each["rule"]: (each["now_usd"], each["then_usd"]) for each in answer["instead"]}
    assert prices["NAT-NO-ENDPOINT"] == ("0.0480", "0")  # a GB, in eu-west-1


def test_a_finding_says_what_to_do_and_whose_symptom_it_is(api: APIClient) -> None:
    listed = api.get(reverse("api-health-resources"), {"kind": "nat-gateway"}).json()
    worst = {finding["rule"]: finding for finding in listed["results"][0]["findings"]}
    ports, now = worst["NAT-PORTS"], worst["NAT-PORTS-NOW"]
    assert set(ports) >= {
        *("severity", "state", "title", "steps", "since", "value", "detail", "incident")
    }
    assert ports["title"].startswith("For 15 minutes no source port")
    assert ports["steps"][0].startswith("Find the destination")
    assert ports["incident"] == now["incident"] != worst["NAT-OTHER-AZ"]["incident"]
    severities = [finding["severity"] for finding in listed["results"][0]["findings"]]
    assert severities == sorted(severities, key=["critical", "warning", "advice"].index)


def test_incidents_are_fewer_than_findings_the_gravest_first(
    api: APIClient, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(12):
        listed = api.get(reverse("api-health-incidents")).json()
    assert listed["count"] == Incident.objects.filter(closed_at=None).count()
    assert listed["count"] < Finding.objects.filter(closed_at=None).count()
    severities = [incident["severity"] for incident in listed["results"]]
    assert severities == sorted(severities, key=["critical", "warning", "advice"].index)
    ports = next(each for each in listed["results"] if each["cause"] == "NAT-PORTS")
    assert {symptom["rule"] for symptom in ports["symptoms"]} >= {"NAT-PORTS", "NAT-PORTS-NOW"}
    assert ports["title"].startswith("For 15 minutes")
    whole = api.get(reverse("api-health-incident", args=[ports["uid"]])).json()
    assert (whole["state"], whole["history"][0]["what"]) == ("open", "opened")
    assert {symptom["incident"] for symptom in whole["symptoms"]} == {whole["uid"]}


def test_a_refused_act_leaves_nothing(api: APIClient) -> None:
    finding = Finding.objects.get(rule="NAT-OTHER-AZ")
    url = reverse("api-health-finding", args=[finding.uid])
    both = {"acknowledge": True, "mute_until": "2020-01-01T00:00:00Z", "note": "x"}
    assert api.patch(url, both, format="json").status_code == 400
    assert Finding.objects.get(pk=finding.pk).acknowledged_at is None
    half = api.generic("PATCH", url, b'{"\\ud800": 1}', content_type="application/json")
    assert half.status_code == 400


def test_rules_that_are_none_or_have_no_numbers(api: APIClient) -> None:
    assert api.put(reverse("api-health-rule", args=["nope"]), {}, format="json").status_code == 404
    url = reverse("api-health-rule", args=["NLB-ONE-AZ"])
    wrong = api.put(url, {"threshold": 5, "reason": "x"}, format="json")
    assert "has no thresholds" in wrong.json()["problems"][0]["problem"]


def test_rules_and_collection(api: APIClient) -> None:
    rules = api.get(reverse("api-health-rules")).json()["rules"]
    assert {rule["whose"] for rule in rules} == {"AWS", "ours"}
    url = reverse("api-health-rule", args=["NAT-PORTS"])
    assert api.put(url, {"n": 3, "m": 5}, format="json").json()["problems"][0]["path"] == "reason"
    changed = api.put(url, {"n": 3, "m": 5, "reason": "we want to know"}, format="json").json()
    assert (changed["n"], changed["m"], changed["is_on"]) == (3, 5, True)
    collection = api.get(reverse("api-health-collection")).json()
    assert len(collection["places"]) == 2
    assert collection["this_month"]["usd"] == "0.00000"


def test_what_is_in_the_way_of_collecting_is_told_as_on_the_page(api: APIClient) -> None:
    assert api.get(reverse("api-health-collection")).json()["troubles"] == []
    line = Collection.objects.filter(task=Tier.HOUR.value).first()
    assert line is not None
    line.troubles = [["permission", "cloudwatch:GetMetricData", "AWS says no"]]
    line.save()
    (trouble,) = api.get(reverse("api-health-collection")).json()["troubles"]
    assert trouble == {
        "cause": "permission",
        "title": "the role lacks a permission",
        "duty": "the account's owner",
        "steps": list(Trouble.PERMISSION.steps),
        "accounts": [str(line.account)],
        "more_accounts": 0,
        "regions": [line.region],
        "denied": ["cloudwatch:GetMetricData"],
        "detail": "AWS says no",
        "last_success_at": line.succeeded_at and line.succeeded_at.isoformat(),
    }


def test_the_products_own_metrics_can_be_scraped(api: APIClient) -> None:
    text = api.get(reverse("api-metrics")).content.decode()
    families = {family.name: family for family in text_string_to_metric_families(text)}
    critical = [
        sample.value
        for sample in families["advisor_health_incidents"].samples
        if sample.labels["severity"] == "critical"
    ]
    assert critical == [Incident.objects.filter(closed_at=None, severity="critical").count()]
    assert critical[0] > 0
    ages = families["advisor_collection_age_seconds"].samples
    assert {sample.labels["owner"] for sample in ages} == {"demo: network", "demo: services"}
    assert APIClient().get(reverse("api-metrics")).status_code == 401
