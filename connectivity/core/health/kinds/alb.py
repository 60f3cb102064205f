"""Application Load Balancers: targets, errors of their own, idle timeouts that do not fit."""

from collections.abc import Iterator

from connectivity.core.health import balancer_rules
from connectivity.core.health.balancer_rules import of_kind, uses_at
from connectivity.core.health.docs import (
    ALB,
    ALB_ATTRIBUTES,
    ALB_GROUP_HEALTH,
    EC2_CONSOLE,
    GUIDE,
    NLB_TIMEOUT,
    OURS,
)
from connectivity.core.health.evaluation import HealthRule, Missing, Severity, Way, Whose
from connectivity.core.health.load_balancing import (
    CALLS,
    Surroundings,
    facts_of,
    is_application,
    key_of,
    outlived,
    split,
    tags,
)
from connectivity.core.health.resource import Estate, Resource, Said, attributes
from connectivity.core.health.resource_type import ConfigurationRule, Kind, Wanted
from connectivity.core.health.series import Tier
from costmodel.core.charges import PriceName

KEY = "alb"
HOURS = PriceName("AWSELB", "LoadBalancerUsage", "LoadBalancing:Application")
UNITS = PriceName("AWSELB", "LCUUsage", "LoadBalancing:Application")
IDLE_S = 60  # where nothing else is configured
ERRORS_FROM = 5  # a minute; fewer are no trouble, however few requests there are
KEEP_ALIVE = (
    "Let targets keep idle connections longer than the load balancer does (60 s by default): one "
    "that a target closes first gives a client 502."
)

TARGETS = (
    of_kind(
        KEY, balancer_rules.NO_TARGET, source=f"{OURS}; {ALB}; {ALB_GROUP_HEALTH}",
        effect="The target group serves requests again.",
    ),
    of_kind(KEY, balancer_rules.UNHEALTHY),
    of_kind(
        KEY, balancer_rules.AZ_NO_TARGET, source=f"{OURS}; {ALB_GROUP_HEALTH}",
        means="No target of the group is healthy in this AZ, and cross-zone load balancing is off "
            "for the group: the load balancer's address in this AZ serves nothing.",
        effect="The AZ serves requests again.",
    ),
    of_kind(
        KEY, balancer_rules.FAIL_OPEN, metric="UnhealthyRoutingRequestCount",
        source=f"{OURS}; {ALB}; {ALB_GROUP_HEALTH}",
        means="Too few targets are healthy, so requests are routed to unhealthy ones as well "
            "(fail open).",
        effect="Requests reach healthy targets alone.",
    ),
)  # fmt: skip

REQUESTS = (
    HealthRule(
        id="ALB-5XX", kind=KEY, metric="HTTPCode_ELB_5XX_Count", statistic="Sum", period=60,
        way=Way.ABOVE, threshold=1, n=3, m=3, severity=Severity.WARNING, missing=Missing.ZERO,
        whose=Whose.OURS, source=f"{OURS}; AWS has above 0 for three periods: {GUIDE}",
        base=("RequestCount",), part_from=ERRORS_FROM,
        means="The load balancer itself answers more than 1 % of the requests with 5xx.",
        steps=(
            "503: look for target groups without healthy targets. 504: compare the targets' "
            "response times with the idle timeout.",
            f"502: {KEEP_ALIVE[0].lower()}{KEEP_ALIVE[1:]}",
        ),
        effect="Requests are answered by targets.",
    ),
    HealthRule(
        id="ALB-REJECTED", kind=KEY, metric="RejectedConnectionCount", statistic="Sum", period=60,
        way=Way.ABOVE, threshold=0, n=1, m=1, severity=Severity.WARNING, missing=Missing.ZERO,
        whose=Whose.AWS, source=GUIDE,
        means="The load balancer refused connections: it reached its maximum number.",
        steps=(
            "Check that its subnets have free addresses for it to scale into.",
            "Before a known peak, reserve capacity units for it.",
        ),
        effect="Connections are accepted again.",
    ),
    HealthRule(
        id="ALB-CONNECT", kind=KEY, metric="TargetConnectionErrorCount", statistic="Sum",
        period=60, way=Way.ABOVE, threshold=1, n=5, m=5, severity=Severity.WARNING,
        missing=Missing.ZERO, whose=Whose.OURS, source=f"{OURS}; {ALB}", base=("RequestCount",),
        part_from=ERRORS_FROM,
        means="The load balancer fails to connect to targets for more than 1 % of the requests.",
        steps=(
            "Check the targets' security groups, network ACLs and ports.",
            "Check the targets' accept queues and connection limits.",
        ),
        effect="Requests reach their targets.",
    ),
    of_kind(KEY, balancer_rules.IDLE, source=f"{OURS}; {ALB}"),
)  # fmt: skip


