"""Rows of the comparison's long tables, put together in one go.

A template takes some 10 µs for each of its variables, and these tables have thousands.
"""

from collections.abc import Iterable
from html import escape

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from advisor.text.formatting import amount, percent, signed_us, us
from advisor.web.comparison.bill_rows import LineRow
from advisor.web.comparison.context import RuleFinding
from advisor.web.comparison.diagram_layout import FlowRow
from advisor.web.comparison.plan_rows import FlowRow as PlannedFlow
from connectivity.core.latency.distance import Distance
from connectivity.core.latency.lookup import Reading
from connectivity.core.latency.matrix import Block, Square
from connectivity.core.rules.rule import Severity
from costmodel.core.units import figure

register = template.Library()

TONES = {"ok": "ok", "advice": "", "warning": "warn", "critical": "bad"}

LINE = (
    '<tr><td>{}<small>{}, {}</small>{}</td><td data-label="Paid by">{}<small>{}</small></td>'
    '<td class="number" data-label="Quantity">{}</td>'
    '<td class="number" data-label="Rate, USD">{}</td><td class="number" data-label="USD">{}</td>'
    '<td data-label="Source and date"><small>{}{} {}</small></td></tr>'
)
CELL = (
    '<tr><td>{} to {}</td><td class="number" data-label="p99">{}</td>'
    '<td class="number" data-label="Over single VPC">{}</td>'
    '<td data-label="Basis">{} {}<small>{}</small></td></tr>'
)
FINDING = (
    '<li><span class="tag {}">{}</span> <strong>{}</strong> {}{} <span class="quiet">For {}{}. '
    "Source: {}, as of {}.</span></li>"
)
WEAK = mark_safe(' <span class="tag warn">weak source</span>')  # our own words


def _joined(markup: str, rows: Iterable[tuple[object, ...]]) -> SafeString:
    """As `format_html_join`, without its care for lazy texts, which costs as much as the rest."""
    texts = (markup.format(*map(_escaped, row)) for row in rows)
    return mark_safe("".join(texts))  # noqa: S308  # every value is escaped


def _escaped(value: object) -> str:
    return value if isinstance(value, SafeString) else escape(str(value))


def _within(markup: str, text: str) -> SafeString:
    return _joined(markup, [(text,)] if text else [])


@register.simple_tag
def bill_lines(lines: Iterable[LineRow]) -> SafeString:
    return _joined(LINE, (_line(line) for line in lines))


def _line(line: LineRow) -> tuple[object, ...]:
    note = _within("<small>{}</small>", line.note)
    weak = WEAK if line.weak else ""
    head = (line.what, line.usage_type, line.where, note, line.payer, line.account)
    return (*head, line.quantity, line.rate, line.usd, line.as_of, weak, line.source)


@register.simple_tag
def finding_rows(findings: Iterable[RuleFinding]) -> SafeString:
    return _joined(FINDING, (_finding(finding) for finding in findings))


def _finding(finding: RuleFinding) -> tuple[object, ...]:
    colour = "bad" if finding.rule.severity == Severity.HARD else "warn"
    remedy = _within(" <em>{}</em>", finding.remedy)
    more = f" and {finding.more} more flows" if finding.more else ""
    head = (colour, finding.word, finding.rule.id, finding.detail, remedy)
    return (*head, ", ".join(finding.flows), more, finding.rule.source, finding.rule.as_of)


@register.simple_tag
def latency_cells(cells: Iterable[Reading], *, is_baseline: bool) -> SafeString:
    return _joined(CELL, (_cell(cell, is_baseline=is_baseline) for cell in cells))


def _cell(reading: Reading, *, is_baseline: bool) -> tuple[object, ...]:
    over = "baseline" if is_baseline else signed_us(reading.overhead_us)
    head = (reading.from_az, reading.to_az, us(reading.us), over)
    return (*head, reading.basis, reading.as_of, reading.comment)


