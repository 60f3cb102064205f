"""Webhooks on the page of the collection: added, tried out, their secrets, what failed."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from advisor.web.health.collection import page, show_problems
from advisor.web.health.forms import WebhookForm
from advisor.web.request_helpers import found_or_404, signed_in
from advisor.webhooks import deliveries, endpoints
from advisor.webhooks.shapes import SHAPES
from connectivity.core.problems import DocumentRefused


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    user, form = signed_in(request), WebhookForm(request.POST)
    if form.is_valid():
        try:
            row = endpoints.add(user.team_id, form.wish(), user.pk)
        except DocumentRefused as error:
            show_problems(form, error)
        else:
            if SHAPES[row.shape].is_signed:
                return page(request, user.team_id, new_secret=row)
            messages.success(request, f"{row.name} receives messages from now on.")
            return redirect("health-collection")
    return page(request, user.team_id, webhook_form=form)


@require_POST
@found_or_404
def test(request: HttpRequest, uid: UUID) -> HttpResponse:
    row = endpoints.try_out(signed_in(request).team_id, uid)
    messages.success(
        request, f"{row.name} gets a test message within a minute; its outcome is listed below."
    )
    return redirect("health-collection")


@require_POST
@found_or_404
def rotate(request: HttpRequest, uid: UUID) -> HttpResponse:
    team_id = signed_in(request).team_id
    try:
        row = endpoints.rotate(team_id, uid)
    except DocumentRefused as error:
        messages.error(request, f"No new secret: {error.problems[0].problem}.")
        return redirect("health-collection")
    return page(request, team_id, new_secret=row)


@require_POST
@found_or_404
def forget(request: HttpRequest, uid: UUID) -> HttpResponse:
    row = endpoints.forget_old(signed_in(request).team_id, uid)
    messages.success(request, f"{row.name} is signed with its newest secret alone.")
    return redirect("health-collection")


@require_POST
@found_or_404
def end(request: HttpRequest, uid: UUID) -> HttpResponse:
    row = endpoints.end(signed_in(request).team_id, uid)
    messages.success(request, f"{row.name} is no longer notified.")
    return redirect("health-collection")


@require_POST
@found_or_404
def again(request: HttpRequest, uid: UUID) -> HttpResponse:
    row, is_tried = deliveries.again(signed_in(request).team_id, uid)
    outcome = "is retried" if is_tried else f"is {row.state}, not failed: nothing to retry"
    messages.success(request, f"{row.webhook.name} {outcome}.")
    return redirect("health-collection")
