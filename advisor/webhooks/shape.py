"""A form of a message: how its body is made, and what its receiver must be told beforehand."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from advisor.webhooks.message import Message


@dataclass(frozen=True)
class Shape:
    """A receiver's form. `body` takes a message and the webhook's routing key."""

    key: str
    name: str
    source: str  # where the form is published, and when it was read
    body: Callable[[Message, str], Any]
    path: str = ""  # how the address must end
    is_signed: bool = False
    routing_key: str = ""  # what the receiver calls it; empty: it has none
    is_for_trouble: bool = False  # it wakes people: it is told of nothing that can wait
