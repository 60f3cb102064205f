"""What an account has: the Describe calls of the kinds that are watched, page by page."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError

from connectivity.clients.sessions import Refused, explained
from connectivity.core.health.resource import OF, Describe, Item

IN_A_LIST = 100  # values of one call

Client = Callable[[str], Any]  # by service


@dataclass
class Described:
    """What the calls told. What was refused is not empty, it is not known."""

    answers: dict[str, list[Item]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)  # action: why
    calls: int = 0


def describe(
    calls: Iterable[Describe], client: Client, where: str, wait: Callable[[], None] = lambda: None
) -> Described:
    """Make each call once, in order; a refused one leaves the others alone.

    `wait` is called before every request, and keeps to the rate.

    Raises:
        AwsError: anything else than a refusal.
    """
    described = Described()
    client = lru_cache(maxsize=None)(client)  # one, with its credentials, for each service
    for call in dict.fromkeys(calls):
        try:
            items = [
                item
                for request in _requests(call, described)
                for item in _items(call, client, wait, request)
            ]
        except (BotoCoreError, ClientError) as error:
            why = explained(error, f"{call.operation} in {where}", call.action)
            if not isinstance(why, Refused) or why.action == "sts:AssumeRole":
                raise why from error
            described.refused[call.action] = str(why)
            continue
        described.answers[call.operation] = items
        described.calls += 1
    return described


def _requests(call: Describe, described: Described) -> Iterator[tuple[str, dict[str, Any]]]:
    """The arguments of each time that it is made, and what for."""
    if not call.of:
        yield "", {}
        return
    values = list(dict.fromkeys(_values(described.answers.get(call.of, ()), call.value)))
    if not call.is_list:
        yield from ((value, {call.argument: value}) for value in values)
        return
    for at in range(0, len(values), IN_A_LIST):
        yield "", {call.argument: values[at : at + IN_A_LIST]}


def _values(items: Iterable[Item], path: str) -> Iterator[str]:
    first, _, rest = path.partition(".")
    for item in items:
        if rest:
            yield from _values(item.get(first, ()), rest)
        elif first in item:
            yield item[first]


def _items(
    call: Describe, client: Client, wait: Callable[[], None], request: tuple[str, dict[str, Any]]
) -> Iterator[Item]:
    of, arguments = request
    api = client(call.service)
    name = xform_name(call.operation)
    wait()
    if api.can_paginate(name):
        pages = api.get_paginator(name).paginate(**arguments)
    else:
        pages = [getattr(api, name)(**arguments)]
    for page in pages:
        yield from (item | {OF: of} for item in page.get(call.results) or ())
        if page.get("NextToken") or page.get("NextMarker"):
            wait()
