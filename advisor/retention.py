"""How long each kind of data is kept, and why: one table, which the clock, the page and tests read.

What is older goes at night in small batches; nothing of it is noted in the audit log, whose own
entries end here, too.
"""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from allauth.account.models import EmailConfirmation
from allauth.usersessions.models import UserSession
from auditlog.context import disable_auditlog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Least

from advisor import models
from connectivity import derivation, points
from connectivity import models as connectivity
from connectivity.core.health.resource_type import DAY

logger = logging.getLogger(__name__)

BATCH, FEW = 500, 20  # rows deleted at a time; where a row may have megabytes, or much below it
LONGEST_S = 1_200.0  # of one night, for all kinds together; the rest goes in the next one
HEALTH_DAYS = 455  # as CloudWatch keeps its hours
Old = Callable[[datetime], "QuerySet[Any]"]


class Kind(NamedTuple):
    """A kind of data: the rows that are older than a moment, and how many days they are kept."""

    name: str
    model: type[Model]
    old: Old
    days: int | str  # or the name of a setting, where 0 is for ever
    why: str
    batch: int = BATCH
    forget: Callable[[Sequence[Any]], None] | None = None  # where deleting is not all

    @property
    def kept_days(self) -> int | None:
        """None: for ever."""
        days = getattr(settings, self.days) if isinstance(self.days, str) else self.days
        return days if days or not isinstance(self.days, str) else None


def _forget_resources(keys: Sequence[int]) -> None:
    series = connectivity.Series.objects.filter(resource_id__in=keys)
    points.forget_series(list(series.values_list("pk", flat=True)))
    connectivity.Resource.objects.filter(pk__in=keys).delete()


def _forget_series(keys: Sequence[int]) -> None:
    points.forget_series(keys)
    connectivity.Series.objects.filter(pk__in=keys).delete()


def _before(model: Any, moment: Any, **conditions: Any) -> Old:
    """Rows whose moment, a field or an expression, lies before."""
    every = model._base_manager.filter(**conditions).alias(retention_moment=moment)
    return lambda limit: every.filter(retention_moment__lt=limit).order_by()


KINDS = (
    Kind("finished jobs", models.Job, _before(models.Job, F("finished_at")), 30,
         "Somebody may come back for the answer; every answer can be computed again.", FEW),
    Kind("stored answers to requests with an Idempotency-Key", models.StoredReply,
         _before(models.StoredReply, F("created_at")), 7,
         "A script that sends a request again does so within minutes.", FEW),
    Kind("sessions", Session, _before(Session, F("expire_date")), 0,
         "They end 14 days after the sign-in."),
    Kind("signed-in browsers", UserSession,
         lambda limit: UserSession.objects.filter(
             ~Exists(Session.objects.filter(session_key=OuterRef("session_key"))),
             created_at__lt=limit), 1, "Address and program of a browser go with its session."),
    Kind("sign-ins, refusals and other events of the audit log", models.AuditEntry,
         lambda limit: models.AuditEntry.objects.exclude(event="").filter(timestamp__lt=limit),
         400, "A year, and time to look back at it; they hold addresses of people."),
    Kind("writes in the audit log", models.AuditEntry,
         lambda limit: models.AuditEntry.objects.filter(event="", timestamp__lt=limit),
         "KEEP_AUDIT_DAYS", "Who changed what; your company decides how long it must answer that."),
    Kind("measurements and the files that they came in", connectivity.LatencyUpload,
         _before(connectivity.LatencyUpload, F("created_at")), "KEEP_MEASUREMENTS_DAYS",
         "Figures last, and older links read them; your company decides.", FEW, derivation.forget),
    Kind("findings that are closed, with their events and deliveries", connectivity.Finding,
         _before(connectivity.Finding, F("closed_at")), 400, "The same week of last year."),
    Kind("resources that are gone, with their series", connectivity.Resource,
         _before(connectivity.Resource, F("gone_at")), HEALTH_DAYS, "As long as their hours.", FEW,
         _forget_resources),
    Kind("series that are no longer asked for", connectivity.Series,
         _before(connectivity.Series, F("gone_at")), HEALTH_DAYS, "As long as their hours.", FEW,
         _forget_series),
    Kind("accounts that are no longer monitored", connectivity.AwsAccount,
         _before(connectivity.AwsAccount, F("removed_at"), resource=None), HEALTH_DAYS,
         "After the last of their resources."),
    Kind("what asking CloudWatch cost, by day", connectivity.Spending,
         lambda limit: connectivity.Spending.objects.filter(day__lt=limit.date()), HEALTH_DAYS,
         "This year beside the last one."),
    Kind("weekly reports, with their mails", models.Report,
         _before(models.Report, F("made_at")), 366, "This week beside that of last year.", FEW),
    Kind("webhook deliveries that were sent or given up", models.WebhookDelivery,
         lambda limit: models.WebhookDelivery.objects.exclude(state="waiting").filter(
             due_at__lt=limit), 30, "To see what a receiver got, and to send it again."),
    Kind("webhooks that have ended", models.Webhook,
         _before(models.Webhook, F("ended_at")), 90, "Their name explains their deliveries."),
    Kind("deleted topologies, with their versions", connectivity.Topology,
         _before(connectivity.Topology, F("deleted_at")), 90, "Until then it can be undone.", FEW),
    Kind("invitations that have ended", models.Invitation,
         _before(models.Invitation, Least(Coalesce("ended_at", "expires_at"), "expires_at")), 90,
         "Who invited whom is in the audit log."),
    Kind("API tokens that have expired", models.ApiToken,
         _before(models.ApiToken, F("expiry")), 90,
         "Their name explains what was refused; they open nothing."),
    Kind("shared links that have expired or were revoked", models.ShareLink,
         _before(models.ShareLink, Least(Coalesce("revoked_at", "expires_at"), "expires_at")), 90,
         "Until then the link says that it has ended."),
    Kind("confirmations of e-mail addresses", EmailConfirmation,
         _before(EmailConfirmation, F("created")), 30, "They are good for three days."),
)  # fmt: skip

