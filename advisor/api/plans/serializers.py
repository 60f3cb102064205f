"""How a plan by itself looks in the API's schema, and what is asked for one."""

from rest_framework import serializers

from advisor.api.comparisons.plan import PlanSerializer
from advisor.api.comparisons.serializers import ComparisonRequestSerializer, PriceListSerializer
from advisor.api.plans.besides import (
    ExplanationSerializer,
    FrontiersSerializer,
    MigrationSerializer,
    MissingRateSerializer,
)
from connectivity.core.as_json.amounts import MAX_PLAN_S
from connectivity.core.plan.steps.migration import DAYS, MAX_DAYS
from connectivity.core.plan.why.explanation import MAX_FLOWS

Text = serializers.CharField


class PlanRequestSerializer(ComparisonRequestSerializer):
    max_objects = serializers.IntegerField(
        required=False, min_value=0, help_text="managed resources of the whole plan"
    )
    time_limit_s = serializers.FloatField(
        required=False,
        min_value=1,
        max_value=MAX_PLAN_S,
        help_text="seconds after which the best plan so far is the answer; 60 without it",
    )
    explain = serializers.ListField(
        child=Text(),
        required=False,
        max_length=MAX_FLOWS,
        help_text="with include=explanation: flows by name; without it those with the most GB",
    )
    days_per_step = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=MAX_DAYS,
        help_text=f"with include=steps: that the network stays as it is after each; {DAYS} without",
    )


class PlannedTopologySerializer(PlanSerializer):
    explanation = ExplanationSerializer(
        many=True, required=False, help_text="with include=explanation"
    )
    frontiers = FrontiersSerializer(required=False, help_text="with include=frontiers")
    missing_rates = MissingRateSerializer(
        many=True, required=False, help_text="with include=missing_rates"
    )
    migration = MigrationSerializer(
        required=False,
        allow_null=True,
        help_text="with include=steps; null without a plan, without a flow that says what it uses "
        "today, or where VPC sharing joins other VPCs than today: workloads then move",
    )
    topology = Text()
    topology_version = serializers.IntegerField(allow_null=True)
    price_list = PriceListSerializer()
    latency_as_of = Text()
    rules_as_of = Text()
    engine = Text()
    assumptions = serializers.ListField(child=Text())
