"""Transit gateways, attachment by attachment: what they drop, and why."""

from collections import defaultdict
from collections.abc import Iterator

from connectivity.core.health.docs import CONSOLE, GUIDE, OURS
from connectivity.core.health.evaluation import HealthRule, Missing, Severity, Way, Whose
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
    of_part,
)
from costmodel.core.charges import PriceName
from costmodel.core.units import HOURS_PER_MONTH

KEY = "transit-gateway"
CALLS = (
    Describe("ec2", "DescribeTransitGateways", "TransitGateways"),
    Describe("ec2", "DescribeTransitGatewayAttachments", "TransitGatewayAttachments"),
)
BILLED = {
    "vpc": "TransitGatewayVPC",
    "vpn": "TransitGatewayVPN",
    "direct-connect-gateway": "TransitGatewayDirectConnect",
    "connect": "TransitGatewayConnect",
    "peering": "TransitGatewayPeering",
}
"""Operation of the hours of each type of attachment; another type has no price here."""
PROCESSED = ("vpc", "vpn", "direct-connect-gateway")  # what these send in is billed per GB
UNBILLED = ("pendingAcceptance", "rejected", "rejecting", "failed", "failing", "deleting")
FEW = 10  # packets a minute; fewer are no trouble, however few others there are
LISTED_DAYS = 14  # for which CloudWatch lists a metric without data

_DROPS = tuple(
    HealthRule(
        id=id, kind=KEY, metric=metric, statistic="Sum", period=60, way=Way.ABOVE, threshold=0.1,
        n=2, m=2, severity=Severity.WARNING, missing=Missing.QUIET, whose=Whose.OURS,
        source=f"{OURS}, between what two of AWS's pages say; {GUIDE}", base=("PacketsIn",),
        part_from=FEW,
        means=means, steps=steps, effect=effect,
    )
    for id, metric, means, steps, effect in (
        (
            "TGW-BLACKHOLE", "PacketDropCountBlackhole",
            "More than 0.1 % of the packets match a blackhole route.",
            ("Look for routes to attachments that were deleted.",
             "If the blackhole route is intended, mute this rule for the attachment."),
            "Packets reach their destination, or are no longer sent.",
        ),
        (
            "TGW-NO-ROUTE", "PacketDropCountNoRoute",
            "More than 0.1 % of the packets match no route.",
            ("Compare the CIDRs in the route table with the destinations of the VPCs' traffic.",
             "An attachment whose CIDR overlaps another's is not propagated, without an error."),
            "Packets reach their destination.",
        ),
    )
)  # fmt: skip

RULES = (
    *_DROPS,
    HealthRule(
        id="TGW-IDLE", kind=KEY, metric="BytesIn", statistic="Sum", period=DAY, way=Way.BELOW,
        threshold=1, n=IDLE_DAYS, m=IDLE_DAYS, severity=Severity.ADVICE, missing=Missing.ZERO,
        whose=Whose.OURS, source=OURS,
        means="This attachment has sent no traffic for seven days; its hours are still billed.",
        steps=("Delete the attachment if it is no longer needed.",),
        effect="Saves the attachment's hourly charge.",
    ),
)  # fmt: skip


def read(answers: Said, account: str, region: str) -> Iterator[Resource]:
    """Gateways that the account owns, with every attachment, whoever owns what is attached.

    AWS names those shared with it by RAM, too: they are their owner's, once.
    """
    for transit_gateway in answers["DescribeTransitGateways"]:
        is_shared = transit_gateway.get("OwnerId", account) != account
        if is_shared or transit_gateway.get("State") in ("deleting", "deleted"):
            continue
        id = transit_gateway["TransitGatewayId"]
        facts = {
            "created": seconds(transit_gateway.get("CreationTime")),
            "attachments": [
                {
                    "id": each["TransitGatewayAttachmentId"],
                    "type": each.get("ResourceType", ""),
                    "to": each.get("ResourceId", ""),
                    "owner": each.get("ResourceOwnerId", ""),
                    "state": each.get("State", ""),
                    "name": name_of(each, ""),
                    "created": seconds(each.get("CreationTime")),
                }
                for each in answers["DescribeTransitGatewayAttachments"]
                if each.get("TransitGatewayId") == id and each.get("State") != "deleted"
            ],
        }
        name, tags = name_of(transit_gateway, id), tags_of(transit_gateway)
        yield Resource(KEY, id, name, account, region, id, facts, tags=tags)


