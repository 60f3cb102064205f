"""Prometheus Alertmanager's API v2: an alert that fires until its last event ends it.

Alerts are the same by their labels, so a severity that changes ends an alert and begins another.
Alertmanager forgets an alert without an end after its `resolve_timeout`; ours end after a month.
"""

from datetime import datetime, timedelta
from typing import Any

from advisor.webhooks.message import EventType, Message
from advisor.webhooks.shape import Shape

LASTS = timedelta(days=30)
A_TEST_LASTS = timedelta(minutes=5)


def body(message: Message, routing_key: str) -> list[dict[str, Any]]:
    if not message.is_open:
        return [_alert(message, message.severity, message.at)]
    lasts = A_TEST_LASTS if message.change is EventType.TEST else LASTS
    alerts = [_alert(message, message.severity, message.at + lasts)]
    if message.was and message.was != message.severity:
        alerts.append(_alert(message, message.was, message.at))
    return alerts


def _alert(message: Message, severity: str, ends_at: datetime) -> dict[str, Any]:
    place = message.place
    labels = {
        "alertname": message.rule,
        "incident": message.incident,
        "severity": severity,
        "account": place.account,
        "account_name": place.account_name,
        "region": place.region,
        "kind": place.kind,
        "resource": place.id,
    }
    annotations = {
        "summary": f"{message.headline}: {message.title}",
        "description": message.detail,
        "cause": message.cause,
        "steps": "\n".join(message.steps),
        "resource_name": place.name,
        "owner": place.owner,
        "part": message.part,
        "console": place.console,
    }
    return {
        "labels": {name: value for name, value in labels.items() if value},
        "annotations": {name: value for name, value in annotations.items() if value},
        "startsAt": min(message.since, ends_at).isoformat(),
        "endsAt": ends_at.isoformat(),
        "generatorURL": place.page,
    }


SHAPE = Shape(
    key="alertmanager",
    name="Prometheus Alertmanager (API v2)",
    source="https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml, "
    "postableAlerts, read 2026-11-26",
    body=body,
    path="/api/v2/alerts",
    is_for_trouble=True,
)
