"""Two to four views side by side: topologies, versions, or what-ifs; differences first."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from advisor.text.formatting import amount, percent, signed_usd, us, usd
from advisor.web.comparison.planning import plan_of
from advisor.web.comparison.view_state import Links, address_of
from advisor.web.request_helpers import found_or_404, signed_in
from connectivity import queries
from connectivity.advice import Answered
from connectivity.core.comparison.answer import Answer
from connectivity.core.comparison.recommendation import feasibility, mix_ahead, recommended
from costmodel.core.units import figure

MOST = 4
OFFERED = 20  # topologies and versions to choose from


@dataclass(frozen=True)
class Scenario:
    """One column."""

    answered: Answered
    links: Links
    without: str  # the address of the others

    @property
    def best(self) -> Answer | None:
        return recommended(self.answered.comparison)

    def answer(self, option: str) -> Answer | None:
        answers = self.answered.comparison.answers
        return next((answer for answer in answers if answer.option.key == option), None)


class ScenarioCell(NamedTuple):
    text: str
    change: str  # against the first column, where it can be counted


class ScenarioRow(NamedTuple):
    label: str
    cells: list[ScenarioCell]
    differs: bool


class ScenarioChoice(NamedTuple):
    value: str
    label: str


@require_safe
@found_or_404
def show(request: HttpRequest) -> HttpResponse:
    """The table, and what else could stand in it."""
    team_id = signed_in(request).team_id
    asked = list(dict.fromkeys(request.GET.getlist("s")))
    texts = [text for text in asked if text][:MOST]
    columns = [_scenario(text, texts, team_id) for text in texts]
    rows = list(_rows(columns)) if columns else []
    context = {
        "columns": columns,
        "differing": [row for row in rows if row.differs],
        "same": [row for row in rows if not row.differs],
        "kept": [column.links.scenario for column in columns],
        "choices": _choices(team_id, columns),
        "has_room": len(columns) < MOST,
        "left_out": max(0, len(asked) - MOST),
    }
    return render(request, "web/comparison/scenarios.html", context)


def _scenario(text: str, all_texts: list[str], team_id: int) -> Scenario:
    uid, _, query = text.partition("?")
    try:
        address = address_of(QueryDict(query), UUID(uid))
    except ValueError as error:
        raise Http404(f"{uid[:40]!r} is not a topology") from error
    answered = address.answer(team_id)
    others = [("s", other) for other in all_texts if other != text]
    without = f"{reverse('scenarios')}?{urlencode(others)}"
    return Scenario(answered, Links(address, answered), without)


def _choices(team_id: int, columns: list[Scenario]) -> list[ScenarioChoice]:
    """What can be added: the same without its changes, other versions, other topologies."""
    choices = [
        ScenarioChoice(
            f"{column.links.address.uid}?{urlencode(column.links.pins)}", _as_saved(column)
        )
        for column in columns
        if column.links.values
    ]
    for uid in dict.fromkeys(column.links.address.uid for column in columns):
        versions = queries.versions(team_id, uid).defer("document")[:OFFERED]
        name = queries.topology(team_id, uid).name
        numbers = [version.number for version in versions]
        choices += [ScenarioChoice(f"{uid}?version={n}", f"{name}, version {n}") for n in numbers]
    others = queries.topologies(team_id)[:OFFERED]
    choices += [
        ScenarioChoice(f"{other.uid}?", f"{other.name}, newest version") for other in others
    ]
    return list(dict.fromkeys(choices))


def _as_saved(scenario: Scenario) -> str:
    version = scenario.answered.version
    return f"{version.topology.name}, version {version.number}, without its changes"


def _rows(columns: list[Scenario]) -> Iterator[ScenarioRow]:
    yield from _inputs(columns)
    yield from _verdicts(columns)
    names = {
        answer.option.key: answer.option.name
        for column in columns
        for answer in column.answered.comparison.answers
    }
    for key, name in names.items():
        yield _row(columns, f"{name}, a month", partial(_option_usd, key), _money)
    for key, name in names.items():
        yield _row(columns, f"{name}, feasibility", partial(_feasibility, key))


def _inputs(columns: list[Scenario]) -> Iterator[ScenarioRow]:
    yield _row(columns, "Topology", lambda scenario: scenario.answered.what_if.topology.name)
    yield _row(columns, "Version", lambda scenario: str(scenario.answered.version.number))
    yield _row(columns, "Changed inputs", _changes)
    yield _row(
        columns, "VPCs", lambda scenario: Decimal(len(scenario.answered.what_if.topology.vpcs))
    )
    yield _row(
        columns, "Flows", lambda scenario: Decimal(len(scenario.answered.what_if.topology.flows))
    )
    yield _row(
        columns, "GB a month", lambda scenario: _decimal(scenario.answered.what_if.result["gb"])
    )
    yield _row(
        columns,
        "Cross-AZ share",
        lambda scenario: percent(scenario.answered.what_if.result["crossing"] / 100),
    )
    yield _row(columns, "Price list", lambda scenario: scenario.answered.comparison.prices.name)
    yield _row(columns, "Latencies", lambda scenario: scenario.answered.comparison.latencies.name)


def _verdicts(columns: list[Scenario]) -> Iterator[ScenarioRow]:
    yield _row(
        columns,
        "Recommended",
        lambda scenario: scenario.best.option.name if scenario.best else "nothing",
    )
    yield _row(
        columns,
        "Monthly bill",
        lambda scenario: scenario.best.usd if scenario.best else None,
        _money,
    )
    yield _row(columns, "Operations", _operations, _money)
    yield _row(columns, "Who pays", _payers)
    yield _row(columns, "p99, slowest flow", lambda scenario: us(_worst_us(scenario)))
    yield _row(columns, "Resources to manage", lambda scenario: _objects(scenario.best))
    yield _row(columns, "Cheapest option per flow, a month", _per_flow_usd, _money)
    yield _row(columns, "Saving of that", _saved, _money)


def _feasibility(key: str, scenario: Scenario) -> str:
    answer = scenario.answer(key)
    if answer is None:
        return "not compared"
    severities = {hit.rule.severity.value for hit in answer.hits}
    return feasibility(severities, is_feasible=answer.is_feasible)


def _operations(scenario: Scenario) -> "Value":
    if scenario.best is None:
        return None
    is_stated = scenario.answered.comparison.case.topology.operations_usd
    return scenario.best.operations_usd if is_stated else "not stated"


Value = str | Decimal | None


def _row(
    columns: list[Scenario],
    label: str,
    value: Callable[[Scenario], Value],
    shown: Callable[[Value], str] | None = None,
) -> ScenarioRow:
    values = [value(column) for column in columns]
    is_money = shown is _money
    cells = [
        ScenarioCell(
            (shown or _plain)(cell_value),
            _change(values[0], cell_value, is_money=is_money) if i else "",
        )
        for i, cell_value in enumerate(values)
    ]
    return ScenarioRow(label, cells, len({cell.text for cell in cells}) > 1)


def _plain(value: Value) -> str:
    return amount(value) if isinstance(value, Decimal) else value or "none"


def _money(value: Value) -> str:
    return value if isinstance(value, str) else usd(value)


def _change(first: Value, value: Value, *, is_money: bool) -> str:
    if not isinstance(first, Decimal) or not isinstance(value, Decimal) or first == value:
        return ""
    more = value - first
    return signed_usd(more) if is_money else f"{'+' if more > 0 else ''}{amount(more)}"


def _decimal(value: float) -> Decimal:
    return Decimal(f"{value:.3f}")


def _changes(scenario: Scenario) -> str:
    what_if = scenario.answered.what_if
    changes = [f"{c.label} {figure(c.was)} to {figure(c.value)} {c.unit}" for c in what_if.changes]
    return "; ".join([*changes, *what_if.notes])


def _option_usd(key: str, scenario: Scenario) -> Decimal | None:
    answer = scenario.answer(key)
    return answer.usd if answer else None


def _per_flow_usd(scenario: Scenario) -> Decimal | None:
    """The bill of the plan; without one, of what each flow would choose by itself."""
    comparison = scenario.answered.comparison
    plan = plan_of(comparison)
    if plan is None:
        return comparison.mix.usd
    return None if plan["monthly_usd"] is None else Decimal(plan["monthly_usd"])


def _saved(scenario: Scenario) -> "Value":
    """By how much that is below the one option that is recommended, with operations."""
    comparison = scenario.answered.comparison
    plan = plan_of(comparison)
    if plan is not None:
        saves = Decimal(plan["saves_usd"] or 0)
        return saves or "nothing"
    ahead = mix_ahead(comparison)
    return ahead.saves_usd if ahead and ahead.saves_usd else "nothing"


def _payers(scenario: Scenario) -> str:
    best = scenario.best
    if best is None:
        return ""
    names = scenario.answered.comparison.case.account
    paid = best.payers(scenario.answered.comparison.case.topology.accounts).items()
    shares = [f"{names[account].name} {usd(value)}" for account, value in paid]
    more = f" and {len(shares) - MOST} more" if len(shares) > MOST else ""
    return ", ".join(shares[:MOST]) + more or "nobody"


def _worst_us(scenario: Scenario) -> float | None:
    return scenario.best.heads.worst.us if scenario.best else None


def _objects(best: Answer | None) -> str:
    counts = best.objects.items() if best else ()
    return ", ".join(f"{n} {kind}{'s' if n > 1 else ''}" for kind, n in counts)
