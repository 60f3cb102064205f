"""How reports look in the API's schema."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from advisor.api.schema.of_dataclasses import described
from connectivity.weekly import report as weekly

CONTENT = described(weekly.Report)


class ScheduleSerializer(serializers.Serializer[Any]):
    """When the report is sent: weekday 0 is Monday; the hour is in the team's time zone."""

    has_reports = serializers.BooleanField()
    report_weekday = serializers.IntegerField(min_value=0, max_value=6)
    report_hour = serializers.IntegerField(min_value=0, max_value=23)


class NextSerializer(ScheduleSerializer):
    time_zone = serializers.CharField()
    next_at = serializers.DateTimeField(allow_null=True)


class AddressSerializer(serializers.Serializer[Any]):
    address = serializers.CharField(max_length=254)


class RecipientSerializer(serializers.Serializer[Any]):
    uid = serializers.UUIDField()
    address = serializers.CharField()
    state = serializers.CharField()


class AddedSerializer(RecipientSerializer):
    problem = serializers.CharField(
        help_text="why the confirmation request could not be sent; empty: it was sent"
    )


class HeadSerializer(serializers.Serializer[Any]):
    uid = serializers.UUIDField()
    week = serializers.CharField()
    due_at = serializers.DateTimeField()
    made_at = serializers.DateTimeField()
    subject = serializers.CharField()


@extend_schema_field(CONTENT)
class ContentField(serializers.JSONField):
    pass


class ReportSerializer(HeadSerializer):
    mails = serializers.DictField(
        child=serializers.IntegerField(), help_text="number of mails by state"
    )
    content = ContentField()
