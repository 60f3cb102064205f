"""Microsoft Teams: an Adaptive Card for the trigger of a workflow.

The connectors that read MessageCards are retired; workflows take Adaptive Cards only. Every text
is a TextRun, which has no Markdown, so that nothing in it is a link, a mention or emphasis.
"""

from typing import Any

from advisor.text.escaping import unlinked
from advisor.webhooks.message import Message
from advisor.webhooks.shape import Shape

COLORS = {"critical": "Attention", "warning": "Warning", "advice": "Accent"}


def body(message: Message, routing_key: str) -> dict[str, Any]:
    place = message.place
    color = COLORS.get(message.severity, "Default") if message.is_open else "Good"
    facts = {
        "Since": f"{message.since:%Y-%m-%d %H:%M} UTC",
        "Account": f"{place.account_name} {place.account}".strip(),
        "Region": place.region,
        "Owner": place.owner,
        "Resource": f"{place.id} {message.part}".strip(),
        "Rule": message.rule,
    }
    steps = [f"• {step}" for step in message.steps] if message.is_open else []
    texts = [text for text in (message.cause, message.detail, *steps) if text]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.2",
        "fallbackText": unlinked(message.headline),
        "body": [
            _block(_run(message.headline, weight="Bolder", size="Medium", color=color)),
            *(_block(_run(text)) for text in texts),
            *(
                _block(_run(f"{name}: ", weight="Bolder"), _run(value))
                for name, value in facts.items()
                if value
            ),
        ],
        "actions": [
            {"type": "Action.OpenUrl", "title": title, "url": url}
            for title, url in (("Connectivity Advisor", place.page), ("AWS console", place.console))
            if url
        ],
        "msteams": {"width": "Full"},
    }
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    return {"type": "message", "attachments": [attachment]}


def _block(*runs: dict[str, Any]) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": list(runs)}


def _run(text: str, **look: str) -> dict[str, Any]:
    return {"type": "TextRun", "text": unlinked(text), **look}


SHAPE = Shape(
    key="teams",
    name="Microsoft Teams (workflow)",
    source="https://learn.microsoft.com/en-us/connectors/teams/#request-body-schema and "
    "http://adaptivecards.io/schemas/adaptive-card.json 1.2; at most 28 KB a message; "
    "read 2026-11-26",
    body=body,
)
