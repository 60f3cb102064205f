"""Standard Webhooks: a signed JSON body with a versioned type."""

from typing import Any

from advisor.text.escaping import chat_safe
from advisor.webhooks.message import Message, as_data
from advisor.webhooks.shape import Shape


def body(message: Message, routing_key: str) -> dict[str, Any]:
    """`text` is for people, as chats read it that know nothing else; `data` is for programs."""
    part = f" ({message.part})" if message.part else ""
    rule = f", {message.rule}" if message.rule else ""
    line = f"{message.headline}{part}{rule}: {message.detail}"
    return {
        "type": message.type,
        "timestamp": message.at.isoformat(),
        "text": f"{chat_safe(line)}\n{message.place.page}",
        "data": as_data(message),
    }


SHAPE = Shape(
    key="standard",
    name="Standard Webhooks (signed JSON)",
    source="https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/"
    "standard-webhooks.md, read 2026-11-26",
    body=body,
    is_signed=True,
)
