"""Findings: what is wrong with a resource, its life, and a team's own numbers for rules."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from connectivity.models.health import Resource


class Finding(models.Model):
    """Something that is wrong with a resource, from when it opens until it closes by itself."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    team = models.ForeignKey(settings.TEAM_MODEL, models.CASCADE)
    resource = models.ForeignKey(Resource, models.CASCADE, related_name="findings")
    rule = models.CharField(max_length=30)
    part = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10)
    value = models.FloatField(null=True)
    why = models.TextField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    muted_until = models.DateTimeField(null=True)

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
        return f"{self.rule} {self.state}"


class FindingEvent(models.Model):
    """One step in the life of a finding."""

    finding = models.ForeignKey(Finding, models.CASCADE, related_name="events")
    at = models.DateTimeField()
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
