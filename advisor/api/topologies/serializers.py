"""How stored topologies look in the API's schema."""

from rest_framework import serializers

Text = serializers.CharField


class TopologySerializer(serializers.Serializer[object]):
    uid = serializers.UUIDField()
    is_reviews = serializers.BooleanField(help_text="it has reviews alone, and no network")
    name = Text()
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    url = serializers.URLField()


class StoredTopologySerializer(TopologySerializer):
    document = serializers.DictField()


class VersionSerializer(serializers.Serializer[object]):
    number = serializers.IntegerField()
    sha256 = Text()
    author = Text(allow_null=True)
    created_at = serializers.DateTimeField()


class StoredVersionSerializer(VersionSerializer):
    document = serializers.DictField()
