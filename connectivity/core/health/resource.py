"""A resource of an account, as AWS's Describe calls tell it, and the calls that tell it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

OF = "of"  # under which an item carries what it was asked for


class Describe(NamedTuple):
    """One call of an API, page by page.

    With `of`, it is made once for each result of another operation, and `argument` is filled with
    `value` of that result, in a list where `is_list`.
    """

    service: str  # as boto3 calls it
    operation: str
    results: str  # where the response lists what was found
    of: str = ""
    argument: str = ""
    value: str = ""
    is_list: bool = False

    @property
    def action(self) -> str:
        """What IAM calls the permission."""
        prefix = {"elbv2": "elasticloadbalancing"}.get(self.service, self.service)
        return f"{prefix}:{self.operation}"


Item = Mapping[str, Any]
Said = Mapping[str, Sequence[Item]]  # what was found, by operation


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


@dataclass(frozen=True, slots=True)
class Estate:
    """Everything of one account, so that a rule can look at two resources together."""

    resources: tuple[Resource, ...]
    now: float  # seconds since 1970

    def of(self, kind: str) -> Iterator[Resource]:
        """The resources of one kind."""
        return (resource for resource in self.resources if resource.kind == kind)


def name_of(item: Item, otherwise: str) -> str:
    """The tag Name, or something else.

    >>> name_of({"Tags": [{"Key": "Name", "Value": "egress"}]}, "nat-1")
    'egress'
    """
    tags = item.get("Tags") or item.get("TagSet") or ()
    return next((tag["Value"] for tag in tags if tag["Key"] == "Name" and tag["Value"]), otherwise)


def attributes(items: Iterable[Item], of: str) -> dict[str, str]:
    """Attributes that one of many was asked for, as a mapping."""
    return {item["Key"]: item.get("Value", "") for item in items if item[OF] == of}


def told(items: Iterable[Item], of: str) -> list[Item]:
    """What one of many was asked for."""
    return [item for item in items if item[OF] == of]


def seconds(moment: Any) -> float | None:
    """A moment of AWS's as seconds since 1970; None where it says none."""
    return None if moment is None else float(moment.timestamp())
