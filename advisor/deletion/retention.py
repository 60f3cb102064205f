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


class DataKind(NamedTuple):
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
    DataKind("finished jobs", models.Job, _before(models.Job, F("finished_at")), 30,
         "The answer can be fetched until then; every answer can be computed again.", FEW),
    DataKind("stored answers to requests with an Idempotency-Key", models.StoredReply,
         _before(models.StoredReply, F("created_at")), 7,
         "A client retries within minutes.", FEW),
    DataKind("sessions", Session, _before(Session, F("expire_date")), 0,
         "They end 14 days after the sign-in."),
    DataKind("signed-in browsers", UserSession,
         lambda limit: UserSession.objects.filter(
             ~Exists(Session.objects.filter(session_key=OuterRef("session_key"))),
             created_at__lt=limit), 1, "IP address and user agent go with the session."),
    DataKind("sign-ins, refusals and other events of the audit log", models.AuditEntry,
         lambda limit: models.AuditEntry.objects.exclude(event="").filter(timestamp__lt=limit),
         400, "A year, and time to review it; they hold IP addresses."),
    DataKind("writes in the audit log", models.AuditEntry,
         lambda limit: models.AuditEntry.objects.filter(event="", timestamp__lt=limit),
         "KEEP_AUDIT_DAYS", "Who changed what; the audit policy of your company decides."),
    DataKind("measurements, with the uploaded files", connectivity.LatencyUpload,
         _before(connectivity.LatencyUpload, F("created_at")), "KEEP_MEASUREMENTS_DAYS",
         "Older links refer to them; your company decides.", FEW, derivation.forget),
    DataKind("closed findings, with their events and deliveries", connectivity.Finding,
         _before(connectivity.Finding, F("closed_at")), 400,
         "To compare with the same week of last year."),
    DataKind("closed incidents, with their changes and deliveries", connectivity.Incident,
         _before(connectivity.Incident, F("closed_at")), 400, "As long as their findings."),
    DataKind("resources that no longer exist, with their series", connectivity.Resource,
         _before(connectivity.Resource, F("gone_at")), HEALTH_DAYS,
         "As long as their hourly data points.", FEW, _forget_resources),
    DataKind("series that are no longer collected", connectivity.Series,
         _before(connectivity.Series, F("gone_at")), HEALTH_DAYS,
         "As long as their hourly data points.", FEW, _forget_series),
    DataKind("accounts that are no longer monitored", connectivity.AwsAccount,
         _before(connectivity.AwsAccount, F("removed_at"), resource=None), HEALTH_DAYS,
         "After the last of their resources."),
    DataKind("cost of CloudWatch requests, by day", connectivity.Spending,
         lambda limit: connectivity.Spending.objects.filter(day__lt=limit.date()), HEALTH_DAYS,
         "To compare with the year before."),
    DataKind("weekly reports, with their mails", models.Report,
         _before(models.Report, F("made_at")), 366,
         "To compare with the same week of last year.", FEW),
    DataKind("webhook deliveries, delivered or dead", models.WebhookDelivery,
         lambda limit: models.WebhookDelivery.objects.exclude(state="waiting").filter(
             due_at__lt=limit), 30, "To see what a receiver got, and to retry it."),
    DataKind("deleted webhooks", models.Webhook,
         _before(models.Webhook, F("ended_at")), 90, "Their name explains their deliveries."),
    DataKind("deleted topologies, with their versions", connectivity.Topology,
         _before(connectivity.Topology, F("deleted_at")), 90, "Until then it can be undone.", FEW),
    DataKind("what was told of plans", connectivity.PlanNews,
         _before(connectivity.PlanNews, F("at")), 400,
         "To compare with the same week of last year."),
    DataKind("invitations that were accepted, revoked or have expired", models.Invitation,
         _before(models.Invitation, Least(Coalesce("ended_at", "expires_at"), "expires_at")), 90,
         "Who invited whom is in the audit log."),
    DataKind("API tokens that have expired", models.ApiToken,
         _before(models.ApiToken, F("expiry")), 90,
         "Their name explains refused requests; they grant no access."),
    DataKind("shared links that have expired or were revoked", models.ShareLink,
         _before(models.ShareLink, Least(Coalesce("revoked_at", "expires_at"), "expires_at")), 90,
         "Until then the link says that it has ended."),
    DataKind("confirmations of e-mail addresses", EmailConfirmation,
         _before(EmailConfirmation, F("created")), 30, "They expire after three days."),
)  # fmt: skip

POINTS = (
    ("health data points, as collected", points.KEEP_RAW // DAY),
    ("hourly health data points", points.KEEP_HOURS // DAY),
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
    "connectivity.incidentevent": "with its incident",
    "connectivity.rulesetting": "until somebody changes it",
    "connectivity.latencyset": "as long as the team: answers and links name it",
    "connectivity.measurement": "with its file",
    "connectivity.keptplan": "as long as its topology",
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


def _clear(kind: DataKind, now: datetime, end: float) -> int:
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
