"""Scenarios of load balancers and accelerators: targets, AZs, resets, settings that do not fit."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from connectivity.core.health.docs import (
    ACCELERATOR,
    ACCELERATOR_FAILOVER,
    ACCELERATOR_METRICS,
    ALB,
    ALB_GROUP_HEALTH,
    GROUP_HEALTH,
    GUIDE,
    NLB,
    NLB_TIMEOUT,
    NLB_TROUBLE,
    ZONAL,
)
from connectivity.core.health.series import Metric, metric
from tests.connectivity.health.scenarios.model import (
    ACCOUNT,
    AZS,
    DAY,
    REGION,
    Facts,
    Scenario,
    Value,
)
from tests.connectivity.health.scenarios.nat_gateways import last
from tests.estate import NOW

CREATED = datetime.fromtimestamp(NOW - 100 * DAY, UTC)
WELL: dict[str, Value] = {
    "TCP_ELB_Reset_Count": 0,
    "TCP_Client_Reset_Count": 6,
    "TCP_Target_Reset_Count": 6,
    "PortAllocationErrorCount": 0,
    "RejectedFlowCount": 0,
    "NewFlowCount": 600,
}
ALB_WELL: dict[str, Value] = {"RequestCount": 6_000}
CROSSING, PRESERVING = "load_balancing.cross_zone.enabled", "preserve_client_ip.enabled"
PREFIX = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:"


class Targets(NamedTuple):
    """Of each AZ: how many are healthy, how many are not, how many flows it carries."""

    healthy: tuple[int, ...] = (2, 2)
    unhealthy: tuple[int, ...] = (0, 0)
    flows: tuple[float, ...] = (900, 900)


class Settings(NamedTuple):
    """What differs from the defaults of a Network Load Balancer."""

    crosses: bool = False
    preserves: bool = True
    listeners: tuple[tuple[str, int], ...] = (("TCP", 350),)  # and the idle timeout
    eni_idle_s: int | None = None
    has_group: bool = True


WELL_TARGETS, DEFAULTS = Targets(), Settings()


def balancer(
    name: str,
    type: str = "net",
    targets: Targets = WELL_TARGETS,
    settings: Settings = DEFAULTS,
    *,
    daily: float | None = 1e9,
    is_measured: bool = True,
    **minutes: Value,
) -> Facts:
    """A load balancer with a group of targets, and what differs from one that is well."""
    is_net = type == "net"
    key, group = f"{type}/{name}/50dc6c495c0c9188", f"targetgroup/{name}/73e2d6bc24d8a067"
    arn, group_arn = f"{PREFIX}loadbalancer/{key}", f"{PREFIX}{group}"
    azs = AZS[: len(targets.healthy)]
    space = "AWS/NetworkELB" if is_net else "AWS/ApplicationELB"
    own = (WELL if is_net else ALB_WELL) | minutes
    measured = {metric(space, id, LoadBalancer=key): value for id, value in own.items()}
    measured |= _of_targets(space, key, group, azs, targets, settings.crosses or not is_net)
    days: dict[Metric, Iterable[float | None]] = (
        {} if daily is None else {metric(space, "ProcessedBytes", LoadBalancer=key): [daily] * 30}
    )
    return Facts(
        name,
        {
            "DescribeLoadBalancers": [
                {
                    "LoadBalancerArn": arn,
                    "LoadBalancerName": name,
                    "Type": "network" if is_net else "application",
                    "VpcId": f"vpc-{name}",
                    "CreatedTime": CREATED,
                    "AvailabilityZones": [{"ZoneName": az} for az in azs],
                }
            ],
            "DescribeTargetGroups": [
                {
                    "TargetGroupArn": group_arn,
                    "TargetGroupName": name,
                    "Protocol": "TCP" if is_net else "HTTP",
                    "TargetType": "instance",
                    "LoadBalancerArns": [arn],
                }
            ]
            * settings.has_group,
            "DescribeNetworkInterfaces": _interfaces(name, settings),
        },
        _details(arn, group_arn, name, targets, settings),
        measured if is_measured else {},
        days if is_measured else {},
    )


def _interfaces(name: str, settings: Settings) -> list[dict[str, Any]]:
    if settings.eni_idle_s is None:
        return []
    tracking = {"TcpEstablishedTimeout": settings.eni_idle_s}
    attached = {"InstanceId": f"i-{name}-0"}
    return [{"Attachment": attached, "ConnectionTrackingConfiguration": tracking}]


def _details(
    arn: str, group_arn: str, name: str, targets: Targets, settings: Settings
) -> dict[str, dict[str, list[dict[str, Any]]]]:
    states = ["healthy"] * sum(targets.healthy) + ["unhealthy"] * sum(targets.unhealthy)
    listeners = {f"{arn}/{i}": each for i, each in enumerate(settings.listeners)}
    return {
        "DescribeLoadBalancerAttributes": {
            arn: [{"Key": CROSSING, "Value": str(settings.crosses).lower()}]
        },
        "DescribeTargetGroupAttributes": {
            group_arn: [
                {"Key": CROSSING, "Value": "use_load_balancer_configuration"},
                {"Key": PRESERVING, "Value": str(settings.preserves).lower()},
            ]
        },
        "DescribeTargetHealth": {
            group_arn: [
                {"Target": {"Id": f"i-{name}-{i}"}, "TargetHealth": {"State": state}}
                for i, state in enumerate(states)
            ]
        },
        "DescribeListeners": {
            arn: [
                {"ListenerArn": id, "Port": 443 + i, "Protocol": protocol}
                for i, (id, (protocol, _)) in enumerate(listeners.items())
            ]
        },
        "DescribeListenerAttributes": {
            id: [{"Key": "tcp.idle_timeout.seconds", "Value": str(idle_s)}] * (protocol == "TCP")
            for id, (protocol, idle_s) in listeners.items()
        },
    }


def _of_targets(
    space: str, key: str, group: str, azs: tuple[str, ...], targets: Targets, crosses: bool
) -> dict[Metric, Value]:
    """Each node sees the targets of its AZ, with cross-zone load balancing those of all.

    Of a whole load balancer Maximum and Minimum come from single nodes: the best, and the best.
    """
    measured: dict[Metric, Value] = {}
    seen = (targets.healthy, targets.unhealthy)
    good, bad = ([sum(each)] * len(azs) if crosses else list(each) for each in seen)
    for i, az in enumerate(azs):
        zone = {"AvailabilityZone": az, "LoadBalancer": key}
        measured[metric(space, "HealthyHostCount", TargetGroup=group, **zone)] = good[i]
        measured[metric(space, "UnHealthyHostCount", TargetGroup=group, **zone)] = bad[i]
        if space == "AWS/NetworkELB":
            measured[metric(space, "ZonalHealthStatus", **zone)] = float(good[i] > 0)
            measured[metric(space, "ActiveFlowCount", **zone)] = targets.flows[i]
    whole = {"LoadBalancer": key, "TargetGroup": group}
    measured[metric(space, "HealthyHostCount", **whole)] = max(good)
    measured[metric(space, "UnHealthyHostCount", **whole)] = min(bad)
    return measured


def accelerator(name: str, healthy: int, endpoints: tuple[str, ...] = ()) -> Facts:
    """An accelerator with a group of two endpoints, and how many of them are healthy."""
    arn = f"arn:aws:globalaccelerator::{ACCOUNT}:accelerator/{name}"
    listener, ids = f"{arn}/listener/l-{name}", endpoints or (f"i-{name}-0", f"i-{name}-1")
    states = [("HEALTHY" if i < healthy else "UNHEALTHY") for i in range(len(ids))]
    group = {
        "EndpointGroupArn": f"{listener}/endpoint-group/g",
        "EndpointGroupRegion": REGION,
        "EndpointDescriptions": [
            {"EndpointId": id, "HealthState": state} for id, state in zip(ids, states, strict=True)
        ],
    }
    whole = {"Accelerator": name}
    sets = (whole, whole | {"Listener": f"l-{name}", "EndpointGroup": REGION})
    counts = {"HealthyEndpointCount": healthy, "UnhealthyEndpointCount": len(ids) - healthy}
    return Facts(
        name,
        {"ListAccelerators": [{"AcceleratorArn": arn, "Name": name}]},
        {
            "ListListeners": {arn: [{"ListenerArn": listener}]},
            "ListEndpointGroups": {listener: [group]},
        },
        {
            metric("AWS/GlobalAccelerator", id, **dimensions): count
            for id, count in counts.items()
            for dimensions in sets
        },
    )


DEAD = Targets((2, 0), (0, 2))
CROSSES = Settings(crosses=True, preserves=False)
NO_AZ = {
    "NLB-AZ-NO-TARGET": "critical", "NLB-AZ-UNHEALTHY": "warning", "NLB-AZ-OUT": "warning",
}  # fmt: skip
ENDED = {"GA-UNHEALTHY": "warning", "GA-ENDPOINT-DOWN": "warning"}
SHARED = ("i-shared-0", "i-shared-1")

NETWORK = (
    Scenario("A Network Load Balancer with nothing wrong", balancer("net-well"), "ok", source=NLB),
    Scenario(
        "An AZ without a healthy target, cross-zone load balancing off",
        balancer("net-dead", targets=DEAD), "critical", NO_AZ, ZONAL,
    ),
    Scenario(
        "An AZ without a healthy target, cross-zone load balancing on",
        balancer("net-crossed", targets=DEAD, settings=CROSSES),
        "warning", {"NLB-UNHEALTHY": "warning"}, GUIDE,
    ),
    Scenario(
        "No target is healthy, so that all get connections",
        balancer("net-none", targets=Targets((0, 0), (2, 2)), settings=CROSSES,
                 UnhealthyRoutingFlowCount=50),
        "critical",
        {"NLB-NO-TARGET": "critical", "NLB-UNHEALTHY": "warning", "NLB-AZ-OUT": "warning",
         "NLB-FAIL-OPEN": "warning"},
        GROUP_HEALTH,
    ),
    Scenario(
        "Connections are routed to unhealthy targets (fail open)",
        balancer("net-open", UnhealthyRoutingFlowCount=last(60, 50)),
        "warning", {"NLB-FAIL-OPEN": "warning"}, NLB,
    ),
    Scenario(
        "One target of one is healthy",
        balancer("net-alone", targets=Targets((1, 0), (0, 0)), settings=CROSSES),
        "ok", {"NLB-ONE-TARGET": "advice"},
    ),
    Scenario(
        "9,000 long-lived flows in one AZ, 40 in the other",
        balancer("net-uneven", targets=Targets(flows=(9_000, 40)), NewFlowCount=5),
        "warning", {"NLB-UNEVEN": "warning"},
    ),
    Scenario(
        "900 resets a minute, and no new flow",
        balancer("net-resets", TCP_ELB_Reset_Count=900, NewFlowCount=0),
        "warning", {"NLB-RESETS": "warning"}, NLB_TROUBLE,
    ),
    Scenario(
        "1 reset for 3 new flows a minute",
        balancer("net-reset", TCP_ELB_Reset_Count=1, NewFlowCount=3, TCP_Client_Reset_Count=0,
                 TCP_Target_Reset_Count=0),
        "ok",
    ),
    Scenario(
        "Resets without a data point",
        balancer("net-unsaid", TCP_ELB_Reset_Count=lambda before: 0 if before > 200 else None),
        "ok", source=NLB,
    ),
    Scenario(
        "Source ports of a target run out",
        balancer("net-ports", PortAllocationErrorCount=last(60, 3)),
        "critical", {"NLB-PORTS": "critical"}, NLB,
    ),
    Scenario(
        "Connections are rejected",
        balancer("net-rejects", RejectedFlowCount=last(60, 3)),
        "warning", {"NLB-REJECTED": "warning"}, NLB,
    ),
    Scenario(
        "Outbound rules of its security groups block flows",
        balancer("net-blocks", SecurityGroupBlockedFlowCount_Outbound_TCP=last(60, 3)),
        "warning", {"NLB-BLOCKED-OUT-TCP": "warning"}, NLB,
    ),
    Scenario(
        "Cross-zone load balancing and client IP preservation are both on",
        balancer("net-mixed", settings=Settings(crosses=True)),
        "warning", {"NLB-MIXED-UP": "warning"}, NLB_TROUBLE,
    ),
    Scenario(
        "An idle timeout of 6,000 s, a target's interface forgets after 350 s",
        balancer("net-idle", settings=Settings(listeners=(("TCP", 6_000),), eni_idle_s=350)),
        "warning", {"NLB-IDLE-ENI": "warning"}, NLB_TIMEOUT, says="after 350 s",
    ),
    Scenario(
        "A TLS listener of 350 s beside a TCP listener of 6,000 s",
        balancer("net-tls", settings=Settings(listeners=(("TCP", 6_000), ("TLS", 350)))),
        "warning", {"NLB-TLS-IDLE": "warning"}, NLB_TIMEOUT,
    ),
    Scenario(
        "A load balancer in one AZ",
        balancer("net-one", targets=Targets((2,), (0,), (900,))),
        "ok", {"NLB-ONE-AZ": "advice"},
    ),
    Scenario(
        "A load balancer without traffic for seven days",
        balancer("net-silent", daily=0), "ok", {"NLB-IDLE": "advice"},
    ),
    Scenario(
        "A load balancer that CloudWatch does not list",
        balancer("net-forgotten", is_measured=False), "unknown", {"NLB-UNUSED": "advice"},
    ),
    Scenario(
        "A load balancer without a target group",
        balancer("net-bare", settings=Settings(has_group=False)),
        "ok", {"NLB-EMPTY": "advice"},
    ),
)  # fmt: skip

APPLICATION = (
    Scenario(
        "An Application Load Balancer with nothing wrong", balancer("app-well", "app"), "ok",
        source=ALB,
    ),
    Scenario(
        "5 % of the requests get 5xx of the load balancer itself",
        balancer("app-5xx", "app", HTTPCode_ELB_5XX_Count=300),
        "warning", {"ALB-5XX": "warning"}, GUIDE,
    ),
    Scenario(
        "One request of 60 gets 5xx",
        balancer("app-1", "app", HTTPCode_ELB_5XX_Count=1, RequestCount=60), "ok",
    ),
    Scenario(
        "Connections are rejected at its maximum",
        balancer("app-rejects", "app", RejectedConnectionCount=last(60, 3)),
        "warning", {"ALB-REJECTED": "warning"}, ALB,
    ),
    Scenario(
        "No target is healthy, so that all get requests",
        balancer("app-none", "app", Targets((0, 0), (2, 2)), UnhealthyRoutingRequestCount=50),
        "critical",
        {"ALB-NO-TARGET": "critical", "ALB-UNHEALTHY": "warning", "ALB-FAIL-OPEN": "warning"},
        ALB_GROUP_HEALTH,
    ),
    Scenario(
        "One target of one of an Application Load Balancer is healthy",
        balancer("app-alone", "app", Targets((1, 0), (0, 0))),
        "ok", {"ALB-ONE-TARGET": "advice"},
    ),
)  # fmt: skip

ACCELERATORS = (
    Scenario(
        "An accelerator with nothing wrong", accelerator("front-well", 2), "ok",
        source=ACCELERATOR_METRICS,
    ),
    Scenario(
        "An endpoint of an accelerator is unhealthy",
        accelerator("front-half", 1), "warning", ENDED, ACCELERATOR_FAILOVER,
    ),
    Scenario(
        "No endpoint of an accelerator is healthy",
        accelerator("front-none", 0), "critical",
        ENDED | {"GA-NO-ENDPOINT": "critical", "GA-GROUP-DOWN": "warning"}, ACCELERATOR_FAILOVER,
    ),
    Scenario(
        "Two accelerators have the same endpoints",
        accelerator("front-twice", 2, SHARED), "warning", {"GA-TWICE": "warning"}, ACCELERATOR,
    ),
    Scenario(
        "The other of the two accelerators",
        accelerator("front-again", 2, SHARED), "warning", {"GA-TWICE": "warning"}, ACCELERATOR,
    ),
)  # fmt: skip

SCENARIOS = (*NETWORK, *APPLICATION, *ACCELERATORS)
