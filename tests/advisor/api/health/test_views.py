"""Health over REST, and the product's own metrics."""

import pytest
from django.urls import reverse
from prometheus_client.parser import text_string_to_metric_families
from rest_framework.test import APIClient

from advisor.models import ApiToken, User
from connectivity.health import scheduling
from connectivity.health.aws_accounts import add_demo
from connectivity.models import Finding
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


def test_the_products_own_metrics_can_be_scraped(api: APIClient) -> None:
    text = api.get(reverse("api-metrics")).content.decode()
    families = {family.name: family for family in text_string_to_metric_families(text)}
    critical = [
        sample.value
        for sample in families["advisor_health_findings"].samples
        if sample.labels["state"] == "critical"
    ]
    assert critical == [Finding.objects.filter(closed_at=None, state="critical").count()]
    ages = families["advisor_collection_age_seconds"].samples
    assert {sample.labels["owner"] for sample in ages} == {"demo: network", "demo: services"}
    assert APIClient().get(reverse("api-metrics")).status_code == 401
