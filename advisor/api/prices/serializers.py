"""How prices look in the API's schema."""

from typing import Any

from rest_framework import serializers

from advisor.text.escaping import visible
from connectivity.core.network.regions import AZ_PREFIXES
from connectivity.core.problems import did_you_mean
from costmodel.ingest import services

Text = serializers.CharField


class RegionsSerializer(serializers.Serializer[object]):
    regions = serializers.ListField(
        child=serializers.ChoiceField(choices=list(AZ_PREFIXES)), min_length=1, max_length=40
    )


class InForceSerializer(serializers.Serializer[object]):
    price_list = Text(help_text="the price list that is in force from now on")


class CountsSerializer(serializers.Serializer[object]):
    read = serializers.IntegerField(allow_null=True)
    kept = serializers.IntegerField(allow_null=True)
    skipped = serializers.DictField(child=serializers.IntegerField(), allow_null=True)


class StoredPriceListSerializer(serializers.Serializer[object]):
    name = Text()
    as_of = Text()
    created_at = serializers.DateTimeField()
    is_own = serializers.BooleanField()
    base = Text(allow_null=True)
    overrides = serializers.ListField(child=serializers.DictField())
    counts = CountsSerializer()


class TierSerializer(serializers.Serializer[object]):
    to = Text(allow_null=True)
    usd = Text()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """`from` is no name that a class can say."""
        return {"from": Text(), **super().get_fields()}


class PriceSerializer(serializers.Serializer[object]):
    service = Text()
    usage_type = Text()
    operation = Text()
    region = Text()
    to_region = Text(allow_null=True)
    unit = Text()
    tiers = TierSerializer(many=True)
    source = Text()  # type: ignore[assignment]  # a field of this name
    as_of = Text()
    weak = serializers.BooleanField()


class PriceChangeSerializer(serializers.Serializer[object]):
    words = Text()
    old = PriceSerializer(allow_null=True)
    new = PriceSerializer(allow_null=True)


class SideSerializer(serializers.Serializer[object]):
    recommended = Text(allow_null=True)
    monthly_usd = Text(allow_null=True)
    mix_usd = Text(allow_null=True)
    plan_usd = Text(
        allow_null=True, help_text="of the plan that the team was last told of, with operations"
    )


class EffectSerializer(serializers.Serializer[object]):
    topology = serializers.UUIDField()
    name = Text()
    version = serializers.IntegerField()
    flips = serializers.BooleanField()
    before = SideSerializer()
    after = SideSerializer()
    because = serializers.ListField(child=Text())


class PriceChangesSerializer(serializers.Serializer[object]):
    old = Text(allow_null=True)
    new = Text()
    changes = PriceChangeSerializer(many=True)
    topologies = EffectSerializer(many=True)
    not_looked_at = serializers.IntegerField()


class StoredOverrideSerializer(serializers.Serializer[object]):
    uid = serializers.UUIDField()
    service = Text()
    usage_type = Text()
    operation = Text()
    region = Text()
    to_region = Text()
    percent = Text(allow_null=True)
    usd = Text(allow_null=True)
    reason = Text()
    author = Text(allow_null=True)
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class OldPricesSerializer(serializers.Serializer[object]):
    count = serializers.IntegerField()
    of = serializers.IntegerField(help_text="number of prices in these bills")
    oldest = Text()
    older_than = Text(help_text="a year before the price list's date")
    regions = serializers.ListField(child=Text())
    refresh = Text(help_text="the command that loads what AWS publishes today")
    sentence = Text()


class OverrideSerializer(serializers.Serializer[object]):
    service = Text()
    usage_type = Text(
        required=False, default="", allow_blank=True, max_length=100, validators=[visible]
    )
    operation = Text(
        required=False, default="", allow_blank=True, max_length=100, validators=[visible]
    )
    region = serializers.ChoiceField(
        choices=["", *AZ_PREFIXES], required=False, default="", allow_blank=True
    )
    to_region = Text(required=False, default="", allow_blank=True, max_length=30)
    percent = serializers.DecimalField(
        max_digits=7, decimal_places=4, min_value=-100, max_value=1000, required=False, default=None
    )
    usd = serializers.DecimalField(
        max_digits=20, decimal_places=10, min_value=0, required=False, default=None
    )
    reason = Text(min_length=1, max_length=300, validators=[visible])

    def get_fields(self) -> dict[str, Any]:
        """With the services that are asked for by now."""
        return {**super().get_fields(), "service": serializers.ChoiceField(choices=services())}

    def validate_to_region(self, value: str) -> str:
        if value and value not in AZ_PREFIXES:
            near = did_you_mean(value, AZ_PREFIXES)
            raise serializers.ValidationError(f"{value!r} is not a known Region{near}")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if (attrs["percent"] is None) == (attrs["usd"] is None):
            raise serializers.ValidationError({"percent": "give either percent or usd"})
        return attrs
