"""Addresses that are told what happens, and what became of each telling."""

import secrets
import uuid
from typing import ClassVar

from django.db import models

from advisor.models.people import Team, User
from connectivity.models import FindingEvent, IncidentEvent


def secret() -> str:
    """What signed the bodies of webhooks before they had `whsec_`; migrations name it."""
    return secrets.token_urlsafe(32)


RANDOM = 4  # the version of a UUID
NO_SECRETS = models.Value([], models.JSONField())


class Webhook(models.Model):
    """An address that is told when something opens, worsens, eases and ends."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    team = models.ForeignKey(Team, models.CASCADE)
    name = models.CharField(max_length=100)
    url = models.CharField(max_length=500)
    shape = models.CharField(max_length=20, default="standard", db_default="standard")
    routing_key = models.CharField(max_length=32, default="", db_default="")
    secret = models.CharField(max_length=64, default=secret)
    old_secrets = models.JSONField(default=list, db_default=NO_SECRETS)  # with until when each
    author = models.ForeignKey(User, models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class WebhookDelivery(models.Model):
    """A change, news of a plan or a test, for an address: waiting, sent, or dead in the end."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        DEAD = "dead"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    change = models.ForeignKey(IncidentEvent, models.CASCADE, null=True)  # None: a test or a plan
    event = models.ForeignKey(FindingEvent, models.CASCADE, null=True)  # before incidents
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["webhook", "event"], name="an_event_is_told_once")
        ]
        indexes: ClassVar = [models.Index(fields=["state", "due_at"], name="what_is_to_be_told")]

    def __str__(self) -> str:
        return f"{self.webhook} {self.state}"

    @property
    def is_test(self) -> bool:
        """Its id is made of nothing; that of a change or of news of a plan, of what it tells."""
        return self.uid.version == RANDOM
