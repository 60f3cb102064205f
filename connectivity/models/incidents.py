"""Incidents: findings of one cause on a resource, as one trouble with its history."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from connectivity.models.health import Resource


class Incident(models.Model):
    """One trouble of a resource, as grave as its gravest open symptom, which are findings.

    Mutes and acknowledgements hold for it; the findings carry copies, by which they are listed.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    team = models.ForeignKey(settings.TEAM_MODEL, models.CASCADE)
    resource = models.ForeignKey(Resource, models.CASCADE, related_name="incidents")
    cause = models.CharField(max_length=30)  # that its rules name
    severity = models.CharField(max_length=10)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    reopened = models.PositiveIntegerField(default=0)  # how often, soon after it had closed
    acknowledged_at = models.DateTimeField(null=True)
    muted_until = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-opened_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["resource", "cause"],
                condition=models.Q(closed_at=None),
                name="a_cause_is_open_once",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["team", "closed_at", "-opened_at"], name="a_teams_incidents")
        ]

    def __str__(self) -> str:
        return f"{self.cause} {self.severity}"


class IncidentEvent(models.Model):
    """One change of an incident: when it happened, and when it was noticed."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="events")
    at = models.DateTimeField()
    noticed_at = models.DateTimeField()
    what = models.CharField(max_length=20)
    severity = models.CharField(max_length=10)  # after it
    was = models.CharField(max_length=10, blank=True)  # before it; empty: it was not open
    rule = models.CharField(max_length=30)  # of the gravest symptom then
    part = models.CharField(max_length=200, blank=True)
    value = models.FloatField(null=True)
    detail = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return self.what
