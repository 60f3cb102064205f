"""How what happened looks in the API's schema."""

from typing import Any

from rest_framework import serializers

Text = serializers.CharField


class RecommendedSerializer(serializers.Serializer[Any]):
    before = Text()
    after = Text()


class CellChangeSerializer(serializers.Serializer[Any]):
    label = Text()  # type: ignore[assignment]  # a field of this name
    before = Text()
    after = Text()


class RowChangeSerializer(serializers.Serializer[Any]):
    table = Text()
    name = Text()
    change = serializers.ChoiceField(choices=["added", "removed", "changed"])
    cells = CellChangeSerializer(many=True)


class OptionChangeSerializer(serializers.Serializer[Any]):
    name = Text()
    before_usd = Text(allow_null=True)
    after_usd = Text(allow_null=True)
    change_usd = Text(allow_null=True)
    feasibility = RecommendedSerializer()
    findings_gained = serializers.ListField(child=Text())
    findings_lost = serializers.ListField(child=Text())


class VersionChangesSerializer(serializers.Serializer[Any]):
    to = serializers.IntegerField()
    recommended = RecommendedSerializer()
    rows = RowChangeSerializer(many=True)
    options = OptionChangeSerializer(many=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """`from` is no name that a class can say."""
        return {"from": serializers.IntegerField(), **super().get_fields()}


class EntrySerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    who = Text(allow_null=True)
    door = Text()
    address = Text(allow_null=True)
    agent = Text()
    did = Text()
    kind = Text()
    what = Text()
    changes = serializers.DictField(help_text="of each field the value before and after")
