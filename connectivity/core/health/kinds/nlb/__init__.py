"""Network Load Balancers: targets, AZs, resets, ports, settings that work against each other."""

from collections.abc import Iterator
from typing import Any

from connectivity.core.aws_figures import NLB_IDLE_S, NLB_UDP_IDLE_S
from connectivity.core.health.balancer_rules import uses_at
from connectivity.core.health.docs import EC2_CONSOLE
from connectivity.core.health.kinds.nlb.configuration import CONFIGURATION
from connectivity.core.health.kinds.nlb.rules import KEY, RULES
from connectivity.core.health.load_balancing import (
    CALLS,
    CROSSING,
    OF_BALANCER,
    Surroundings,
    facts_of,
    is_network,
    key_of,
    split,
    tags,
)
from connectivity.core.health.resource import Describe, Item, Resource, Said, attributes, told
from connectivity.core.health.resource_type import Kind, Wanted
from connectivity.core.health.series import Tier
from costmodel.core.charges import PriceName

HOURS = PriceName("AWSELB", "LoadBalancerUsage", "LoadBalancing:Network")
UNITS = PriceName("AWSELB", "LCUUsage", "LoadBalancing:Network")
NETWORK = ("Type", ("network",))
LISTENERS = (
    Describe("elbv2", "DescribeListeners", "Listeners", *OF_BALANCER, only=NETWORK),
    Describe(
        "elbv2", "DescribeListenerAttributes", "Attributes",
        "DescribeListeners", "ListenerArn", "ListenerArn",
    ),
)  # fmt: skip


def read(answers: Said, account: str, region: str) -> Iterator[Resource]:
    """Network Load Balancers with their listeners, groups and targets."""
    around = Surroundings(answers)
    for balancer in answers["DescribeLoadBalancers"]:
        if not is_network(balancer):
            continue
        arn = balancer["LoadBalancerArn"]
        own = attributes(answers["DescribeLoadBalancerAttributes"], arn)
        facts = facts_of(balancer, around, crosses=own.get(CROSSING) == "true")
        facts["listeners"] = [
            _listener(item, answers) for item in told(answers["DescribeListeners"], arn)
        ]
        key = key_of("net", arn)
        name, own_tags = balancer["LoadBalancerName"], tags(balancer, around)
        yield Resource(KEY, key, name, account, region, key, facts, tags=own_tags)


def _listener(listener: Item, answers: Said) -> dict[str, Any]:
    own = attributes(answers["DescribeListenerAttributes"], listener["ListenerArn"])
    protocol = listener["Protocol"]
    idle = int(own.get("tcp.idle_timeout.seconds") or NLB_IDLE_S)
    return {
        "port": listener["Port"],
        "protocol": protocol,
        "idle_s": {"TLS": NLB_IDLE_S, "UDP": NLB_UDP_IDLE_S}.get(protocol, idle),
    }


KIND = Kind(
    key=KEY,
    one="Network Load Balancer",
    many="Network Load Balancers",
    namespace="AWS/NetworkELB",
    identity="LoadBalancer",
    calls=(*CALLS, *LISTENERS),
    read=read,
    rules=RULES,
    configuration=CONFIGURATION,
    wanted=(
        Wanted("ConsumedLCUs"),
        Wanted("ProcessedBytes"),
        Wanted("ActiveFlowCount", "Average", 300, Tier.HOUR),
    ),
    split=split,
    uses=uses_at(HOURS, UNITS),
    is_quiet=True,
    console=EC2_CONSOLE.format("LoadBalancers:"),
)
