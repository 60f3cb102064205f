"""NAT gateways: ports, drops, peaks; who uses one from another AZ; the unused; what goes to S3."""

from collections.abc import Iterator

from connectivity.core.health.baseline import UNIT, WEEKS, against_its_weeks
from connectivity.core.health.derivations import share_of
from connectivity.core.health.docs import (
    ALARMS,
    CONSOLE,
    GATEWAY_ENDPOINTS,
    NAT,
    NAT_BASICS,
    NAT_TROUBLE,
    OURS,
)
from connectivity.core.health.evaluation import HealthRule, Missing, Saves, Severity, Way, Whose
from connectivity.core.health.nat import (
    OF_PORTS,
    choices,
    ports_of,
    tables_of,
    users_of,
    uses,
    without_endpoint,
)
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
    IDLE_DAYS,
    ConfigurationRule,
    Kind,
    Wanted,
)
from connectivity.core.health.series import Tier

KEY = "nat-gateway"
PACKETS = ("PacketsInFromSource", "PacketsInFromDestination")
FEW = 10  # packets a minute; fewer are no trouble, however few others there are
MORE_PORTS = (
    "Find the destination with the most connections in the flow logs.",
    "Add Elastic IP addresses to the gateway (up to 8), or spread the clients over several "
    "gateways.",
    "Reuse connections; each address supports 55,000 to one destination.",
)
SPREAD = (
    "CloudWatch counts the connections to all destinations together. Look up in the flow logs how "
    "many go to the destination with the most; only that one can run out of ports."
)


