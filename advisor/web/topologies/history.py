"""Pages about what happened to a topology: versions side by side, restoring, scenarios."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from advisor.web.request_helpers import found_or_404, signed_in, text_in
from connectivity import actions, editing, queries
from connectivity.actions import Conflict
from connectivity.core.problems import DocumentRefused
from connectivity.history import version_changes

MAX_ROWS = 300  # shown
BACK = {"reviews": "topology-reviews"}  # from where an undo may come


@require_safe
@found_or_404
def changes(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Two versions: what was changed, and what that did to bill and feasibility."""
    team_id = signed_in(request).team_id
    newest = queries.version(team_id, uid, without="document").number
    old = _number(request, "from", max(1, newest - 1))
    new = _number(request, "to", newest)
    differences = version_changes(team_id, uid, old, new)
    context = {
        "changes": differences,
        "rows": differences.rows[:MAX_ROWS],
        "more": max(0, len(differences.rows) - MAX_ROWS),
        "topology": differences.after.topology,
        "numbers": range(newest, 0, -1),
        "newest": newest,
    }
    return render(request, "web/topologies/version_changes.html", context)


def _number(request: HttpRequest, key: str, default: int) -> int:
    text = text_in(request.GET, key) or str(default)
    if not (text.isdecimal() and text.isascii() and len(text) < 9):
        raise Http404(f"{text[:20]!r} is not the number of a version")
    return int(text)


@require_POST
@found_or_404
def restore(request: HttpRequest, uid: UUID, number: int) -> HttpResponse:
    """Make an older version the newest again. What came between stays readable."""
    user = signed_in(request)
    expected = text_in(request.POST, "expected")
    try:
        saved = editing.restore_version(
            editing.Base(user.team_id, uid, number, user.pk),
            int(expected) if expected.isdecimal() else None,
        )
    except Conflict as error:
        messages.error(request, f"Not restored: {error}.")
        return redirect(f"{reverse('version-changes', args=[uid])}?from={number}")
    except DocumentRefused as error:
        messages.error(
            request, f"Not restored, because it does not pass the current checks: {error}"
        )
        return redirect("versions", uid)
    request.session.pop("saved", None)
    messages.success(request, f"Version {number} is back, as version {saved.number}.")
    table = text_in(request.POST, "table")
    if table:
        return redirect(f"{reverse('editor', args=[uid])}?{urlencode({'table': table})}")
    return redirect(BACK.get(text_in(request.POST, "back"), "topology"), uid)


@require_POST
@found_or_404
def scenario(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A copy of the newest version, to be changed by itself."""
    user = signed_in(request)
    name = text_in(request.POST, "name")
    try:
        version = actions.make_scenario(user.team_id, uid, name, author_id=user.pk)
    except DocumentRefused as error:
        messages.error(request, f"No scenario was created: {error}")
        return redirect("versions", uid)
    messages.success(
        request, f"The scenario {version.topology.name} is created: change it as you like."
    )
    return redirect("editor", version.topology.uid)
