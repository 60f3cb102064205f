"""What breaks first for people without an account: a link is made, and read."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from advisor.models import ShareLink
from advisor.teams import share_links, team_lookup
from advisor.web.comparison.share_form import ShareForm
from advisor.web.request_helpers import found_or_404, signed_in
from advisor.web.reviews.of_topology import confirmed_in, stored_or_404
from advisor.web.reviews.workload_rows import CONFIRM, PAGE, Addresses, ranked_context
from connectivity.core.reviewed_document import tightest_first
from connectivity.stored_reviews import stored_reviews


@require_http_methods(["GET", "HEAD", "POST"])
@found_or_404
def share(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Make a link to the reviews of a version; list the links of its topology."""
    user, stored = signed_in(request), stored_or_404(request, uid)
    at = Addresses(stored.version, confirmed_in(request.GET))
    form = ShareForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        query = urlencode([(CONFIRM, name) for name in at.confirmed])
        days = form.cleaned_data["days"]
        share_links.create(user, stored.version, query, days, ShareLink.View.REVIEWS)
        messages.success(request, "The link is created. Anyone who has it can read this view.")
        return redirect(at.address("topology-reviews-share"))
    context = {
        "form": form,
        "version": stored.version,
        "topology": stored.version.topology,
        "here": at.address("topology-reviews-share"),
        "shared_links": team_lookup.links_of(user.team_id, uid),
        "host": f"{request.scheme}://{request.get_host()}",
    }
    return render(request, "web/reviews/share.html", context)


def shared_reviews(request: HttpRequest, link: ShareLink) -> HttpResponse:
    """The reviews that a link shows, to be read and nothing else.

    Raises:
        TopologyVersion.DoesNotExist: it was deleted.
        DocumentRefused: this release refuses what the version states.
    """
    confirmed = confirmed_in(QueryDict(link.query))
    version = link.version
    stored = stored_reviews(link.team_id, version.topology.uid, version.number, confirmed=confirmed)
    page = Paginator(tightest_first(stored.document), PAGE).get_page(request.GET.get("page"))
    context = ranked_context(stored, Addresses(version, is_shared=True), page) | {"link": link}
    return render(request, "web/reviews/shared.html", context)
