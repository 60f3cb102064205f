"""How the answers of reviews look in the API's schema, and what is asked for them."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from connectivity.core.health.evaluation import Severity
from connectivity.core.reviewing.review import LimitKind

SEVERITIES = [severity.value for severity in Severity]
KINDS = [kind.value for kind in LimitKind]

Text = serializers.CharField
Number = serializers.FloatField


@extend_schema_field(OpenApiTypes.ANY)
class ValueField(serializers.JSONField):
    """A number, a flag, a text or null."""


class ReviewRequestSerializer(serializers.Serializer[object]):
    document = serializers.JSONField(
        required=False,
        help_text="a document of reviews, a topology that carries them, or a stored one's uid; "
        "beside manifests a document of reviews with what these do not state",
    )
    manifests = Text(
        required=False,
        help_text="Kubernetes manifests, as helm template and kubectl get -o yaml or json print "
        "them; in place of a document, or beside one",
    )
    set = serializers.DictField(
        child=ValueField(),
        required=False,
        help_text="inputs by review and name, deployment/web.requests_per_second, or of all of a "
        "kind, kubernetes.nodes",
    )
    only = serializers.ListField(
        child=Text(), required=False, help_text="only these, by key or whole name"
    )
    confirm = serializers.ListField(
        child=Text(),
        required=False,
        help_text="odd inputs that are taken as they are: nat/payments.keepalive_seconds",
    )
    price_list = Text(required=False, help_text="by name; the one in force without it")


class QuestionSerializer(serializers.Serializer[object]):
    input = Text()
    value = ValueField()
    range = serializers.ListField(child=Number(), min_length=2, max_length=2)
    asks = Text()


class StepSerializer(serializers.Serializer[object]):
    number = Text()
    formula = Text()
    filled = Text()
    value = ValueField()


class LimitSerializer(serializers.Serializer[object]):
    what = Text()
    kind = serializers.ChoiceField(choices=KINDS)
    load = Number()
    limit = Number()
    headroom = Number(allow_null=True)
    at = Number(allow_null=True)


class ReviewFindingSerializer(serializers.Serializer[object]):
    id = Text()
    severity = serializers.ChoiceField(choices=SEVERITIES)
    detail = Text()
    cause = Text()
    step = Text()
    effect = Text()
    source = Text()  # type: ignore[assignment]  # a field of this name
    as_of = Text()


class ArtefactSerializer(serializers.Serializer[object]):
    name = Text()
    kind = Text()
    text = Text()


class MetricSerializer(serializers.Serializer[object]):
    namespace = Text()
    metric = Text()
    statistic = Text()


class ReviewSerializer(serializers.Serializer[object]):
    review = Text()
    title = Text()
    inputs = serializers.DictField(child=ValueField())
    defaulted = serializers.ListField(child=Text())
    questions = QuestionSerializer(many=True)
    numbers = serializers.DictField(child=ValueField())
    working = StepSerializer(many=True)
    limits = LimitSerializer(many=True)
    first = Text(allow_null=True)
    at = Number(allow_null=True)
    headroom = Number(allow_null=True)
    findings = ReviewFindingSerializer(many=True)
    artefacts = ArtefactSerializer(many=True)
    metrics = MetricSerializer(many=True)


class FindingOfReviewSerializer(ReviewFindingSerializer):
    review = Text()


class ArtefactOfReviewSerializer(ArtefactSerializer):
    review = Text()


class PlaceInManifestsSerializer(serializers.Serializer[object]):
    file = Text(allow_null=True)
    document = serializers.IntegerField(allow_null=True)
    line = serializers.IntegerField(allow_null=True)
    template = Text(allow_null=True, help_text="of the chart, where Helm names it")


class WorkloadSerializer(PlaceInManifestsSerializer):
    name = Text()
    kind = Text()
    namespace = Text(allow_null=True)
    container = Text()
    container_is_guessed = serializers.BooleanField()
    reviews = serializers.ListField(child=Text())


class FieldOfManifestSerializer(PlaceInManifestsSerializer):
    object = Text(allow_null=True)
    field = Text(allow_null=True)


class InputReadSerializer(FieldOfManifestSerializer):
    review = Text()
    input = Text()
    value = ValueField()
    note = Text()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        source = serializers.ChoiceField(choices=["manifest", "default", "given"])
        return {"from": source, **super().get_fields()}


class RemarkSerializer(FieldOfManifestSerializer):
    review = Text()
    says = Text()


class WantedSerializer(serializers.Serializer[object]):
    set = Text()
    required = serializers.BooleanField()  # type: ignore[assignment]  # a field of this name
    asks = Text()
    unit = Text()
    range = serializers.ListField(child=Number(), min_length=2, max_length=2)
    words = serializers.ListField(child=Text())
    why = Text()
    reviews = serializers.ListField(child=Text())
    limits = serializers.ListField(child=Text())


class NotReadSerializer(PlaceInManifestsSerializer):
    kind = Text()
    count = serializers.IntegerField()
    why = Text()


class PatchSerializer(serializers.Serializer[object]):
    name = Text()
    object = Text()
    new = serializers.BooleanField()
    unsafe = serializers.BooleanField()
    why = serializers.ListField(child=Text())
    text = Text()


class ManifestsSerializer(serializers.Serializer[object]):
    workloads = WorkloadSerializer(many=True)
    readings = InputReadSerializer(many=True)
    worklist = WantedSerializer(many=True)
    remarks = RemarkSerializer(many=True)
    not_read = NotReadSerializer(many=True)
    patches = PatchSerializer(many=True)


class ReviewsSerializer(serializers.Serializer[object]):
    name = Text()
    rules_as_of = Text()
    reviews = ReviewSerializer(many=True)
    findings = FindingOfReviewSerializer(many=True)
    artefacts = ArtefactOfReviewSerializer(many=True)
    manifests = ManifestsSerializer(required=False, help_text="of manifests alone")
