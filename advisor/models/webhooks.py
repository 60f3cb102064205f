"""Addresses that are told what happens to findings, and what became of each telling."""

import secrets
import uuid
from typing import ClassVar

from django.db import models

from advisor.models.people import Team, User
from connectivity.models import FindingEvent


def secret() -> str:
    """What signs the bodies; shown when it is made."""
    return secrets.token_urlsafe(32)


class Webhook(models.Model):
    """An address that is told when findings open, worsen and close."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    team = models.ForeignKey(Team, models.CASCADE)
    name = models.CharField(max_length=100)
    url = models.CharField(max_length=500)
    secret = models.CharField(max_length=64, default=secret)
    author = models.ForeignKey(User, models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class WebhookDelivery(models.Model):
    """One event for one address: waiting, sent, or dead after the last try."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        DEAD = "dead"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(FindingEvent, models.CASCADE)
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
