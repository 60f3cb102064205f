"""Transit gateways, attachment by attachment: what they drop, and why."""

from collections.abc import Iterator

from connectivity.core.health.docs import CONSOLE, GUIDE, OURS
from connectivity.core.health.evaluation import HealthRule, Missing, State, Way, Whose
from connectivity.core.health.resource import Describe, Resource, Said, name_of, seconds
from connectivity.core.health.resource_type import (
    DAY,
    GIB,
    IDLE_DAYS,
    Kind,
    Role,
    Usage,
    Use,
    Wanted,
)
from costmodel.core.charges import PriceName
from costmodel.core.units import HOURS_PER_MONTH

KEY = "transit-gateway"
CALLS = (
    Describe("ec2", "DescribeTransitGateways", "TransitGateways"),
    Describe("ec2", "DescribeTransitGatewayAttachments", "TransitGatewayAttachments"),
)
BILLED = {"vpc": "TransitGatewayVPC", "vpn": "TransitGatewayVPN"}

_DROPS = tuple(
    HealthRule(
        id=id, kind=KEY, metric=metric, statistic="Sum", period=60, way=Way.ABOVE, threshold=0.1,
        n=2, m=2, state=State.WARNING, missing=Missing.QUIET, whose=Whose.OURS,
        source=f"{OURS}, between what two of AWS's pages say; {GUIDE}", base=("PacketsIn",),
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
        threshold=1, n=IDLE_DAYS, m=IDLE_DAYS, state=State.WARNING, missing=Missing.QUIET,
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
                }
                for each in answers["DescribeTransitGatewayAttachments"]
                if each.get("TransitGatewayId") == id and each.get("State") != "deleted"
            ],
        }
        yield Resource(KEY, id, name_of(transit_gateway, id), account, region, id, facts)


def uses(resource: Resource, usage: Usage) -> Iterator[Use]:
    """What all attachments cost together, whoever pays for each of them.

    Hours of every attachment, and GB once, where they come in.
    Source: Transit Gateway pricing page, aws.amazon.com/transit-gateway/pricing, copy of
    2026-09-20, read 2026-11-23.
    """
    for type, operation in BILLED.items():
        count = sum(each["type"] == type for each in resource.facts["attachments"])
        if count:
            hours = PriceName("AmazonVPC", "TransitGateway-Hours", operation)
            yield Use(f"Attachments of type {type}", hours, HOURS_PER_MONTH * count)
    sent = usage.get("BytesIn")
    data = PriceName("AmazonVPC", "TransitGateway-Bytes", "TransitGatewayVPC")
    yield Use("Data processed", data, None if sent is None else sent / GIB, role=Role.TRAFFIC)


KIND = Kind(
    key=KEY,
    one="transit gateway",
    many="Transit gateways",
    namespace="AWS/TransitGateway",
    identity="TransitGateway",
    calls=CALLS,
    read=read,
    rules=RULES,
    wanted=(Wanted("BytesIn"), Wanted("BytesOut")),
    parts=("TransitGatewayAttachment",),
    uses=uses,
    part_of="transit-gateway",
    is_quiet=True,
    console=CONSOLE.format("TransitGatewayDetails:transitGatewayId={id}"),
)
