"""Health pages: what is wrong, since when, how sure that is, and what to do."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from advisor.web.health.charts import figure
from advisor.web.health.forms import MuteForm, RuleForm
from advisor.web.request_helpers import found_or_404, signed_in, text_in
from connectivity.core.health.evaluation import HealthRule, State
from connectivity.core.health.kinds import KINDS
from connectivity.core.problems import DocumentRefused
from connectivity.health import findings, lookup
from connectivity.health.cheaper_options import alternatives
from connectivity.health.lookup import Finding, Resource
from connectivity.health.rule_settings import RuleSetting, own_settings, rules_of, set_rule

PAGE = 50
LATE = timedelta(minutes=45)  # after which nobody can have collected as planned
STATES = tuple(state.value for state in reversed(State))


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Everything that is watched, the worst first; `kind`, `state` and `q` narrow it."""
    team_id = signed_in(request).team_id
    kind, state, text = (text_in(request.GET, name) for name in ("kind", "state", "q"))
    if (kind and kind not in KINDS) or (state and state not in STATES):
        raise Http404("no such kind or state")
    kinds = lookup.counts(team_id)
    until = lookup.read_until(kinds)
    resources = lookup.resources(team_id, kind, state, text)
    page = Paginator(resources, PAGE).get_page(request.GET.get("page"))
    asked = {"kind": kind, "state": state, "q": text}
    query = urlencode({name: value for name, value in asked.items() if value})
    context = {
        "kinds": kinds,
        "totals": lookup.totals(kinds),
        "total": sum(kind_count.total for kind_count in kinds),
        "kind": KINDS.get(kind),
        "asked": asked,
        "page": page,
        "rows": [(resource, KINDS[resource.kind].one) for resource in page],
        "query": f"&{query}" if query else "",
        "until": until,
        "is_late": until is not None and timezone.now() - until > LATE,
        "is_watching": bool(kinds) or lookup.is_watching(team_id),
    }
    return render(request, "web/health/overview.html", context)


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
    instead = alternatives(row)
    form = f"{reverse('new')}?{urlencode(instead.query)}" if instead else ""
    context = {
        "row": row,
        "kind": kind,
        "range": range_,
        "ranges": lookup.RANGES,
        "charts": [figure(line, now - lookup.RANGES[range_], now) for line in lines if line.points],
        "silent": [line.series for line in lines if not line.points],
        "findings": _worst_first(row),
        "past": lookup.closed_findings_of(row)[:20],
        "verdicts": [(kind.rule(verdict["rule"]), verdict) for verdict in row.verdicts],
        "instead": instead,
        "form": form,
        "mute_form": MuteForm(),
        "console": kind.console.format(region=row.region, id=row.aws_id),
    }
    return render(request, "web/health/resource.html", context)


def _worst_first(row: Resource) -> list[tuple[Finding, Any]]:
    """Open findings with their rules."""
    open_findings = [
        (finding, KINDS[row.kind].rule(finding.rule)) for finding in lookup.open_findings_of(row)
    ]
    return sorted(open_findings, key=lambda pair: (STATES.index(pair[0].state), pair[0].rule))


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
