"""The published library of Standard Webhooks verifies what our receivers get."""

from datetime import timedelta

import pytest
from django.utils import timezone
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from advisor.models import User, Webhook
from advisor.webhooks import deliveries, endpoints
from advisor.webhooks.endpoints import Wish
from tests.doubles.receiver import Received, Receiver, receiver
from tests.estate import health_finding

__all__ = ["receiver"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def hook(user: User, receiver: Receiver, settings: object) -> Webhook:
    settings.OUTBOUND_HOSTS = ["127.0.0.0/8"]  # type: ignore[attr-defined]
    webhook = endpoints.add(user.team_id, Wish("pager", receiver.url), user.pk)
    health_finding(user.team_id)
    deliveries.announce()
    return webhook


def received(receiver: Receiver) -> Received:
    deliveries.send(deliveries.due()[0])
    return receiver.requests[-1]


def test_a_body_is_verified_and_a_changed_one_is_not(hook: Webhook, receiver: Receiver) -> None:
    request = received(receiver)
    headers = dict(request.headers.items())
    body = Verifier(hook.secret).verify(request.body, headers)
    assert body["type"] == "incident.opened.v1"
    with pytest.raises(WebhookVerificationError):
        Verifier(hook.secret).verify(request.body.replace(b"critical", b"harmless"), headers)
    late = timezone.now() - timedelta(minutes=6)
    with pytest.raises(WebhookVerificationError):
        Verifier(hook.secret).verify(
            request.body, headers | {"webhook-timestamp": str(int(late.timestamp()))}
        )


def test_after_a_rotation_both_secrets_verify_for_a_day(
    hook: Webhook, receiver: Receiver, user: User
) -> None:
    new = endpoints.rotate(user.team_id, hook.uid)
    request = received(receiver)
    for secret in (hook.secret, new.secret):
        assert Verifier(secret).verify(request.body, dict(request.headers.items()))
    endpoints.forget_old(user.team_id, hook.uid)
    endpoints.try_out(user.team_id, hook.uid)
    request = received(receiver)
    assert Verifier(new.secret).verify(request.body, dict(request.headers.items()))
    with pytest.raises(WebhookVerificationError):
        Verifier(hook.secret).verify(request.body, dict(request.headers.items()))
