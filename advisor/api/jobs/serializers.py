"""How what came of a job looks in the API's schema, by the kind of job."""

from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers

from advisor.api.comparisons.serializers import ComparisonSerializer
from advisor.api.plans.serializers import PlannedTopologySerializer

Text = serializers.CharField


class FetchedPricesSerializer(serializers.Serializer[Any]):
    price_list = Text()
    read = serializers.IntegerField(allow_null=True)
    kept = serializers.IntegerField(allow_null=True)
    skipped = serializers.DictField(child=serializers.IntegerField(), allow_null=True)


class CheckedRegionSerializer(serializers.Serializer[Any]):
    region = Text()
    problem = Text()
    refused = serializers.ListField(child=Text())
    statement = Text(
        help_text="the policy statement that would allow it, as JSON; empty: nothing is denied"
    )


class CheckedAccountSerializer(serializers.Serializer[Any]):
    account = Text()
    regions = CheckedRegionSerializer(many=True)


class AwsLatenciesSerializer(serializers.Serializer[Any]):
    """Of `aws-latency`: the pairs that were asked for, and what was filed of them."""

    pairs = serializers.IntegerField()
    measurements = serializers.IntegerField()
    without = serializers.IntegerField(help_text="pairs for which AWS has nothing")


RESULT = PolymorphicProxySerializer(
    component_name="JobResult",
    serializers=[
        ComparisonSerializer,
        PlannedTopologySerializer,
        FetchedPricesSerializer,
        CheckedAccountSerializer,
        AwsLatenciesSerializer,
    ],
    resource_type_field_name=None,
)
