"""Resources, findings and rules as JSON."""

from typing import Any

from connectivity.core.health.evaluation import HealthRule
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.resource_type import ConfigurationRule
from connectivity.health.rule_settings import Rules
from connectivity.models import Finding, Resource
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
        "is_demo": bool(row.account and row.account.is_demo),
        "state": row.state,
        "why": row.why,
        "since": row.since and row.since.isoformat(),
        "data_until": row.data_until,
        "usd_per_month": None if row.usd is None else str(cents(row.usd)),
        "findings": [
            finding_json(finding, with_resource=False)
            for finding in row.findings.all()
            if finding.closed_at is None
        ],
    }


def finding_json(row: Finding, *, with_resource: bool = True) -> dict[str, Any]:
    document: dict[str, Any] = {
        "uid": str(row.uid),
        "rule": row.rule,
        "part": row.part,
        "state": row.state,
        "since": row.opened_at.isoformat(),
        "value": row.value,
        "detail": row.why,
        "closed_at": row.closed_at and row.closed_at.isoformat(),
        "acknowledged_at": row.acknowledged_at and row.acknowledged_at.isoformat(),
        "muted_until": row.muted_until and row.muted_until.isoformat(),
    }
    if with_resource:
        resource = row.resource
        document["resource"] = {
            "uid": str(resource.uid),
            "id": resource.aws_id,
            "name": resource.name,
        }
        document["resource"]["kind"] = resource.kind
    return document


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
        "n": rule.n,
        "m": rule.m,
    }


def _configuration(rule: HealthRule | ConfigurationRule, rules: Rules) -> dict[str, Any]:
    return {
        "id": rule.id,
        "kind": rule.kind,
        "state": rule.state.value,
        "whose": rule.whose.value,
        "source": rule.source,
        "means": rule.means,
        "steps": list(rule.steps),
        "is_on": rule.id not in rules.off,
    }
