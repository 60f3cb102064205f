"""The plan of each topology that its team was last told of, and what was told."""

import uuid
from typing import ClassVar

from django.db import models

from connectivity.models.topologies import Topology


class KeptPlan(models.Model):
    """The plan of a topology that its team knows, and the inputs that it rests on.

    What is cheaper is cheaper than this one: small savings add up until they are worth telling.
    """

    topology = models.OneToOneField(Topology, models.CASCADE, related_name="kept_plan")
    design = models.JSONField(default=dict)  # keys of options by names of flows; empty: none yet
    version = models.PositiveIntegerField(null=True)
    price_list = models.CharField(max_length=100, blank=True)
    latencies = models.CharField(max_length=100, blank=True)
    usd = models.DecimalField(max_digits=24, decimal_places=2, null=True)  # then, with operations
    gap_usd = models.DecimalField(max_digits=24, decimal_places=2, null=True)  # 0: proven
    planned_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)  # when it was last planned, or tried to
    looked_inputs = models.CharField(max_length=64, blank=True)  # digest of what was looked at
    problem = models.TextField(blank=True)  # why the last look told nothing; empty: it could

    def __str__(self) -> str:
        return f"plan of {self.topology_id}"


class PlanNews(models.Model):
    """What a team was told of a topology's plan: another is cheaper, or it can't be built."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    topology = models.ForeignKey(Topology, models.CASCADE, related_name="plan_news")
    at = models.DateTimeField(db_index=True)
    what = models.CharField(max_length=10)  # cheaper or blocked
    content = models.JSONField()

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.topology_id} {self.what}"
