"""What metrics of a Network Load Balancer say: targets, AZs, resets, ports, what is blocked."""

from connectivity.core.health import balancer_rules
from connectivity.core.health.balancer_rules import of_kind
from connectivity.core.health.baseline import UNIT, WEEKS, against_its_weeks
from connectivity.core.health.docs import GROUP_HEALTH, GUIDE, NLB, NLB_TROUBLE, OURS, ZONAL
from connectivity.core.health.evaluation import HealthRule, Missing, Severity, Spread, Way, Whose
from connectivity.core.health.load_balancing import AZ, GROUP

KEY = "nlb"
RESETS_FROM = 10  # a minute; fewer are no trouble, however few connections are new
FLOWS_FROM = 100  # in the AZ with the most; fewer differ by chance
BLOCKED_FROM = 100  # a minute; a scan of an internet-facing address is less

TARGETS = (
    of_kind(
        KEY, balancer_rules.NO_TARGET,
        source=f"{OURS}; Maximum is AWS's advice: {NLB}; {GROUP_HEALTH}",
        effect="The target group serves traffic again.",
    ),
    of_kind(
        KEY, balancer_rules.UNHEALTHY,
        steps=(
            *balancer_rules.UNHEALTHY.steps,
            "A target that turns unhealthy has its connections reset, which clients notice.",
        ),
    ),
    of_kind(
        KEY, balancer_rules.AZ_NO_TARGET, source=f"{OURS}; {ZONAL}",
        means="No target of the group is healthy in this AZ. Cross-zone load balancing is off for "
            "the group, so connections to the load balancer's address in this AZ fail.",
        effect="The AZ serves traffic again.",
    ),
    HealthRule(
        id="NLB-AZ-UNHEALTHY", kind=KEY, symptom_of="NLB-NO-TARGET",
        metric="UnHealthyHostCount", statistic="Maximum",
        period=60, way=Way.ABOVE, threshold=0, n=2, m=2, severity=Severity.WARNING,
        missing=Missing.UNKNOWN, whose=Whose.AWS, source=GUIDE, by=(AZ, GROUP),
        means="A target of the group is unhealthy in this AZ. Cross-zone load balancing is off, so "
            "the AZ's other targets carry its load.",
        steps=("Check the health status reasons of the AZ's targets.",),
        effect="The AZ's load is spread over all its targets again.",
    ),
    HealthRule(
        id="NLB-AZ-OUT", kind=KEY, symptom_of="NLB-NO-TARGET",
        metric="ZonalHealthStatus", statistic="Minimum", period=60,
        way=Way.BELOW, threshold=1, n=3, m=3, severity=Severity.WARNING, missing=Missing.UNKNOWN,
        whose=Whose.AWS, by=(AZ,), source=f"{ZONAL}; {NLB}",
        means="The load balancer's address in this AZ has left DNS: new connections go to the "
            "other AZs.",
        steps=(
            "Look whether a zonal shift is under way, which does this on purpose.",
            "Check the healthy targets of the AZ against the minimum of each target group.",
        ),
        effect="The AZ takes new connections again.",
    ),
    of_kind(
        KEY, balancer_rules.FAIL_OPEN, metric="UnhealthyRoutingFlowCount", whose=Whose.AWS,
        source=f"an AWS monitoring page; {NLB}",
        means="Too few targets are healthy, so connections are routed to unhealthy ones as well "
            "(fail open).",
        effect="Connections reach healthy targets alone.",
    ),
)  # fmt: skip


def _resets(id: str, metric: str, by: str, steps: tuple[str, ...]) -> HealthRule:
    return HealthRule(
        id=id, kind=KEY, metric=metric, statistic="Sum", period=60, way=Way.ABOVE, threshold=50,
        n=15, m=15, severity=Severity.ADVICE, missing=Missing.QUIET, whose=Whose.OURS,
        source=f"{OURS}; {NLB}", base=("NewFlowCount",), part_from=RESETS_FROM,
        means=f"{by} reset connections, more than half as many as are new; the load balancer only "
            "forwards these resets.",
        steps=steps, effect="Connections are closed, not reset.",
    )  # fmt: skip


