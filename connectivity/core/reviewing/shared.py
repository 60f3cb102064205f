"""Inputs that several reviews have."""

from connectivity.core.reviewing.inputs import number
from connectivity.core.reviewing.review import Metric

CONNECTIONS_PER_SECOND = number(
    "connections_per_second", "new connections a second", required=True, load=True
)
CONNECTION_SECONDS = number(
    "connection_seconds", "how long a connection lives, on average", required=True
)
MAX_IDLE = number("max_idle_seconds", "the longest silence on a connection that stays open")
KEEPALIVE = number("keepalive_seconds", "TCP keepalive time, where it is switched on")
PEAK_GBPS = number("peak_gbps", "the highest traffic, both directions together", 0, load=True)

QUIET = {"quiet": "least_known(max_idle_seconds, keepalive_seconds)"}
"""How long a connection is silent at most: whichever comes first."""

ALB_ERRORS = (
    Metric("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", "Sum"),
    Metric("AWS/ApplicationELB", "TargetResponseTime", "Average"),
)
"""What an Application Load Balancer shows of requests that were refused, cut or slow."""
