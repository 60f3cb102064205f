"""The comment at the head of a file: what it is for, which numbers it carries, how to check."""

import textwrap
from collections.abc import Mapping

from connectivity.core.reviewing.files.holes import written
from connectivity.core.reviewing.formula import Value
from connectivity.core.reviewing.review import Kind

WITHOUT_COMMENTS = {Kind.TABLE, Kind.GRPC}
WIDTH = 98


def with_head(
    kind: Kind, text: str, key: str, purpose: str, check: str, carried: Mapping[str, Value]
) -> str:
    """A text below its head; where a format has no comments, the text alone."""
    if kind in WITHOUT_COMMENTS:
        return text
    numbers = ", ".join(f"{name} {written(_whole(value))}" for name, value in carried.items())
    of = f" Numbers of the review {key}: {numbers}." if numbers else f" Of the review {key}."
    lines = [
        f"# {line}"
        for words in (purpose + of, f"Check: {check}")
        for line in textwrap.wrap(words, WIDTH, break_long_words=False, break_on_hyphens=False)
    ]
    first, rest = ("", text)
    if text.startswith("#!"):
        first, _, rest = text.partition("\n")
        first += "\n"
    return first + "\n".join(lines) + "\n" + rest


def _whole(value: Value) -> Value:
    return int(value) if isinstance(value, float) and value.is_integer() else value
