"""Rules that the kinds of load balancers have in common: targets, AZs, and what is of no use.

Each kind takes them by `of_kind`, with what is its own: sources, words, a metric's name.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

from connectivity.core.health.docs import GUIDE, OURS
from connectivity.core.health.evaluation import (
    HealthRule,
    Missing,
    Saves,
    Severity,
    Way,
    Whose,
)
from connectivity.core.health.load_balancing import AZ, GROUP, alone, empty, unlisted
from connectivity.core.health.resource import Resource
from connectivity.core.health.resource_type import (
    DAY,
    IDLE_DAYS,
    ConfigurationRule,
    Usage,
    Use,
)
from costmodel.core.charges import PriceName
from costmodel.core.units import HOURS_PER_MONTH

Rule = TypeVar("Rule", HealthRule, ConfigurationRule)

NO_TARGET = HealthRule(
    id="NO-TARGET", kind="", metric="HealthyHostCount", statistic="Maximum", period=60,
    way=Way.BELOW, threshold=1, n=3, m=3, severity=Severity.CRITICAL, missing=Missing.UNKNOWN,
    whose=Whose.OURS, by=(GROUP,), source=OURS,
    means="No target of the group is healthy on any node of the load balancer, which then "
        "routes to all of them (fail open).",
    steps=("Check the target group's health reasons.", "Start or register targets."),
    effect="The target group serves again.",
)  # fmt: skip

UNHEALTHY = HealthRule(
    id="UNHEALTHY", kind="", symptom_of="NO-TARGET", metric="UnHealthyHostCount",
    statistic="Minimum", period=60, way=Way.ABOVE, threshold=0, n=2, m=2,
    severity=Severity.WARNING, missing=Missing.UNKNOWN, whose=Whose.AWS, by=(GROUP,), source=GUIDE,
    means="Every load balancer node reports at least one unhealthy target.",
    steps=("Check the health status reasons of the target group.",),
    effect="The load is spread over all targets again.",
)  # fmt: skip

AZ_NO_TARGET = replace(
    NO_TARGET, id="AZ-NO-TARGET", symptom_of="NO-TARGET", by=(AZ, GROUP),
    means="No target of the group is healthy in this AZ, and cross-zone load balancing is off.",
    steps=(
        "Check the health reasons of the AZ's targets, and whether the AZ itself has trouble.",
        "Start or register targets in the AZ, or turn cross-zone load balancing on for the group.",
    ),
    effect="The AZ serves again.",
)  # fmt: skip

FAIL_OPEN = HealthRule(
    id="FAIL-OPEN", kind="", symptom_of="NO-TARGET", metric="", statistic="Sum", period=60,
    way=Way.ABOVE, threshold=0, n=2, m=2, severity=Severity.WARNING, missing=Missing.ZERO,
    whose=Whose.OURS, source=OURS, means="Too few targets are healthy (fail open).",
    steps=(
        "Check the health reasons of the target groups.",
        "Check the minimum of healthy targets that routing failover is configured with.",
    ),
    effect="What comes in reaches healthy targets alone.",
)  # fmt: skip

IDLE = HealthRule(
    id="IDLE", kind="", metric="ProcessedBytes", statistic="Sum", period=DAY, way=Way.BELOW,
    threshold=1, n=IDLE_DAYS, m=IDLE_DAYS, severity=Severity.ADVICE, missing=Missing.ZERO,
    whose=Whose.OURS, source=OURS,
    means="It has processed no traffic for seven days; its hours are still billed.",
    steps=("Look who still resolves its DNS name, then delete it.",),
    effect=Saves.WHOLE_COST,
)  # fmt: skip

ONE_TARGET = ConfigurationRule(
    id="ONE-TARGET", kind="", severity=Severity.ADVICE, whose=Whose.OURS, source=OURS,
    means="When that target fails nothing serves.",
    steps=("Register a second target, in another AZ.",),
    effect="The service survives the failure of a target.",
    check=lambda resource, estate: alone(resource),
)  # fmt: skip

UNUSED = ConfigurationRule(
    id="UNUSED", kind="", symptom_of="IDLE", severity=Severity.ADVICE, whose=Whose.OURS,
    source=OURS, means="It is billed by the hour, and carries no traffic.", steps=IDLE.steps,
    effect=Saves.WHOLE_COST, check=unlisted,
)  # fmt: skip

EMPTY = ConfigurationRule(
    id="EMPTY", kind="", symptom_of="NO-TARGET", severity=Severity.ADVICE, whose=Whose.OURS,
    source=OURS, means="It is billed, and has no target.",
    steps=("Register targets, or delete it.",), effect=Saves.WHOLE_COST,
    check=lambda resource, estate: empty(resource),
)  # fmt: skip


def of_kind(kind: str, rule: Rule, **own: object) -> Rule:
    """A rule as a kind of load balancer has it: with an ID of its own, and in its own words.

    >>> of_kind("alb", UNHEALTHY).id, of_kind("alb", UNHEALTHY).symptom_of
    ('ALB-UNHEALTHY', 'ALB-NO-TARGET')
    """
    prefix = f"{kind.upper()}-"
    cause = prefix + rule.symptom_of if rule.symptom_of else ""
    changes: dict[str, object] = {"id": prefix + rule.id, "kind": kind, "symptom_of": cause}
    return replace(rule, **(changes | own))  # type: ignore[arg-type]  # fields, by their names


def uses_at(hours: PriceName, units: PriceName) -> Callable[[Resource, Usage], Iterator[Use]]:
    """What a load balancer takes of its two prices: hours, and units as CloudWatch counts them.

    Source: Elastic Load Balancing pricing page, aws.amazon.com/elasticloadbalancing/pricing,
    copy of 2026-09-20, read 2026-11-23.
    """

    def uses(resource: Resource, usage: Usage) -> Iterator[Use]:
        yield Use("Hours", hours, HOURS_PER_MONTH)
        yield Use("Capacity units", units, usage.get("ConsumedLCUs"))

    return uses
