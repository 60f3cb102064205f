"""What is watched, what is asked of it, what came back, and what that means.

Times of series and points are seconds since 1970; a mark is up to where points are stored. What is
materialised on a resource is what the pages read.
"""

import secrets
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models


def external_id() -> str:
    """What a customer's role asks for; made here, never chosen by whoever is asked."""
    return secrets.token_urlsafe(24)


NO_TAGS = models.Value({}, models.JSONField())


class HealthSettings(models.Model):
    """What a team may spend on asking, a month, and which tags name an owner."""

    team = models.OneToOneField(settings.TEAM_MODEL, models.CASCADE)
    cap_usd = models.DecimalField(max_digits=9, decimal_places=2, default=50)
    owner_keys = models.JSONField(null=True)  # tags that name an owner; None: the usual ones

    def __str__(self) -> str:
        return f"at most {self.cap_usd} USD a month"


class AwsAccount(models.Model):
    """An account that is watched, by the role that its owner made for us."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    team = models.ForeignKey(settings.TEAM_MODEL, models.CASCADE)
    account = models.CharField(max_length=12)
    name = models.CharField(max_length=100)
    role_arn = models.CharField(max_length=200, blank=True)
    external_id = models.CharField(max_length=1224, default=external_id)
    contact = models.CharField(max_length=100, default="", db_default="")  # owner without a tag
    regions = models.JSONField()
    is_demo = models.BooleanField(default=False)
    uses_own = models.BooleanField(default=False)  # the worker's own credentials, no role
    created_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(
        default=0, db_default=0
    )  # in a row, of everything that is asked
    paused_until = models.DateTimeField(null=True)  # it is left alone; then one try, half open
    trouble = models.CharField(
        max_length=30, blank=True, db_default=""
    )  # a `Trouble`, while it fails
    trouble_text = models.TextField(blank=True, db_default="")  # with what AWS said

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["team", "account"],
                condition=models.Q(removed_at=None),
                name="an_account_is_watched_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.account})"


class PrometheusSource(models.Model):
    """A Prometheus server that is asked for what CloudWatch does not tell."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    team = models.ForeignKey(settings.TEAM_MODEL, models.CASCADE)
    name = models.CharField(max_length=100)
    url = models.CharField(max_length=300)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["team", "name"], name="a_source_has_one_name")
        ]

    def __str__(self) -> str:
        return self.name


class Collection(models.Model):
    """One place that is asked in one rhythm: an account's Region, or a Prometheus server."""

    team = models.ForeignKey(settings.TEAM_MODEL, models.CASCADE)
    account = models.ForeignKey(AwsAccount, models.CASCADE, null=True)
    source = models.ForeignKey(PrometheusSource, models.CASCADE, null=True)
    region = models.CharField(max_length=30, blank=True)
    task = models.CharField(max_length=20)  # discover, or a tier
    due_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)  # of the last try; empty: none
    refused = models.JSONField(default=list)  # permissions
    notes = models.JSONField(default=list)  # what AWS said, what was cut
    troubles = models.JSONField(default=list, null=True)  # cause, action and text of each
    failures = models.PositiveSmallIntegerField(
        default=0, db_default=0
    )  # tries in a row that were not whole
    losses = models.PositiveSmallIntegerField(
        default=0, db_default=0
    )  # tries in a row whose worker was lost
    again_before = models.BigIntegerField(null=True)  # only what is not yet so far is asked again
    price_list = models.CharField(max_length=100, blank=True)  # by which its resources are priced

    class Meta:
        ordering: ClassVar = ["account__name", "source__name", "region", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "region", "task"],
                condition=models.Q(source=None),
                name="a_region_is_asked_in_one_rhythm",
            ),
            models.UniqueConstraint(
                fields=["source", "task"],
                condition=models.Q(account=None),
                name="a_server_is_asked_in_one_rhythm",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["due_at"], name="what_is_due")]

    def __str__(self) -> str:
        return f"{self.account or self.source} {self.region} {self.task}"


class Spending(models.Model):
    """What asking took on one day, as AWS bills it: metrics, not calls, not points."""

    team = models.ForeignKey(settings.TEAM_MODEL, models.CASCADE)
    account = models.ForeignKey(AwsAccount, models.CASCADE)
    region = models.CharField(max_length=30)
    day = models.DateField()
    calls = models.PositiveBigIntegerField(default=0)
    metrics = models.PositiveBigIntegerField(default=0)
    points = models.PositiveBigIntegerField(default=0)
    unsure = models.PositiveBigIntegerField(
        default=0, db_default=0
    )  # metrics that AWS may bill or not

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "region", "day"], name="a_day_is_one_row")
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.metrics} metrics"


class Resource(models.Model):
    """One thing that is watched, and what it is at the moment."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    team = models.ForeignKey(settings.TEAM_MODEL, models.CASCADE)
    account = models.ForeignKey(AwsAccount, models.CASCADE, null=True)
    source = models.ForeignKey(PrometheusSource, models.CASCADE, null=True)
    region = models.CharField(max_length=30, blank=True)
    kind = models.CharField(max_length=30)
    aws_id = models.CharField(max_length=300)
    key = models.CharField(max_length=300)
    name = models.CharField(max_length=300)
    facts = models.JSONField(default=dict)
    tags = models.JSONField(default=dict, db_default=NO_TAGS)
    tagged_owner = models.CharField(max_length=256, default="", db_default="")  # by the owner_keys
    is_listed = models.BooleanField(null=True)
    found_at = models.DateTimeField(auto_now_add=True)
    gone_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, default="unknown")
    rank = models.SmallIntegerField(default=1)  # of the state: the worst is the highest
    why = models.TextField(default="not collected yet")
    rule = models.CharField(max_length=30, blank=True)
    since = models.DateTimeField(null=True)
    data_until = models.BigIntegerField(null=True)  # up to where it was collected
    verdicts = models.JSONField(default=list)  # of every rule, part by part
    usd = models.DecimalField(max_digits=14, decimal_places=4, null=True)  # a month
    bill = models.JSONField(default=list)  # lines of the cost, and what lacks a price

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "region", "kind", "aws_id"],
                condition=models.Q(source=None),
                name="a_resource_is_one_row",
            ),
            models.UniqueConstraint(
                fields=["source", "kind", "aws_id"],
                condition=models.Q(account=None),
                name="a_node_is_one_row",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["team", "gone_at", "-rank", "name"], name="the_worst_first")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    @property
    def owner(self) -> str:
        """The account, or the server, that it belongs to."""
        return self.account.name if self.account else self.source.name if self.source else ""

    @property
    def responsible(self) -> str:
        """Who is asked about it: by its tags, else the contact of its account; empty: not known."""
        return self.tagged_owner or (self.account.contact if self.account else "")


class Series(models.Model):
    """One statistic of one metric of a resource: a line of the plan."""

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="series")
    namespace = models.CharField(max_length=100)
    metric = models.CharField(max_length=100)
    dimensions = models.JSONField()  # pairs, sorted by name
    digest = models.CharField(max_length=64)  # of namespace, metric and dimensions
    statistic = models.CharField(max_length=20)
    period = models.PositiveIntegerField()
    tier = models.CharField(max_length=20)
    part = models.CharField(max_length=200, blank=True)
    begun = models.BigIntegerField(null=True)  # from where it was asked the first time
    mark = models.BigIntegerField(null=True)
    unrolled_from = models.BigIntegerField(null=True)  # from where rollups are to be made again
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["resource", "digest", "statistic", "period"], name="a_series_is_one_row"
            )
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.statistic}"
