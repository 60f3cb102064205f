"""Documents of reviews alone: begun by a name, or with the review that was just looked at."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from advisor.web.request_helpers import found_or_404, signed_in, text_in
from advisor.web.reviews.views import answered_in
from connectivity.actions import create_topology
from connectivity.core.problems import DocumentRefused
from connectivity.core.reviewed_document import VERSION


@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """A document without a review yet."""
    return _created(request, {}, reverse("reviews"))


@require_POST
@found_or_404
def keep(request: HttpRequest, key: str) -> HttpResponse:
    """A document with one review, as its page was asked for."""
    told = answered_in(request, key)
    given = told.given
    stated = {name: value for name, value in given.values.items() if name in given.stated}
    back = f"{reverse('review', args=[key])}?{request.GET.urlencode()}"
    return _created(request, {key: stated}, back)


def _created(request: HttpRequest, reviews: dict[str, Any], back: str) -> HttpResponse:
    user = signed_in(request)
    document = {"version": VERSION, "name": text_in(request.POST, "name"), "reviews": reviews}
    try:
        version = create_topology(user.team_id, document, author_id=user.pk)
    except DocumentRefused as error:
        messages.error(request, f"Nothing was stored. {error}")
        return redirect(back)
    return redirect("topology-reviews", version.topology.uid)
