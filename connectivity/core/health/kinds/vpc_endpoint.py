"""Interface endpoints of PrivateLink: drops, resets, and those that nobody uses."""

from collections.abc import Iterator

from connectivity.core.health.baseline import UNIT, WEEKS, against_its_weeks
from connectivity.core.health.docs import ALARMS, CONSOLE, OURS
from connectivity.core.health.evaluation import HealthRule, Missing, Saves, Severity, Way, Whose
from connectivity.core.health.resource import (
    Describe,
    Estate,
    Resource,
    Said,
    name_of,
    seconds,
    tags_of,
)
from connectivity.core.health.resource_type import (
    DAY,
    GIB,
    IDLE_DAYS,
    ConfigurationRule,
    Kind,
    Role,
    Usage,
    Use,
    Wanted,
)
from costmodel.core.charges import PriceName
from costmodel.core.units import HOURS_PER_MONTH

KEY = "vpc-endpoint"
LISTED_DAYS = 14  # for which CloudWatch lists a metric without data
HOURS = PriceName("AmazonVPC", "VpcEndpoint-Hours", "VpcEndpoint")
DATA = PriceName("AmazonVPC", "VpcEndpoint-Bytes", "VpcEndpoint")

RULES = (
    HealthRule(
        id="VPCE-DROPS", kind=KEY, metric="PacketsDropped", statistic="Sum", period=60,
        way=Way.ABOVE, threshold=100, n=5, m=5, severity=Severity.WARNING, missing=Missing.QUIET,
        whose=Whose.OURS, source=f"{OURS}; AWS says 'low, by use': {ALARMS}",
        means="The endpoint drops packets; those above 8500 bytes always are.",
        steps=("Keep packets within 8500 bytes.", "Compare with the endpoint's throughput."),
        effect="Packets are no longer dropped.",
    ),
    HealthRule(
        id="VPCE-RESETS", kind=KEY, metric="RstPacketsReceived", statistic="Sum", period=60,
        way=Way.ABOVE, threshold=600, n=5, m=5, severity=Severity.WARNING, missing=Missing.QUIET,
        whose=Whose.OURS, source=f"{OURS}; an AWS page has 10 a second for GWLB endpoints",
        means="The service resets connections, more than ten a second.",
        steps=("Ask the provider about unhealthy targets.", "Compare the idle timeouts of both "
            "sides."),
        effect="Connections live as long as the clients expect.",
    ),
    HealthRule(
        id="VPCE-RESETS-GROWN", kind=KEY, symptom_of="VPCE-RESETS",
        metric="RstPacketsReceived", statistic="Sum", period=60,
        way=Way.ABOVE, threshold=3, unit=UNIT, n=10, m=15, severity=Severity.WARNING,
        missing=Missing.QUIET, whose=Whose.OURS, source=f"{OURS}; AWS says 'by use': {ALARMS}",
        weeks=WEEKS, derive=against_its_weeks(floor=60),
        means="The service resets more connections than usual at this hour.",
        steps=(
            "Look for a deployment or for unhealthy targets since then.",
            "Compare the idle timeouts of both sides.",
        ),
        effect="As many connections are reset as before.",
    ),
    HealthRule(
        id="VPCE-IDLE", kind=KEY, metric="BytesProcessed", statistic="Sum", period=DAY,
        way=Way.BELOW, threshold=1, n=IDLE_DAYS, m=IDLE_DAYS, severity=Severity.ADVICE,
        missing=Missing.ZERO, whose=Whose.OURS, source=OURS,
        means="It has processed no traffic for seven days; its hours are still billed.",
        steps=("Delete it if it is no longer needed.",),
        effect=Saves.WHOLE_COST,
    ),
)  # fmt: skip


def read(answers: Said, account: str, region: str) -> Iterator[Resource]:
    """Interface endpoints that are there; gateway endpoints are a kind of their own."""
    for vpc_endpoint in answers["DescribeVpcEndpoints"]:
        is_there = vpc_endpoint.get("State", "available").lower() in ("available", "pending")
        if vpc_endpoint.get("VpcEndpointType", "Interface") != "Interface" or not is_there:
            continue
        id = vpc_endpoint["VpcEndpointId"]
        facts = {
            "vpc": vpc_endpoint.get("VpcId", ""),
            "service": vpc_endpoint.get("ServiceName", ""),
            "subnets": len(vpc_endpoint.get("SubnetIds", ())),
            "created": seconds(vpc_endpoint.get("CreationTimestamp")),
        }
        name, tags = name_of(vpc_endpoint, id), tags_of(vpc_endpoint)
        yield Resource(KEY, id, name, account, region, id, facts, tags=tags)


def _unused(resource: Resource, estate: Estate) -> str:
    created = resource.facts["created"]
    is_young = created is None or estate.now - created < LISTED_DAYS * DAY
    if resource.is_listed is not False or is_young:
        return ""
    return "CloudWatch has listed no metric for it for two weeks, so it carried no traffic"


def uses(resource: Resource, usage: Usage) -> Iterator[Use]:
    """Hours of an interface in each subnet, and GB of both directions.

    Source: PrivateLink pricing page, aws.amazon.com/privatelink/pricing, read 2026-11-23.
    """
    sent = usage.get("BytesProcessed")
    yield Use("Endpoint hours, per AZ", HOURS, HOURS_PER_MONTH * max(1, resource.facts["subnets"]))
    yield Use("Data processed", DATA, None if sent is None else sent / GIB, role=Role.TRAFFIC)


CONFIGURATION = (
    ConfigurationRule(
        id="VPCE-UNUSED", kind=KEY, symptom_of="VPCE-IDLE",
        severity=Severity.ADVICE, whose=Whose.OURS, source=OURS,
        means="It is billed by the hour in each AZ, and carries no traffic.",
        steps=("Delete it, or find out why clients do not use it (private DNS, routes).",),
        effect=Saves.WHOLE_COST,
        check=_unused,
    ),
)  # fmt: skip

KIND = Kind(
    key=KEY,
    one="interface endpoint",
    many="PrivateLink endpoints",
    namespace="AWS/PrivateLinkEndpoints",
    identity="VPC Endpoint Id",
    calls=(Describe("ec2", "DescribeVpcEndpoints", "VpcEndpoints"),),
    read=read,
    rules=RULES,
    configuration=CONFIGURATION,
    wanted=(Wanted("BytesProcessed"), Wanted("NewConnections")),
    uses=uses,
    part_of="privatelink",
    is_replaceable=lambda endpoint: ".vpce." in endpoint.facts["service"],  # a VPC provides it
    is_quiet=True,
    console=CONSOLE.format("EndpointDetails:vpcEndpointId={id}"),
)
