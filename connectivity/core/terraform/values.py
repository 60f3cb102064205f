"""Resources of accounts, and the values of their arguments."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias


class Input(NamedTuple):
    """A value that whoever applies has to give.

    Attributes:
        check: what holds of it, with `%s` where its name stands; and what is said where it does
            not.
    """

    name: str
    type: str  # of Terraform: string, or object({…})
    description: str
    example: "Value"
    check: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Resource:
    """One resource of an account. `after` are resources of the account that must be there first."""

    account: str
    type: str
    name: str  # unique in the account among resources of the type
    body: Mapping[str, "Value"]
    region: str | None = None  # None: AWS has it once for all Regions
    after: tuple["Resource", ...] = ()

    @property
    def address(self) -> str:
        """How its account's module calls it."""
        return f"{self.type}.{self.name}"

    def at(self, attribute: str = "id", after: "tuple[Resource, ...]" = ()) -> "Ref":
        """An attribute of it, which other accounts see only when `after` are there, too."""
        return Ref(self, attribute, after)


class Ref(NamedTuple):
    """An attribute of a resource, of the same account or another one."""

    resource: Resource
    attribute: str
    after: tuple[Resource, ...] = ()


class Expression(NamedTuple):
    """Terraform's own words, with a `%s` for each part."""

    template: str
    parts: tuple["Value", ...] = ()


class Nested(NamedTuple):
    """A block inside a resource; several of them are a list."""

    body: Mapping[str, "Value"]


Value: TypeAlias = (
    str | float | bool | Input | Ref | Expression | Nested | list["Value"] | dict[str, "Value"]
)


class Note(NamedTuple):
    """What whoever applies has to know or to do beside the resources."""

    account: str
    text: str
