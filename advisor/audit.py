"""Who acts at the moment, and through which door. Whatever is written notes it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple


class By(NamedTuple):
    """The author of what is written now."""

    user_id: int | None = None
    door: str = "command line"
    address: str | None = None
    agent: str = ""


by: ContextVar[By] = ContextVar("by", default=By())  # noqa: B039  a tuple of constants


def hidden(value: str) -> str:
    """What the log shows of a secret that changed."""
    return "(hidden)"


@contextmanager
def acting(who: By) -> Iterator[None]:
    """Whatever is written inside was written by them."""
    before = by.set(who)
    try:
        yield
    finally:
        by.reset(before)
