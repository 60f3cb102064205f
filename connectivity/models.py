"""Topologies and latencies as rows."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models


class Topology(models.Model):
    """A topology of a team. What it says is in its versions; deleting it can be undone."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    team = models.ForeignKey(settings.TEAM_MODEL, models.CASCADE)
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-updated_at", "-pk"]

    def __str__(self) -> str:
        return self.name


class TopologyVersion(models.Model):
    """One saved state of a topology: its document, in the canonical form. Never changed."""

    topology = models.ForeignKey(Topology, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    document = models.JSONField()
    sha256 = models.CharField(max_length=64)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["topology", "number"], name="a_version_number_is_once")
        ]

    def __str__(self) -> str:
        return f"version {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("a version of a topology is never changed; save a new one")
        super().save(*args, **kwargs)


class LatencySet(models.Model):
    """Published figures that belong together; without a team they are the product's own."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    team = models.ForeignKey(settings.TEAM_MODEL, models.CASCADE, null=True)
    name = models.CharField(max_length=100, unique=True)
    as_of = models.CharField(max_length=10)
    sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return self.name


class LatencyCell(models.Model):
    """One p99 of an option between two AZs: round trip, microseconds."""

    latency_set = models.ForeignKey(LatencySet, models.CASCADE, related_name="cells")
    option = models.CharField(max_length=30)
    from_az = models.CharField(max_length=20)
    to_az = models.CharField(max_length=20)
    us = models.FloatField()
    noise_us = models.FloatField()
    basis = models.CharField(max_length=10)
    as_of = models.CharField(max_length=10)
    source = models.TextField()
    comment = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(us__gte=0) & models.Q(noise_us__gte=0),
                name="a_latency_is_not_negative",
            )
        ]

    def __str__(self) -> str:
        return f"{self.option} {self.from_az} to {self.to_az}"
