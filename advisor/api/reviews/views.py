"""Reviews over REST: a workload in, what breaks first out."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from advisor.api.http.authentication import team_id_of
from advisor.api.http.serializers import ProblemsSerializer
from advisor.api.reviews.asked import MANIFESTS, asked
from advisor.api.reviews.serializers import ReviewRequestSerializer, ReviewsSerializer
from connectivity.core.as_json.amounts import require_reviewable
from connectivity.core.as_json.manifests import plain_manifests
from connectivity.core.as_json.reviews import plain_reviews
from connectivity.importers.manifests import File
from connectivity.review_answers import review_document, review_manifests


class ReviewsView(APIView):
    @extend_schema(
        request=ReviewRequestSerializer,
        responses={200: ReviewsSerializer, 400: ProblemsSerializer},
    )
    def post(self, request: Request) -> Response:
        """What each review finds: limits, which breaks first and at which load, findings.

        Of `manifests`, Kubernetes YAML or JSON, the reviews that follow for each workload; what no
        manifest states is in `manifests.worklist` of the answer, and is given by `set` or by a
        `document` of reviews. An input outside its plausible range is a question, with status 200
        and without numbers; `confirm` takes it as it is. Nothing is stored.
        """
        team_id = team_id_of(request)
        wanted = asked(request, team_id)
        options: dict[str, Any] = {
            "only": wanted.only,
            "confirmed": wanted.confirm,
            "prices": wanted.price_list,
            "given": wanted.given,
        }
        if wanted.manifests is not None:
            file = File(MANIFESTS, wanted.manifests.encode())
            answer = review_manifests(team_id, [file], **options)
            return Response(plain_manifests(answer.told, answer.passed))
        require_reviewable(wanted.document)
        return Response(plain_reviews(review_document(team_id, wanted.document, **options)))
