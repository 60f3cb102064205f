"""Endpoint services of PrivateLink, the provider's side: resets that it sends."""

from collections.abc import Iterator

from connectivity.core.health.baseline import UNIT, WEEKS, against_its_weeks
from connectivity.core.health.docs import ALARMS, CONSOLE, OURS
from connectivity.core.health.evaluation import HealthRule, Missing, Severity, Way, Whose
from connectivity.core.health.resource import Describe, Resource, Said, name_of, tags_of
from connectivity.core.health.resource_type import Kind, Wanted

KEY = "vpc-endpoint-service"

RULES = (
    HealthRule(
        id="VPCS-RESETS", kind=KEY, metric="RstPacketsSent", statistic="Sum", period=60,
        way=Way.ABOVE, threshold=600, n=5, m=5, severity=Severity.WARNING, missing=Missing.QUIET,
        whose=Whose.OURS, source=f"{OURS}; AWS says 'by use': {ALARMS}",
        means="The service resets more than ten consumer connections a second.",
        steps=(
            "Look for unhealthy targets behind its load balancer.",
            "Compare idle timeouts of both sides.",
        ),
        effect="Consumers' connections live as long as they expect.",
    ),
    HealthRule(
        id="VPCS-RESETS-GROWN", kind=KEY, symptom_of="VPCS-RESETS",
        metric="RstPacketsSent", statistic="Sum", period=60,
        way=Way.ABOVE, threshold=3, unit=UNIT, n=10, m=15, severity=Severity.WARNING,
        missing=Missing.QUIET, whose=Whose.OURS, source=f"{OURS}; AWS says 'by use': {ALARMS}",
        weeks=WEEKS, derive=against_its_weeks(floor=60),
        means="The service resets more of its consumers' connections than usual at this hour.",
        steps=(
            "Look for a deployment or for unhealthy targets since then.",
            "Compare the idle timeouts of both sides.",
        ),
        effect="As many connections are reset as before.",
    ),
)  # fmt: skip


def read(answers: Said, account: str, region: str) -> Iterator[Resource]:
    """Services that are there, each with its load balancers."""
    for endpoint_service in answers["DescribeVpcEndpointServiceConfigurations"]:
        if endpoint_service.get("ServiceState", "Available") in (
            "Deleting",
            "Deleted",
        ):
            continue
        id = endpoint_service["ServiceId"]
        facts = {
            "service": endpoint_service.get("ServiceName", ""),
            "load_balancers": list(endpoint_service.get("NetworkLoadBalancerArns", ())),
        }
        name, tags = name_of(endpoint_service, id), tags_of(endpoint_service)
        yield Resource(KEY, id, name, account, region, id, facts, tags=tags)


KIND = Kind(
    key=KEY,
    one="endpoint service",
    many="PrivateLink services",
    namespace="AWS/PrivateLinkServices",
    identity="Service Id",
    calls=(Describe("ec2", "DescribeVpcEndpointServiceConfigurations", "ServiceConfigurations"),),
    read=read,
    rules=RULES,
    wanted=(Wanted("BytesProcessed"), Wanted("EndpointsCount", "Maximum")),
    unpriced="billed at its NLB",
    is_quiet=True,
    console=CONSOLE.format("EndpointServiceDetails:ServiceId={id}"),
)
