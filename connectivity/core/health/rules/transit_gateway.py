"""Rules for transit gateways and their attachments."""

from connectivity.core.health.judging import HealthRule, Missing, State, Way, Whose
from connectivity.core.health.sources import GUIDE, OURS

KIND = "transit-gateway"

RULES = tuple(
    HealthRule(
        id=id, kind=KIND, metric=metric, statistic="Sum", period=60, way=Way.ABOVE, threshold=0.1,
        n=2, m=2, state=State.WARNING, missing=Missing.QUIET, whose=Whose.OURS,
        source=f"{OURS}, between what two of AWS's pages say; {GUIDE}", base=("PacketsIn",),
        means=means, steps=steps,
    )
    for id, metric, means, steps in (
        (
            "TGW-BLACKHOLE", "PacketDropCountBlackhole",
            "More than 0.1 % of the packets meet a blackhole route.",
            ("Look for routes to attachments that were deleted.",
             "If the blackhole is meant, mute this rule for the attachment."),
        ),
        (
            "TGW-NO-ROUTE", "PacketDropCountNoRoute",
            "More than 0.1 % of the packets find no route.",
            ("Compare the route table's ranges with what the VPCs send.",
             "An attachment whose range overlaps another's is not propagated, without an error."),
        ),
    )
)  # fmt: skip
