"""How latencies look in the API's schema, in and out."""

from typing import Any

from rest_framework import serializers

from advisor.api.http.serializers import ProblemSerializer

Text = serializers.CharField


class LatencyImportRequestSerializer(serializers.Serializer[object]):
    file = serializers.FileField()
    from_az = Text(required=False, help_text="AZ ID or Region of the client")
    to_az = Text(required=False, help_text="AZ ID or Region of the server")
    option = Text(required=False, help_text="the option that connected them")
    tool = Text(required=False, help_text="default: auto")
    unit = Text(required=False, help_text="for a file without units: ns, us, ms or s")
    columns = Text(required=False, help_text="for values without a header, separated by commas")
    statistic = Text(required=False, help_text="for a file that does not state it")
    host = Text(required=False, help_text="which host of a file with several")
    tag = Text(required=False, help_text="which tag of a histogram log with several")
    instance_type = Text(required=False)
    account = Text(required=False, help_text="account whose AZ names are used")
    dry_run = serializers.BooleanField(required=False)


class RunSerializer(serializers.Serializer[object]):
    tool = Text()
    tool_version = Text(allow_null=True)
    test = Text()
    p50_us = serializers.FloatField(allow_null=True)
    p90_us = serializers.FloatField(allow_null=True)
    p99_us = serializers.FloatField(allow_null=True)
    p999_us = serializers.FloatField(allow_null=True)
    mean_us = serializers.FloatField(allow_null=True)
    min_us = serializers.FloatField(allow_null=True)
    max_us = serializers.FloatField(allow_null=True)
    stddev_us = serializers.FloatField(allow_null=True)
    samples = serializers.IntegerField(allow_null=True)
    loss = serializers.FloatField(allow_null=True)
    direction_note = Text()
    notes = serializers.ListField(child=Text())


class ImportedRunSerializer(RunSerializer):
    resolution_us = serializers.FloatField(
        allow_null=True, help_text="resolution of the tool's output at the median"
    )
    host = Text(allow_null=True)
    tag = Text(allow_null=True)
    option = Text(allow_null=True)
    to = Text()
    line = serializers.IntegerField()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """`from` is no name that a class can say."""
        return {"from": Text(), **super().get_fields()}


class LatencyImportSerializer(serializers.Serializer[object]):
    measurements = ImportedRunSerializer(many=True)
    problems = ProblemSerializer(many=True)


class MeasurementSerializer(RunSerializer):
    uid = serializers.UUIDField()
    is_withdrawn = serializers.BooleanField()
    withdrawn_because = Text()
    option = Text()
    source = Text()  # type: ignore[assignment]  # a field of this name
    destination = Text()
    taken = Text()
    instance_type = Text()
    origin = Text()


class ZoneNamesSerializer(serializers.Serializer[object]):
    account = Text(help_text="twelve digits")
    file = serializers.FileField(help_text="output of describe-availability-zones")


class NamesSerializer(serializers.Serializer[object]):
    names = serializers.IntegerField(help_text="number of AZ names now known")


class MethodSerializer(serializers.Serializer[object]):
    tool = Text()
    test = Text()
    connection = Text()
    loop = Text()
    in_flight = serializers.IntegerField(allow_null=True)
    request_bytes = serializers.IntegerField(allow_null=True)
    response_bytes = serializers.IntegerField(allow_null=True)
    instance_type = Text()
    year = Text()


class FigureSerializer(serializers.Serializer[object]):
    us = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class CellSerializer(serializers.Serializer[object]):
    option = Text()
    source = Text()  # type: ignore[assignment]  # a field of this name
    destination = Text()
    runs = serializers.IntegerField()
    samples = serializers.IntegerField(allow_null=True)
    loss = serializers.FloatField(allow_null=True)
    grade = Text(allow_null=True)
    as_of = Text()
    basis = Text()
    drift_us = serializers.FloatField(allow_null=True)
    method = MethodSerializer(allow_null=True)
    figures = serializers.DictField(child=FigureSerializer(), help_text="by statistic")
    hidden = serializers.ListField(child=Text())
    bound_us = serializers.IntegerField(allow_null=True)
    typical_us = serializers.IntegerField(allow_null=True)
    typical_error = serializers.ListField(child=serializers.FloatField(), allow_null=True)
