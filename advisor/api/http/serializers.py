"""How problems look in the API's schema."""

from rest_framework import serializers

Text = serializers.CharField


class ProblemSerializer(serializers.Serializer[object]):
    path = Text()
    problem = Text()


class ProblemsSerializer(serializers.Serializer[object]):
    problems = ProblemSerializer(many=True)
    request_id = Text(required=False, help_text="of this request, also sent as X-Request-ID")
