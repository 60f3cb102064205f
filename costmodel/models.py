"""Price lists as rows. A list is never changed: a new import is a new list."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models


class PriceList(models.Model):
    """Prices that belong together; without a team they are AWS's own.

    A team's list has no prices of its own: it is another list with some of them changed.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    team = models.ForeignKey(settings.TEAM_MODEL, models.CASCADE, null=True)
    name = models.CharField(max_length=100, unique=True)
    as_of = models.CharField(max_length=10)
    sha256 = models.CharField(max_length=64, unique=True)
    counts = models.JSONField(default=dict)  # of an import: read, kept, skipped and why
    base = models.ForeignKey("self", models.PROTECT, null=True)
    overrides = models.JSONField(default=list)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-as_of", "-pk"]

    def __str__(self) -> str:
        return self.name


class Price(models.Model):
    """One price and its evidence. `as_of` may be a year or a month only, or empty."""

    price_list = models.ForeignKey(PriceList, models.CASCADE, related_name="prices")
    service = models.CharField(max_length=50)
    usage_type = models.CharField(max_length=100)
    operation = models.CharField(max_length=100, blank=True)
    region = models.CharField(max_length=30)
    to_region = models.CharField(max_length=30, blank=True)
    unit = models.CharField(max_length=30)
    source = models.TextField()
    as_of = models.CharField(max_length=10, blank=True)
    weak = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.usage_type} in {self.region}"


class PriceTier(models.Model):
    """USD a unit from one quantity to another, both in thousandths of the unit."""

    price = models.ForeignKey(Price, models.CASCADE, related_name="tiers")
    start = models.BigIntegerField()
    end = models.BigIntegerField(null=True)
    usd = models.DecimalField(max_digits=20, decimal_places=10)

    class Meta:
        ordering: ClassVar = ["start"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["price", "start"], name="a_tier_begins_once"),
            models.CheckConstraint(
                condition=models.Q(usd__gte=0) & models.Q(start__gte=0),
                name="a_tier_is_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.usd} from {self.start}"


class PriceOverride(models.Model):
    """What a team pays instead of a list price, and why. Ended, not deleted."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    team = models.ForeignKey(settings.TEAM_MODEL, models.CASCADE)
    service = models.CharField(max_length=50)
    usage_type = models.CharField(max_length=100, blank=True)  # all of the service without it
    operation = models.CharField(max_length=100, blank=True)  # all of the usage type without it
    region = models.CharField(max_length=30, blank=True)  # all Regions without it
    to_region = models.CharField(max_length=30, blank=True)  # all destinations without it
    percent = models.DecimalField(max_digits=7, decimal_places=4, null=True)  # -12 is 12 % less
    usd = models.DecimalField(max_digits=20, decimal_places=10, null=True)  # one rate, no tiers
    reason = models.TextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(percent=None) ^ models.Q(usd=None),
                name="an_override_is_a_percentage_or_a_price",
            )
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.usage_type}".strip()
