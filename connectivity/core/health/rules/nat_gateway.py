"""Rules for NAT gateways."""

from connectivity.core.health.judging import HealthRule, Missing, State, Way, Whose
from connectivity.core.health.sources import ALARMS, NAT, OURS

KIND = "nat-gateway"
PACKETS = ("PacketsInFromSource", "PacketsInFromDestination")
MORE_PORTS = (
    "Find the destination with the most connections in the flow logs.",
    "Add addresses to the gateway (up to 8), or spread the clients over several gateways.",
    "Reuse connections; each address carries 55,000 to one destination.",
)

RULES = (
    HealthRule(
        id="NAT-PORTS-NOW", kind=KIND, metric="ErrorPortAllocation", statistic="Sum", period=60,
        way=Way.ABOVE, threshold=0, n=1, m=5, state=State.WARNING, missing=Missing.UNKNOWN,
        whose=Whose.OURS, source=f"{OURS}; {NAT}",
        means="No source port was free towards a destination: new connections failed.",
        steps=MORE_PORTS,
    ),
    HealthRule(
        id="NAT-PORTS", kind=KIND, metric="ErrorPortAllocation", statistic="Sum", period=60,
        way=Way.ABOVE, threshold=0, n=15, m=15, state=State.CRITICAL, missing=Missing.UNKNOWN,
        whose=Whose.AWS, source=ALARMS,
        means="For a quarter of an hour no source port has been free towards a destination.",
        steps=MORE_PORTS,
    ),
    HealthRule(
        id="NAT-DROPS", kind=KIND, metric="PacketsDropCount", statistic="Sum", period=60,
        way=Way.ABOVE, threshold=0.01, n=5, m=5, state=State.WARNING, missing=Missing.UNKNOWN,
        whose=Whose.AWS, source=ALARMS, base=PACKETS,
        means="The gateway drops more than 0.01 % of the packets that come in.",
        steps=(
            "Look at AWS's health events for the gateway.",
            "Compare the peaks with 100 Gbps and 10 million packets a second; divide the traffic.",
        ),
    ),
    HealthRule(
        id="NAT-PEAK-BYTES", kind=KIND, metric="PeakBytesPerSecond", statistic="Maximum",
        period=60, way=Way.ABOVE, threshold=10e9, n=3, m=15, state=State.WARNING,
        missing=Missing.QUIET, whose=Whose.OURS, source=f"{OURS}; {NAT}",
        means="Peaks are above 80 Gbps; a gateway carries 100.",
        steps=("Divide the subnets over several gateways before it drops.",),
    ),
    HealthRule(
        id="NAT-PEAK-PACKETS", kind=KIND, metric="PeakPacketsPerSecond", statistic="Maximum",
        period=60, way=Way.ABOVE, threshold=8e6, n=3, m=15, state=State.WARNING,
        missing=Missing.QUIET, whose=Whose.OURS, source=f"{OURS}; {NAT}",
        means="Peaks are above 8 million packets a second; a gateway carries 10.",
        steps=("Divide the subnets over several gateways before it drops.",),
    ),
)  # fmt: skip
