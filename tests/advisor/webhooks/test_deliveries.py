"""Webhooks: each event once, signed, tried again after longer and longer pauses, then dead."""

import json
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from advisor.models import User, Webhook, WebhookDelivery
from advisor.webhooks import deliveries as webhooks
from advisor.webhooks import endpoints
from advisor.webhooks.endpoints import Wish
from advisor.webhooks.signing import signed
from connectivity.health.lifecycle import incidents
from connectivity.health.lifecycle.findings import acknowledge, mute, unmute
from connectivity.models import Finding, FindingEvent, Incident, IncidentEvent
from connectivity.pulse import LEASE
from tests.doubles.receiver import Receiver, receiver
from tests.estate import health_finding

__all__ = ["receiver"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def hook(user: User, receiver: Receiver, settings: object) -> Webhook:
    settings.OUTBOUND_HOSTS = ["127.0.0.0/8"]  # type: ignore[attr-defined]
    webhook = endpoints.add(user.team_id, Wish("pager", receiver.url), user.pk)
    health_finding(user.team_id)
    return webhook


def told(finding: Finding) -> None:
    """A finding has changed, and its incident follows."""
    incidents.follow({finding.resource.pk: finding.resource.kind}, [finding], timezone.now())


def close(finding: Finding) -> None:
    finding.closed_at = timezone.now()
    finding.save()
    told(finding)


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
    assert body["type"] == "incident.opened.v1"
    assert body["text"].startswith("critical opened: NAT gateway egress, NAT-PORTS: 15 of the")
    assert body["data"]["resource"]["id"] == "nat-1"
    assert request.headers["Content-Type"] == "application/json"
    id, at = request.headers["webhook-id"], int(request.headers["webhook-timestamp"])
    assert abs(at - timezone.now().timestamp()) < 60
    expected = signed([hook.secret], str(WebhookDelivery.objects.get().uid), at, request.body)
    assert {name: request.headers[name] for name in expected} == expected
    assert id == expected["webhook-id"]
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

    def sleepy(*_: object) -> webhooks.Outcome:
        pass_(1)
        with monkeypatch.context() as patch:
            patch.setattr(webhooks, "_try", send)
            webhooks.send(pk)
        return webhooks.Outcome("answered 500")

    monkeypatch.setattr(webhooks, "_try", sleepy)
    webhooks.send(pk)
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.problem) == ("sent", "")


