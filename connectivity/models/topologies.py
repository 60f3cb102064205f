"""Topologies, documents of reviews, and their versions."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models


class Topology(models.Model):
    """A topology of a team, or a document that has nothing but reviews.

    What it says is in its versions; deleting it can be undone.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    team = models.ForeignKey(settings.TEAM_MODEL, models.CASCADE)
    name = models.CharField(max_length=200)
    is_reviews = models.BooleanField(default=False, db_default=False)
    scenario_of = models.ForeignKey("self", models.SET_NULL, null=True, related_name="scenarios")
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
        return f"{self.topology.name}, version {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("a version of a topology is immutable; save a new one")
        super().save(*args, **kwargs)
