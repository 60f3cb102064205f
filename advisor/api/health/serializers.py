"""How health looks in the API's schema, in and out."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from advisor.escaping import visible
from connectivity.core.health.evaluation import State, Way, Whose
from connectivity.core.health.kinds import KINDS

Text = serializers.CharField
STATES = [(state.value, state.value) for state in State]
KIND_CHOICES = [(kind, kind) for kind in KINDS]


class ActSerializer(serializers.Serializer[Any]):
    """A change to a finding: `{"acknowledge": true}`, `{"mute_until": …, "note": …}`,
    or `{"mute_until": null}`."""

    acknowledge = serializers.BooleanField(required=False)
    mute_until = serializers.DateTimeField(required=False, allow_null=True)
    note = Text(required=False, max_length=300, allow_blank=True, validators=[visible])


class NumbersSerializer(serializers.Serializer[Any]):
    """A team's own thresholds for a rule; the default values restore the defaults."""

    is_on = serializers.BooleanField(default=True)
    threshold = serializers.FloatField(required=False, allow_null=True, default=None)
    n = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, max_value=60
    )
    m = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, max_value=60
    )
    reason = Text(
        required=False, max_length=300, default="", allow_blank=True, validators=[visible]
    )


class OpenFindingSerializer(serializers.Serializer[Any]):
    uid = serializers.UUIDField()
    rule = Text()
    part = Text()
    state = serializers.ChoiceField(choices=STATES)
    since = serializers.DateTimeField()
    value = serializers.FloatField(allow_null=True)
    detail = Text()
    closed_at = serializers.DateTimeField(allow_null=True)
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    muted_until = serializers.DateTimeField(allow_null=True)


class NamedResourceSerializer(serializers.Serializer[Any]):
    uid = serializers.UUIDField()
    id = Text()
    name = Text()
    kind = serializers.ChoiceField(choices=KIND_CHOICES)


class HealthFindingSerializer(OpenFindingSerializer):
    resource = NamedResourceSerializer()


class FindingEventSerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    what = Text()
    detail = Text()
    who = Text(allow_null=True)


class ToldFindingSerializer(HealthFindingSerializer):
    history = FindingEventSerializer(many=True)


class ResourceSerializer(serializers.Serializer[Any]):
    uid = serializers.UUIDField()
    id = Text()
    name = Text()
    kind = serializers.ChoiceField(choices=KIND_CHOICES)
    account = Text(help_text="account ID, or the name of the Prometheus server")
    region = Text()
    is_demo = serializers.BooleanField()
    state = serializers.ChoiceField(choices=STATES)
    why = Text()
    since = serializers.DateTimeField(allow_null=True)
    data_until = serializers.IntegerField(allow_null=True, help_text="seconds since 1970")
    usd_per_month = Text(allow_null=True)
    findings = OpenFindingSerializer(many=True)


class VerdictSerializer(serializers.Serializer[Any]):
    rule = Text()
    part = Text()
    state = serializers.ChoiceField(choices=STATES)
    why = Text()
    value = serializers.FloatField(allow_null=True)
    since = serializers.IntegerField(allow_null=True, help_text="seconds since 1970")


class CostLineSerializer(serializers.Serializer[Any]):
    what = Text()
    amount = Text(allow_null=True)
    usd = Text(allow_null=True)
    gap = Text()


@extend_schema_field(
    {
        "type": "array",
        "items": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
        "description": "seconds since 1970, and the value",
    }
)
class PointsField(serializers.ListField):
    pass


class SeriesSerializer(serializers.Serializer[Any]):
    namespace = Text()
    metric = Text()
    dimensions = serializers.DictField(child=Text())
    statistic = Text()
    step_s = serializers.IntegerField()
    collected_until = serializers.IntegerField(allow_null=True, help_text="seconds since 1970")
    points = PointsField()


class WholeResourceSerializer(ResourceSerializer):
    facts = serializers.DictField(help_text="attributes from AWS's Describe calls, by kind")
    verdicts = VerdictSerializer(many=True)
    bill = CostLineSerializer(many=True)
    series = SeriesSerializer(many=True)


class RuleSerializer(serializers.Serializer[Any]):
    """A rule; what judges series has a metric, what judges a configuration has none."""

    id = Text()
    kind = serializers.ChoiceField(choices=KIND_CHOICES)
    state = serializers.ChoiceField(choices=STATES)
    whose = serializers.ChoiceField(choices=[whose.value for whose in Whose])
    source = Text()  # type: ignore[assignment]  # a field of this name
    means = Text()
    steps = serializers.ListField(child=Text())
    is_on = serializers.BooleanField()
    metric = Text(required=False)
    share_of = serializers.ListField(child=Text(), required=False)
    statistic = Text(required=False)
    period_s = serializers.IntegerField(required=False)
    way = serializers.ChoiceField(choices=[way.value for way in Way], required=False)
    threshold = serializers.FloatField(required=False)
    n = serializers.IntegerField(required=False)
    m = serializers.IntegerField(required=False)


class RulesSerializer(serializers.Serializer[Any]):
    rules = RuleSerializer(many=True)


class PlaceSerializer(serializers.Serializer[Any]):
    owner = Text()
    region = Text()
    is_demo = serializers.BooleanField()
    succeeded_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    problems = serializers.ListField(child=Text())
    refused = serializers.ListField(child=Text())
    notes = serializers.ListField(child=Text())


class AskedSerializer(serializers.Serializer[Any]):
    calls = serializers.IntegerField()
    metrics = serializers.IntegerField()
    points = serializers.IntegerField()
    usd = Text()
    cap_usd = Text()


class CollectionSerializer(serializers.Serializer[Any]):
    places = PlaceSerializer(many=True)
    this_month = AskedSerializer()