def since(resource: Resource) -> dict[str, float | None]:
    """When each of its attachments was created."""
    return {each["id"]: each.get("created") for each in resource.facts["attachments"]}


def uses(resource: Resource, usage: Usage) -> Iterator[Use]:
    """What all attachments cost together, whoever pays for each of them.

    Hours of every attachment that is accepted, and GB once, where they come in from a VPC, a VPN or
    a Direct Connect gateway; what peering and Connect attachments bring is not billed again.
    Source: Transit Gateway pricing page, aws.amazon.com/transit-gateway/pricing, copy of
    2026-09-20, read 2026-11-23.
    """
    by_type: dict[str, list[str]] = defaultdict(list)
    for each in resource.facts["attachments"]:
        if each.get("state", "") not in UNBILLED:
            by_type["peering" if each["type"] == "tgw-peering" else each["type"]].append(
                each.get("id", "")
            )
    for type, ids in sorted(by_type.items()):
        hours = PriceName("AmazonVPC", "TransitGateway-Hours", BILLED.get(type, type))
        yield Use(f"Attachments of type {type}", hours, HOURS_PER_MONTH * len(ids))
    for type in PROCESSED:
        if by_type[type]:
            ids = by_type[type]
            sent = [usage.get(of_part("BytesIn", id)) for id in ids]
            known = [amount for amount in sent if amount is not None]
            data = PriceName("AmazonVPC", "TransitGateway-Bytes", BILLED[type])
            amount = sum(known) / GIB if known else None
            yield Use(f"Data processed from type {type}", data, amount, role=Role.TRAFFIC)


def _silent(resource: Resource, estate: Estate) -> str:
    """Attachments that CloudWatch does not list any more, by what they attach."""
    if resource.parts is None or resource.is_listed is None:
        return ""
    if resource.is_listed and not resource.parts - {""}:
        return ""  # it is listed as a whole alone
    silent = [
        each
        for each in resource.facts["attachments"]
        if each["state"] == "available"
        and each["id"] not in resource.parts
        and estate.now - (each.get("created") or resource.facts["created"] or estate.now)
        >= LISTED_DAYS * DAY
    ]
    names = [f"{each['id']} ({each['type']} {each['to']} of {each['owner']})" for each in silent]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"no metric is listed of {', '.join(names[:3])}{more}" if names else ""


def is_of_vpcs(resource: Resource) -> bool:
    """Whether everything that it connects is a VPC, which other options connect, too."""
    return all(each["type"] == "vpc" for each in resource.facts["attachments"])


KIND = Kind(
    key=KEY,
    one="transit gateway",
    many="Transit gateways",
    namespace="AWS/TransitGateway",
    identity="TransitGateway",
    calls=CALLS,
    read=read,
    rules=RULES,
    configuration=(
        ConfigurationRule(
            id="TGW-UNUSED",
            symptom_of="TGW-IDLE",
            kind=KEY,
            severity=Severity.ADVICE,
            whose=Whose.OURS,
            source=OURS,
            means="Attachments carried no traffic for two weeks; their hours are still billed.",
            steps=(
                "Delete the attachments that are no longer needed.",
                "Or find out why routes do not lead to them.",
            ),
            effect="Saves the attachments' hourly charges.",
            check=_silent,
        ),
    ),
    wanted=(Wanted("BytesIn"), Wanted("BytesOut")),
    parts=("TransitGatewayAttachment",),
    since=since,
    uses=uses,
    part_of="transit-gateway",
    is_replaceable=is_of_vpcs,
    is_quiet=True,
    console=CONSOLE.format("TransitGatewayDetails:transitGatewayId={id}"),
)
