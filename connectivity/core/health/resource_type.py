"""A kind of resource: how it is found, what is asked of it, what that means, what it costs."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

from connectivity.core.health.evaluation import HealthRule, Saves, State, Whose
from connectivity.core.health.resource import Describe, Estate, Resource, Said
from connectivity.core.health.series import Tier
from costmodel.core.charges import PriceName

HOUR, DAY = 3_600, 86_400
IDLE_DAYS = 7  # after which a thing without traffic counts as unused
GIB = 2**30  # bytes of a GB as AWS bills it


class Wanted(NamedTuple):
    """A metric that is asked for because it costs, or because the picture needs it."""

    metric: str
    statistic: str = "Sum"
    period: int = HOUR
    tier: Tier = Tier.DAY


@dataclass(frozen=True, slots=True)
class ConfigurationRule:
    """What a configuration says without any metric. `check` words what it found, or is empty."""

    id: str
    kind: str
    state: State
    whose: Whose
    source: str
    means: str
    steps: tuple[str, ...]
    effect: str | Saves  # as of `HealthRule`
    check: Callable[[Resource, Estate], str]


class Role(Enum):
    """What a use tells of a resource beyond its cost."""

    TRAFFIC = auto()  # the GB that it carries, which another option could carry


class Use(NamedTuple):
    """What a month of a resource takes of one price; None: not measured yet."""

    what: str
    price: PriceName
    amount: float | None  # in the unit of the price, or in parts of it
    parts: int = 1  # of which the unit has so many; for a price without tiers
    role: Role | None = None


Usage = Mapping[str, float]  # a month's total of a metric; one that is not there was not measured


def no_uses(resource: Resource, usage: Usage) -> Iterable[Use]:
    """Nothing that we know the price of."""
    return ()


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of resource, whole. A new kind is one file in `kinds`."""

    key: str
    one: str
    many: str
    namespace: str  # of its metrics; empty: it has none of its own
    identity: str  # the dimension that names it
    calls: tuple[Describe, ...]
    read: Callable[[Said, str, str], Iterable[Resource]]  # what was said, account, Region
    rules: tuple[HealthRule, ...] = ()
    configuration: tuple[ConfigurationRule, ...] = ()
    wanted: tuple[Wanted, ...] = ()
    parts: tuple[str, ...] = ()  # dimensions that divide it, where it is judged part by part
    elsewhere: Mapping[str, tuple[str, str]] | None = None  # namespace: dimension, and its fact
    uses: Callable[[Resource, Usage], Iterable[Use]] = no_uses
    is_quiet: bool = False  # publishes metrics only with traffic
    console: str = ""  # address in AWS's console, with {region} and {id}
    queries: Mapping[str, str] | None = None  # PromQL by metric, where Prometheus is asked
    part_of: str = ""  # key of the option that it is a part of, whose traffic it carries
    unlisted: str = "CloudWatch lists no such metric for it"  # why a rule has nothing to look at

    @property
    def every_rule(self) -> tuple[HealthRule | ConfigurationRule, ...]:
        """Its rules about metrics, then those about its configuration."""
        return (*self.rules, *self.configuration)

    def rule(self, id: str) -> HealthRule | ConfigurationRule | None:
        """The rule with an id; None where the kind has none."""
        return next((rule for rule in self.every_rule if rule.id == id), None)
