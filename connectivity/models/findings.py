"""Findings: what is wrong with a resource, its life, and a team's own numbers for rules."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from connectivity.core.health.evaluation import Severity
from connectivity.models.health import Resource


class Finding(models.Model):
    """Something that is wrong with a resource, from when it opens until it closes by itself.

    Its events happen at the end of the data that show them, and are noticed when those are judged.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    team = models.ForeignKey(settings.TEAM_MODEL, models.CASCADE)
    resource = models.ForeignKey(Resource, models.CASCADE, related_name="findings")
    rule = models.CharField(max_length=30)
    part = models.CharField(max_length=200, blank=True)
    severity = models.CharField(max_length=10, db_column="state")
    value = models.FloatField(null=True)
    why = models.TextField()
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)  # end of the newest data that show it
    closed_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    muted_until = models.DateTimeField(null=True)
    incident = models.ForeignKey(
        "connectivity.Incident", models.SET_NULL, null=True, related_name="symptoms"
    )

    class Meta:
        ordering: ClassVar = ["-opened_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["resource", "rule", "part"],
                condition=models.Q(closed_at=None),
                name="a_finding_is_open_once",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["team", "closed_at", "-opened_at"], name="a_teams_findings")
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.severity}"

    @property
    def state(self) -> str:
        """What it makes of its resource."""
        return Severity(self.severity).state.value

    @property
    def is_muted(self) -> bool:
        """Whether its mute holds; one that ended says nothing any more."""
        return self.muted_until is not None and self.muted_until > timezone.now()


class FindingEvent(models.Model):
    """One step in the life of a finding."""

    finding = models.ForeignKey(Finding, models.CASCADE, related_name="events")
    at = models.DateTimeField()
    noticed_at = models.DateTimeField(db_default=Now())
    what = models.CharField(max_length=20)
    detail = models.TextField(blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)

    class Meta:
        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return self.what


class RuleSetting(models.Model):
    """A team's own numbers for a health rule, or that it does not want it."""

    team = models.ForeignKey(settings.TEAM_MODEL, models.CASCADE)
    rule = models.CharField(max_length=30)
    is_on = models.BooleanField(default=True)
    threshold = models.FloatField(null=True)
    n = models.PositiveIntegerField(null=True)
    m = models.PositiveIntegerField(null=True)
    reason = models.CharField(max_length=300)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["team", "rule"], name="a_rule_is_set_once")
        ]

    def __str__(self) -> str:
        return self.rule
