"""NAT gateways: port errors, drops, peaks; who uses one from another AZ; the unused."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from connectivity.core.health.docs import ALARMS, CONSOLE, NAT, NAT_BASICS, OURS
from connectivity.core.health.evaluation import HealthRule, Missing, Saves, State, Way, Whose
from connectivity.core.health.resource import (
    Describe,
    Estate,
    Item,
    Resource,
    Said,
    name_of,
    seconds,
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
from connectivity.core.health.series import Tier
from costmodel.core.charges import PriceName
from costmodel.core.units import HOURS_PER_MONTH

KEY = "nat-gateway"
IPV4 = PriceName("AmazonVPC", "PublicIPv4:InUseAddress")
PACKETS = ("PacketsInFromSource", "PacketsInFromDestination")
MORE_PORTS = (
    "Find the destination with the most connections in the flow logs.",
    "Add Elastic IP addresses to the gateway (up to 8), or spread the clients over several "
    "gateways.",
    "Reuse connections; each address supports 55,000 to one destination.",
)

RULES = (
    HealthRule(
        id="NAT-PORTS-NOW", kind=KEY, metric="ErrorPortAllocation", statistic="Sum", period=60,
        way=Way.ABOVE, threshold=0, n=1, m=5, state=State.WARNING, missing=Missing.UNKNOWN,
        whose=Whose.OURS, source=f"{OURS}; {NAT}",
        means="No source port was free for a destination (port allocation error): new "
            "connections failed.",
        steps=MORE_PORTS,
        effect="New connections find a source port again.",
    ),
    HealthRule(
        id="NAT-PORTS", kind=KEY, metric="ErrorPortAllocation", statistic="Sum", period=60,
        way=Way.ABOVE, threshold=0, n=15, m=15, state=State.CRITICAL, missing=Missing.UNKNOWN,
        whose=Whose.AWS, source=ALARMS,
        means="For 15 minutes no source port has been free for a destination (port allocation "
            "errors).",
        steps=MORE_PORTS,
        effect="New connections find a source port again.",
    ),
    HealthRule(
        id="NAT-DROPS", kind=KEY, metric="PacketsDropCount", statistic="Sum", period=60,
        way=Way.ABOVE, threshold=0.01, n=5, m=5, state=State.WARNING, missing=Missing.UNKNOWN,
        whose=Whose.AWS, source=ALARMS, base=PACKETS,
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
        period=60, way=Way.ABOVE, threshold=10e9, n=3, m=15, state=State.WARNING,
        missing=Missing.QUIET, whose=Whose.OURS, source=f"{OURS}; {NAT}",
        means="Peaks are above 80 Gbps; a gateway scales to 100.",
        steps=("Spread the subnets over several gateways before it drops packets.",),
        effect="It has headroom again.",
    ),
    HealthRule(
        id="NAT-PEAK-PACKETS", kind=KEY, metric="PeakPacketsPerSecond", statistic="Maximum",
        period=60, way=Way.ABOVE, threshold=8e6, n=3, m=15, state=State.WARNING,
        missing=Missing.QUIET, whose=Whose.OURS, source=f"{OURS}; {NAT}",
        means="Peaks are above 8 million packets a second; a gateway scales to 10 million.",
        steps=("Spread the subnets over several gateways before it drops packets.",),
        effect="It has headroom again.",
    ),
    HealthRule(
        id="NAT-NO-ANSWER", kind=KEY, metric="ConnectionEstablishedCount", statistic="Sum",
        period=300, way=Way.BELOW, threshold=95, n=3, m=3, state=State.WARNING,
        missing=Missing.QUIET, whose=Whose.OURS, source=f"{OURS}; {NAT}",
        base=("ConnectionAttemptCount",), base_from=100,
        means="More than 5 % of connection attempts get no answer.",
        steps=("Find the destination that does not answer in the flow logs.",),
        effect="Clients no longer wait for answers that never come.",
    ),
    HealthRule(
        id="NAT-IDLE", kind=KEY, metric="BytesInFromSource", statistic="Sum", period=DAY,
        way=Way.BELOW, threshold=1, n=IDLE_DAYS, m=IDLE_DAYS, state=State.WARNING,
        missing=Missing.QUIET, whose=Whose.OURS, source=OURS,
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
    """Gateways that exist or come to be; `routes` are the subnets whose traffic goes to one."""
    subnets = {subnet["SubnetId"]: subnet for subnet in answers["DescribeSubnets"]}
    users = _users(answers["DescribeRouteTables"], subnets)
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
            "created": seconds(nat_gateway.get("CreateTime")),
        }
        yield Resource(KEY, id, name_of(nat_gateway, id), account, region, id, facts)


def _users(tables: Iterable[Item], subnets: Mapping[str, Item]) -> dict[str, list[dict[str, str]]]:
    """Subnets by the gateway to which their table sends traffic; the main table takes the rest."""
    users: dict[str, list[dict[str, str]]] = defaultdict(list)
    tables = list(tables)
    linked = {a.get("SubnetId"): t for t in tables for a in t.get("Associations", ())}
    main = {
        t["VpcId"]: t for t in tables for a in t.get("Associations", ()) if a.get("Main", False)
    }
    for id, subnet in sorted(subnets.items()):
        table = linked.get(id) or main.get(subnet["VpcId"]) or {}
        for gateway in {r.get("NatGatewayId") for r in table.get("Routes", ())} - {None}:
            users[gateway].append({"subnet": id, "az": subnet["AvailabilityZone"]})
    return users


def _from_another_az(resource: Resource, estate: Estate) -> str:
    if resource.facts["mode"] != "zonal" or not resource.facts["az"]:
        return ""
    far = [use for use in resource.facts["routes"] if use["az"] != resource.facts["az"]]
    if not far:
        return ""
    azs = ", ".join(sorted({use["az"] for use in far}))
    detail = f"{len(far)} subnet{'s' * (len(far) > 1)} in {azs} use it from another AZ"
    return f"{detail} than its own, {resource.facts['az']}"


def _unused(resource: Resource, estate: Estate) -> str:
    created = resource.facts["created"]
    is_young = created is not None and estate.now - created < IDLE_DAYS * DAY
    return "" if resource.facts["routes"] or is_young else "no route table sends traffic to it"


def uses(resource: Resource, usage: Usage) -> Iterator[Use]:
    """Hours of each AZ, GB through it both ways, public addresses.

    A regional gateway has hours in each AZ that it spans; a private one has no address.
    Source: VPC pricing page, aws.amazon.com/vpc/pricing, copy of 2026-09-20, read 2026-11-23.
    """
    is_regional = resource.facts["mode"] == "regional"
    azs = len({use["az"] for use in resource.facts["routes"]}) or 1 if is_regional else 1
    hours, data = REGIONAL if is_regional else ZONAL
    yield Use("Hours", hours, HOURS_PER_MONTH * azs)
    sent = [usage.get(name) for name in ("BytesInFromSource", "BytesInFromDestination")]
    known = [amount for amount in sent if amount is not None]
    yield Use(
        "Through it", data, sum(known) / GIB if len(known) == len(sent) else None, role=Role.TRAFFIC
    )
    if resource.facts["connectivity"] == "public":
        yield Use("Public IPv4", IPV4, HOURS_PER_MONTH * max(1, resource.facts["addresses"]))


def _prices(prefix: str) -> tuple[PriceName, PriceName]:
    names = (f"{prefix}NatGateway-Hours", f"{prefix}NatGateway-Bytes")
    hours, data = (PriceName("AmazonEC2", name, f"{prefix}NatGateway") for name in names)
    return hours, data


ZONAL, REGIONAL = _prices(""), _prices("Regional")

CONFIGURATION = (
    ConfigurationRule(
        id="NAT-OTHER-AZ", kind=KEY, state=State.WARNING, whose=Whose.OURS,
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
        id="NAT-NO-ROUTE", kind=KEY, state=State.WARNING, whose=Whose.OURS, source=OURS,
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
        Wanted("ActiveConnectionCount", "Maximum", 300, Tier.HOUR),
        Wanted("IdleTimeoutCount", "Sum", 300, Tier.HOUR),
    ),
    uses=uses,
    part_of="public-internet",
    console=CONSOLE.format("NatGatewayDetails:natGatewayId={id}"),
)
