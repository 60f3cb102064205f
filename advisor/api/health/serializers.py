"""How health looks in the API's schema, in and out."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from advisor.text.escaping import visible
from connectivity.core.health.evaluation import Severity, State, Way, Whose
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.troubles import Duty, Trouble

Text = serializers.CharField
STATES = [(state.value, state.value) for state in State]
SEVERITIES = [severity.value for severity in Severity]
TROUBLES = [trouble.value for trouble in Trouble]
DUTIES = [duty.value for duty in Duty]
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
    incident = serializers.UUIDField(
        allow_null=True, help_text="of its cause; null: closed before there were incidents"
    )
    title = Text()
    steps = serializers.ListField(child=Text())
    rule = Text()
    part = Text()
    severity = serializers.ChoiceField(choices=SEVERITIES)
    state = serializers.ChoiceField(choices=STATES, help_text="what it makes of the resource")
    since = serializers.DateTimeField()
    seen_at = serializers.DateTimeField(
        allow_null=True, help_text="end of the newest data that show it"
    )
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


class IncidentSerializer(serializers.Serializer[Any]):
    uid = serializers.UUIDField()
    cause = Text(help_text="ID of the rule that names it")
    severity = serializers.ChoiceField(choices=SEVERITIES)
    state = Text(help_text="open or resolved")
    title = Text()
    steps = serializers.ListField(child=Text())
    since = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    reopened = serializers.IntegerField(help_text="how often, within two hours of its end")
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    muted_until = serializers.DateTimeField(allow_null=True)
    account = Text(help_text="account ID, or the name of the Prometheus server")
    region = Text()
    owner = Text(allow_null=True, help_text="by the resource's tags, else of its account")
    resource = NamedResourceSerializer()
    symptoms = OpenFindingSerializer(many=True)


class IncidentEventSerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    what = Text()
    severity = serializers.ChoiceField(choices=SEVERITIES)
    rule = Text()
    detail = Text()


class ToldIncidentSerializer(IncidentSerializer):
    history = IncidentEventSerializer(many=True)


class ResourceSerializer(serializers.Serializer[Any]):
    uid = serializers.UUIDField()
    id = Text()
    name = Text()
    kind = serializers.ChoiceField(choices=KIND_CHOICES)
    account = Text(help_text="account ID, or the name of the Prometheus server")
    region = Text()
    owner = Text(allow_null=True, help_text="by its tags, else of its account")
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
    severity = serializers.ChoiceField(choices=SEVERITIES, allow_null=True)
    why = Text()
    value = serializers.FloatField(allow_null=True)
    since = serializers.IntegerField(allow_null=True, help_text="seconds since 1970")
    until = serializers.IntegerField(
        allow_null=True, help_text="up to where it has judged, in seconds since 1970"
    )


class CostLineSerializer(serializers.Serializer[Any]):
    what = Text()
    amount = Text(allow_null=True)
    usd = Text(allow_null=True)
    gap = Text()
    days = Text(required=False, help_text="over how many it was metered, then scaled to a month")


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


class ChoiceSerializer(serializers.Serializer[Any]):
    """Another form of a resource; null: a price or a measurement is missing."""

    rule = Text()
    what = Text()
    now_usd = Text(allow_null=True)
    then_usd = Text(allow_null=True)
    note = Text()


class WholeResourceSerializer(ResourceSerializer):
    facts = serializers.DictField(help_text="attributes from AWS's Describe calls, by kind")
    verdicts = VerdictSerializer(many=True)
    bill = CostLineSerializer(many=True)
    instead = ChoiceSerializer(many=True)
    series = SeriesSerializer(many=True)


class RuleSerializer(serializers.Serializer[Any]):
    """A rule; what judges series has a metric, what judges a configuration has none."""

    id = Text()
    kind = serializers.ChoiceField(choices=KIND_CHOICES)
    severity = serializers.ChoiceField(choices=SEVERITIES)
    state = serializers.ChoiceField(choices=STATES, help_text="what it makes of a resource")
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
    unit = Text(required=False, help_text="of the threshold")
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


class TroubleSerializer(serializers.Serializer[Any]):
    """One cause of what cannot be read: of one account, or of all where it is not theirs."""

    cause = serializers.ChoiceField(choices=TROUBLES)
    title = Text()
    duty = serializers.ChoiceField(choices=DUTIES, help_text="whose job it is")
    steps = serializers.ListField(child=Text())
    accounts = serializers.ListField(child=Text(), help_text="the first ten, by name")
    more_accounts = serializers.IntegerField(help_text="how many are not named")
    regions = serializers.ListField(child=Text())
    denied = serializers.ListField(
        child=Text(), help_text="permissions; none: nothing can be requested"
    )
    detail = Text(help_text="of one of them, with AWS's own words")
    last_success_at = serializers.DateTimeField(
        allow_null=True, help_text="the oldest of them; null: something never succeeded"
    )


class AskedSerializer(serializers.Serializer[Any]):
    calls = serializers.IntegerField()
    metrics = serializers.IntegerField()
    points = serializers.IntegerField()
    usd = Text()
    cap_usd = Text()


class CollectionSerializer(serializers.Serializer[Any]):
    troubles = TroubleSerializer(many=True, help_text="what to do, the installation's job first")
    places = PlaceSerializer(many=True)
    this_month = AskedSerializer()
