"""Price lists as rows. A list is never changed: a new import is a new list."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models


class PriceList(models.Model):
    """Prices that belong together; without a team they are AWS's own."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    team = models.ForeignKey(settings.TEAM_MODEL, models.CASCADE, null=True)
    name = models.CharField(max_length=100, unique=True)
    as_of = models.CharField(max_length=10)
    sha256 = models.CharField(max_length=64, unique=True)
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
