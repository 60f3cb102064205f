"""How a comparison looks in the API's schema. It is made by the core as plain values."""

from rest_framework import serializers

from advisor.api.comparisons.bills import SEVERITIES, LineSerializer, PayerSerializer
from advisor.api.comparisons.plan import PlanSerializer
from advisor.api.prices.serializers import OldPricesSerializer

Text = serializers.CharField


class ComparisonRequestSerializer(serializers.Serializer[object]):
    topology = serializers.JSONField(help_text="a topology document, or the uid of a stored one")
    topology_version = serializers.IntegerField(required=False, help_text="of a stored topology")
    options = serializers.ListField(child=Text(), required=False)
    price_list = Text(required=False)


class PriceListSerializer(serializers.Serializer[object]):
    name = Text()
    as_of = Text()
    own = serializers.ListField(child=Text())


class FlipSerializer(serializers.Serializer[object]):
    when = Text()
    to = Text()
    kind = serializers.ChoiceField(
        choices=["operations", "gb", "crossing", "price", "gap", "budget"]
    )
    value = serializers.FloatField()
    now = serializers.CharField()


class AssignmentSerializer(serializers.Serializer[object]):
    flow = Text()
    option = Text(allow_null=True)


class MixSerializer(serializers.Serializer[object]):
    monthly_usd = Text(allow_null=True)
    operations_usd = Text(allow_null=True)
    saves_usd = Text(allow_null=True, help_text="against the recommended option for all flows")
    assignment = AssignmentSerializer(many=True)
    feasible = serializers.BooleanField()
    proven = serializers.BooleanField()


class GapSerializer(serializers.Serializer[object]):
    service = Text()
    usage_type = Text()
    operation = Text()
    region = Text()
    to_region = Text(allow_null=True)
    needed_by = Text()
    payers = serializers.ListField(child=Text())
    quantity = Text(allow_null=True)
    wins_below_usd = Text(allow_null=True)
    wins_between_usd = serializers.ListField(child=Text(), allow_null=True)
    elsewhere_usd = serializers.ListField(child=Text(), allow_null=True)


class FindingSerializer(serializers.Serializer[object]):
    rule = Text()
    severity = serializers.ChoiceField(choices=SEVERITIES)
    flow = Text()
    detail = Text()
    source = Text()  # type: ignore[assignment]  # a field of this name
    as_of = Text()


class MoreFindingsSerializer(serializers.Serializer[object]):
    rule = Text()
    severity = serializers.ChoiceField(choices=SEVERITIES)
    flows = serializers.IntegerField()


class BetweenRegionsSerializer(serializers.Serializer[object]):
    bound_us = serializers.IntegerField(
        allow_null=True, help_text="cross-Region: no round trip is faster"
    )
    typical_us = serializers.IntegerField(
        allow_null=True, help_text="cross-Region: an estimate of the median where none is measured"
    )
    typical_error = serializers.ListField(
        child=serializers.FloatField(),
        allow_null=True,
        help_text="relative error of the estimate against measurements, in nine of ten pairs",
    )
    median_us = serializers.FloatField(
        allow_null=True, help_text="cross-Region: measured, where no p99 of the option is known"
    )


class LatencySerializer(BetweenRegionsSerializer):
    flow = Text()
    from_az = Text()
    to_az = Text()
    statistic = Text()
    us = serializers.FloatField(allow_null=True)
    overhead_us = serializers.FloatField(allow_null=True)
    share = serializers.FloatField()
    basis = serializers.ChoiceField(choices=["measured", "published", "estimated", "none"])
    as_of = Text()
    comment = Text()
    source = Text()  # type: ignore[assignment]  # a field of this name


class AnswerSerializer(BetweenRegionsSerializer):
    option = Text()
    name = Text()
    feasible = serializers.BooleanField()
    feasible_flows = serializers.IntegerField()
    flows = serializers.IntegerField()
    allowed = serializers.BooleanField()
    monthly_usd = Text(allow_null=True)
    operations_usd = Text()
    change_usd = Text(allow_null=True)
    objects = serializers.DictField(child=serializers.IntegerField())
    payers = PayerSerializer(many=True)
    lines = LineSerializer(many=True)
    findings = FindingSerializer(
        many=True, help_text="at most 20 per rule, the most GB first; all with include=findings"
    )
    findings_more = MoreFindingsSerializer(
        many=True, help_text="number of further findings per rule"
    )
    gaps = GapSerializer(many=True)
    worst_p99_us = serializers.FloatField(allow_null=True)
    worst_p99_basis = Text()
    overhead_us = serializers.FloatField(allow_null=True)
    latency = LatencySerializer(
        many=True, help_text="the 200 slowest headlines; all with include=latency"
    )
    latency_more = serializers.IntegerField(help_text="number of further headlines")


class ThenCheapestSerializer(serializers.Serializer[object]):
    at_half = Text(allow_null=True)
    at_one_and_a_half = Text(allow_null=True)


class SensitivitySerializer(serializers.Serializer[object]):
    input = Text()
    at_half_usd = Text()
    at_one_and_a_half_usd = Text()
    then_cheapest = ThenCheapestSerializer()


class RangeSerializer(serializers.Serializer[object]):
    option = Text()
    stated_usd = Text()
    p5_usd = Text()
    p50_usd = Text()
    p95_usd = Text()
    cheapest_share = serializers.FloatField()


class HeadroomSerializer(serializers.Serializer[object]):
    option = Text()
    rule = Text()
    vpc = Text(allow_null=True)
    count = serializers.FloatField()
    allowed = serializers.FloatField()
    full_at_vpcs = serializers.IntegerField(allow_null=True)
    full_at_vpcs_after_an_increase = serializers.IntegerField(allow_null=True)


class ComparisonSerializer(serializers.Serializer[object]):
    topology = Text()
    topology_version = serializers.IntegerField(allow_null=True)
    price_list = PriceListSerializer()
    latency_as_of = Text()
    rules_as_of = Text()
    engine = Text()
    recommended = Text(allow_null=True)
    because = Text()
    flips = FlipSerializer(many=True)
    frontier = serializers.ListField(child=Text())
    unpriced = serializers.ListField(child=Text())
    mix = MixSerializer()
    plan = PlanSerializer(allow_null=True, help_text="null above 1,000 flows without include=plan")
    today_usd = Text(allow_null=True)
    assumptions = serializers.ListField(child=Text())
    old_prices = OldPricesSerializer(
        allow_null=True, help_text="null where no price is more than a year older than the list"
    )
    answers = AnswerSerializer(many=True)
    sensitivity = SensitivitySerializer(
        many=True,
        required=False,
        help_text="with include=ahead: tipping points of all options, by input",
    )
    range = RangeSerializer(many=True, required=False, help_text="with include=ahead")
    headroom = HeadroomSerializer(many=True, required=False, help_text="with include=ahead")
