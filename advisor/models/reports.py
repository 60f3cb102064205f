"""Weekly reports, who gets them by mail, and what became of each mail."""

import uuid
from datetime import timedelta
from typing import Any, ClassVar

from django.core.signing import BadSignature, Signer
from django.db import models
from django.utils import timezone

from advisor.models.people import Team, User

CONFIRM = Signer(salt="advisor.report.confirm")
UNSUBSCRIBE = Signer(salt="advisor.report.unsubscribe")


class Report(models.Model):
    """What a team's week brought, as it was told. Never changed; kept a year."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    team = models.ForeignKey(Team, models.CASCADE)
    week = models.CharField(max_length=8)  # 2026-W47
    due_at = models.DateTimeField()
    made_at = models.DateTimeField(default=timezone.now)
    content = models.JSONField()

    class Meta:
        ordering: ClassVar = ["-week"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["team", "week"], name="a_week_is_told_once")
        ]

    def __str__(self) -> str:
        return f"{self.team} {self.week}"

    @property
    def is_late(self) -> bool:
        """Nobody was there to make it when it was due."""
        return self.made_at - self.due_at > timedelta(hours=1)


class RecipientQuerySet(models.QuerySet["Recipient"]):
    def willing(self) -> "RecipientQuerySet":
        """Who gets reports: said yes, and belongs to the team still, if that was why."""
        member = models.Q(user__is_active=True, user__membership__team=models.F("team"))
        asked = self.filter(paused_at=None, unsubscribed_at=None, removed_at=None)
        return asked.exclude(confirmed_at=None).filter(models.Q(user=None) | member)


class Recipient(models.Model):
    """An address that gets a team's report once its owner has said so."""

    class State(models.TextChoices):
        GETS_IT = "gets it"
        PAUSED = "paused"
        NOT_CONFIRMED = "not confirmed yet"
        UNSUBSCRIBED = "unsubscribed"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    team = models.ForeignKey(Team, models.CASCADE)
    address = models.EmailField()
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")  # a member's
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    asked_at = models.DateTimeField(null=True)  # by mail, whether it wants the report
    confirmed_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)  # by an admin
    unsubscribed_at = models.DateTimeField(null=True)  # by its owner
    removed_at = models.DateTimeField(null=True)  # by an admin; remembered with what it said

    objects: ClassVar[Any] = RecipientQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["address", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["team", "address"], name="an_address_gets_it_once")
        ]

    def __str__(self) -> str:
        return self.address

    @property
    def confirm_key(self) -> str:
        return CONFIRM.sign(self.uid.hex)

    @property
    def unsubscribe_key(self) -> str:
        return UNSUBSCRIBE.sign(self.uid.hex)

    @property
    def state(self) -> State:
        if self.unsubscribed_at:
            return self.State.UNSUBSCRIBED
        if not self.confirmed_at:
            return self.State.NOT_CONFIRMED
        return self.State.PAUSED if self.paused_at else self.State.GETS_IT

    @property
    def gets_it(self) -> bool:
        return self.state is self.State.GETS_IT

    @staticmethod
    def by_key(key: str, signer: Signer) -> "Recipient":
        """The recipient of a signed key. Raises: Recipient.DoesNotExist."""
        try:
            uid = uuid.UUID(signer.unsign(key))
        except (BadSignature, ValueError) as error:
            raise Recipient.DoesNotExist("no such address") from error
        return Recipient.objects.select_related("team").get(uid=uid)


class Delivery(models.Model):
    """One mail of a report. Claimed first; what may have been sent is not sent again by itself."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENDING = "sending"
        SENT = "sent"
        REFUSED = "refused"  # by the mail server, for good
        UNKNOWN = "unknown"  # perhaps sent: the worker or the server went away
        SKIPPED = "skipped"  # the address does not want it any more

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    report = models.ForeignKey(Report, models.CASCADE, related_name="deliveries")
    recipient = models.ForeignKey(Recipient, models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    due_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    problem = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["report", "recipient"], name="a_report_is_mailed_once")
        ]
        indexes: ClassVar = [models.Index(fields=["state", "due_at"], name="mails_that_wait")]

    def __str__(self) -> str:
        return f"{self.report} to {self.recipient}"
