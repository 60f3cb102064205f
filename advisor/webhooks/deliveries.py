"""Deliveries: a change once for each address, tried again, and given up in the end."""

import logging
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid5

import orjson
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import timezone

from advisor.models import Webhook, WebhookDelivery
from advisor.webhooks.endpoints import secrets_of
from advisor.webhooks.message import Message, message_of, plan_message_of, trial
from advisor.webhooks.shapes import SHAPES
from advisor.webhooks.signing import signed
from connectivity.clients.web import NotAllowed, WebError, ask
from connectivity.health.reading.incident_lookup import PROBLEMS
from connectivity.kept_plans import lookup
from connectivity.models import IncidentEvent
from connectivity.pulse import LEASE, Pulse

logger = logging.getLogger(__name__)

LOST = "lost its worker at the last try"
REPLACED = "a message of its incident was made instead"
DELETED = "its topology was deleted meanwhile"
FAILED = "internal error; see the server's log"
GONE = 410  # by which a receiver says that it wants no more
PAUSES = (30, 120, 480, 1_920, 7_200, 28_800)  # seconds before each further try
LOOK_BACK = timedelta(days=1)
MOST = 500  # deliveries of one round


class Outcome(NamedTuple):
    """What came of a try."""

    problem: str  # empty: it was received
    is_final: bool = False  # trying again is of no use


def announce() -> int:
    """Make a delivery of each change of trouble that an address has not been told. Twice is once.

    Advice is no trouble: pages and reports have it.
    """
    waiting = WebhookDelivery.objects.filter(state=WebhookDelivery.State.WAITING)
    waiting.exclude(event=None).update(state=WebhookDelivery.State.DEAD, problem=REPLACED)
    count = 0
    for webhook in Webhook.objects.filter(ended_at=None):
        now = timezone.now()
        rows = [
            WebhookDelivery(
                uid=uuid5(webhook.uid, str(pk)), webhook=webhook, change_id=pk, due_at=now
            )
            for pk in _news(webhook, now)
        ]
        rows += _of_plans(webhook, now)
        WebhookDelivery.objects.bulk_create(rows, ignore_conflicts=True)  # by their uid
        count += len(rows)
    return count


def _news(webhook: Webhook, now: datetime) -> list[int]:
    """Changes of trouble that an address is to be told, and has not been; the earliest first.

    A mute counts when a change is noticed: one that is over by then hides nothing that happened
    while it lasted. While it lasts an address hears only the end of what it heard begin, or its
    page would ring for ever; when it ends, the newest change of what is still open.
    """
    since = max(webhook.created_at, now - LOOK_BACK)
    told = WebhookDelivery.objects.filter(webhook=webhook)
    changes = IncidentEvent.objects.filter(
        ~Exists(told.filter(change=OuterRef("pk"))),
        Q(severity__in=PROBLEMS) | Q(was__in=PROBLEMS),
        incident__team_id=webhook.team_id,
    )
    recent = changes.filter(noticed_at__gte=since)
    heard = Q(incident__muted_until=None) | Q(incident__muted_until__lte=F("noticed_at"))
    before = told.filter(change__incident=OuterRef("incident"), change__lt=OuterRef("pk"))
    last_told = Subquery(before.order_by("-change").values("change__what")[:1])
    ends = recent.filter(what="closed").annotate(last_told=last_told)
    later = IncidentEvent.objects.filter(incident=OuterRef("incident"), pk__gt=OuterRef("pk"))
    still_so = changes.filter(
        ~Exists(later),
        noticed_at__gte=webhook.created_at,
        incident__closed_at=None,
        incident__muted_until__gte=since,
        incident__muted_until__lte=now,
    )
    ended = ends.filter(last_told__isnull=False).exclude(last_told="closed")
    news = (recent.filter(heard), ended, still_so)
    return sorted(
        {pk for rows in news for pk in rows.order_by("pk").values_list("pk", flat=True)[:MOST]}
    )[:MOST]


def _of_plans(webhook: Webhook, now: datetime) -> list[WebhookDelivery]:
    """What is new of plans, for whom it does not wake; a delivery's id is made of the news's."""
    if SHAPES[webhook.shape].is_for_trouble:
        return []
    since = max(webhook.created_at, now - LOOK_BACK)
    news = lookup.news(webhook.team_id).filter(at__gte=since)
    uids = [uuid5(webhook.uid, str(uid)) for uid in news.values_list("uid", flat=True)[:MOST]]
    known = set(WebhookDelivery.objects.filter(uid__in=uids).values_list("uid", flat=True))
    return [
        WebhookDelivery(uid=uid, webhook=webhook, due_at=now) for uid in uids if uid not in known
    ]


def due() -> list[int]:
    """Deliveries that are to be tried now; of one incident, the earliest that waits.

    So nobody hears that something ended before hearing that it began.
    """
    waiting = WebhookDelivery.objects.filter(
        state=WebhookDelivery.State.WAITING, webhook__ended_at=None, event=None
    )
    earlier = waiting.filter(
        webhook=OuterRef("webhook"),
        change__incident=OuterRef("change__incident"),
        pk__lt=OuterRef("pk"),
    )
    ready = waiting.filter(~Exists(earlier), due_at__lte=timezone.now())
    return list(ready.order_by("due_at", "pk").values_list("pk", flat=True)[:MOST])


def send(pk: int) -> None:
    """Try one delivery; a second worker that is rung finds it claimed.

    A receiver may be told twice if we die between sending and noting it: the id stays the same.
    """
    delivery = WebhookDelivery.objects.select_related(
        "webhook", "change__incident__resource__account", "change__incident__resource__source"
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
        outcome = _try(delivery, now)
    if not outcome.problem:
        ours.update(state=WebhookDelivery.State.SENT, sent_at=timezone.now(), problem="")
    elif delivery.attempts == len(PAUSES) or outcome.is_final:
        ours.update(state=WebhookDelivery.State.DEAD, problem=outcome.problem)
    else:
        pause = timedelta(seconds=PAUSES[delivery.attempts])
        ours.update(due_at=timezone.now() + pause, problem=outcome.problem)


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


def _try(delivery: WebhookDelivery, now: datetime) -> Outcome:
    """Send it."""
    webhook = delivery.webhook
    try:
        shape, message = SHAPES[webhook.shape], _message(delivery, now)
        if message is None:
            return Outcome(DELETED, True)
        body = orjson.dumps(shape.body(message, webhook.routing_key))
        headers = {"Content-Type": "application/json", "User-Agent": "connectivity-advisor"}
        if shape.is_signed:
            keys = secrets_of(webhook, now)
            headers |= signed(keys, str(delivery.uid), int(now.timestamp()), body)
        reply = ask("POST", webhook.url, body=body, headers=headers)
    except (NotAllowed, WebError) as error:
        return Outcome(str(error))
    except Exception:
        logger.exception("the delivery %s failed", delivery.uid)
        return Outcome(FAILED)
    if reply.status == GONE:
        return Outcome("answered 410: it wants no more messages; remove the webhook", True)
    return Outcome("" if 200 <= reply.status < 300 else f"answered {reply.status}")


def _message(delivery: WebhookDelivery, now: datetime) -> Message | None:
    """What it tells; None: that is deleted."""
    if delivery.change:
        return message_of(delivery.change)
    if delivery.is_test:
        return trial(str(delivery.uid), now)
    webhook = delivery.webhook
    news = lookup.news_by_id(webhook.team_id, [(delivery.uid, webhook.uid)])
    return plan_message_of(news[delivery.uid]) if news else None
