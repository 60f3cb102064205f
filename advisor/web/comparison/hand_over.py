"""The plan of a view as files to take along: Terraform, a table and two pages."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from advisor.handover.download import download, file_name
from advisor.web.comparison.view_state import Links, address_of
from advisor.web.request_helpers import found_or_404, signed_in
from connectivity.core.problems import DocumentRefused

UNPROCESSABLE = 422


@require_safe
@found_or_404
def hand_over(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The archive; a page that says why there is none."""
    address = address_of(request.GET, uid)
    answered = address.answer(signed_in(request).team_id)
    links = Links(address, answered)
    try:
        name = file_name(uid, answered.version.number, is_what_if=bool(links.values))
        return download(answered.comparison, name)
    except DocumentRefused as error:
        context = {"problems": error.problems, "links": links}
        template = "web/comparison/not_handed_over.html"
        return render(request, template, context, status=UNPROCESSABLE)
