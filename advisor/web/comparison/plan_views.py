"""Many flows are planned by a job: it is started, watched and shown where its plan belongs."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import reswap, retarget

from advisor.web.comparison.plan_work import can_be_started, running_for, start, work_of
from advisor.web.comparison.view_state import Links, address_of
from advisor.web.comparison.views import charts_csp, view_page
from advisor.web.request_helpers import found_or_404, signed_in, text_in
from connectivity.core.as_json.amounts import MAX_PLAN_S


@require_POST
@found_or_404
def compute(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Start the job, and come back to the view, whose address names it."""
    user = signed_in(request)
    address = address_of(request.GET, uid)
    links = Links(address, address.answer(user.team_id))
    if not can_be_started(links):
        messages.info(request, "No job plans this view; nothing was started.")
        return redirect(links.here)
    text = text_in(request.POST, "seconds")
    seconds = int(text) if text.isdecimal() and text.isascii() and len(text) < 9 else 0
    if not 1 <= seconds <= MAX_PLAN_S:
        words = f"give a whole number from 1 to {MAX_PLAN_S:,}"
        messages.error(request, f"Seconds: {text!r} cannot be; {words}. Nothing was started.")
        return redirect(links.here)
    job = running_for(user.team_id, links) or start(user, links, seconds)
    return redirect(f"{links.with_plan(job.uid)}#plan")


@charts_csp  # type: ignore[arg-type]  # its types know only views without arguments
@require_safe
@found_or_404
def progress(request: HttpRequest, uid: UUID) -> HttpResponse:
    """For htmx: how far the job is, and in the end the view with its plan."""
    user = signed_in(request)
    address = address_of(request.GET, uid)
    work = work_of(user, address)
    if work is not None and work.is_unfinished:
        context = {"work": work, "progress": request.get_full_path()}
        return render(request, "web/comparison/_plan_work.html", context)
    return reswap(retarget(view_page(request, uid), "#answer"), "innerHTML")
