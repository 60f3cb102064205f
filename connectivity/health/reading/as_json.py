"""Resources, findings and rules as JSON."""

from datetime import datetime
from typing import Any

from connectivity.core.health.evaluation import HealthRule, Severity
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.resource_type import ConfigurationRule, Kind
from connectivity.health.accounts.account_troubles import AccountTrouble
from connectivity.health.judging.rule_settings import Rules
from connectivity.health.money.cheaper_options import PricedChoice
from connectivity.models import Finding, Incident, Resource
from costmodel.core.units import cents


def resource_json(row: Resource) -> dict[str, Any]:
    """One resource with its open findings; money in USD a month, as text."""
    owner = row.account.account if row.account else row.source.name if row.source else ""
    return {
        "uid": str(row.uid),
        "id": row.aws_id,
        "name": row.name,
        "kind": row.kind,
        "account": owner,
        "region": row.region,
        "owner": row.responsible or None,
        "is_demo": bool(row.account and row.account.is_demo),
        "state": row.state,
        "why": row.why,
        "since": row.since and row.since.isoformat(),
        "data_until": row.data_until,
        "usd_per_month": None if row.usd is None else str(cents(row.usd)),
        "findings": [
            _symptom(finding, KINDS[row.kind])
            for finding in sorted(row.findings.all(), key=_order)
            if finding.closed_at is None
        ],
    }


def choice_json(priced: PricedChoice) -> dict[str, Any]:
    """Another form of a resource; money in USD, as text."""
    now, then = priced.now_usd, priced.then_usd
    return {
        "rule": priced.choice.rule,
        "what": priced.choice.name,
        "now_usd": None if now is None else f"{now:f}",
        "then_usd": None if then is None else f"{then:f}",
        "note": priced.choice.note,
    }


def _order(row: Finding) -> tuple[int, datetime]:
    """The gravest first, then the oldest."""
    return -Severity(row.severity).rank, row.opened_at


def finding_json(row: Finding) -> dict[str, Any]:
    """One finding with its resource."""
    return _symptom(row, KINDS[row.resource.kind]) | {"resource": _named(row.resource)}


def _symptom(row: Finding, kind: Kind) -> dict[str, Any]:
    rule = kind.rule(row.rule)
    return {
        "uid": str(row.uid),
        "incident": str(row.incident.uid) if row.incident else None,
        "rule": row.rule,
        "part": row.part,
        "severity": row.severity,
        "state": row.state,
        "title": rule.means if rule else row.rule,
        "steps": list(rule.steps) if rule else [],
        "since": row.opened_at.isoformat(),
        "seen_at": row.seen_at and row.seen_at.isoformat(),
        "value": row.value,
        "detail": row.why,
        "closed_at": row.closed_at and row.closed_at.isoformat(),
        "acknowledged_at": row.acknowledged_at and row.acknowledged_at.isoformat(),
        "muted_until": row.muted_until and row.muted_until.isoformat(),
    }


def _named(row: Resource) -> dict[str, Any]:
    return {"uid": str(row.uid), "id": row.aws_id, "name": row.name, "kind": row.kind}


def incident_json(row: Incident) -> dict[str, Any]:
    """One incident with its open symptoms, the gravest first."""
    kind = KINDS[row.resource.kind]
    symptoms = sorted(row.symptoms.all(), key=_order)
    rule = kind.rule(symptoms[0].rule if symptoms else row.cause)
    account = row.resource.account
    return {
        "uid": str(row.uid),
        "cause": row.cause,
        "severity": row.severity,
        "state": "open" if row.closed_at is None else "resolved",
        "title": rule.means if rule else row.cause,
        "steps": list(rule.steps) if rule else [],
        "since": row.opened_at.isoformat(),
        "closed_at": row.closed_at and row.closed_at.isoformat(),
        "reopened": row.reopened,
        "acknowledged_at": row.acknowledged_at and row.acknowledged_at.isoformat(),
        "muted_until": row.muted_until and row.muted_until.isoformat(),
        "account": account.account if account else row.resource.owner,
        "region": row.resource.region,
        "owner": row.resource.responsible or None,
        "resource": _named(row.resource),
        "symptoms": [_symptom(finding, kind) for finding in symptoms],
    }


def rules_json(rules: Rules) -> list[dict[str, Any]]:
    """Every rule as the team has it."""
    documents = []
    for kind in KINDS.values():
        documents += [_health(rules.health[rule.id], rules) for rule in kind.rules]
        documents += [_configuration(rule, rules) for rule in kind.configuration]
    return documents


def _health(rule: HealthRule, rules: Rules) -> dict[str, Any]:
    return _configuration(rule, rules) | {
        "metric": rule.metric,
        "share_of": list(rule.base),
        "statistic": rule.statistic,
        "period_s": rule.period,
        "way": rule.way.value,
        "threshold": rule.threshold,
        "unit": rule.unit.strip() or ("%" if rule.base else ""),
        "n": rule.n,
        "m": rule.m,
    }


def _configuration(rule: HealthRule | ConfigurationRule, rules: Rules) -> dict[str, Any]:
    return {
        "id": rule.id,
        "kind": rule.kind,
        "severity": rule.severity.value,
        "state": rule.severity.state.value,
        "whose": rule.whose.value,
        "source": rule.source,
        "means": rule.means,
        "steps": list(rule.steps),
        "is_on": rule.id not in rules.off,
    }


def trouble_json(trouble: AccountTrouble) -> dict[str, Any]:
    """What keeps accounts from being read, whose job it is, and what to do."""
    cause = trouble.cause
    return {
        "cause": cause.value,
        "title": cause.headline,
        "duty": cause.duty.value,
        "steps": list(cause.steps),
        "accounts": list(trouble.accounts),
        "more_accounts": trouble.more,
        "regions": list(trouble.regions),
        "denied": list(trouble.actions),
        "detail": trouble.text,
        "last_success_at": trouble.since and trouble.since.isoformat(),
    }
