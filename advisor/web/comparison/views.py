"""The comparison of a topology: a page, its parts, and files."""

from typing import Any
from uuid import UUID

from csp.decorators import csp_update
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from advisor.jobs import runner
from advisor.web.comparison import exports
from advisor.web.comparison.besides.context import Behind
from advisor.web.comparison.besides.listing import Listing
from advisor.web.comparison.besides.work import named
from advisor.web.comparison.bill_rows import MAX_LINES, MAX_PRINTED
from advisor.web.comparison.break_even_chart import Breakeven
from advisor.web.comparison.charts import cost_against_latency, money_by_kind
from advisor.web.comparison.context import present
from advisor.web.comparison.diagram_layout import picture
from advisor.web.comparison.diagram_svg import drawn
from advisor.web.comparison.missing_prices import OwnPriceForm, is_of, missing, needed_prices
from advisor.web.comparison.plan_rows import PlanRows, plan_rows
from advisor.web.comparison.plan_work import can_be_started, plan_by_job, work_of_view
from advisor.web.comparison.planning import MAX_FLOWS, free_work, plan_of
from advisor.web.comparison.view_state import Address, Links, address_of
from advisor.web.comparison.what_if_panel import panel
from advisor.web.prices.views import put_in_force
from advisor.web.request_helpers import found_or_404, signed_in, text_in
from connectivity.actions import Conflict, create_topology, save_topology
from connectivity.advice import Answered, is_reference
from connectivity.core.as_json.amounts import MAX_PLAN_S
from connectivity.core.as_json.plan import today_breaks
from connectivity.core.as_json.values import Plain
from connectivity.core.comparison.compare import Comparison
from connectivity.core.comparison.recommendation import recommended
from connectivity.core.outlook.break_even import Axis
from connectivity.core.plan.search.cheapest import SECONDS
from connectivity.core.problems import Problem, did_you_mean
from connectivity.queries import NothingToCompare
from costmodel.queries import price_list_names

MAX_NAME = 200  # characters, of a topology

# Plotly sets style attributes; it brings no style elements, since the page has its rules.
charts_csp = csp_update({"style-src-attr": ["'unsafe-inline'"]})


