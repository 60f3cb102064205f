"""Pages about topologies: the list, making one, changing one, putting one away."""

import re
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

import yaml
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from advisor.text import encoding
from advisor.web.request_helpers import found_or_404, signed_in, text_in, version_number
from advisor.web.topologies.forms import DocumentForm, TwoVpcsForm
from connectivity import actions, queries
from connectivity.actions import Conflict
from connectivity.advice import lacking_prices
from connectivity.core.document.parser import read
from connectivity.core.network.regions import AZ_PREFIXES
from connectivity.core.problems import DocumentRefused, Problem
from connectivity.queries import Topology, TopologyVersion
from connectivity.reference import REFERENCE
from costmodel.queries import Since, UnknownPriceList, prices_since

PAGE = 50
SIDES = ("consumer", "provider")
MAX_AZ_TEXT = 200
FIRST_FEW = 3  # topologies, up to which the ways to begin stand first


class HomeRow(NamedTuple):
    """A topology, and what happened to prices since it was saved."""

    topology: Topology
    since: Since | None

    @property
    def beside(self) -> str:
        """It with the prices of then and of now, side by side."""
        lists = (self.since.old, self.since.new) if self.since else ()
        views = [("s", f"{self.topology.uid}?{urlencode({'prices': name})}") for name in lists]
        return f"{reverse('scenarios')}?{urlencode(views)}"


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The team's topologies, or where to begin."""
    team_id = signed_in(request).team_id
    topologies = queries.topologies(team_id)
    name = text_in(request.GET, "name")
    page = Paginator(topologies.filter(name__icontains=name), PAGE).get_page(
        request.GET.get("page")
    )
    since = prices_since(team_id, [topology.updated_at for topology in page])
    rows = [HomeRow(topology, since.get(topology.updated_at)) for topology in page]
    is_new = page.paginator.count <= FIRST_FEW and not name
    context = {"page": page, "name": name, "rows": rows, "is_new": is_new}
    context["query"] = f"&{urlencode({'name': name})}"
    return render(request, "web/topologies/home.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The form for the first hour."""
    user = signed_in(request)
    asked = {name: request.GET[name] for name in TwoVpcsForm.base_fields if name in request.GET}
    form = TwoVpcsForm(request.POST or None, initial=asked)
    if "look" in request.POST:
        form = TwoVpcsForm(initial={name: form[name].value() for name in form.fields})
    elif request.method == "POST" and form.is_valid():
        try:
            version = actions.create_topology(user.team_id, form.document(), author_id=user.pk)
        except DocumentRefused as error:
            form.show(error.problems)
        else:
            return redirect("topology", version.topology.uid)
    regions = (form[f"{side}_region"].value() for side in SIDES)
    context = {"form": form, "is_prefilled": bool(asked), **_coverage(user.team_id, *regions)}
    return render(request, "web/topologies/new.html", context)


def _coverage(team_id: int, *regions: str) -> dict[str, Any]:
    """What the chosen Regions lack, before anything else is filled in."""
    if not all(region in AZ_PREFIXES for region in regions):
        return {"is_known": False}
    try:
        lacks = lacking_prices(team_id, *regions)
    except UnknownPriceList:
        return {"is_known": False}
    missing = [region for lack in lacks for region in lack.regions]
    return {
        "is_known": True,
        "where": " to ".join(dict.fromkeys(regions)),
        "lacks": lacks,
        "loadable": list(dict.fromkeys(missing)),
    }


@require_safe
def azs(request: HttpRequest, side: str) -> HttpResponse:
    """The field of AZ IDs of one side, after its Region changed: the same numbers, as IDs of it.

    With it what the two Regions lack, which goes to a place of its own.
    """
    if side not in SIDES:
        raise Http404(f"{side[:20]!r} is neither consumer nor provider")
    name = f"{side}_azs"
    prefix = AZ_PREFIXES.get(request.GET.get(f"{side}_region", ""), "")
    text = request.GET.get(name, "")[:MAX_AZ_TEXT]
    moved = re.sub(r"[a-z]+[0-9](?=-az[0-9])", prefix, text) if prefix else text
    field = TwoVpcsForm(initial={name: moved})[name]
    regions = (text_in(request.GET, f"{side}_region") for side in SIDES)
    context = {"field": field, "is_apart": True, **_coverage(signed_in(request).team_id, *regions)}
    return render(request, "web/topologies/azs.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def paste(request: HttpRequest) -> HttpResponse:
    """A document, pasted or uploaded."""
    user = signed_in(request)
    form = DocumentForm(request.POST or None, request.FILES or None)
    problems: list[Problem] = []
    if request.method == "POST" and form.is_valid():
        try:
            document = read(form.read())
            version = actions.create_topology(user.team_id, document, author_id=user.pk)
        except DocumentRefused as error:
            problems = error.problems
        else:
            return redirect("topology", version.topology.uid)
    context = {"form": form, "example": REFERENCE.read_text(encoding="utf-8"), "problems": problems}
    return render(request, "web/topologies/paste.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@found_or_404
def document(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The document of a topology, and the form that saves its next version."""
    user = signed_in(request)
    version = queries.version(user.team_id, uid, version_number(request))
    form = DocumentForm(
        request.POST or None,
        request.FILES or None,
        initial={"text": as_yaml(version.document), "expected": version.number},
    )
    problems: list[Problem] = []
    newest = None  # of whoever was faster
    if request.method == "POST" and form.is_valid():
        expected = form.cleaned_data["expected"]
        try:
            saved = actions.save_topology(
                user.team_id, uid, read(form.read()), author_id=user.pk, expected=expected
            )
        except DocumentRefused as error:
            problems = error.problems
        except Conflict as error:
            problems = [Problem("version", str(error))]
            newest = error.newest
        else:
            _say_saved(request, saved, expected)
            return redirect("topology", uid)
    context = {"form": form, "version": version, "topology": version.topology, "newest": newest}
    return render(request, "web/topologies/document.html", context | {"problems": problems})


@require_safe
@found_or_404
def versions(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Every version of a topology."""
    team_id = signed_in(request).team_id
    topology_versions = queries.versions(team_id, uid).defer("document")
    page = Paginator(topology_versions, PAGE).get_page(request.GET.get("page"))
    topology = queries.topology(team_id, uid)
    scenarios = queries.topologies(team_id).filter(scenario_of=topology)
    context = {"topology": topology, "page": page, "scenarios": scenarios}
    return render(request, "web/topologies/versions.html", context)


@require_safe
@found_or_404
def download(request: HttpRequest, uid: UUID, form: str) -> HttpResponse:
    """The document as a file, JSON or YAML."""
    version = queries.version(signed_in(request).team_id, uid, version_number(request))
    as_text = {"json": as_json, "yaml": as_yaml}[form]
    response = HttpResponse(as_text(version.document), content_type=f"application/{form}")
    name = f"topology-{str(uid)[:8]}-v{version.number}.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@found_or_404
def delete(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Ask once, then put a topology away."""
    team_id = signed_in(request).team_id
    topology = queries.topology(team_id, uid)
    if request.method != "POST":
        return render(request, "web/topologies/delete.html", {"topology": topology})
    actions.delete_topology(team_id, uid)
    request.session["deleted"] = {"uid": str(uid), "name": topology.name}
    return redirect("reviews" if topology.is_reviews else "home")


@require_POST
@found_or_404
def restore(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Undo a deletion."""
    actions.restore_topology(signed_in(request).team_id, uid)
    request.session.pop("deleted", None)
    messages.success(request, "The topology is restored.")
    return redirect("topology", uid)


def as_yaml(value: Any) -> str:
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=100)


def as_json(value: Any) -> str:
    return encoding.as_json(value, is_readable=True).decode() + "\n"


def _say_saved(request: HttpRequest, saved: TopologyVersion, expected: int | None) -> None:
    if saved.number == expected:
        messages.info(request, "Nothing changed, so no new version was created.")
    else:
        messages.success(request, f"Saved as version {saved.number}.")
