"""Rules for interface endpoints."""

from connectivity.core.health.judging import HealthRule, Missing, State, Way, Whose
from connectivity.core.health.sources import ALARMS, OURS

KIND = "vpc-endpoint"

RULES = (
    HealthRule(
        id="VPCE-DROPS", kind=KIND, metric="PacketsDropped", statistic="Sum", period=60,
        way=Way.ABOVE, threshold=100, n=5, m=5, state=State.WARNING, missing=Missing.QUIET,
        whose=Whose.OURS, source=f"{OURS}; AWS says 'low, by use': {ALARMS}",
        means="The endpoint drops packets; those above 8500 bytes always are.",
        steps=("Keep packets within 8500 bytes.", "Compare with the endpoint's throughput."),
    ),
    HealthRule(
        id="VPCE-RESETS", kind=KIND, metric="RstPacketsReceived", statistic="Sum", period=60,
        way=Way.ABOVE, threshold=600, n=5, m=5, state=State.WARNING, missing=Missing.QUIET,
        whose=Whose.OURS, source=f"{OURS}; an AWS page has 10 a second for GWLB endpoints",
        means="The service resets connections, more than ten a second.",
        steps=("Ask the provider about unhealthy targets.", "Look at idle timeouts on both sides."),
    ),
)  # fmt: skip
