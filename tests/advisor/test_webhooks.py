"""Webhooks: each event once, signed, tried again after longer and longer pauses, then dead."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from django.utils import timezone

from advisor import webhooks
from advisor.models import User, Webhook, WebhookDelivery
from connectivity.core.problems import DocumentRefused
from connectivity.models import Finding, FindingEvent
from connectivity.pulse import LEASE
from tests.doubles.receiver import Receiver, receiver
from tests.estate import health_finding

__all__ = ["receiver"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def hook(user: User, receiver: Receiver, settings: object) -> Webhook:
    settings.OUTBOUND_HOSTS = ["127.0.0.0/8"]  # type: ignore[attr-defined]
    webhook = webhooks.add(user.team_id, "pager", receiver.url, user.pk)
    health_finding(user.team_id)
    return webhook


def pass_(seconds: int) -> None:
    """Time goes by for what waits."""
    WebhookDelivery.objects.update(due_at=timezone.now() - timedelta(seconds=1))


def test_an_event_is_told_once_and_signed(hook: Webhook, receiver: Receiver) -> None:
    assert (webhooks.announce(), webhooks.announce()) == (1, 0)
    (pk,) = webhooks.due()
    webhooks.send(pk)
    webhooks.send(pk)
    (request,) = receiver.requests
    body = json.loads(request.body)
    assert body["type"] == "finding.opened"
    assert body["text"].startswith("critical opened: NAT gateway egress, NAT-PORTS: 15 of the")
    assert body["data"]["resource"]["id"] == "nat-1"
    id, at = request.headers["webhook-id"], request.headers["webhook-timestamp"]
    signed = f"{id}.{at}.".encode() + request.body
    expected = base64.b64encode(hmac.new(hook.secret.encode(), signed, hashlib.sha256).digest())
    assert request.headers["webhook-signature"] == f"v1,{expected.decode()}"
    assert WebhookDelivery.objects.get().state == "sent"


def test_what_fails_is_tried_again_and_dies_in_the_end(
    hook: Webhook, receiver: Receiver, user: User
) -> None:
    webhooks.announce()
    for number in range(1 + len(webhooks.PAUSES)):
        receiver.answers = [(500, {}, b"")]
        (pk,) = webhooks.due()
        webhooks.send(pk)
        assert len(receiver.requests) == number + 1
        assert webhooks.due() == []
        pass_(1)
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.problem) == ("dead", "answered 500")
    assert webhooks.due() == []
    assert {request.headers["webhook-id"] for request in receiver.requests} == {str(delivery.uid)}
    assert webhooks.again(user.team_id, delivery.uid)[1]
    assert not webhooks.again(user.team_id, delivery.uid)[1]  # it waits already
    (pk,) = webhooks.due()
    webhooks.send(pk)
    assert WebhookDelivery.objects.get().state == "sent"


def test_what_a_lost_worker_had_is_tried_again_within_a_minute(
    hook: Webhook, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also the later tries, after which a receiver that does not answer has hours of rest."""
    webhooks.announce()
    WebhookDelivery.objects.update(attempts=5)
    (pk,) = webhooks.due()

    def killed(*_: object) -> str:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(webhooks, "_try", killed)
        with pytest.raises(SystemExit):
            webhooks.send(pk)
    assert WebhookDelivery.objects.get().due_at - timezone.now() <= LEASE
    assert LEASE + timedelta(seconds=30) < timedelta(minutes=1)
    pass_(1)
    webhooks.send(pk)
    assert (len(receiver.requests), WebhookDelivery.objects.get().state) == (1, "sent")


def test_what_loses_its_worker_at_the_last_try_is_dead(hook: Webhook, receiver: Receiver) -> None:
    webhooks.announce()
    WebhookDelivery.objects.update(attempts=len(webhooks.PAUSES) + 1)
    (pk,) = webhooks.due()
    webhooks.send(pk)
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.problem, receiver.requests) == ("dead", webhooks.LOST, [])


def test_who_wakes_up_too_late_changes_nothing(
    hook: Webhook, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhooks.announce()
    (pk,) = webhooks.due()
    send = webhooks._try

    def sleepy(*_: object) -> str:
        pass_(1)
        with monkeypatch.context() as patch:
            patch.setattr(webhooks, "_try", send)
            webhooks.send(pk)
        return "answered 500"

    monkeypatch.setattr(webhooks, "_try", sleepy)
    webhooks.send(pk)
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.problem) == ("sent", "")


def test_what_fails_inside_the_server_is_tried_later(
    hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhooks.announce()
    monkeypatch.setattr(webhooks, "body_of", lambda event: {}["none"])
    (pk,) = webhooks.due()
    webhooks.send(pk)
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.problem) == ("waiting", webhooks.FAILED)
    assert delivery.due_at > timezone.now() + timedelta(seconds=webhooks.PAUSES[0] - 5)


def test_an_address_that_is_no_longer_allowed_is_not_asked(
    hook: Webhook, receiver: Receiver, settings: object
) -> None:
    webhooks.announce()
    settings.OUTBOUND_HOSTS = []  # type: ignore[attr-defined]
    (pk,) = webhooks.due()
    webhooks.send(pk)
    assert receiver.requests == []
    assert "OUTBOUND_HOSTS" in WebhookDelivery.objects.get().problem


def test_what_somebody_only_acknowledged_is_not_told(hook: Webhook, user: User) -> None:
    webhooks.announce()
    finding = Finding.objects.get()
    FindingEvent.objects.create(finding=finding, at=timezone.now(), what="acknowledged")
    assert webhooks.announce() == 0


def test_what_is_muted_is_not_told(hook: Webhook) -> None:
    Finding.objects.update(muted_until=timezone.now() + timedelta(days=1))
    assert webhooks.announce() == 0


def test_an_address_that_ended_is_told_nothing(hook: Webhook, user: User) -> None:
    webhooks.announce()
    webhooks.end(user.team_id, hook.uid)
    assert (webhooks.due(), webhooks.announce()) == ([], 0)


def test_an_address_that_must_not_be_asked_is_refused(user: User) -> None:
    with pytest.raises(DocumentRefused, match="never contacted"):
        webhooks.add(user.team_id, "x", "http://169.254.169.254/", user.pk)
    with pytest.raises(DocumentRefused, match="is empty"):
        webhooks.add(user.team_id, " ", "https://hooks.slack.com/", user.pk)
