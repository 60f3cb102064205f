"""Tells other programs what happens to findings: signed, tried again, and given up in the end.

Bodies are signed as the Standard Webhooks specification says; Slack reads their `text`.
"""

import base64
import hashlib
import hmac
import logging
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from advisor.escaping import chat_safe
from advisor.models import Webhook, WebhookDelivery
from connectivity.clients.web import NotAllowed, WebError, ask, checked
from connectivity.core.health.kinds import KINDS
from connectivity.core.problems import DocumentRefused, Problem
from connectivity.health.as_json import finding_json
from connectivity.models import FindingEvent
from connectivity.pulse import LEASE, Pulse

logger = logging.getLogger(__name__)

LOST = "lost its worker at the last try"
FAILED = "internal error; see the server's log"
TOLD = ("opened", "worsened", "closed")
PAUSES = (30, 120, 480, 1_920, 7_200, 28_800)  # seconds before each further try
LOOK_BACK = timedelta(days=1)
MOST = 500  # deliveries of one round


def add(team_id: int, name: str, url: str, author_id: int | None) -> Webhook:
    """Tell an address from now on.

    Raises:
        DocumentRefused: no name, or an address that must not be asked.
    """
    if not name.strip():
        raise DocumentRefused([Problem("name", "is empty")])
    try:
        checked(url, settings.OUTBOUND_HOSTS)
    except NotAllowed as error:
        raise DocumentRefused([Problem("url", str(error))]) from error
    return Webhook.objects.create(
        team_id=team_id, name=name.strip()[:100], url=url.strip()[:500], author_id=author_id
    )


def end(team_id: int, uid: UUID) -> Webhook:
    """Tell it nothing more. Raises: Webhook.DoesNotExist."""
    webhook = Webhook.objects.get(team_id=team_id, uid=uid, ended_at=None)
    webhook.ended_at = timezone.now()
    webhook.save(update_fields=["ended_at"])
    return webhook


def announce() -> int:
    """Make a delivery of each event that an address has not been told. Twice is once."""
    count = 0
    heard = Q(finding__muted_until=None) | Q(finding__muted_until__lte=F("at"))
    for webhook in Webhook.objects.filter(ended_at=None):
        since = max(webhook.created_at, timezone.now() - LOOK_BACK)
        told = WebhookDelivery.objects.filter(webhook=webhook, event=OuterRef("pk"))
        events = FindingEvent.objects.filter(
            ~Exists(told), heard, finding__team_id=webhook.team_id, what__in=TOLD, at__gte=since
        )
        rows = [
            WebhookDelivery(webhook=webhook, event_id=pk, due_at=timezone.now())
            for pk in events.order_by("pk").values_list("pk", flat=True)[:MOST]
        ]
        WebhookDelivery.objects.bulk_create(rows, ignore_conflicts=True)
        count += len(rows)
    return count


def due() -> list[int]:
    """Deliveries that are to be tried now."""
    waiting = WebhookDelivery.objects.filter(
        state=WebhookDelivery.State.WAITING, due_at__lte=timezone.now(), webhook__ended_at=None
    )
    return list(waiting.order_by("due_at").values_list("pk", flat=True)[:MOST])


def send(pk: int) -> None:
    """Try one delivery; a second worker that is rung finds it claimed.

    A receiver may be told twice if we die between sending and noting it: the id stays the same.
    """
    delivery = WebhookDelivery.objects.select_related(
        "webhook", "event__finding__resource__account"
    ).get(pk=pk)
    now = timezone.now()
    waiting = WebhookDelivery.objects.filter(pk=pk, state=WebhookDelivery.State.WAITING)
    free = waiting.filter(attempts=delivery.attempts, due_at__lte=now)
    if delivery.attempts > len(PAUSES):
        free.update(state=WebhookDelivery.State.DEAD, problem=LOST)
        return
    if not free.update(attempts=delivery.attempts + 1, due_at=now + LEASE):
        return
    ours = waiting.filter(attempts=delivery.attempts + 1)
    with Pulse(lambda: bool(ours.update(due_at=timezone.now() + LEASE))):
        problem = _try(delivery, now)
    if not problem:
        ours.update(state=WebhookDelivery.State.SENT, sent_at=timezone.now(), problem="")
    elif delivery.attempts == len(PAUSES):
        ours.update(state=WebhookDelivery.State.DEAD, problem=problem)
    else:
        pause = timedelta(seconds=PAUSES[delivery.attempts])
        ours.update(due_at=timezone.now() + pause, problem=problem)


def again(team_id: int, uid: UUID) -> tuple[WebhookDelivery, bool]:
    """Try a dead delivery from the beginning; False: it is not dead.

    Raises: WebhookDelivery.DoesNotExist: also for an address that is told nothing more.
    """
    delivery = WebhookDelivery.objects.get(
        webhook__team_id=team_id, webhook__ended_at=None, uid=uid
    )
    dead = WebhookDelivery.objects.filter(pk=delivery.pk, state=WebhookDelivery.State.DEAD)
    waiting = {"state": WebhookDelivery.State.WAITING, "attempts": 0, "due_at": timezone.now()}
    return delivery, bool(dead.update(**waiting))


def _try(delivery: WebhookDelivery, now: datetime) -> str:
    """Send it; what went wrong, or nothing."""
    webhook = delivery.webhook
    try:
        body = orjson.dumps(body_of(delivery.event))
        headers = {"Content-Type": "application/json", "User-Agent": "connectivity-advisor"}
        headers |= signed(webhook.secret, str(delivery.uid), int(now.timestamp()), body)
        reply = ask("POST", webhook.url, body=body, headers=headers)
    except (NotAllowed, WebError) as error:
        return str(error)
    except Exception:
        logger.exception("the delivery %s failed", delivery.uid)
        return FAILED
    return "" if 200 <= reply.status < 300 else f"answered {reply.status}"


def signed(secret: str, id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers by which a receiver knows that a body is ours, and new."""
    signature = hmac.new(secret.encode(), f"{id}.{timestamp}.".encode() + body, hashlib.sha256)
    return {
        "webhook-id": id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(signature.digest()).decode()}",
    }


def body_of(event: FindingEvent) -> dict[str, Any]:
    """What is told: a sentence for people, and the finding for programs."""
    finding = event.finding
    resource = finding.resource
    where = f"{settings.ADVISOR_URL}{reverse('health-resource', args=[resource.uid])}"
    demo = "[demo] " if resource.account and resource.account.is_demo else ""
    sentence = f"{demo}{finding.state} {event.what}: {KINDS[resource.kind].one} {resource.name}"
    part = f" ({finding.part})" if finding.part else ""
    return {
        "type": f"finding.{event.what}",
        "timestamp": event.at.isoformat(),
        "text": f"{chat_safe(f'{sentence}{part}, {finding.rule}: {event.detail}')}\n{where}",
        "data": finding_json(finding) | {"url": where},
    }
