"""Texts that people wrote, made harmless for where they go: spreadsheets, Markdown, mails, chats.

Pages need nothing of this: Django's templates escape what stands in HTML.
"""

import re
from typing import Any

from django.core.exceptions import ValidationError

from connectivity.core.tables.spreadsheet import FORMULAS

MARKDOWN = re.compile(r"[\\`*_{}\[\]()<>#!|~&]")
GLUE = "\u2060"  # a word joiner: not seen, and no part of any address
LINKED = re.compile(r"(?<=\w):(?=//)|\bmailto:|\bwww\.|@|(?<=\w)\.(?=[a-z]{2,}[/:])", re.I)
CHAT = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def spreadsheet_safe(cell: Any) -> Any:
    """A spreadsheet must not take a text for a formula; numbers stay numbers."""
    if not isinstance(cell, str) or not {cell[:1], cell.lstrip()[:1]} & FORMULAS:
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell


def markdown_safe(text: str) -> str:
    """As text alone: no link, image, HTML, cell or emphasis, no address that becomes a link."""
    return MARKDOWN.sub(lambda match: f"\\{match[0]}", unlinked(" ".join(text.split())))


def unlinked(text: str) -> str:
    """Programs that show it make a link of whatever looks like an address; not of this."""
    return LINKED.sub(lambda match: f"{match[0]}{GLUE}", text)


def chat_safe(text: str) -> str:
    """As Slack asks for it: no mention, and no link under another name."""
    return "".join(CHAT.get(letter, letter) for letter in unlinked(text))


def visible(text: str) -> None:
    """For names and reasons, which stand in lists and in the log as they were typed.

    Raises: ValidationError: a character of it is not seen, or turns the rest round.
    """
    unseen = next((letter for letter in text if not letter.isprintable()), None)
    if unseen is not None:
        raise ValidationError(
            f"It has the character U+{ord(unseen):04X}, which cannot be seen; leave it out."
        )
