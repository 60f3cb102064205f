"""How what may be included with a plan looks in the API's schema."""

from rest_framework import serializers

from advisor.api.comparisons.plan import LeftOutSerializer
from connectivity.core.plan.steps.migration import Action

Text = serializers.CharField
LEVERS = ["gb", "price", "operations"]


class SharedSerializer(serializers.Serializer[object]):
    what = Text(help_text="a line of the bill, or a kind of managed resource")
    flows = serializers.ListField(child=Text(), help_text="the others that need it, at most 20")
    more_flows = serializers.IntegerField()
    usd = Text(help_text="of the whole thing, a month")


class PlanFlipSerializer(serializers.Serializer[object]):
    when = Text()
    to = Text(help_text="the option that the plan then has for the flow")
    kind = serializers.ChoiceField(choices=LEVERS)
    name = Text(help_text="of the flow, the price, or the kind of managed resource")
    now = serializers.FloatField(help_text="GB or USD")
    value = serializers.FloatField()
    tried = serializers.FloatField(help_text="a value a little beyond, with which it was planned")


class ExplanationSerializer(serializers.Serializer[object]):
    flow = Text()
    option = Text()
    shared = SharedSerializer(many=True)
    part_usd = Text(help_text="what the same design would cost less without the flow")
    marginal_usd = Text(
        allow_null=True, help_text="what the cheapest design would cost less without the flow"
    )
    alone_usd = Text(help_text="what the flow would cost over this option if it were alone")
    next_best = Text(allow_null=True, help_text="of the cheapest design with another option for it")
    extra_usd = Text(allow_null=True, help_text="what that design costs more")
    flips = PlanFlipSerializer(many=True)
    complete = serializers.BooleanField(
        help_text="false: not all of it was found out and proven in its time"
    )


class FrontierPointSerializer(serializers.Serializer[object]):
    """The cheapest design with at most so much; the next one has less and costs more."""

    amount = serializers.FloatField(
        allow_null=True, help_text="null: the p99 of some flow is not known"
    )
    objective_usd = Text()
    objects = serializers.DictField(child=serializers.IntegerField())
    options = serializers.DictField(child=serializers.IntegerField(), help_text="flows by option")
    proven = serializers.BooleanField()


class FrontiersSerializer(serializers.Serializer[object]):
    objects = FrontierPointSerializer(many=True, help_text="amount: managed resources")
    changes = FrontierPointSerializer(
        many=True, help_text="amount: flows that leave today's option"
    )
    worst_p99 = FrontierPointSerializer(many=True, help_text="amount: microseconds")


class MissingRateSerializer(LeftOutSerializer):
    below_usd = Text(
        allow_null=True,
        help_text="the rate below which a cheapest plan uses it; null: none does while other "
        "prices are missing, too",
    )
    needed = serializers.BooleanField(help_text="there is no plan without it")
    proven = serializers.BooleanField()


class MigrationHoursSerializer(serializers.Serializer[object]):
    what = Text()
    region = Text()
    payer = Text()
    usd = Text(help_text="a month; below 0 where they end")


class BreakSerializer(serializers.Serializer[object]):
    rule = Text()
    remedy = Text()


class MigrationStepSerializer(serializers.Serializer[object]):
    wave = serializers.IntegerField()
    action = serializers.ChoiceField(choices=list(Action))
    flows = serializers.ListField(child=Text(), help_text="at most 1,000")
    flow_count = serializers.IntegerField()
    objects = serializers.DictField(child=serializers.IntegerField())
    hours = MigrationHoursSerializer(many=True)
    objective_usd = Text(help_text="a month, of what stands after it")
    breaks = BreakSerializer(many=True, help_text="rules, while old and new stand together")
    rollback = Text()


class AccountChangeSerializer(serializers.Serializer[object]):
    account = Text()
    today_usd = Text(allow_null=True)
    plan_usd = Text()


class MigrationSerializer(serializers.Serializer[object]):
    days_per_step = serializers.IntegerField()
    today_usd = Text(allow_null=True)
    plan_usd = Text()
    saves_usd = Text(allow_null=True)
    extra_usd = Text(allow_null=True, help_text="what all steps cost beyond staying as it is")
    payback_days = serializers.IntegerField(allow_null=True)
    payers = AccountChangeSerializer(many=True)
    steps = MigrationStepSerializer(many=True)