POINTS = (
    ("points of health, as they were asked for", points.KEEP_RAW // DAY),
    ("points of health by the hour", points.KEEP_HOURS // DAY),
)
"""What goes by the hour, see `connectivity.points`; days last as long as their series."""

WITH_OWNER = {
    "advisor.team": "until an admin deletes it",
    "advisor.user": "until they delete their account, or an operator does",
    "advisor.membership": "until the member leaves or is removed",
    "advisor.recipient": "as long as the team: whoever unsubscribed is not asked again",
    "advisor.delivery": "with its report",
    "connectivity.prometheussource": "until an editor removes it",
    "connectivity.collection": "as long as what it asks",
    "connectivity.findingevent": "with its finding",
    "connectivity.rulesetting": "until somebody changes it",
    "connectivity.latencyset": "as long as the team: answers and links name it",
    "connectivity.measurement": "with its file",
    "connectivity.topologyversion": "as long as its topology: answers and links name it",
    "costmodel.pricelist": "as long as the team: answers and links name it",
    "costmodel.priceoverride": "as long as the team: older lists are explained by it",
    "mfa.authenticator": "until its owner removes it, or an operator",
    "socialaccount.socialaccount": "until its owner removes it, with the account at the latest",
    "socialaccount.socialtoken": "with the account that it is for",
}
"""Models that have a time and no age of their own, and how they end."""


def clear(now: datetime) -> dict[str, int]:
    """Delete what is older than it is kept; returns how many rows of each kind went."""
    end = time.monotonic() + LONGEST_S
    counts = {kind.name: _clear(kind, now, end) for kind in KINDS}
    for name, count in counts.items():
        if count:
            logger.info("%s: %d were older than they are kept, and are deleted", name, count)
    if time.monotonic() > end:
        logger.warning("clearing stopped after %d s; the rest goes in the next night", LONGEST_S)
    return counts


def _clear(kind: Kind, now: datetime, end: float) -> int:
    if kind.kept_days is None:
        return 0
    old, count = kind.old(now - timedelta(days=kind.kept_days)), 0
    while time.monotonic() < end:
        keys = list(old.values_list("pk", flat=True)[: kind.batch])
        if not keys:
            break
        with disable_auditlog():
            if kind.forget:
                kind.forget(keys)
            else:
                kind.model._base_manager.filter(Q(pk__in=keys)).delete()
        count += len(keys)
    return count
