"""A kind of resource: how it is found, what is asked of it, what that means, what it costs."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

from connectivity.core.health.evaluation import HealthRule, Saves, Severity, Whose
from connectivity.core.health.resource import Describe, Estate, Resource, Said
from connectivity.core.health.series import Tier
from costmodel.core.charges import PriceName

HOUR, DAY, WEEK = 3_600, 86_400, 604_800
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
    severity: Severity
    whose: Whose
    source: str
    means: str
    steps: tuple[str, ...]
    effect: str | Saves  # as of `HealthRule`
    check: Callable[[Resource, Estate], str]
    symptom_of: str = ""  # as of `HealthRule`

    @property
    def cause(self) -> str:
        """What its findings are told and counted by."""
        return self.symptom_of or self.id


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


class Part(NamedTuple):
    """A part of a resource that a rule tells apart."""

    dimensions: Mapping[str, str]  # beside the one that names the resource
    name: str  # as people read it


Usage = Mapping[str, float]  # a month's total of a metric; one that is not there was not measured


def of_part(metric: str, part: str) -> str:
    """Under which name `Usage` has a metric of one part of a resource.

    >>> of_part("BytesIn", "tgw-attach-1")
    'BytesIn of tgw-attach-1'
    """
    return f"{metric} of {part}"


def always(resource: Resource) -> bool:
    """Whatever it is."""
    return True


class Choice(NamedTuple):
    """Another way to have what a resource gives, with what is paid now and what would be then."""

    rule: str  # id of the rule that advises it
    name: str
    now: tuple[Use, ...]
    then: tuple[Use, ...]  # nothing: it is free
    note: str = ""  # of what the figures are


def no_choices(resource: Resource, usage: Usage) -> Iterable[Choice]:
    """None that we know."""
    return ()


def since_created(resource: Resource) -> Mapping[str, float | None]:
    """A resource that is one part, and when it was created; None: AWS does not say."""
    return {"": resource.facts.get("created")}


def no_uses(resource: Resource, usage: Usage) -> Iterable[Use]:
    """Nothing that we know the price of."""
    return ()


def no_parts(resource: Resource, rule: HealthRule) -> Iterable[Part]:
    """None that a rule tells apart by dimensions of its own."""
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
    since: Callable[[Resource], Mapping[str, float | None]] = since_created  # of each part
    split: Callable[[Resource, HealthRule], Iterable[Part]] = no_parts  # of rules with `by`
    elsewhere: Mapping[str, tuple[str, str]] | None = None  # namespace: dimension, and its fact
    uses: Callable[[Resource, Usage], Iterable[Use]] = no_uses
    unpriced: str = ""  # why it has no cost of its own, where that is so by design
    choices: Callable[[Resource, Usage], Iterable[Choice]] = no_choices
    is_quiet: bool = False  # publishes metrics only with traffic
    console: str = ""  # address in AWS's console, with {region} and {id}
    queries: Mapping[str, str] | None = None  # PromQL by metric, where Prometheus is asked
    part_of: str = ""  # key of the option that it is a part of, whose traffic it carries
    is_replaceable: Callable[[Resource], bool] = always  # whether others could carry its traffic
    unlisted: str = "CloudWatch lists no such metric for it"  # why a rule has nothing to look at

    @property
    def every_rule(self) -> tuple[HealthRule | ConfigurationRule, ...]:
        """Its rules about metrics, then those about its configuration."""
        return (*self.rules, *self.configuration)

    def rule(self, id: str) -> HealthRule | ConfigurationRule | None:
        """The rule with an id; None where the kind has none."""
        return next((rule for rule in self.every_rule if rule.id == id), None)

    def cause_of(self, id: str) -> str:
        """The cause of which a rule sees a symptom; a rule that is gone was its own."""
        rule = self.rule(id)
        return rule.cause if rule else id
