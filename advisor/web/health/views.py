"""Health pages: what is wrong, since when, how sure that is, and what to do."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from advisor.web.health.charts import charts
from advisor.web.health.forms import MuteForm, RuleForm
from advisor.web.request_helpers import found_or_404, signed_in, text_in
from connectivity.core.health.evaluation import HealthRule, Severity, State
from connectivity.core.health.kinds import KINDS
from connectivity.core.problems import DocumentRefused
from connectivity.health.judging.rule_settings import RuleSetting, own_settings, rules_of, set_rule
from connectivity.health.lifecycle import findings
from connectivity.health.money.cheaper_options import alternatives, choices
from connectivity.health.reading import lookup
from connectivity.health.reading.lookup import Finding, Resource
from connectivity.health.reading.part_names import account_names, named, part_names

STATES = tuple(state.value for state in reversed(State))


@require_safe
@found_or_404
def resource(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One resource in depth."""
    row = lookup.resource(signed_in(request).team_id, uid)
    range_ = text_in(request.GET, "range") or "3h"
    if range_ not in lookup.RANGES:
        raise Http404(f"there is no time range called {range_[:20]!r}")
    kind = KINDS[row.kind]
    now = int(timezone.now().timestamp())
    lines = lookup.lines(row, range_, now)
    names = part_names(row, account_names(row.team_id))
    instead = alternatives(row)
    form = f"{reverse('new')}?{urlencode(instead.query)}" if instead else ""
    context = {
        "row": row,
        "kind": kind,
        "range": range_,
        "ranges": lookup.RANGES,
        "charts": charts(lines, names, _ranks(row), now - lookup.RANGES[range_], now),
        "silent": [line.series for line in lines if not line.points],
        "findings": _worst_first(row, names),
        "past": lookup.closed_findings_of(row)[:20],
        "verdicts": [
            (kind.rule(verdict["rule"]), verdict, named(verdict["part"], names))
            for verdict in sorted(row.verdicts, key=_gravity)
        ],
        "instead": instead,
        "choices": choices(row, now),
        "form": form,
        "mute_form": MuteForm(),
        "console": kind.console.format(region=row.region, id=row.aws_id),
    }
    return render(request, "web/health/resource.html", context)


def _gravity(verdict: dict[str, Any]) -> int:
    return STATES.index(verdict["state"])


def _ranks(row: Resource) -> dict[tuple[str, str], int]:
    """How bad the worst is that rules say of a metric and part."""
    ranks: dict[tuple[str, str], int] = {}
    for verdict in row.verdicts:
        rule = KINDS[row.kind].rule(verdict["rule"])
        if isinstance(rule, HealthRule):
            key = rule.metric, verdict["part"]
            ranks[key] = max(State(verdict["state"]).rank, ranks.get(key, 0))
    return ranks


class _Open(NamedTuple):
    """An open finding as its page shows it."""

    finding: Finding
    rule: Any
    part: str  # by its name
    last_seen: datetime | None  # where its rule has no data now


def _worst_first(row: Resource, names: dict[str, str]) -> list[_Open]:
    kind = KINDS[row.kind]
    blind = {
        (verdict["rule"], verdict["part"])
        for verdict in row.verdicts
        if verdict["state"] == State.UNKNOWN
    }
    open_findings = [
        _Open(
            finding,
            kind.rule(finding.rule),
            named(finding.part, names),
            finding.seen_at if (finding.rule, finding.part) in blind else None,
        )
        for finding in lookup.open_findings_of(row)
    ]
    return sorted(
        open_findings, key=lambda each: (-Severity(each.finding.severity).rank, each.finding.rule)
    )


@require_POST
@found_or_404
def acknowledge(request: HttpRequest, uid: UUID) -> HttpResponse:
    user = signed_in(request)
    finding = findings.finding_of(user.team_id, uid)
    try:
        findings.acknowledge(finding, text_in(request.POST, "note"), user.pk)
    except DocumentRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, f"{finding.rule} is acknowledged; it closes when the condition ends."
        )
    return redirect("health-resource", finding.resource.uid)


@require_POST
@found_or_404
def mute(request: HttpRequest, uid: UUID) -> HttpResponse:
    user = signed_in(request)
    finding = findings.finding_of(user.team_id, uid)
    form = MuteForm(request.POST)
    if not form.is_valid():
        problems = ["State how long, and why.", *form.errors.get("note", ())]
        messages.error(request, " ".join(map(str, problems)))
        return redirect("health-resource", finding.resource.uid)
    days = form.cleaned_data["days"]
    until = timezone.now() + timedelta(days=days) if days else findings.FAR
    findings.mute(finding, until, form.cleaned_data["note"], user.pk)
    messages.success(
        request,
        f"{finding.rule} is muted; the state changes with the next collection, within 15 minutes.",
    )
    return redirect("health-resource", finding.resource.uid)


@require_POST
@found_or_404
def unmute(request: HttpRequest, uid: UUID) -> HttpResponse:
    user = signed_in(request)
    finding = findings.finding_of(user.team_id, uid)
    findings.unmute(finding, user.pk)
    messages.success(request, f"{finding.rule} is unmuted.")
    return redirect("health-resource", finding.resource.uid)


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Every rule, as the team has it."""
    team_id = signed_in(request).team_id
    own = own_settings(team_id)
    team_rules = rules_of(team_id)
    groups = []
    for kind in KINDS.values():
        rows = [
            (
                team_rules.health[health_rule.id],
                own.get(health_rule.id),
                _form(team_rules.health[health_rule.id], own),
            )
            for health_rule in kind.rules
        ]
        rows += [
            (configuration_rule, own.get(configuration_rule.id), None)  # type: ignore[misc]
            for configuration_rule in kind.configuration
        ]
        groups.append((kind, rows))
    return render(request, "web/health/rules.html", {"groups": groups, "off": team_rules.off})


def _form(rule: HealthRule, own: dict[str, RuleSetting]) -> RuleForm:
    setting = own.get(rule.id)
    reason = setting.reason if setting else ""
    numbers = {"threshold": rule.threshold, "n": rule.n, "m": rule.m}
    return RuleForm(initial={**numbers, "reason": reason}, auto_id=f"{rule.id}_%s")


@require_POST
@found_or_404
def rule(request: HttpRequest, id: str) -> HttpResponse:
    """Other numbers for a rule, or as it was."""
    user = signed_in(request)
    form = RuleForm(request.POST)
    try:
        if not form.is_valid():
            problems = " ".join(
                str(problem) for errors in form.errors.values() for problem in errors
            )
            messages.error(request, f"{id}: {problems}")
        elif set_rule(user.team_id, id, form.numbers(), user.pk):
            messages.success(
                request,
                f"{id} uses your thresholds from the next collection, within 15 minutes.",
            )
        else:
            messages.success(request, f"{id} uses its default settings.")
    except DocumentRefused as error:
        messages.error(request, f"Nothing was changed. {id}: {error}")
        return redirect("health-rules")
    except LookupError as error:
        raise Http404(str(error)) from error
    return redirect(f"{reverse('health-rules')}#{id}")