RULES = (
    HealthRule(
        id="NAT-PORTS-NOW", kind=KEY, symptom_of="NAT-PORTS",
        metric="ErrorPortAllocation", statistic="Sum", period=60,
        way=Way.ABOVE, threshold=0, n=1, m=5, severity=Severity.WARNING, missing=Missing.UNKNOWN,
        whose=Whose.OURS, source=f"{OURS}; {NAT}",
        means="No source port was free for a destination (port allocation error): new "
            "connections failed.",
        steps=MORE_PORTS,
        effect="New connections find a source port again.",
    ),
    HealthRule(
        id="NAT-PORTS", kind=KEY, metric="ErrorPortAllocation", statistic="Sum", period=60,
        way=Way.ABOVE, threshold=0, n=15, m=15, severity=Severity.CRITICAL, missing=Missing.UNKNOWN,
        whose=Whose.AWS, source=ALARMS,
        means="For 15 minutes no source port has been free for a destination (port allocation "
            "errors).",
        steps=MORE_PORTS,
        effect="New connections find a source port again.",
    ),
    HealthRule(
        id="NAT-CONNECTIONS", kind=KEY, symptom_of="NAT-PORTS",
        metric="ActiveConnectionCount", statistic="Maximum",
        period=60, way=Way.ABOVE, threshold=80, unit=" % of what its addresses carry to one "
        "destination", n=5, m=10, severity=Severity.WARNING, missing=Missing.QUIET,
        whose=Whose.OURS, source=f"{OURS}; {NAT_BASICS}", derive=share_of(ports_of, OF_PORTS),
        means="If all its connections go to one destination, more than 80 % of the ports are "
            "taken.",
        steps=(SPREAD, *MORE_PORTS),
        effect="Also the busiest destination has ports left.",
    ),
    HealthRule(
        id="NAT-CONNECTIONS-FULL", kind=KEY, symptom_of="NAT-PORTS",
        metric="ActiveConnectionCount", statistic="Maximum",
        period=60, way=Way.ABOVE, threshold=99, unit=" % of what its addresses carry to one "
        "destination", n=5, m=10, severity=Severity.CRITICAL, missing=Missing.QUIET,
        whose=Whose.OURS, source=f"{OURS}; {NAT_BASICS}",
        derive=share_of(ports_of, OF_PORTS, most=100),
        means="If all its connections go to one destination, no port is left. Above 100 % they "
            "go to several, and this rule is silent.",
        steps=(SPREAD, *MORE_PORTS),
        effect="Also the busiest destination has ports left.",
    ),
    HealthRule(
        id="NAT-DROPS", kind=KEY, metric="PacketsDropCount", statistic="Sum", period=60,
        way=Way.ABOVE, threshold=0.01, n=5, m=5, severity=Severity.WARNING, missing=Missing.UNKNOWN,
        whose=Whose.AWS, source=f"{ALARMS}; of the floor, {OURS}", base=PACKETS,
        part_from=FEW,
        means="The gateway drops more than 0.01 % of the packets that it receives.",
        steps=(
            "Check the AWS Health events for the gateway.",
            "Compare the peaks with 100 Gbps and 10 million packets a second; spread the traffic "
            "over more gateways.",
        ),
        effect="Packets are no longer dropped.",
    ),
    HealthRule(
        id="NAT-PEAK-BYTES", kind=KEY, metric="PeakBytesPerSecond", statistic="Maximum",
        period=60, way=Way.ABOVE, threshold=10e9, n=3, m=15, severity=Severity.WARNING,
        missing=Missing.QUIET, whose=Whose.OURS, source=f"{OURS}; {NAT}",
        means="Peaks are above 80 Gbps; a gateway scales to 100.",
        steps=("Spread the subnets over several gateways before it drops packets.",),
        effect="It has headroom again.",
    ),
    HealthRule(
        id="NAT-PEAK-PACKETS", kind=KEY, metric="PeakPacketsPerSecond", statistic="Maximum",
        period=60, way=Way.ABOVE, threshold=8e6, n=3, m=15, severity=Severity.WARNING,
        missing=Missing.QUIET, whose=Whose.OURS, source=f"{OURS}; {NAT}",
        means="Peaks are above 8 million packets a second; a gateway scales to 10 million.",
        steps=("Spread the subnets over several gateways before it drops packets.",),
        effect="It has headroom again.",
    ),
    HealthRule(
        id="NAT-NO-ANSWER", kind=KEY, metric="ConnectionEstablishedCount", statistic="Sum",
        period=300, way=Way.BELOW, threshold=95, n=3, m=3, severity=Severity.WARNING,
        missing=Missing.QUIET, whose=Whose.OURS, source=f"{OURS}; {NAT}",
        base=("ConnectionAttemptCount",), base_from=100,
        means="More than 5 % of connection attempts get no answer.",
        steps=("Find the destination that does not answer in the flow logs.",),
        effect="Clients no longer wait for answers that never come.",
    ),
    HealthRule(
        id="NAT-IDLE-TIMEOUTS", kind=KEY, metric="IdleTimeoutCount", statistic="Sum", period=300,
        way=Way.ABOVE, threshold=3, unit=UNIT, n=3, m=6, severity=Severity.WARNING,
        missing=Missing.QUIET, whose=Whose.OURS, source=f"{OURS}; {NAT}; {NAT_TROUBLE}",
        weeks=WEEKS, derive=against_its_weeks(floor=100),
        means="More connections than usual are idle for 350 seconds; the gateway forgets them, and "
            "answers what clients then send with a reset.",
        steps=(
            "Send TCP keep-alives more often than every 350 seconds, which the gateway's idle "
            "timeout is; it cannot be changed.",
            "Close connections in the pool of the client before they are idle that long.",
        ),
        effect="Clients no longer send on connections that the gateway has forgotten.",
    ),
    HealthRule(
        id="NAT-IDLE", kind=KEY, metric="BytesInFromSource", statistic="Sum", period=DAY,
        way=Way.BELOW, threshold=1, n=IDLE_DAYS, m=IDLE_DAYS, severity=Severity.ADVICE,
        missing=Missing.UNKNOWN, whose=Whose.OURS, source=OURS,
        means="It has processed no traffic for seven days; its hours are still billed.",
        steps=("Delete it and release its Elastic IP addresses if it is no longer needed.",),
        effect=Saves.WHOLE_COST,
    ),
)  # fmt: skip

CALLS = (
    Describe("ec2", "DescribeNatGateways", "NatGateways"),
    Describe("ec2", "DescribeSubnets", "Subnets"),
    Describe("ec2", "DescribeRouteTables", "RouteTables"),
)


