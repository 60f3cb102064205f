"""The editor: a topology's tables as forms. Every save is a version; so is what undoes it."""

from collections import defaultdict
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from advisor.web.request_helpers import found_or_404, number_in, signed_in, text_in
from advisor.web.topologies.editor_table import EditorSheet
from connectivity import editing, queries
from connectivity.actions import Conflict
from connectivity.core.problems import MAX_PROBLEMS, DocumentRefused, Problem
from connectivity.core.tables.edits import Edits
from connectivity.core.tables.schema import GENERAL, TABLES, table_of
from connectivity.core.tables.spreadsheet import table_as_csv
from connectivity.editing import Base
from connectivity.queries import TopologyVersion


def _table_in(values: QueryDict) -> str:
    key = text_in(values, "table") or "flows"
    if key not in TABLES and key != GENERAL.key:
        raise Http404(f"no table is called {key[:20]!r}")
    return key


def _is_index(text: str) -> bool:
    return text.isdecimal() and text.isascii() and len(text) < 8


def _edits_in(request: HttpRequest) -> Edits:
    """What the form says, as edits: `3.name`, `new0.name`, and `removed` once for each row."""
    cells: dict[int, dict[str, str]] = defaultdict(dict)
    added: dict[int, dict[str, str]] = defaultdict(dict)
    for name, text in request.POST.items():
        row, _, column = name.partition(".")
        rows, number = (added, row[3:]) if row.startswith("new") else (cells, row)
        if column and _is_index(number):
            rows[int(number)][column] = str(text).replace("\x00", "")
    table = _table_in(request.POST)
    ticked = request.POST.getlist("removed") if table != GENERAL.key else []
    removed = {int(index) for index in ticked if _is_index(index)}
    return Edits(table, cells, [added[i] for i in sorted(added)], frozenset(removed))


def _base(request: HttpRequest, uid: UUID) -> Base:
    user = signed_in(request)
    return Base(user.team_id, uid, number_in(request.POST), user.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@found_or_404
def show(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One table of a topology; a POST saves its next version."""
    values = request.POST if request.method == "POST" else request.GET
    version = queries.version(signed_in(request).team_id, uid, number_in(values))
    if request.method != "POST":
        return _page(request, EditorSheet(version, values, Edits(_table_in(values))))
    edits = _edits_in(request)
    onto = text_in(values, "onto")
    try:
        saved = editing.save_edits(
            _base(request, uid), edits, int(onto) if _is_index(onto) else None
        )
    except DocumentRefused as error:
        problems = editing.placed(version.document, edits, error.problems)
        return _page(request, EditorSheet(version, values, edits, tuple(problems)))
    except Conflict as error:
        return _page(request, EditorSheet(version, values, edits), error)
    return _saved(request, version, saved, values)


def _page(
    request: HttpRequest, sheet: EditorSheet, conflict: Conflict | None = None
) -> HttpResponse:
    context = {
        "sheet": sheet,
        "topology": sheet.version.topology,
        "conflict": conflict,
        "problems": [Problem("", text) for text in sheet.elsewhere],
    }
    return render(request, "web/topologies/editor.html", context)


def _saved(
    request: HttpRequest, before: TopologyVersion, saved: TopologyVersion, values: QueryDict
) -> HttpResponse:
    uid = saved.topology.uid
    if saved.number == before.number:
        messages.info(request, "Nothing changed, so no new version was created.")
    else:
        request.session["saved"] = {"uid": str(uid), "before": before.number, "now": saved.number}
    kept = {key: text_in(values, key) for key in ("table", "q", "page", "all") if key in values}
    return redirect(f"{reverse('editor', args=[uid])}?{urlencode(kept)}")


@require_POST
@found_or_404
def check(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What would be wrong with the form as it is; for the row that is typed in."""
    version = queries.version(signed_in(request).team_id, uid, number_in(request.POST))
    edits = _edits_in(request)
    problems = editing.problems_of(_base(request, uid), edits)
    sheet = EditorSheet(version, request.POST, edits, tuple(problems))
    here = text_in(request.POST, "here")
    row = next((row for row in sheet.rows if row.id == here), None)
    is_cut = len(problems) >= MAX_PROBLEMS
    context = {"row": row, "count": len(problems), "is_cut": is_cut, "has_rows": sheet.has_rows}
    return render(request, "web/topologies/editor_check.html", context)


@require_POST
@found_or_404
def bulk(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One value into a column of every row that the filter shows."""
    values, base = request.POST, _base(request, uid)
    version = queries.version(base.team_id, uid, base.version)
    table, column = _table_in(values), text_in(values, "column")
    if column not in {table_column.key for table_column in table_of(table).columns}:
        raise Http404(f"no column is called {column[:40]!r}")
    words = text_in(values, "q")
    try:
        saved = editing.save_column(base, table, words, column, values.get("value", ""))
    except DocumentRefused as error:
        problems = "; ".join(map(str, error.problems[:3]))
        messages.error(request, f"Nothing was changed. {problems}")
        return redirect(
            f"{reverse('editor', args=[uid])}?{urlencode({'table': table, 'q': words})}"
        )
    except Conflict as error:
        return _page(request, EditorSheet(version, values, Edits(table)), error)
    return _saved(request, version, saved, values)


@require_http_methods(["GET", "HEAD", "POST"])
@found_or_404
def paste(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Rows from a spreadsheet: known names are updated, new ones added."""
    values = request.POST if request.method == "POST" else request.GET
    team_id, table = signed_in(request).team_id, _table_in(values)
    if table == GENERAL.key:
        raise Http404("what exists once cannot be pasted")
    version = queries.version(team_id, uid, number_in(values))
    context = {"version": version, "topology": version.topology, "table": TABLES[table]}
    if request.method == "POST":
        text, replace = values.get("text", ""), "replace" in values
        try:
            saved = editing.save_pasted(_base(request, uid), table, text, replace=replace)
        except (DocumentRefused, Conflict) as error:
            lone = [Problem("version", f"{error}; what you pasted is kept below: save it again")]
            problems = error.problems if isinstance(error, DocumentRefused) else lone
            if isinstance(error, Conflict):
                context["version"] = queries.version(team_id, uid, error.newest)
            context |= {"problems": problems, "text": text, "replace": replace}
            return render(request, "web/topologies/editor_paste.html", context)
        return _saved(request, version, saved, values)
    return render(request, "web/topologies/editor_paste.html", context)


@require_safe
@found_or_404
def export(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A table as CSV, which can be pasted again."""
    version = queries.version(signed_in(request).team_id, uid, number_in(request.GET))
    table = _table_in(request.GET)
    head = {"Content-Disposition": f'attachment; filename="{table}-v{version.number}.csv"'}
    text = table_as_csv(version.document, table)
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=head)