PAIR = (
    '<tr><td>{}</td><td data-label="To">{}</td><td class="number" data-label="GB a month">{}</td>'
    '<td class="number" data-label="Cross-AZ">{}</td></tr>'
)
CHOSEN = (
    '<tr><td>{}</td><td class="number" data-label="GB a month">{}</td>'
    '<td data-label="Option">{}</td></tr>'
)


@register.simple_tag
def pair_rows(pairs: Iterable[FlowRow]) -> SafeString:
    return _joined(PAIR, map(_pair, pairs))


def _pair(pair: FlowRow) -> tuple[object, ...]:
    across = "cross-Region" if pair.is_far else percent(pair.crossing)
    return (pair.consumer, pair.provider, amount(pair.gb), across)


@register.simple_tag
def chosen_rows(chosen: Iterable[tuple[str, float, str]]) -> SafeString:
    return _joined(CHOSEN, ((flow, amount(gb), option) for flow, gb, option in chosen))


PLANNED = (
    '<tr><td>{}<small>{}</small></td><td class="number" data-label="GB a month">{}</td>'
    '<td data-label="Option">{}</td><td data-label="Why"><small>{}</small></td></tr>'
)


@register.simple_tag
def planned_rows(flows: Iterable[PlannedFlow]) -> SafeString:
    rows = ((f.name, f.route, amount(f.gb), f.option, f.because) for f in flows)
    return _joined(PLANNED, rows)


MARKS = {"missing": "no data", "lost": "all lost", "hidden": "too few samples"}
FINE_US = 10_000  # an estimate below is shown to the hundred, above to the thousand
MIDDLES = ("p50", "mean")  # what an estimate of the median stands for
WORDS = {"missing": "·", "lost": "lost", "hidden": "n/a"}


@register.simple_tag
def matrix_rows(block: Block, option: str, statistic: str) -> SafeString:
    """A block of the matrix; every square with a cell leads to what is behind it."""
    at = f"{reverse('latency-cell')}?option={option}&amp;from="
    rows = []
    for row in block.rows:
        squares = "".join(_square(square, at, statistic) for square in row)
        rows.append(f'<tr><th scope="row">{escape(row[0].source)}</th>{squares}</tr>')
    return mark_safe("".join(rows))  # noqa: S308  # AZ IDs, Regions and numbers


def _square(square: Square, at: str, statistic: str) -> str:
    cell, where = square.cell, f"{at}{square.source}&amp;to={square.destination}"
    if square.distance is not None:
        return _by_distance(square.distance, where, statistic)
    if cell is None:
        return '<td class="heat none" title="no data">·</td>'
    if square.us is None:
        mark, word = MARKS[square.state], WORDS[square.state]
        return f'<td class="heat none"><a href="{where}" title="{mark}">{word}</a></td>'
    drift = (
        ' <abbr title="the newest measurement differs by more than the noise">Δ</abbr>'
        if cell.drift_us
        else ""
    )
    runs = "1 run" if cell.runs == 1 else f"{cell.runs} runs"
    title = f"{cell.basis}, {escape(cell.as_of[:10])}, {runs}, grade {cell.grade}"
    link = f'<a href="{where}" title="{title}">{figure(square.us, 5)}</a>'
    return f'<td class="heat heat-{square.level}">{link}{drift}</td>'


def _by_distance(distance: Distance, where: str, statistic: str) -> str:
    """Of a median what is typical, of all else what nothing can beat."""
    sign, us = ("≥", distance.bound_us)
    if statistic in MIDDLES:
        sign, us = ("≈", round(distance.typical_us, -3 if distance.typical_us >= FINE_US else -2))
    link = f'<a href="{where}" title="{distance.words}">{sign}\u202f{us:,}</a>'
    return f'<td class="heat none estimate">{link}</td>'


@register.filter
def state_tag(state: str) -> SafeString:
    """The word of a health state; what is unknown looks like a gap."""
    return mark_safe(f'<span class="tag {TONES.get(state, "gap")}">{escape(state)}</span>')  # noqa: S308