def test_what_fails_inside_the_server_is_tried_later(
    hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhooks.announce()
    monkeypatch.setattr(webhooks, "message_of", lambda event: {}["none"])
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
    acknowledge(Finding.objects.get(), "on it", user.pk)
    assert webhooks.announce() == 0


def test_symptoms_of_an_incident_are_one_message(hook: Webhook, receiver: Receiver) -> None:
    """Ports that run out at this minute, and for a quarter of an hour: one trouble, told once."""
    webhooks.announce()
    webhooks.send(webhooks.due()[0])
    first = Finding.objects.get()
    second = Finding.objects.create(
        team_id=first.team_id, resource=first.resource, rule="NAT-PORTS-NOW", severity="warning",
        why="1 of the last 5 data points are above 0", opened_at=first.opened_at,
    )  # fmt: skip
    told(second)
    assert webhooks.announce() == 0
    close(first)
    close(second)
    assert webhooks.announce() == 2  # it eases, and is over
    for pk in (webhooks.due()[0], webhooks.due()[0]):
        webhooks.send(pk)
    webhooks.send(webhooks.due()[0])
    bodies = [json.loads(request.body) for request in receiver.requests]
    assert [body["type"].split(".")[1] for body in bodies] == ["opened", "eased", "resolved"]
    assert len({body["data"]["incident"] for body in bodies}) == 1
    assert bodies[1]["data"]["severity"] == "warning"


def test_advice_is_no_message(hook: Webhook) -> None:
    webhooks.announce()
    finding = Finding.objects.get()
    told(
        Finding.objects.create(
            team_id=finding.team_id, resource=finding.resource, rule="NAT-IDLE", severity="advice",
            why="idle", opened_at=finding.opened_at,
        )
    )  # fmt: skip
    assert webhooks.announce() == 0


def test_what_the_release_before_left_waiting_is_replaced(hook: Webhook) -> None:
    event = FindingEvent.objects.get()
    old = WebhookDelivery.objects.create(webhook=hook, event=event, due_at=timezone.now())
    assert webhooks.announce() == 1
    old.refresh_from_db()
    assert (old.state, old.problem) == ("dead", webhooks.REPLACED)
    assert old.pk not in webhooks.due()


def test_what_is_muted_is_not_told(hook: Webhook, user: User) -> None:
    mute(Finding.objects.get(), timezone.now() + timedelta(days=1), "known", user.pk)
    assert webhooks.announce() == 0


def muted_until(moment: datetime) -> None:
    Incident.objects.update(muted_until=moment)
    Finding.objects.update(muted_until=moment)


def test_what_is_noticed_after_a_mute_is_told_though_it_happened_before_its_end(
    hook: Webhook,
) -> None:
    now = timezone.now()
    IncidentEvent.objects.update(at=now - timedelta(minutes=20), noticed_at=now)
    muted_until(now - timedelta(minutes=10))
    assert webhooks.announce() == 1


def test_what_is_still_open_when_its_mute_ends_is_told_as_it_is_then(hook: Webhook) -> None:
    now = timezone.now()
    Webhook.objects.update(created_at=now - timedelta(days=9))
    IncidentEvent.objects.update(noticed_at=now - timedelta(days=3))
    muted_until(now + timedelta(minutes=1))
    assert webhooks.announce() == 0
    muted_until(now - timedelta(minutes=1))
    assert (webhooks.announce(), webhooks.announce()) == (1, 0)


def test_what_came_and_went_while_it_was_muted_is_never_told(hook: Webhook) -> None:
    muted_until(timezone.now() + timedelta(hours=1))
    close(Finding.objects.get())
    assert webhooks.announce() == 0
    IncidentEvent.objects.update(noticed_at=timezone.now() - timedelta(hours=2))
    muted_until(timezone.now() - timedelta(hours=1))
    assert webhooks.announce() == 0


def test_unmuting_tells_what_is_still_open_once_and_not_what_was_muted(
    hook: Webhook, user: User
) -> None:
    finding = Finding.objects.get()
    mute(finding, timezone.now() + timedelta(days=1), "known", user.pk)
    close(finding)
    again = Finding.objects.create(
        team_id=finding.team_id, resource=finding.resource, rule=finding.rule, why="again",
        severity=finding.severity, opened_at=timezone.now(),
    )  # fmt: skip
    told(again)
    assert (IncidentEvent.objects.count(), webhooks.announce()) == (3, 0)
    unmute(finding, user.pk)
    assert (webhooks.announce(), webhooks.announce()) == (1, 0)
    assert WebhookDelivery.objects.get().change == IncidentEvent.objects.latest("pk")
    close(again)
    assert webhooks.announce() == 1


def test_unmuting_what_came_and_went_tells_nothing(hook: Webhook, user: User) -> None:
    finding = Finding.objects.get()
    mute(finding, timezone.now() + timedelta(days=1), "known", user.pk)
    close(finding)
    unmute(finding, user.pk)
    assert webhooks.announce() == 0


def test_the_end_of_what_was_told_is_told_while_it_is_muted_and_once(hook: Webhook) -> None:
    webhooks.announce()
    muted_until(timezone.now() + timedelta(days=1))
    close(Finding.objects.get())
    assert (webhooks.announce(), webhooks.announce()) == (1, 0)
    assert WebhookDelivery.objects.latest("pk").change.what == "closed"  # type: ignore[union-attr]


def test_an_address_that_ended_is_told_nothing(hook: Webhook, user: User) -> None:
    webhooks.announce()
    endpoints.end(user.team_id, hook.uid)
    assert (webhooks.due(), webhooks.announce()) == ([], 0)


def test_the_end_waits_for_the_beginning(hook: Webhook, receiver: Receiver) -> None:
    """A receiver that was away must not open what has ended already."""
    webhooks.announce()
    receiver.answers = [(503, {}, b"")]
    (first,) = webhooks.due()
    webhooks.send(first)
    close(Finding.objects.get())
    assert webhooks.announce() == 1
    assert webhooks.due() == []
    pass_(1)
    assert webhooks.due() == [first]
    webhooks.send(first)
    (second,) = webhooks.due()
    webhooks.send(second)
    types = [json.loads(request.body)["type"] for request in receiver.requests]
    assert types == ["incident.opened.v1", "incident.opened.v1", "incident.resolved.v1"]


def test_who_wants_no_more_is_not_asked_again(hook: Webhook, receiver: Receiver) -> None:
    webhooks.announce()
    receiver.answers = [(410, {}, b"")]
    webhooks.send(webhooks.due()[0])
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.attempts) == ("dead", 1)
    assert "remove the webhook" in delivery.problem


def test_a_test_message_is_sent_and_listed(hook: Webhook, receiver: Receiver, user: User) -> None:
    for _ in range(2):  # somebody pushes the button twice
        endpoints.try_out(user.team_id, hook.uid)
    (pk,) = webhooks.due()
    webhooks.send(pk)
    (request,) = receiver.requests
    body = json.loads(request.body)
    assert body["type"] == "webhook.test.v1"
    assert "nothing is wrong" in body["data"]["cause"]
    assert WebhookDelivery.objects.get().state == "sent"


def test_old_secrets_sign_beside_the_new_ones(
    hook: Webhook, receiver: Receiver, user: User
) -> None:
    webhooks.announce()
    new = endpoints.rotate(user.team_id, hook.uid)
    webhooks.send(webhooks.due()[0])
    (request,) = receiver.requests
    at, id = int(request.headers["webhook-timestamp"]), request.headers["webhook-id"]
    signatures = request.headers["webhook-signature"].split(" ")
    assert signatures == [
        signed([secret], id, at, request.body)["webhook-signature"]
        for secret in (new.secret, hook.secret)
    ]
