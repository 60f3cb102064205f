"""How a plan looks in the API's schema. It is made by the core as plain values."""

from rest_framework import serializers

from advisor.api.comparisons.bills import SEVERITIES, LineSerializer, PayerSerializer
from connectivity.core.plan.solver.highs import Outcome

Text = serializers.CharField


class PlannedFlowSerializer(serializers.Serializer[object]):
    flow = Text()
    option = Text()
    because = Text()


class BaselineSerializer(serializers.Serializer[object]):
    name = Text(help_text="a design that the plan is compared with")
    option = Text(allow_null=True, help_text="that all flows use in it")
    objective_usd = Text(allow_null=True)
    feasible = serializers.BooleanField()
    objects = serializers.DictField(child=serializers.IntegerField())


class LeftOutSerializer(serializers.Serializer[object]):
    options = serializers.ListField(child=Text(), help_text="that need the missing price")
    service = Text()
    usage_type = Text()
    operation = Text()
    region = Text()
    to_region = Text(allow_null=True)


class ConflictReasonSerializer(serializers.Serializer[object]):
    flow = Text(allow_null=True)
    option = Text(allow_null=True)
    rule = Text(allow_null=True)
    detail = Text()
    remedy = Text()
    source = Text(allow_null=True)  # type: ignore[assignment]  # a field of this name


class ConflictSerializer(serializers.Serializer[object]):
    sentence = Text()
    flows = serializers.ListField(child=Text())
    more_flows = serializers.IntegerField()
    reasons = ConflictReasonSerializer(many=True)
    more_reasons = serializers.IntegerField()


class TodayBreaksSerializer(serializers.Serializer[object]):
    rule = Text()
    option = Text(help_text="that these flows use today")
    flows = serializers.ListField(child=Text())
    more_flows = serializers.IntegerField()
    detail = Text()
    remedy = Text()


class PlanFindingSerializer(serializers.Serializer[object]):
    rule = Text()
    severity = serializers.ChoiceField(choices=SEVERITIES)
    option = Text()
    flows = serializers.IntegerField()
    detail = Text(help_text="of one of the flows")


class PlanSerializer(serializers.Serializer[object]):
    monthly_usd = Text(allow_null=True, help_text="the bill")
    operations_usd = Text(allow_null=True)
    objective_usd = Text(allow_null=True, help_text="bill and operations")
    best_single = Text(allow_null=True, help_text="the option recommended for all flows")
    saves_usd = Text(allow_null=True, help_text="against that option, with operations")
    saves_today_usd = Text(allow_null=True, help_text="against today, with operations")
    today_usd = Text(allow_null=True)
    change_usd = Text(allow_null=True, help_text="the bill minus today's")
    outcome = serializers.ChoiceField(
        choices=list(Outcome), help_text="`stopped`: the time ended before the proof"
    )
    proven_optimal = serializers.BooleanField()
    gap_usd = Text(allow_null=True, help_text="by how much another design may be cheaper")
    objects = serializers.DictField(child=serializers.IntegerField())
    max_objects = serializers.IntegerField(allow_null=True)
    assignment = PlannedFlowSerializer(many=True, allow_null=True, help_text="null: no plan")
    payers = PayerSerializer(many=True)
    worst_p99_us = serializers.FloatField(allow_null=True, help_text="of those that are known")
    worst_p99_basis = Text(allow_null=True)
    worst_p99_flow = Text(allow_null=True)
    p99_unknown_flows = serializers.IntegerField(allow_null=True)
    findings = PlanFindingSerializer(many=True, help_text="what has to be there first, and risks")
    today_breaks = TodayBreaksSerializer(many=True, help_text="rules that today's design breaks")
    lines = LineSerializer(many=True)
    baselines = BaselineSerializer(many=True)
    left_out = LeftOutSerializer(many=True, help_text="prices that no candidate may lack")
    infeasible_because = ConflictSerializer(
        allow_null=True, help_text="a smallest set of flows and rules that leaves no plan"
    )
