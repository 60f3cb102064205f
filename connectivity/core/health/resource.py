"""A resource of an account, as AWS's Describe calls tell it, and the calls that tell it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

MAX_TAGS = 50  # of a resource
OF = "of"  # under which an item carries what it was asked for


class Describe(NamedTuple):
    """One call of an API, page by page.

    With `of`, it is made once for each result of another operation, and `argument` is filled with
    `value` of that result; with `in_a_list`, of up to so many results at a time. Where it is not
    `is_needed`, its kind is read without it when it is refused.
    """

    service: str  # as boto3 calls it
    operation: str
    results: str  # where the response lists what was found
    of: str = ""
    argument: str = ""
    value: str = ""
    in_a_list: int = 0
    only: tuple[str, tuple[str, ...]] | None = None  # a field of that result, and what it may say
    is_needed: bool = True

    def is_for(self, item: "Item") -> bool:
        """Whether it is made for a result of `of`: what is not watched is not asked."""
        return self.only is None or item.get(self.only[0]) in self.only[1]

    @property
    def action(self) -> str:
        """What IAM calls the permission."""
        prefix = {"elbv2": "elasticloadbalancing"}.get(self.service, self.service)
        return f"{prefix}:{self.operation}"


Item = Mapping[str, Any]
Said = Mapping[str, Sequence[Item]]  # what was found, by operation


class Answer(list[Item]):
    """What one operation found; `unread` is what it was asked about without an answer.

    It counts who looks for what is not there, so that a thing of which a part could not be read is
    not taken for one without it.
    """

    def __init__(self, items: Iterable[Item] = (), unread: Iterable[str] = ()) -> None:
        super().__init__(items)
        self.unread = frozenset(unread)
        self.misses = 0
        self.sweeps = 0

    def __iter__(self) -> Iterator[Item]:
        """All of them: whoever takes all of them misses what is unread."""
        self.sweeps += bool(self.unread)
        return super().__iter__()

    def of(self, asked: str) -> list[Item]:
        """What one of many was asked for."""
        self.misses += asked in self.unread
        return self._by_asked.get(asked, [])

    @cached_property
    def _by_asked(self) -> Mapping[str, list[Item]]:
        """Made once: every balancer, group and listener asks for its own."""
        by_asked: dict[str, list[Item]] = defaultdict(list)
        for item in super().__iter__():
            by_asked[item[OF]].append(item)
        return dict(by_asked)


@dataclass(frozen=True, slots=True)
class Resource:
    """One thing that is watched. `facts` are what its kind reads of its configuration."""

    kind: str
    id: str  # AWS's; an ARN where it has no shorter one
    name: str
    account: str
    region: str
    key: str  # value of the dimension that names it in CloudWatch
    facts: Mapping[str, Any] = field(default_factory=dict)
    is_listed: bool | None = None  # whether CloudWatch lists metrics of it; None: not asked yet
    parts: frozenset[str] | None = None  # of it that CloudWatch lists metrics of; None: not asked
    tags: Mapping[str, str] | None = field(default_factory=dict)  # None: they could not be read


@dataclass(frozen=True)
class Estate:
    """Everything of one account, so that a rule can look at two resources together."""

    resources: tuple[Resource, ...]
    now: float  # seconds since 1970

    def of(self, kind: str) -> Sequence[Resource]:
        """The resources of one kind."""
        return self._by_kind.get(kind, ())

    @cached_property
    def _by_kind(self) -> Mapping[str, Sequence[Resource]]:
        by_kind: dict[str, list[Resource]] = defaultdict(list)
        for resource in self.resources:
            by_kind[resource.kind].append(resource)
        return by_kind


def name_of(item: Item, otherwise: str) -> str:
    """The tag Name, or something else.

    >>> name_of({"Tags": [{"Key": "Name", "Value": "egress"}]}, "nat-1")
    'egress'
    """
    tags = item.get("Tags") or item.get("TagSet") or ()
    return next((tag["Value"] for tag in tags if tag["Key"] == "Name" and tag["Value"]), otherwise)


def tags_of(item: Item) -> dict[str, str]:
    """Its tags, no more and no longer than AWS allows: 50, keys of 128, values of 256 letters.

    >>> tags_of({"Tags": [{"Key": "Owner", "Value": "payments"}]})
    {'Owner': 'payments'}
    """
    tags = (item.get("Tags") or item.get("TagSet") or ())[:MAX_TAGS]
    return {tag["Key"][:128]: tag.get("Value", "")[:256] for tag in tags}


def attributes(items: Sequence[Item], of: str) -> dict[str, str]:
    """Attributes that one of many was asked for, as a mapping."""
    return {item["Key"]: item.get("Value", "") for item in told(items, of)}


def told(items: Sequence[Item], of: str) -> list[Item]:
    """What one of many was asked for."""
    return items.of(of) if isinstance(items, Answer) else [i for i in items if i[OF] == of]


class Reading(NamedTuple):
    """Resources of a kind: those that could be read, and of the others that they are there."""

    whole: list[Resource]
    partly: list[Resource]  # something about them is unread: not to be believed


def read_by(
    read: Callable[[Said, str, str], Iterable[Resource]], answers: Said, account: str, region: str
) -> Reading:
    """What a kind reads, told apart by whether all of it was there to be read."""
    listed = [answer for answer in answers.values() if isinstance(answer, Answer)]
    sweeps = sum(answer.sweeps for answer in listed)
    misses = sum(answer.misses for answer in listed)
    reading = Reading([], [])
    for resource in read(answers, account, region):
        before, misses = misses, sum(answer.misses for answer in listed)
        (reading.whole if misses == before else reading.partly).append(resource)
    if sweeps != sum(answer.sweeps for answer in listed):
        return Reading([], [*reading.whole, *reading.partly])
    return reading


def seconds(moment: Any) -> float | None:
    """A moment of AWS's as seconds since 1970; None where it says none."""
    return None if moment is None else float(moment.timestamp())
