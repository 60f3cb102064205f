"""Links to one view for people without an account: made, listed, read, revoked."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from advisor.limits.turns import Caller, Turn
from advisor.models import ShareLink
from advisor.teams import share_links, team_lookup
from advisor.web.comparison.plan_work import plan_by_job
from advisor.web.comparison.share_form import ShareForm
from advisor.web.comparison.view_state import Links, address_of
from advisor.web.comparison.views import (
    behind_shown,
    charts_csp,
    comparison_context,
    curves_of,
)
from advisor.web.request_helpers import found_or_404, signed_in
from advisor.web.reviews.sharing import shared_reviews
from connectivity.queries import UnknownLatencies
from costmodel.queries import UnknownPriceList


@require_http_methods(["GET", "HEAD", "POST"])
@found_or_404
def share(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Make a link to the view that the address names; list those of its topology."""
    user = signed_in(request)
    address = address_of(request.GET, uid)
    answered = address.answer(user.team_id)
    links = Links(address, answered)
    form = ShareForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        share_links.create(user, answered.version, links.query, form.cleaned_data["days"])
        messages.success(request, "The link is created. Anyone who has it can read this view.")
        return redirect(links.share)
    context = {
        "form": form,
        "links": links,
        "shared_links": team_lookup.links_of(user.team_id, uid),
        "answered": answered,
        "topology": answered.version.topology,
        "host": f"{request.scheme}://{request.get_host()}",
    }
    return render(request, "web/comparison/share.html", context)


@require_POST
@found_or_404
def revoke(request: HttpRequest, uid: UUID) -> HttpResponse:
    """End a link at once."""
    link = share_links.revoke(signed_in(request).team_id, uid)
    messages.success(request, "The link is revoked and no longer works.")
    page = "topology-reviews-share" if link.view == ShareLink.View.REVIEWS else "share"
    return redirect(page, link.version.topology.uid)


@charts_csp  # type: ignore[arg-type]  # its types know only views without arguments
@login_not_required
@require_safe
def shared(request: HttpRequest, key: str) -> HttpResponse:
    """A shared view: to be read, nothing else; by as many at once as one caller may.

    Raises: TooMany: it is computed for whoever has the link, whom nobody knows.
    """
    try:
        link = ShareLink.by_key(key)
    except ShareLink.DoesNotExist as error:
        raise Http404("no such link") from error
    turn = Turn([Caller("link", link.uid.hex)])
    turn.take()
    try:
        response = _view_of(request, link) if link.is_open else _ended(request)
    finally:
        turn.leave()
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "same-origin"
    return response


def _view_of(request: HttpRequest, link: ShareLink) -> HttpResponse:
    """What it shows; ended where it rests on something that is gone, or that is refused today."""
    show = shared_reviews if link.view == ShareLink.View.REVIEWS else _shared
    try:
        return show(request, link)
    except (ObjectDoesNotExist, UnknownPriceList, UnknownLatencies):
        return _ended(request)


def _shared(request: HttpRequest, link: ShareLink) -> HttpResponse:
    address = address_of(QueryDict(link.query), link.version.topology.uid)
    answered = address.answer(link.team_id)
    links = Links(address, answered)
    planned = plan_by_job(link.team_id, links)
    answer = comparison_context(address, answered, links, plan=planned)
    answer |= {"is_shared": True, "curves": curves_of(answered.comparison)}
    answer["behind"] = behind_shown(link.team_id, links, answer["plan"])
    context = {"answer": answer, "version": answered.version, "link": link}
    return render(request, "web/comparison/shared.html", context)


def _ended(request: HttpRequest) -> HttpResponse:
    """It was a link once; that is no secret to who has its signature."""
    return render(request, "web/comparison/ended.html", status=410)
