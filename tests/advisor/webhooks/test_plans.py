"""News of plans: once for each address that does not wake people, documented, and bounded."""

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from advisor.models import User, Webhook, WebhookDelivery
from advisor.webhooks import deliveries as webhooks
from advisor.webhooks import endpoints
from advisor.webhooks.endpoints import Wish
from advisor.webhooks.message import EventType, plan_message_of, trial
from advisor.webhooks.shapes import SHAPES
from connectivity.actions import create_topology
from connectivity.kept_plans import looking
from connectivity.models import PlanNews, Topology
from tests import hostile
from tests.connectivity.core.plan.renewal.test_renewal import estate, hub_usd, link_usd
from tests.connectivity.kept_plans.test_looking import new_prices, next_day
from tests.doubles.receiver import Receiver, receiver

__all__ = ["receiver"]
pytestmark = pytest.mark.django_db
DOCS = Path(__file__).parents[3] / "docs" / "health.md"


@pytest.fixture
def news(user: User, tmp_path: Path) -> PlanNews:
    create_topology(user.team_id, estate() | {"name": "acme"})
    looking.look_at_due()
    new_prices(tmp_path, "0.05")
    next_day()
    return PlanNews.objects.get()


@pytest.fixture
def hook(user: User, receiver: Receiver, settings: object) -> Webhook:
    settings.OUTBOUND_HOSTS = ["127.0.0.0/8"]  # type: ignore[attr-defined]
    return endpoints.add(user.team_id, Wish("chat", receiver.url), user.pk)


def test_a_cheaper_plan_is_told_once_with_its_exact_figures(
    hook: Webhook, news: PlanNews, receiver: Receiver
) -> None:
    assert (webhooks.announce(), webhooks.announce()) == (1, 0)
    (pk,) = webhooks.due()
    webhooks.send(pk)
    webhooks.send(pk)
    (request,) = receiver.requests
    body = json.loads(request.body)
    data = body["data"]
    assert body["type"] == "plan.cheaper.v1"
    assert body["text"].startswith("acme: another plan costs 141.15 USD a month less: 115.50 USD")
    kept = round(link_usd(300, "0.05"), 2)
    figures = [Decimal(data[name]) for name in ("usd", "kept_usd", "saves_usd")]
    assert figures == [hub_usd(300), kept, kept - hub_usd(300)]
    assert data["topology"] == {"uid": str(news.topology.uid), "name": "acme"}
    assert data["moves"] == [{"before": "PrivateLink", "after": "Transit Gateway", "flows": 2}]
    assert (data["switch"]["steps"], data["switch"]["days"]) == (6, 7)
    assert data["links"]["page"].endswith(f"/topologies/{news.topology.uid}/")
    assert request.headers["webhook-id"] == str(WebhookDelivery.objects.get().uid)
    assert WebhookDelivery.objects.get().state == "sent"


def test_who_is_woken_hears_of_trouble_alone(hook: Webhook, news: PlanNews) -> None:
    for shape in SHAPES:
        Webhook.objects.update(shape=shape)
        is_told = not SHAPES[shape].is_for_trouble
        assert is_told == (shape in {"standard", "slack", "teams"})
        assert webhooks.announce() == is_told
        WebhookDelivery.objects.all().delete()


def test_another_teams_address_hears_nothing(news: PlanNews, hook: Webhook, stranger: User) -> None:
    Webhook.objects.update(team_id=stranger.team_id)
    assert webhooks.announce() == 0


def test_news_of_before_the_address_was_added_are_not_told(news: PlanNews, hook: Webhook) -> None:
    PlanNews.objects.update(at=hook.created_at - timedelta(seconds=1))
    assert webhooks.announce() == 0


def test_what_was_deleted_meanwhile_is_no_test_message(
    hook: Webhook, news: PlanNews, receiver: Receiver
) -> None:
    webhooks.announce()
    Topology.objects.update(deleted_at=timezone.now())
    webhooks.send(webhooks.due()[0])
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.problem) == ("dead", webhooks.DELETED)
    assert receiver.requests == []


def test_the_page_names_the_topology(hook: Webhook, news: PlanNews, signed_in: Client) -> None:
    webhooks.announce()
    page = " ".join(signed_in.get(reverse("health-collection")).content.decode().split())
    assert "plan cheaper <small>acme</small>" in page


def test_every_type_of_event_is_documented() -> None:
    text = DOCS.read_text()
    types = {
        "opened": "incident", "worsened": "incident", "eased": "incident", "resolved": "incident",
        "cheaper": "plan", "blocked": "plan", "test": "webhook",
    }  # fmt: skip
    assert set(types) == set(EventType)
    for change, topic in types.items():
        assert f"`{topic}.{change}.v1`" in text
    assert trial("t", timezone.now()).type == "webhook.test.v1"


@pytest.mark.parametrize("shape", SHAPES)
def test_a_body_is_small_and_harmless_whatever_a_topology_is_called(
    news: PlanNews, shape: str
) -> None:
    long = hostile.MARKUP + "𝄞" * 3_000
    news.topology.name = long
    news.content["why"] = [long] * 9
    news.content["no_plan"] = long
    body = SHAPES[shape].body(plan_message_of(news), "k" * 32)
    assert len(orjson.dumps(body)) < 24_000
    if shape in {"slack", "teams"}:
        for text in _texts(json.loads(orjson.dumps(body))):
            assert list(hostile.in_text(text.replace("http://127.0.0.1:8000", ""))) == []


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner)]
    return [value] if isinstance(value, str) else []


def test_a_test_is_sent_also_while_news_of_a_plan_wait(hook: Webhook, news: PlanNews) -> None:
    webhooks.announce()
    for _ in range(2):  # somebody pushes the button twice
        endpoints.try_out(hook.team_id, hook.uid)
    assert sorted(row.is_test for row in WebhookDelivery.objects.all()) == [False, True]
