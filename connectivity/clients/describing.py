"""What an account has: the Describe calls of the kinds that are watched, page by page."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore import xform_name

from connectivity.clients import AwsError
from connectivity.clients.aws_errors import ERRORS, CallError, Refused, explained, is_vanished
from connectivity.core.health.resource import OF, Answer, Describe, Item

IN_A_ROW = 3  # questions without an answer, after which a call is not made for the others

Client = Callable[[str], Any]  # by service
Arguments = dict[str, Any]


@dataclass
class Described:
    """What the calls told. What was refused or failed is not empty, it is not known."""

    answers: dict[str, Answer] = field(default_factory=dict)
    refused: dict[str, AwsError] = field(default_factory=dict)  # by action
    failed: dict[str, AwsError] = field(default_factory=dict)  # by action, of AWS's own troubles
    vanished: int = 0  # things that were deleted between the list and the question about them
    broken_off: AwsError | None = None  # for which nothing more was asked
    calls: int = 0


def describe(
    calls: Iterable[Describe], client: Client, where: str, wait: Callable[[], None] = lambda: None
) -> Described:
    """Make each call once, in order; one that is refused or fails leaves the others alone.

    `wait` is called before every request, and keeps to the rate. What concerns the whole account
    or Region (credentials, no answer) breaks off, with what was told until then.
    """
    described = Described()
    for call in dict.fromkeys(calls):
        try:
            _make(call, client, where, wait, described)
        except AwsError as error:
            described.broken_off = error
            break
    return described


def _make(
    call: Describe, client: Client, where: str, wait: Callable[[], None], described: Described
) -> None:
    """One call, for each thing that it is made for.

    Raises: AwsError: no other call is worth making.
    """
    items: list[Item] = []
    unread: set[str] = set()
    in_a_row = 0
    for of, arguments in _requests(call, described):
        if in_a_row == IN_A_ROW:
            unread.add(of)
            continue
        try:
            items += _items(call, client(call.service), wait, of, arguments)
        except ERRORS as error:
            is_there = _note(error, call, where, described)
            if not of:
                return
            unread.add(of)
            in_a_row += is_there
        else:
            in_a_row = 0
    described.calls += 1
    known = described.answers.get(call.operation, Answer())
    described.answers[call.operation] = Answer([*known, *items], known.unread | unread)


def _note(error: CallError, call: Describe, where: str, described: Described) -> bool:
    """Keep why a question has no answer; whether what it was about is there.

    Raises: AwsError: no other question is worth asking.
    """
    if is_vanished(error):
        described.vanished += 1
        return False
    why = explained(error, f"{call.operation} in {where}", call.action)
    if why.breaks_off:
        raise why from error
    kept: dict[str, AwsError] = described.refused if isinstance(why, Refused) else described.failed
    kept[call.action] = why
    return True


def _requests(call: Describe, described: Described) -> Iterator[tuple[str, Arguments]]:
    """The arguments of each time that it is made, and what for."""
    if not call.of:
        yield "", {}
        return
    told = [item for item in described.answers.get(call.of, ()) if call.is_for(item)]
    values = list(dict.fromkeys(_values(told, call.value)))
    if not call.in_a_list:
        yield from ((value, {call.argument: value}) for value in values)
        return
    for at in range(0, len(values), call.in_a_list):
        yield "", {call.argument: values[at : at + call.in_a_list]}


def _values(items: Iterable[Item], path: str) -> Iterator[str]:
    first, _, rest = path.partition(".")
    for item in items:
        if rest:
            yield from _values(item.get(first, ()), rest)
        elif first in item:
            yield item[first]


def _items(
    call: Describe, api: Any, wait: Callable[[], None], of: str, arguments: Arguments
) -> list[Item]:
    name = xform_name(call.operation)
    wait()
    if api.can_paginate(name):
        pages = api.get_paginator(name).paginate(**arguments)
    else:
        pages = [getattr(api, name)(**arguments)]
    items: list[Item] = []
    for page in pages:
        items += (item | {OF: of} for item in page.get(call.results) or ())
        if page.get("NextToken") or page.get("NextMarker"):
            wait()
    return items
