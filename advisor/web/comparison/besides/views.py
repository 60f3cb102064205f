"""Why a plan is as it is, its trade-offs and the way to it: a page, and the job that it starts."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import reswap, retarget

from advisor.models import User
from advisor.web.comparison.besides import files, work
from advisor.web.comparison.besides.addresses import Addresses
from advisor.web.comparison.besides.asking import refusal, wanted
from advisor.web.comparison.besides.context import Behind
from advisor.web.comparison.besides.listing import Listing, listing_of
from advisor.web.comparison.plan_rows import PlanRows, plan_rows
from advisor.web.comparison.plan_work import plan_by_job
from advisor.web.comparison.planning import plan_of
from advisor.web.comparison.view_state import Links, address_of
from advisor.web.comparison.views import charts_csp
from advisor.web.request_helpers import found_or_404, signed_in, text_in


@dataclass(frozen=True)
class View:
    """A view as its address names it, and its plan."""

    user: User
    links: Links
    listing: Listing
    plan: PlanRows | None

    @cached_property
    def behind(self) -> Behind | None:
        """What is known behind the plan; None without a design."""
        if self.plan is None or not self.plan.has_design:
            return None
        known = work.known(self.user.team_id, self.links, self.plan.plan)
        return Behind(self.links.answered.comparison, self.plan.plan, known, self.listing)

    @property
    def at(self) -> Addresses:
        return Addresses(self.links, self.listing)


@dataclass(frozen=True)
class Asking:
    """What can be computed besides, and the job that does."""

    work: work.BesidesWork | None
    is_other: bool  # the address names a job that is gone, or about something else
    parts: list[str]  # that may be asked for of so many flows
    lacking: list[str]  # those that are not known yet
    progress: str  # the address that tells of the job
    may_edit: bool


def view_of(request: HttpRequest, uid: UUID) -> View:
    """Raises what `compare_stored` raises."""
    user = signed_in(request)
    address = address_of(request.GET, uid)
    links = Links(address, address.answer(user.team_id))
    comparison = links.answered.comparison
    plain = plan_of(comparison) or plan_by_job(user.team_id, links)
    rows = None if plain is None else plan_rows(plain, comparison.case)
    return View(user, links, listing_of(request.GET), rows)


@charts_csp  # type: ignore[arg-type]  # its types know only views without arguments
@require_safe
@found_or_404
def show(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What is known behind the plan of a view; without a plan, why there is nothing."""
    return render(request, "web/comparison/besides/page.html", _context(view_of(request, uid)))


def _context(view: View) -> dict[str, Any]:
    answered = view.links.answered
    context = {
        "links": view.links,
        "at": view.at,
        "plan": view.plan,
        "behind": view.behind,
        "name": answered.what_if.topology.name,
        "version": answered.version,
        "topology": answered.version.topology,
        "flows": len(answered.comparison.case.flows),
        "changes": answered.what_if.changes,
        "may_edit": view.user.may_edit,
    }
    return context | {"asking": _asking(view, view.behind) if view.behind else None}


def _asking(view: View, behind: Behind) -> Asking:
    parts = work.allowed(len(behind.comparison.case.flows))
    job = work.besides_work(view.user, view.links, behind.plain)
    return Asking(
        work=job,
        is_other=view.links.address.besides is not None and job is None,
        parts=parts,
        lacking=work.lacking(behind.worth_asking(parts), behind.known),
        progress=view.at.progress(behind.seen),
        may_edit=view.user.may_edit,
    )


@require_POST
@found_or_404
def compute(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Start the job, and come back to the page, whose address names it."""
    view = view_of(request, uid)
    if view.behind is None:
        messages.info(request, "This view has no plan yet; nothing was started.")
        return redirect(view.at.here)
    asked = wanted(request.POST)
    problem = refusal(asked, view.behind.comparison.case.topology)
    if problem:
        messages.error(request, f"{problem} Nothing was started.")
        return redirect(view.at.here)
    plain = view.behind.plain
    job = work.running(view.user.team_id, view.links, plain)
    if job is not None:
        messages.info(request, "A job computes parts of this page already; ask again afterwards.")
    else:
        job = work.start(view.user, view.links, plain, asked, view.at.here)
    return redirect(f"{view.at.with_job(job.uid)}#work")


@charts_csp  # type: ignore[arg-type]
@require_safe
@found_or_404
def progress(request: HttpRequest, uid: UUID) -> HttpResponse:
    """For htmx: how far the job is, and what it found since; in the end the whole page."""
    view = view_of(request, uid)
    context = _context(view)
    job = context["asking"] and context["asking"].work
    if job is None or not job.is_unfinished:
        response = render(request, "web/comparison/besides/_details.html", context)
        return reswap(retarget(response, "#details"), "innerHTML")
    seen, behind = text_in(request.GET, "seen"), view.behind
    context["is_news"] = behind is not None and behind.seen != seen
    context["fresh"] = behind.fresh(seen) if behind else []
    return render(request, "web/comparison/besides/progress.html", context)


@require_safe
@found_or_404
def download(request: HttpRequest, uid: UUID, kind: str) -> HttpResponse:
    """What is known behind a plan as a file."""
    view = view_of(request, uid)
    if view.behind is None:
        raise Http404("this view has no plan")
    response = files.answer(view.behind, kind)
    number = view.links.answered.version.number
    what_if = "-what-if" if view.links.values else ""
    name = f"plan-{kind}-{str(uid)[:8]}-v{number}{what_if}"
    response["Content-Disposition"] = f'attachment; filename="{name}.{files.ENDINGS[kind]}"'
    return response
