"""Pages about work in the background: how far it is, what came of it, how to stop it."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from advisor.jobs import runner
from advisor.models import Job, User
from advisor.teams import team_lookup
from advisor.teams.team_lookup import BESIDES_JOB
from advisor.web.request_helpers import found_or_404, signed_in

PAGE = 50
KINDS = {
    "compare": "Comparison",
    "plan": "Plan",
    BESIDES_JOB: "Why, trade-offs and the way to a plan",
    "fetch-prices": "Prices from AWS",
    "aws-latency": "Latencies from AWS",
    "check-account": "Permissions of an AWS account",
}
NAMED_IN_VIEWS = {"plan": "plan", BESIDES_JOB: "besides"}
UNFINISHED = (Job.State.QUEUED, Job.State.RUNNING)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The team's jobs, the newest first."""
    team_jobs = team_lookup.jobs(signed_in(request).team_id)
    page = Paginator(team_jobs, PAGE).get_page(request.GET.get("page"))
    rows = [(job, KINDS.get(job.kind, job.kind)) for job in page]
    return render(request, "web/team/jobs.html", {"page": page, "rows": rows})


@require_safe
@found_or_404
def show(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One job; for htmx, the part that changes."""
    job = team_lookup.job(signed_in(request).team_id, uid)
    back = _back(job)
    if back and job.state == Job.State.DONE and request.htmx:  # type: ignore[attr-defined]
        return _leads_back(request, job, back)
    context = {
        "job": job,
        "back": back,
        "kind": KINDS.get(job.kind, job.kind),
        "is_unfinished": job.state in UNFINISHED,
        "may_cancel": _may_cancel(signed_in(request), job),
        "percent": job.done * 100 // job.total if job.total else 0,
    }
    part = request.htmx  # type: ignore[attr-defined]  # django-htmx's middleware
    return render(request, "web/team/_job.html" if part else "web/team/job.html", context)


def _back(job: Job) -> str:
    """The view that waits for a job; it shows what came of it. Empty: none does."""
    back = str(job.arguments.get("back", ""))
    name = NAMED_IN_VIEWS.get(job.kind)
    return f"{back}&{name}={job.uid}" if back and name else back


def _may_cancel(user: User, job: Job) -> bool:
    return user.may_edit or user.pk == job.user_id


def _leads_back(request: HttpRequest, job: Job, back: str) -> HttpResponse:
    """Whoever waited is shown the view for which prices were loaded, or flows planned."""
    if job.kind != "fetch-prices":
        return HttpResponseClientRedirect(back)
    result = job.result or {}
    notice = (
        f"The price list {result.get('price_list')} is in force: "
        f"{result.get('kept')} prices kept of {result.get('read')} read."
    )
    if not _is_waiting(request, notice):
        messages.success(request, notice)
    return HttpResponseClientRedirect(back)


def _is_waiting(request: HttpRequest, notice: str) -> bool:
    """Whether a notice is queued already: a page asks once more while the next one loads."""
    storage = messages.get_messages(request)
    waiting = {message.message for message in storage}
    storage.used = False  # type: ignore[union-attr]  # of the middleware, it is always a storage
    return notice in waiting


@require_POST
@found_or_404
def cancel(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Stop a job at its next step. Nothing of it is stored, but of a plan's details what is known,
    which its page shows."""
    job = team_lookup.job(signed_in(request).team_id, uid)
    if not _may_cancel(signed_in(request), job):
        raise PermissionDenied("A job can be cancelled by its creator or by an editor.")
    runner.cancel(job)
    return redirect(_back(job) if job.kind == BESIDES_JOB else reverse("job", args=[uid]))
