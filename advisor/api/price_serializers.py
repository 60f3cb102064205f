"""How prices look in the API's schema."""

from typing import Any

from rest_framework import serializers

from connectivity.core.regions import AZ_PREFIXES
from costmodel.ingest import SERVICES

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
    service = serializers.ChoiceField(choices=SERVICES)
    usage_type = Text(required=False, default="", allow_blank=True, max_length=100)
    operation = Text(required=False, default="", allow_blank=True, max_length=100)
    region = serializers.ChoiceField(
        choices=["", *AZ_PREFIXES], required=False, default="", allow_blank=True
    )
    to_region = serializers.ChoiceField(
        choices=["", *AZ_PREFIXES], required=False, default="", allow_blank=True
    )
    percent = serializers.DecimalField(
        max_digits=7, decimal_places=4, min_value=-100, max_value=1000, required=False, default=None
    )
    usd = serializers.DecimalField(
        max_digits=20, decimal_places=10, min_value=0, required=False, default=None
    )
    reason = Text(max_length=300)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if (attrs["percent"] is None) == (attrs["usd"] is None):
            raise serializers.ValidationError({"percent": "give either percent or usd"})
        return attrs