@charts_csp  # type: ignore[arg-type]  # its types know only views without arguments
@require_safe
@found_or_404
def show(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Every option for a topology; for htmx, only the part that a what-if changes."""
    try:
        return view_page(request, uid)
    except NothingToCompare:
        return redirect("topology-reviews", uid)


def view_page(request: HttpRequest, uid: UUID, tried: QueryDict | None = None) -> HttpResponse:
    """`tried` is a form for a missing price that was refused, shown as it was typed."""
    team_id = signed_in(request).team_id
    address = address_of(request.GET, uid)
    answered = address.answer(team_id)
    links = Links(address, answered)
    work = work_of_view(signed_in(request), links)
    answer = comparison_context(address, answered, links, plan=work.result if work else None)
    answer["later"] = {
        "work": work,
        "can_start": signed_in(request).may_edit and can_be_started(links),
        "usual_s": int(SECONDS),
        "most_s": MAX_PLAN_S,
    }
    answer["panel"] = panel(answered, links, price_list_names(team_id))
    answer["may_edit"] = signed_in(request).may_edit
    answer["missing"] = missing(answered.comparison, answer["name"], tried)
    context = {"answer": answer, "version": answered.version, "topology": answered.version.topology}
    is_part = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    template = "web/comparison/_answer.html" if is_part else "web/comparison/page.html"
    response = render(request, template, context, status=400 if tried else 200)
    patch_vary_headers(response, ["HX-Request"])
    if is_part:
        response["HX-Push-Url"] = links.here
    return response


def comparison_context(
    address: Address,
    answered: Answered,
    links: Links,
    most_lines: int = MAX_LINES,
    plan: Plain | None = None,
) -> dict[str, Any]:
    """What the page, the shared page and the print view have in common.

    `plan` is what a job made of the view, where it is not made with the page.
    """
    comparison = answered.comparison
    document = answered.what_if.topology.document
    shown = present(
        comparison,
        is_reference=not answered.what_if.changes and is_reference(document),
        sort=address.sort,
        most_lines=most_lines,
    )
    shapes = picture(comparison.case)
    figures = {
        "cost_latency": cost_against_latency(comparison),
        "money": money_by_kind(comparison),
    }
    return shown | {
        "name": answered.what_if.topology.name,
        "version": answered.version,
        "links": links,
        "problems": [*answered.what_if.problems, *unknown_flow(address, answered)],
        "changes": answered.what_if.changes,
        "notes": answered.what_if.notes,
        **_plan(comparison, most_lines, plan),
        "later": {},
        "figures": figures,
        "picture": shapes,
        "drawn": drawn(shapes),
    }


def _plan(comparison: Comparison, most_lines: int, of_job: Plain | None) -> dict[str, Any]:
    """The plan; without one, what is said beside the best option of several flows."""
    plan = plan_of(comparison) or of_job
    if plan is not None:
        return {"plan": plan_rows(plan, comparison.case, most_lines)}
    is_one = len(comparison.case.flows) == 1
    best = recommended(comparison)
    work = 0 if is_one or best is None else free_work(comparison.case, best.objects)
    breaks = [] if is_one else today_breaks(comparison)
    return {"plan": None, "most_planned": MAX_FLOWS, "breaks": breaks, "free_work": work}


def behind_shown(team_id: int, links: Links, plan: PlanRows | None) -> Behind | None:
    """What is behind a plan, for who can only read it; None without a design."""
    if plan is None or not plan.has_design:
        return None
    known = named(team_id, links, plan.plan)
    return Behind(links.answered.comparison, plan.plan, known, Listing())


def unknown_flow(address: Address, answered: Answered) -> list[Problem]:
    """A flow that was asked for and is not there."""
    name = address.flow
    if not name or f"gb:{name}" in answered.what_if.flow_values:
        return []
    names = [flow["name"] for flow in answered.what_if.topology.document["flows"]]
    problem = f"no flow is called {name!r}{did_you_mean(name, names)}; all flows are shown"
    return [Problem("flow", problem)]


def curves_of(comparison: Comparison) -> list[Breakeven]:
    """The break-even charts that have a sense for these flows."""
    return [curve for curve in (Breakeven(comparison, axis) for axis in Axis) if curve.has_sense]


@require_safe
@found_or_404
def curves(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The break-even charts of a view, which the page asks for once it is there."""
    answered = address_of(request.GET, uid).answer(signed_in(request).team_id)
    context = {"curves": curves_of(answered.comparison)}
    return render(request, "web/comparison/_curves.html", context)


@charts_csp  # type: ignore[arg-type]
@require_safe
@found_or_404
def print_view(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The same view on one page, everything open, for paper."""
    address = address_of(request.GET, uid)
    answered = address.answer(signed_in(request).team_id)
    links = Links(address, answered)
    team_id = signed_in(request).team_id
    planned = plan_by_job(team_id, links)
    answer = comparison_context(address, answered, links, MAX_PRINTED, planned)
    answer |= {"is_open": True, "curves": curves_of(answered.comparison)}
    answer["behind"] = behind_shown(team_id, links, answer["plan"])
    return render(
        request, "web/comparison/print.html", {"answer": answer, "version": answered.version}
    )


@require_POST
@found_or_404
def keep(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Store a what-if: as the next version of its topology, or as a topology of its own."""
    user = signed_in(request)
    answered = address_of(request.GET, uid).answer(user.team_id)
    document = answered.what_if.topology.document
    if not answered.what_if.changes:
        messages.info(request, "No input is changed, so nothing was stored.")
        return redirect("topology", uid)
    if request.POST.get("as") == "topology":
        labels = [change.label for change in answered.what_if.changes]
        name = f"{document['name']}, {', '.join(labels)} changed"[:MAX_NAME]
        saved = create_topology(
            user.team_id,
            document | {"name": name},
            author_id=user.pk,
            scenario_of=answered.version.topology,
        )
        messages.success(request, f"Stored as {name}.")
        return redirect("topology", saved.topology.uid)
    try:
        saved = save_topology(
            user.team_id, uid, document, author_id=user.pk, expected=answered.version.number
        )
    except Conflict as error:
        messages.error(request, f"Not saved: {error}.")
        return redirect(f"{reverse('topology', args=[uid])}?{request.GET.urlencode()}")
    messages.success(request, f"Saved as version {saved.number}.")
    return redirect("topology", uid)


@charts_csp  # type: ignore[arg-type]
@require_POST
@found_or_404
def own_price(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Put the team's own price in force for one that is missing, and show the same view with it."""
    address = address_of(request.GET, uid)
    answered = address.answer(signed_in(request).team_id)
    links = Links(address, answered)
    needed, _ = needed_prices(answered.comparison)
    key = next((price_name for price_name in needed if is_of(price_name, request.POST)), None)
    if key is None:
        messages.info(request, "That price is not missing in this view; nothing was stored.")
        return redirect(links.here)
    form = OwnPriceForm(request.POST)
    if not form.is_valid():
        return view_page(request, uid, request.POST)
    name = put_in_force(request, form.override(key), [key[0]])
    return redirect(f"{links.with_prices(name)}#verdict")


@require_POST
@found_or_404
def load_prices(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Load what AWS publishes for a Region of the topology; the job leads back to the same view."""
    user = signed_in(request)
    address = address_of(request.GET, uid)
    answered = address.answer(user.team_id)
    links = Links(address, answered)
    region = text_in(request.POST, "region")
    if region not in answered.comparison.case.regions:
        messages.error(request, f"{region!r} is no Region of this topology; nothing was loaded.")
        return redirect(links.here)
    arguments = {"regions": [region], "back": links.with_prices()}
    job = runner.start("fetch-prices", arguments, team_id=user.team_id, user_id=user.pk)
    return redirect("job", job.uid)


@require_safe
@found_or_404
def download(request: HttpRequest, uid: UUID, kind: str) -> HttpResponse:
    """The same view as JSON, CSV or a Markdown table."""
    address = address_of(request.GET, uid)
    team_id = signed_in(request).team_id
    answered = address.answer(team_id)
    links = Links(address, answered)
    plan = plan_of(answered.comparison) or plan_by_job(team_id, links)
    return exports.file(answered, links, kind, plan, named(team_id, links, plan))