def read(answers: Said, account: str, region: str) -> Iterator[Resource]:
    """Application Load Balancers with their groups, targets and idle timeout."""
    around = Surroundings(answers)
    for balancer in answers["DescribeLoadBalancers"]:
        if not is_application(balancer):
            continue
        arn = balancer["LoadBalancerArn"]
        own = attributes(answers["DescribeLoadBalancerAttributes"], arn)
        facts = facts_of(balancer, around, crosses=True)  # which cannot be turned off here
        facts["idle_s"] = int(own.get("idle_timeout.timeout_seconds") or IDLE_S)
        key = key_of("app", arn)
        name, own_tags = balancer["LoadBalancerName"], tags(balancer, around)
        yield Resource(KEY, key, name, account, region, key, facts, tags=own_tags)


def _outlives(resource: Resource, estate: Estate) -> str:
    return outlived(resource, resource.facts["idle_s"], "it")


def _in_front(resource: Resource, estate: Estate) -> str:
    """A Network Load Balancer that it is a target of, and that ends idle connections before it."""
    idle_s = resource.facts["idle_s"]
    for front in estate.of("nlb"):
        fronts = any(
            resource.facts["arn"] in group.get("balancers", ()) for group in front.facts["groups"]
        )
        for listener in front.facts["listeners"] if fronts else ():
            if listener["protocol"] == "TCP" and listener["idle_s"] < idle_s:
                return (
                    f"it keeps idle connections {idle_s:,} s, listener {listener['port']} of "
                    f"{front.name} in front of it {listener['idle_s']:,} s"
                )
    return ""


CONFIGURATION = (
    ConfigurationRule(
        id="ALB-IDLE-ENI", kind=KEY, severity=Severity.WARNING, whose=Whose.OURS,
        source=f"{OURS}; {ALB_ATTRIBUTES}; the EC2 API model (Nitro v6 instances: 350 s)",
        means="The target's network interface stops tracking an idle connection before the load "
            "balancer closes it: a request on it is dropped.",
        steps=(
            "Lower the load balancer's idle timeout below the targets' TcpEstablishedTimeout.",
            KEEP_ALIVE,
        ),
        effect="Idle connections are tracked until the load balancer closes them.",
        check=_outlives,
    ),
    ConfigurationRule(
        id="ALB-IDLE-NLB", kind=KEY, severity=Severity.WARNING, whose=Whose.OURS,
        source=f"{OURS}; {NLB_TIMEOUT}; {ALB_ATTRIBUTES}",
        means="The Network Load Balancer in front of it ends idle connections first: a client "
            "that uses one again gets a reset.",
        steps=("Raise the listener's idle timeout above that of the Application Load Balancer.",),
        effect="Idle connections are closed by the load balancer that tells the client.",
        check=_in_front,
    ),
    of_kind(KEY, balancer_rules.ONE_TARGET),
    of_kind(KEY, balancer_rules.UNUSED),
    of_kind(  # without any group it may redirect, or answer by itself
        KEY, balancer_rules.EMPTY, means="It is billed, and has no target to send requests to.",
    ),
)  # fmt: skip

KIND = Kind(
    key=KEY,
    one="Application Load Balancer",
    many="Application Load Balancers",
    namespace="AWS/ApplicationELB",
    identity="LoadBalancer",
    calls=CALLS,
    read=read,
    rules=(*TARGETS, *REQUESTS),
    configuration=CONFIGURATION,
    wanted=(
        Wanted("ConsumedLCUs"),
        Wanted("ProcessedBytes"),
        Wanted("TargetResponseTime", "Average", 300, Tier.HOUR),
    ),
    split=split,
    uses=uses_at(HOURS, UNITS),
    is_quiet=True,
    console=EC2_CONSOLE.format("LoadBalancers:"),
)
