"""Slack's incoming webhooks: blocks, and the text that notifications show."""

from typing import Any

from advisor.text.escaping import GLUE, chat_safe, unlinked
from advisor.webhooks.message import Message
from advisor.webhooks.shape import Shape

HEADER, TEXT = 150, 3_000  # characters at most of a header, and of a text in a section


def body(message: Message, routing_key: str) -> dict[str, Any]:
    """Nothing that people wrote is a mention or a link: `&`, `<`, `>` are escaped, `verbatim`."""
    place = message.place
    fields = {
        "Severity": message.severity,
        "Since": f"{message.since:%Y-%m-%d %H:%M} UTC",
        "Account": f"{place.account_name} {place.account}".strip(),
        "Region": place.region,
        "Owner": place.owner,
        "Resource": f"{place.id} {message.part}".strip(),
        "Rule": message.rule,
    }
    sections = [message.cause, message.detail]
    if message.is_open and message.steps:
        sections.append("\n".join(f"• {step}" for step in message.steps))
    links = [f"<{place.page}|Open in Connectivity Advisor>"]
    if place.console:
        links.append(f"<{place.console}|AWS console>")
    return {
        "text": _text(message.headline, TEXT),
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": _plain(message.headline)}},
            *(_section(_text(text, TEXT)) for text in sections if text),
            {
                "type": "section",
                "fields": [
                    _mrkdwn(f"*{name}*\n{_text(value, 1_900)}")
                    for name, value in fields.items()
                    if value
                ],
            },
            {"type": "context", "elements": [_mrkdwn("  ·  ".join(links))]},
        ],
    }


def _plain(headline: str) -> str:
    """A header has no markup; its text could still be taken for a mention by what shows it."""
    text = unlinked(headline).replace("<", f"<{GLUE}")
    return text if len(text) <= HEADER else f"{text[: HEADER - 1]}…"


def _text(text: str, most: int) -> str:
    """Escaped, and cut before that, so that no escape is cut in two."""
    safe = chat_safe(text)
    return safe if len(safe) <= most else f"{chat_safe(text[: most // 6])}…"


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": _mrkdwn(text)}


def _mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


SHAPE = Shape(
    key="slack",
    name="Slack (incoming webhook)",
    source="https://docs.slack.dev/reference/block-kit/blocks and "
    "https://docs.slack.dev/messaging/formatting-message-text; limits as in the crate slackblocks "
    "2.7.0, read 2026-11-26",
    body=body,
)
