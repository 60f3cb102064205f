"""A Network Load Balancer as Terraform: its listener, its targets' interfaces, its alarms."""

from typing import Any

from connectivity.core.reviewing.files.alarms import alarm, interfaces, resource, text_input
from connectivity.core.reviewing.files.artefacts import Block
from connectivity.core.reviewing.files.holes import Only
from connectivity.core.terraform.values import Expression, Input, Nested

BALANCER = text_input("load_balancer_arn", "The Network Load Balancer")
GROUP = text_input("target_group_arn", "The target group of its listener")
PORT = Input("port", "number", "The port of its listener", 443)
SUFFIX = Expression('split("loadbalancer/", %s)[1]', (BALANCER,))
LISTENER_TIMEOUT = "[[max(60, min(6000, ceil(idle_timeout_seconds)))]]"
ENI_TIMEOUT = "[[max(60, min(432000, ceil(idle_timeout_seconds)))]]"
"""As long as the listener's, within what an interface takes."""


def _alarm(metric: str, means: str, **more: Any) -> Block:
    return alarm(metric, {"LoadBalancer": SUFFIX}, means, namespace="AWS/NetworkELB", **more)


def _listener() -> Block:
    return resource(
        "aws_lb_listener",
        "tcp",
        load_balancer_arn=BALANCER,
        port=PORT,
        protocol="TCP",
        tcp_idle_timeout_seconds=LISTENER_TIMEOUT,
        default_action=Nested({"type": "forward", "target_group_arn": GROUP}),
    )


def balancer_blocks() -> list[Any]:
    """Of TCP the idle timeouts of the listener and of its targets' interfaces; and alarms."""
    resets = "Connections were forgotten, and reset."
    return [
        Only("listener == 'tcp'", _listener()),
        Only("listener == 'tcp'", interfaces(ENI_TIMEOUT)),
        Only("listener != 'udp'", _alarm("TCP_ELB_Reset_Count", resets)),
        _alarm("PortAllocationErrorCount", "A port to a target could not be had."),
        _alarm(
            "NewFlowCount",
            "More new connections a minute than the review was given: review again.",
            threshold="[[max(1, ceil(60 * connections_per_second))]]",
        ),
        _alarm(
            "ActiveFlowCount",
            "More connections than the review was given: review again.",
            statistic="Maximum",
            threshold="[[max(1, ceil(connections))]]",
        ),
    ]
