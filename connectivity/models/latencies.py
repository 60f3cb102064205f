"""Latencies: published sets, uploads, measurements, and what they say together."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models


class LatencySet(models.Model):
    """Figures that belong together; without a team they are the product's own, published ones.

    A team's set adds its own measurements, up to one of them, to the published set of its day. It
    stays the same when measurements are added or withdrawn later: a new set is made then.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    team = models.ForeignKey(settings.TEAM_MODEL, models.CASCADE, null=True)
    name = models.CharField(max_length=100, unique=True)
    as_of = models.CharField(max_length=10)
    sha256 = models.CharField(max_length=64, unique=True)
    base = models.ForeignKey("self", models.PROTECT, null=True)
    up_to = models.BigIntegerField(null=True)  # the last measurement that counts
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


class LatencyUpload(models.Model):
    """A file of measurements as it came, kept whole."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    team = models.ForeignKey(settings.TEAM_MODEL, models.CASCADE)
    name = models.CharField(max_length=200)
    raw = models.BinaryField()
    key = models.CharField(max_length=64)  # digest of the file and of where it was filed
    tool = models.CharField(max_length=30)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["team", "key"], name="a_file_is_filed_once")
        ]

    def __str__(self) -> str:
        return self.name


class Measurement(models.Model):
    """One run of a tool between two places by one option. Never changed; it can be withdrawn.

    Times are round trips in microseconds; null: the tool did not say.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    team = models.ForeignKey(settings.TEAM_MODEL, models.CASCADE)
    upload = models.ForeignKey(LatencyUpload, models.CASCADE, related_name="measurements")
    option = models.CharField(max_length=30, blank=True)
    source = models.CharField(max_length=30)
    destination = models.CharField(max_length=30)
    tool = models.CharField(max_length=100)
    tool_version = models.CharField(max_length=50, blank=True)
    test = models.CharField(max_length=50)
    connection = models.CharField(max_length=10)
    loop = models.CharField(max_length=10)
    in_flight = models.PositiveIntegerField(null=True)
    request_bytes = models.PositiveBigIntegerField(null=True)
    response_bytes = models.PositiveBigIntegerField(null=True)
    instance_type = models.CharField(max_length=30, blank=True)
    p50_us = models.FloatField(null=True)
    p90_us = models.FloatField(null=True)
    p99_us = models.FloatField(null=True)
    p999_us = models.FloatField(null=True)
    mean_us = models.FloatField(null=True)
    min_us = models.FloatField(null=True)
    max_us = models.FloatField(null=True)
    stddev_us = models.FloatField(null=True)
    samples = models.PositiveBigIntegerField(null=True)
    loss = models.FloatField(null=True)
    sketch = models.TextField(blank=True)
    direction_note = models.TextField()
    notes = models.JSONField(default=list)
    line = models.PositiveIntegerField()
    taken = models.CharField(max_length=35)
    origin = models.TextField(blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [
            models.Index(fields=["team", "option", "source", "destination"], name="a_cells_runs")
        ]

    def __str__(self) -> str:
        return f"{self.option} {self.source} to {self.destination}"


class MeasuredCell(models.Model):
    """What a team's measurements of one option, pair and method say together. Derived."""

    team = models.ForeignKey(settings.TEAM_MODEL, models.CASCADE)
    option = models.CharField(max_length=30, blank=True)
    source = models.CharField(max_length=30)
    destination = models.CharField(max_length=30)
    method = models.JSONField()
    figures = models.JSONField()  # by statistic: value, lowest and highest of the runs
    runs = models.PositiveIntegerField()
    samples = models.PositiveBigIntegerField(null=True)
    loss = models.FloatField(null=True)
    grade = models.CharField(max_length=6)
    as_of = models.CharField(max_length=35)
    basis = models.CharField(max_length=10)
    hidden = models.JSONField(default=list)
    drift_us = models.FloatField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["team", "option", "source", "destination"], name="a_teams_cells")
        ]

    def __str__(self) -> str:
        return f"{self.option} {self.source} to {self.destination}"


class ZoneName(models.Model):
    """What an account calls an AZ. Names mean another AZ in every account; IDs do not."""

    team = models.ForeignKey(settings.TEAM_MODEL, models.CASCADE)
    account = models.CharField(max_length=12)
    name = models.CharField(max_length=30)
    az = models.CharField(max_length=30)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["team", "account", "name"], name="a_zone_has_one_name")
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.name}"
