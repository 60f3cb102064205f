"""Rules for Network Load Balancers."""

from connectivity.core.health.judging import HealthRule, Missing, State, Way, Whose
from connectivity.core.health.sources import GUIDE, NLB, OURS

KIND = "nlb"

RULES = (
    HealthRule(
        id="NLB-NO-TARGET", kind=KIND, metric="HealthyHostCount", statistic="Maximum", period=60,
        way=Way.BELOW, threshold=1, n=3, m=3, state=State.CRITICAL, missing=Missing.UNKNOWN,
        whose=Whose.OURS, source=f"{OURS}; Maximum is AWS's advice: {NLB}",
        means="No target of the group is healthy on any node of the load balancer.",
        steps=("Look at the reasons in the target group's health.", "Start or register targets."),
    ),
    HealthRule(
        id="NLB-UNHEALTHY", kind=KIND, metric="UnHealthyHostCount", statistic="Minimum",
        period=60, way=Way.ABOVE, threshold=0, n=2, m=2, state=State.WARNING,
        missing=Missing.UNKNOWN, whose=Whose.AWS, source=GUIDE,
        means="Every node of the load balancer finds at least one target unhealthy.",
        steps=(
            "Look at the reasons in the target group's health.",
            "A target that turns unhealthy has its connections reset, which clients notice.",
        ),
    ),
    HealthRule(
        id="NLB-PORTS", kind=KIND, metric="PortAllocationErrorCount", statistic="Sum", period=60,
        way=Way.ABOVE, threshold=0, n=1, m=1, state=State.CRITICAL, missing=Missing.QUIET,
        whose=Whose.AWS, source=f"an AWS monitoring page; {NLB}",
        means="No source port was free towards a target: new connections failed.",
        steps=(
            "Add targets; each carries some 55,000 connections without client IP preservation.",
            "Secondary addresses of the load balancer help; they cannot be taken away again.",
        ),
    ),
    HealthRule(
        id="NLB-REJECTED", kind=KIND, metric="RejectedFlowCount", statistic="Sum", period=60,
        way=Way.ABOVE, threshold=0, n=1, m=1, state=State.WARNING, missing=Missing.QUIET,
        whose=Whose.AWS, source=f"an AWS monitoring page; {NLB}",
        means="The load balancer refused connections.",
        steps=("Look for targets that are all unhealthy, and for a full load balancer.",),
    ),
    HealthRule(
        id="NLB-RESETS", kind=KIND, metric="TCP_ELB_Reset_Count", statistic="Sum", period=60,
        way=Way.ABOVE, threshold=5, n=5, m=5, state=State.WARNING, missing=Missing.QUIET,
        whose=Whose.OURS, source=f"{OURS}; {NLB}", base=("NewFlowCount",),
        means="The load balancer resets more connections than 5 % of those that begin.",
        steps=(
            "Compare with UnHealthyHostCount: an unhealthy target has its connections reset.",
            "Send keep-alives more often than the listener's idle timeout.",
        ),
    ),
)  # fmt: skip
