"""PagerDuty's Events API v2: an alert that the last event of an incident resolves."""

from typing import Any

from advisor.webhooks.message import Message, as_data
from advisor.webhooks.shape import Shape

SEVERITIES = {"critical": "critical", "warning": "warning", "advice": "info"}
SUMMARY = 1_024  # characters at most


def body(message: Message, routing_key: str) -> dict[str, Any]:
    """Triggers and resolves find each other by `dedup_key`, which is the incident."""
    place = message.place
    pair = {"routing_key": routing_key, "dedup_key": message.incident}
    if not message.is_open:
        return pair | {"event_action": "resolve"}
    links = [(place.page, "Connectivity Advisor"), (place.console, "AWS console")]
    return pair | {
        "event_action": "trigger",
        "payload": {
            "summary": f"{message.headline}: {message.title}"[:SUMMARY],
            "source": place.id or place.name,
            "severity": SEVERITIES.get(message.severity, "error"),
            "timestamp": message.at.isoformat(),
            "component": place.name,
            "group": f"{place.account_name} {place.region}".strip(),
            "class": message.rule,
            "custom_details": as_data(message),
        },
        "links": [{"href": url, "text": text} for url, text in links if url],
        "client": "Connectivity Advisor",
        "client_url": place.page,
    }


SHAPE = Shape(
    key="pagerduty",
    name="PagerDuty (Events API v2)",
    source="https://developer.pagerduty.com/docs/events-api-v2/trigger-events/, "
    "read 2026-11-26 in PagerDuty/developer-docs",
    body=body,
    path="/v2/enqueue",
    routing_key="Integration Key",
    is_for_trouble=True,
)
