"""NAT gateways: who uses one, what its ports carry, what it costs, and what would cost less."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from connectivity.core.aws_figures import PORTS_OF_ADDRESS
from connectivity.core.health.derivations import Facts
from connectivity.core.health.resource import Estate, Item, Resource
from connectivity.core.health.resource_type import GIB, Choice, Role, Usage, Use
from costmodel.core.charges import PriceName
from costmodel.core.units import HOURS_PER_MONTH

FREE = {"s3": "S3", "dynamodb": "DynamoDB"}  # what gateway endpoints lead to
OF_PORTS = "connections to one destination"
INTER_AZ = PriceName("AWSDataTransfer", "DataTransfer-Regional-Bytes")
IPV4 = PriceName("AmazonVPC", "PublicIPv4:InUseAddress")
THROUGH = ("BytesInFromSource", "BytesInFromDestination")


def users_of(
    tables: Iterable[Item], subnets: Mapping[str, Item]
) -> dict[str, list[dict[str, str]]]:
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
            users[gateway].append(
                {
                    "subnet": id,
                    "az": subnet["AvailabilityZone"],
                    "table": table.get("RouteTableId", ""),
                }
            )
    return users


def tables_of(endpoints: Iterable[Item], region: str) -> dict[str, list[str]]:
    """Route tables that lead to a gateway endpoint, by its service."""
    tables: dict[str, set[str]] = {service: set() for service in FREE}
    for endpoint in endpoints:
        service = endpoint.get("ServiceName", "").removeprefix(f"com.amazonaws.{region}.")
        if endpoint.get("VpcEndpointType") == "Gateway" and service in tables:
            tables[service] |= set(endpoint.get("RouteTableIds", ()))
    return {service: sorted(named) for service, named in tables.items()}


def without_endpoint(resource: Resource, estate: Estate) -> str:
    """The services for which a route table with this gateway has no gateway endpoint."""
    tables = resource.facts.get("endpoint_tables")
    if tables is None or resource.facts["connectivity"] != "public":
        return ""
    used = {use.get("table", "") for use in resource.facts["routes"]} - {""}
    lacking = {service: used - set(tables[service]) for service in FREE}
    names = " and ".join(FREE[service] for service, without in lacking.items() if without)
    if not names:
        return ""
    without = sorted(set().union(*lacking.values()))
    more = f" and {len(without) - 3} more" if len(without) > 3 else ""
    where = ", ".join(without[:3]) + more
    return (
        f"{where} of {resource.facts['vpc']}: traffic to {names} goes through it, if there is any; "
        "how much, CloudWatch does not say"
    )


def ports_of(facts: Facts) -> float | None:
    """To one destination, over all addresses; a regional gateway adds addresses by itself.

    Source: VPC guide, NAT gateway basics, docs.aws.amazon.com/vpc/latest/userguide/
    nat-gateway-basics.html, read 2026-11-23.
    """
    return None if facts["mode"] == "regional" else PORTS_OF_ADDRESS * max(1.0, facts["addresses"])


def uses(resource: Resource, usage: Usage) -> Iterator[Use]:
    """Hours of each AZ, GB through it both ways, public addresses.

    A regional gateway has hours in each AZ that it spans; a private one has no address.
    Source: VPC pricing page, aws.amazon.com/vpc/pricing, copy of 2026-09-20, read 2026-11-23.
    """
    is_regional = resource.facts["mode"] == "regional"
    azs = len({use["az"] for use in resource.facts["routes"]}) or 1 if is_regional else 1
    hours, data = REGIONAL if is_regional else ZONAL
    yield Use("Hours", hours, HOURS_PER_MONTH * azs)
    sent = [usage.get(name) for name in THROUGH]
    known = [amount for amount in sent if amount is not None]
    yield Use(
        "Through it", data, sum(known) / GIB if len(known) == len(sent) else None, role=Role.TRAFFIC
    )
    if resource.facts["connectivity"] == "public":
        yield Use("Public IPv4", IPV4, HOURS_PER_MONTH * max(1, resource.facts["addresses"]))


def choices(resource: Resource, usage: Usage) -> Iterator[Choice]:
    """A gateway in each AZ, against crossing to this one; gateway endpoints, against its GB.

    Crossing is billed in each direction, at the gateway's side and at the client's.
    Source: EC2 on-demand pricing page, "Data Transfer within the same AWS Region", read 2026-11-25.
    """
    facts = resource.facts
    azs = {use["az"] for use in facts["routes"]} - {facts["az"]}
    sent = [usage.get(name) for name in THROUGH]
    if facts["mode"] == "zonal" and facts["az"] and azs:
        known = [amount for amount in sent if amount is not None]
        gb = sum(known) / GIB if len(known) == len(sent) else None
        more = [Use("Hours", ZONAL[0], HOURS_PER_MONTH * len(azs))]
        if facts["connectivity"] == "public":
            more.append(Use("Public IPv4", IPV4, HOURS_PER_MONTH * len(azs)))
        yield Choice(
            "NAT-OTHER-AZ",
            f"a NAT gateway also in {', '.join(sorted(azs))}, instead of crossing AZs",
            (Use("Crossing, both sides", INTER_AZ, None if gb is None else 2 * gb),),
            tuple(more),
            "crossing at most, as if all its traffic came from other AZs; how much does, "
            "CloudWatch does not say",
        )
    if without_endpoint(resource, Estate((), 0)):
        data = REGIONAL[1] if facts["mode"] == "regional" else ZONAL[1]
        yield Choice(
            "NAT-NO-ENDPOINT",
            "each GB to S3 and DynamoDB through a gateway endpoint",
            (Use("A GB", data, 1.0),),
            (),
            "per GB; how many go there, CloudWatch does not say",
        )


def _prices(prefix: str) -> tuple[PriceName, PriceName]:
    names = (f"{prefix}NatGateway-Hours", f"{prefix}NatGateway-Bytes")
    hours, data = (PriceName("AmazonEC2", name, f"{prefix}NatGateway") for name in names)
    return hours, data


ZONAL, REGIONAL = _prices(""), _prices("Regional")
