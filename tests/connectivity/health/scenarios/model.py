"""What a scenario of health is: what AWS says of it, the verdict expected, and who says so."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from connectivity.core.health.series import Metric
from tests.doubles.cloudwatch import CloudWatch
from tests.estate import NOW, Aws

ACCOUNT, REGION = "111122223333", "us-west-2"  # where accelerators are, too
AZS = (f"{REGION}a", f"{REGION}b", f"{REGION}c")
MINUTES, DAY, WEEK = 4 * 60, 86_400, 7 * 86_400
OURS = "ours"
Value = float | Callable[[int], float | None]  # so many minutes before now; None: no data point
Items = list[dict[str, Any]]


@dataclass
class Facts:
    """What AWS tells of a resource and what belongs to it.

    Args:
        name: of the resource, as the product calls it.
        answers: what each operation lists.
        details: what an operation lists of the one that it is asked of.
        minutes: metrics with a data point a minute.
        days: metrics with a data point a day, the newest first.
        weeks: metrics with what a minute of the last four weeks had at these hours.
        statuses: of metrics that CloudWatch does not answer; empty: the result is missing.
    """

    name: str
    answers: dict[str, Items] = field(default_factory=dict)
    details: dict[str, dict[str, Items]] = field(default_factory=dict)
    minutes: dict[Metric, Value] = field(default_factory=dict)
    days: dict[Metric, Iterable[float | None]] = field(default_factory=dict)
    weeks: dict[Metric, float] = field(default_factory=dict)
    statuses: dict[Metric, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Scenario:
    """One row of the table.

    Args:
        findings: severity of each open finding, by its rule.
        unknown: rules that must have no verdict, and say why.
        says: what the reason or a step of a finding contains.
    """

    title: str
    facts: Facts
    state: str
    findings: dict[str, str] = field(default_factory=dict)
    source: str = OURS
    unknown: tuple[str, ...] = ()
    says: str = ""


def put(scenarios: Iterable[Scenario], aws: Aws) -> None:
    """Everything that AWS says of all of them, in one account."""
    answers: dict[str, Items] = {}
    details: dict[str, dict[str, Items]] = {}
    for facts in (scenario.facts for scenario in scenarios):
        for operation, items in facts.answers.items():
            answers.setdefault(operation, []).extend(items)
        for operation, by_parent in facts.details.items():
            details.setdefault(operation, {}).update(by_parent)
        _measure(facts, aws.clouds[ACCOUNT])
    lists = aws.found[ACCOUNT]
    lists |= {operation: {of: answers.get(operation, [])} for operation, of in LISTS.items()}
    lists |= {operation: _by_parent(operation, of) for operation, of in details.items()}


def _by_parent(operation: str, of: dict[str, Items]) -> Callable[..., dict[str, Items]]:
    def answer(**asked: Any) -> dict[str, Items]:
        parents = [value for value in asked.values() if isinstance(value, str) and value in of]
        return {LISTS[operation]: of[parents[0]] if parents else []}

    return answer


def _measure(facts: Facts, cloud: CloudWatch) -> None:
    for metric, value in facts.minutes.items():
        for before in range(MINUTES):
            number = value(before) if callable(value) else value
            if number is not None:
                cloud.put(metric, NOW - 60 * before, number)
    for metric, values in facts.days.items():
        for day, number in enumerate(values):
            if number is not None:
                cloud.put(metric, NOW - DAY * day, number)
    for metric, status in facts.statuses.items():
        cloud.statuses[metric] = status


LISTS = {
    "DescribeNatGateways": "NatGateways",
    "DescribeSubnets": "Subnets",
    "DescribeRouteTables": "RouteTables",
    "DescribeVpcEndpoints": "VpcEndpoints",
    "DescribeVpcEndpointServiceConfigurations": "ServiceConfigurations",
    "DescribeVolumes": "Volumes",
    "DescribeTransitGateways": "TransitGateways",
    "DescribeTransitGatewayAttachments": "TransitGatewayAttachments",
    "DescribeNetworkInterfaces": "NetworkInterfaces",
    "DescribeInstances": "Reservations",
    "DescribeInstanceTypes": "InstanceTypes",
    "DescribeLoadBalancers": "LoadBalancers",
    "DescribeTargetGroups": "TargetGroups",
    "DescribeLoadBalancerAttributes": "Attributes",
    "DescribeTargetGroupAttributes": "Attributes",
    "DescribeTargetHealth": "TargetHealthDescriptions",
    "DescribeListeners": "Listeners",
    "DescribeListenerAttributes": "Attributes",
    "ListAccelerators": "Accelerators",
    "ListListeners": "Listeners",
    "ListEndpointGroups": "EndpointGroups",
}
