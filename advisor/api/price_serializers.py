"""How prices look in the API's schema."""

from typing import Any

from rest_framework import serializers

from connectivity.core.problems import did_you_mean
from connectivity.core.regions import AZ_PREFIXES
from costmodel.ingest import services

Text = serializers.CharField


class OldPricesSerializer(serializers.Serializer[object]):
    count = serializers.IntegerField()
    of = serializers.IntegerField(help_text="prices in these bills")
    oldest = Text()
    older_than = Text(help_text="a year before the price list's date")
    regions = serializers.ListField(child=Text())
    refresh = Text(help_text="the command that loads what AWS publishes today")
    sentence = Text()


class OverrideSerializer(serializers.Serializer[object]):
    service = Text()
    usage_type = Text(required=False, default="", allow_blank=True, max_length=100)
    operation = Text(required=False, default="", allow_blank=True, max_length=100)
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
    reason = Text(max_length=300)

    def get_fields(self) -> dict[str, Any]:
        """With the services that are asked for by now."""
        return {**super().get_fields(), "service": serializers.ChoiceField(choices=services())}

    def validate_to_region(self, value: str) -> str:
        if value and value not in AZ_PREFIXES:
            near = did_you_mean(value, AZ_PREFIXES)
            raise serializers.ValidationError(f"{value!r} is no Region we know{near}")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if (attrs["percent"] is None) == (attrs["usd"] is None):
            raise serializers.ValidationError({"percent": "give either percent or usd"})
        return attrs