CONNECTIONS = (
    HealthRule(
        id="NLB-PORTS", kind=KEY, metric="PortAllocationErrorCount", statistic="Sum", period=60,
        way=Way.ABOVE, threshold=0, n=1, m=1, severity=Severity.CRITICAL, missing=Missing.QUIET,
        whose=Whose.AWS, source=f"an AWS monitoring page; {NLB}",
        means="No source port was free for a target: new connections failed.",
        steps=(
            "Add targets; without client IP preservation each supports about 55,000 connections.",
            "Secondary IP addresses of the load balancer help; they cannot be removed again.",
        ),
        effect="New connections find a source port again.",
    ),
    HealthRule(
        id="NLB-REJECTED", kind=KEY, metric="RejectedFlowCount", statistic="Sum", period=60,
        way=Way.ABOVE, threshold=0, n=1, m=1, severity=Severity.WARNING, missing=Missing.QUIET,
        whose=Whose.AWS, source=f"an AWS monitoring page; {NLB}",
        means="The load balancer refused connections.",
        steps=("Check for target groups without healthy targets, and the NLB's capacity.",),
        effect="Connections are accepted again.",
    ),
    HealthRule(
        id="NLB-RESETS", kind=KEY, metric="TCP_ELB_Reset_Count", statistic="Sum", period=60,
        way=Way.ABOVE, threshold=5, n=5, m=5, severity=Severity.WARNING, missing=Missing.QUIET,
        whose=Whose.OURS, source=f"{OURS}; {NLB}; {NLB_TROUBLE}", base=("NewFlowCount",),
        part_from=RESETS_FROM,
        means="The load balancer itself resets connections, more than 5 % as many as are new: it "
            "does so after the idle timeout, and when a target turns unhealthy.",
        steps=(
            "Compare with UnHealthyHostCount: when a target turns unhealthy its connections are "
            "reset.",
            "Where it stays 0, send keep-alives more often than the listener's idle timeout.",
        ),
        effect="Connections live as long as the clients expect.",
    ),
    HealthRule(
        id="NLB-RESETS-GROWN", kind=KEY, metric="TCP_ELB_Reset_Count", statistic="Sum", period=60,
        way=Way.ABOVE, threshold=3, unit=UNIT, n=10, m=15, severity=Severity.WARNING,
        missing=Missing.QUIET, whose=Whose.OURS,
        source=f"{OURS}; AWS says anomaly detection, sustained: {GUIDE}",
        weeks=WEEKS, derive=against_its_weeks(floor=60),
        means="The load balancer itself resets more connections than usual at this hour.",
        steps=(
            "Look for a deployment or for unhealthy targets since then (UnHealthyHostCount).",
            "Compare the keep-alive interval of new clients with the listener's idle timeout.",
        ),
        effect="As many connections are reset as before.",
    ),
    _resets(
        "NLB-TARGET-RESETS", "TCP_Target_Reset_Count", "Targets",
        ("Check the targets' logs for crashes, restarts and full accept queues.",
         "Compare with UnHealthyHostCount: a target that is overloaded resets and fails checks."),
    ),
    _resets(
        "NLB-CLIENT-RESETS", "TCP_Client_Reset_Count", "Clients",
        ("Compare the clients' timeouts with the targets' response times.",
         "Some clients close every connection with a reset; then turn this rule off."),
    ),
)  # fmt: skip

UNEVEN = HealthRule(
    id="NLB-UNEVEN", kind=KEY, metric="ActiveFlowCount", statistic="Average", period=300,
    way=Way.ABOVE, threshold=2, n=12, m=12, severity=Severity.WARNING, missing=Missing.QUIET,
    whose=Whose.OURS, source=f"{OURS}; {NLB}", by=(AZ,), part_from=FLOWS_FROM,
    spread=Spread(new="NewFlowCount", below=1),
    means="One AZ carries more than twice the connections of another, and hardly any is new: a "
        "connection stays with its target, so the load does not even out by itself.",
    steps=(
        "Let clients or targets close connections after a maximum age (for HTTP/2 by GOAWAY).",
        "Compare the targets of the AZs by their own metrics: CloudWatch has none of the flows of "
        "a single target.",
    ),
    effect="The load spreads over the AZs again.",
)  # fmt: skip

_BLOCKED = (
    (
        "IN", "Inbound", Severity.ADVICE, BLOCKED_FROM,
        "Inbound rules of the load balancer's security groups block many new flows, which appear "
        "in no other metric.",
        ("Look for clients of yours in the VPC flow logs, and add the missing inbound rule.",
         "An internet-facing load balancer is scanned; then turn this rule off."),
        "The clients that should connect do.",
    ),
    (
        "OUT", "Outbound", Severity.WARNING, 0,
        "Outbound rules of the load balancer's security groups block flows to targets.",
        ("Allow the targets' ports, and their health check ports, in the outbound rules.",),
        "Flows reach their targets.",
    ),
)  # fmt: skip

BLOCKED = tuple(
    HealthRule(
        id=f"NLB-BLOCKED-{short}-{protocol}", kind=KEY,
        metric=f"SecurityGroupBlockedFlowCount_{way}_{protocol}", statistic="Sum", period=60,
        way=Way.ABOVE, threshold=threshold, n=5, m=5, severity=severity, missing=Missing.ZERO,
        whose=Whose.OURS, source=f"{OURS}; {NLB}", means=means, steps=steps, effect=effect,
    )
    for short, way, severity, threshold, means, steps, effect in _BLOCKED
    for protocol in ("TCP", "UDP", "ICMP")
)  # fmt: skip

IDLE = of_kind(KEY, balancer_rules.IDLE, source=f"{OURS}; {NLB}")

RULES = (*TARGETS, *CONNECTIONS, UNEVEN, *BLOCKED, IDLE)
