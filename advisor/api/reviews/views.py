"""Reviews over REST: a workload in, what breaks first out."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from advisor.api.comparisons.asked import uid_of
from advisor.api.http.authentication import team_id_of
from advisor.api.http.serializers import ProblemsSerializer
from advisor.api.reviews.serializers import ReviewRequestSerializer, ReviewsSerializer
from connectivity import queries
from connectivity.core.as_json.amounts import require_reviewable
from connectivity.core.as_json.reviews import plain_reviews
from connectivity.core.document.fields import Fields, kind, plain_problems, repeated_keys
from connectivity.core.problems import DocumentRefused
from connectivity.review_answers import review_document


class ReviewsView(APIView):
    @extend_schema(
        request=ReviewRequestSerializer,
        responses={200: ReviewsSerializer, 400: ProblemsSerializer},
    )
    def post(self, request: Request) -> Response:
        """What each review finds: limits, which breaks first and at which load, findings.

        An input outside its plausible range is a question, with status 200 and without numbers;
        `confirm` takes it as it is. Nothing is stored.
        """
        team_id = team_id_of(request)
        wanted = _asked(request, team_id)
        require_reviewable(wanted["document"])
        answered = review_document(
            team_id,
            wanted["document"],
            only=wanted["only"],
            confirmed=wanted["confirm"],
            prices=wanted["price_list"],
        )
        return Response(plain_reviews(answered))


def _asked(request: Request, team_id: int) -> dict[str, Any]:
    data = request.data
    envelope = {**data, "document": None} if isinstance(data, dict) else data
    problems = plain_problems(envelope)
    problems.extend(repeated_keys(data))
    fields = Fields(data, "", problems)
    document = fields.get("document", required=True)
    asked = {
        "only": fields.texts("only") or (),
        "confirm": fields.texts("confirm") or (),
        "price_list": fields.text("price_list"),
    }
    fields.done()
    if document is not None and not isinstance(document, dict | str):
        fields.note(
            "document", f"is {kind(document)}, neither a document nor the uid of a topology"
        )
    if problems:
        raise DocumentRefused(problems)
    if isinstance(document, str):
        document = queries.version(team_id, uid_of(document), None).document
    return asked | {"document": document}
