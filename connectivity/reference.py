"""The published reference case: the topology, and the published figures beside ours."""

from pathlib import Path
from typing import NamedTuple

REFERENCE = Path(__file__).parent / "data" / "reference-100tb.yaml"


class Published(NamedTuple):
    """A published monthly cost, and why ours differs."""

    option: str
    usd: str
    why: str


PUBLISHED = (
    Published("vpc-sharing", "0", "No difference: there is no cross-AZ traffic."),
    Published("vpc-peering", "0", "No difference: there is no cross-AZ traffic."),
    Published(
        "privatelink",
        "1,645",
        "Published 600 + 1,045: its load balancer part is 100,000 GB at 0.006 without the hours of "
        "the load balancer; ours is 102,400 GB and 730 hours. The endpoint part agrees.",
    ),
    Published(
        "transit-gateway",
        "4,127",
        "The published figure counts the bytes at both attachments, which would give 4,169.00 at "
        "these prices; AWS bills them once, where they enter the gateway.",
    ),
)