def read(answers: Said, account: str, region: str) -> Iterator[Resource]:
    """Gateways that exist or come to be; `routes` are the subnets whose traffic goes to one.

    Which route tables have gateway endpoints is told by a call of other kinds; None: it was not.
    """
    subnets = {subnet["SubnetId"]: subnet for subnet in answers["DescribeSubnets"]}
    users = users_of(answers["DescribeRouteTables"], subnets)
    endpoints = answers.get("DescribeVpcEndpoints")
    tables = None if endpoints is None else tables_of(endpoints, region)
    for nat_gateway in answers["DescribeNatGateways"]:
        if nat_gateway.get("State", "available") not in ("pending", "available"):
            continue
        subnet = subnets.get(nat_gateway.get("SubnetId", ""), {})
        id = nat_gateway["NatGatewayId"]
        facts = {
            "vpc": nat_gateway.get("VpcId", ""),
            "az": subnet.get("AvailabilityZone", ""),
            "mode": nat_gateway.get("AvailabilityMode", "zonal"),
            "connectivity": nat_gateway.get("ConnectivityType", "public"),
            "addresses": len(nat_gateway.get("NatGatewayAddresses", ())),
            "routes": users.get(id, []),
            "endpoint_tables": tables,
            "created": seconds(nat_gateway.get("CreateTime")),
        }
        name, tags = name_of(nat_gateway, id), tags_of(nat_gateway)
        yield Resource(KEY, id, name, account, region, id, facts, tags=tags)


def _from_another_az(resource: Resource, estate: Estate) -> str:
    if resource.facts["mode"] != "zonal" or not resource.facts["az"]:
        return ""
    far = [use for use in resource.facts["routes"] if use["az"] != resource.facts["az"]]
    if not far:
        return ""
    azs = ", ".join(sorted({use["az"] for use in far}))
    subnets = f"{len(far)} subnet{'s' * (len(far) > 1)}"
    detail = f"{subnets} in {azs} {'use' if len(far) > 1 else 'uses'} it from another AZ"
    return f"{detail} than its own, {resource.facts['az']}"


def _unused(resource: Resource, estate: Estate) -> str:
    created = resource.facts["created"]
    is_young = created is not None and estate.now - created < IDLE_DAYS * DAY
    return "" if resource.facts["routes"] or is_young else "no route table sends traffic to it"


CONFIGURATION = (
    ConfigurationRule(
        id="NAT-OTHER-AZ", kind=KEY, severity=Severity.ADVICE, whose=Whose.OURS,
        source=f"{OURS}; {NAT_BASICS}",
        means="Clients in other AZs pay for cross-AZ traffic, and lose outbound access when the "
            "gateway's AZ fails.",
        steps=(
            "Create a gateway in each AZ, and route each AZ's subnets to their own.",
            "Or use a regional NAT gateway, which expands over the AZs by itself.",
        ),
        effect="No cross-AZ charge, and the failure of an AZ affects that AZ alone.",
        check=_from_another_az,
    ),
    ConfigurationRule(
        id="NAT-NO-ENDPOINT", kind=KEY, severity=Severity.ADVICE, whose=Whose.AWS,
        source=GATEWAY_ENDPOINTS,
        means="Traffic to S3 or DynamoDB in the Region goes through the gateway, which is billed "
            "per GB; a gateway endpoint carries it free of charge.",
        steps=(
            "Create gateway endpoints for S3 and DynamoDB in the VPC, and associate them with the "
            "route tables of the private subnets.",
            "Check bucket policies that name the gateway's addresses: requests then come from "
            "private addresses, through the endpoint.",
        ),
        effect="What goes to S3 and DynamoDB no longer pays the gateway's price per GB.",
        check=without_endpoint,
    ),
    ConfigurationRule(
        id="NAT-NO-ROUTE", kind=KEY, symptom_of="NAT-IDLE",
        severity=Severity.ADVICE, whose=Whose.OURS, source=OURS,
        means="It is billed by the hour, and no route leads to it.",
        steps=("Delete it and release its Elastic IP addresses, or add the missing route.",),
        effect=Saves.WHOLE_COST,
        check=_unused,
    ),
)  # fmt: skip

KIND = Kind(
    key=KEY,
    one="NAT gateway",
    many="NAT gateways",
    namespace="AWS/NATGateway",
    identity="NatGatewayId",
    calls=CALLS,
    read=read,
    rules=RULES,
    configuration=CONFIGURATION,
    wanted=(
        Wanted("BytesInFromSource"),
        Wanted("BytesInFromDestination"),
        Wanted("IdleTimeoutCount", "Sum", 300, Tier.HOUR),
    ),
    uses=uses,
    choices=choices,
    console=CONSOLE.format("NatGatewayDetails:natGatewayId={id}"),
)
