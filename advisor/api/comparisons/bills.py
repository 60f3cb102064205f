"""How the lines of a bill, its payers and severities look in the API's schema."""

from rest_framework import serializers

Text = serializers.CharField
SEVERITIES = ["hard", "quota", "condition", "warning"]


class PayerSerializer(serializers.Serializer[object]):
    account = Text()
    usd = Text()


class LineSerializer(serializers.Serializer[object]):
    what = Text()
    service = Text()
    usage_type = Text()
    operation = Text()
    region = Text()
    to_region = Text(allow_null=True)
    payer = Text()
    quantity = Text()
    unit = Text()
    rate = Text()
    usd = Text()
    source = Text()  # type: ignore[assignment]  # a field of this name
    as_of = Text()
    weak = serializers.BooleanField()
    note = Text()
