"""The editor's rows, put together in one go, as in `rows`: a page has hundreds of fields."""

import json

from django import template
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

from advisor.web.topologies.editor_table import EditorCell, EditorRow, EditorSheet

register = template.Library()


@register.simple_tag
def sheet_rows(sheet: EditorSheet) -> SafeString:
    """Every row as fields, each with its problem beside it; a changed row asks for its check."""
    check = reverse("editor-check", args=[sheet.version.topology.uid])
    return mark_safe("".join(_row(row, check, sheet) for row in sheet.rows))  # noqa: S308  # escaped


def problem_id(row: str, column: str) -> str:
    return f"p-{row}-{slugify(column)}"


def _row(row: EditorRow, check: str, sheet: EditorSheet) -> SafeString:
    rendered = (_cell(cell, cell.column.key in sheet.lists) for cell in row.cells)
    cells = mark_safe("".join(rendered))  # noqa: S308  # escaped
    number = remove = mark_safe("")
    if sheet.has_rows:
        number = _number(row)
        remove = _remove(row)
    return format_html(
        '<tr hx-post="{}" hx-trigger="input delay:400ms" hx-include="#sheet" hx-swap="none" '
        'hx-vals="{}">{}{}{}</tr>',
        check,
        json.dumps({"here": row.id}),
        number,
        cells,
        remove,
    )


def _number(row: EditorRow) -> SafeString:
    return format_html(
        '<td class="number" data-label="Row">{}<small class="errorlist" id="{}">{}</small></td>',
        "new" if row.number is None else row.number,
        problem_id(row.id, ""),
        row.problem,
    )


def _cell(cell: EditorCell, has_choices: bool) -> str:
    column = cell.column
    row = f"row {int(cell.row) + 1}" if cell.row.isdecimal() else f"new row {int(cell.row[3:]) + 1}"
    label = escape(f"{column.label}, {row}")
    problem = problem_id(cell.row, column.key)
    invalid = ' aria-invalid="true"' if cell.problem else ""
    choices = f' list="of-{column.key}"' if has_choices else ""
    return (
        f'<td data-label="{escape(column.label)}"><input name="{escape(cell.name)}" '
        f'value="{escape(cell.text)}" aria-label="{label}" aria-describedby="{problem}"'
        f'{invalid}{choices} autocomplete="off"><small class="errorlist" id="{problem}">'
        f"{escape(cell.problem)}</small></td>"
    )


def _remove(row: EditorRow) -> SafeString:
    if row.number is None:
        return mark_safe("<td></td>")
    return format_html(
        '<td data-label="Remove"><input type="checkbox" name="removed" value="{}" '
        'aria-label="Remove row {}"{}></td>',
        row.id,
        row.number,
        mark_safe(" checked") if row.is_removed else "",
    )
