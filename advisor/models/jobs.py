"""Work that outlives a request. The database is the record; the broker only rings the bell."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models


class Job(models.Model):
    """What somebody started, how far it is, and what came of it."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    team = models.ForeignKey(settings.TEAM_MODEL, models.CASCADE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    token = models.UUIDField(null=True, editable=False)  # by which it was made
    kind = models.CharField(max_length=50)
    arguments = models.JSONField()
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED, db_index=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    so_far = models.JSONField(null=True)  # what is known while it runs; small
    problems = models.JSONField(default=list)
    result = models.JSONField(null=True)
    attempts = models.PositiveIntegerField(default=0)  # what is written needs the newest
    losses = models.PositiveSmallIntegerField(default=0, db_default=0)  # of workers, in the middle
    created_at = models.DateTimeField(auto_now_add=True)
    request_id = models.CharField(max_length=64, default="", db_default="", editable=False)
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(auto_now_add=True, db_index=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"


class StoredReply(models.Model):
    """The answer to a request that stored something, for when it is sent again."""

    team = models.ForeignKey(settings.TEAM_MODEL, models.CASCADE)
    key = models.CharField(max_length=200)
    request_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["team", "key"], name="an_idempotency_key_is_used_once")
        ]

    def __str__(self) -> str:
        return self.key


class CallerCount(models.Model):
    """What a caller takes at the moment, where Redis does not count it: see `limits.turns`."""

    key = models.CharField(max_length=60, primary_key=True)
    leases = models.JSONField(default=dict)  # of requests: seconds since 1970 when each ends
    rate_at = models.FloatField(default=0)  # when all that was taken is made good

    def __str__(self) -> str:
        return self.key
