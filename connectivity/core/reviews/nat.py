"""NAT gateway: silent connections, ports to one destination, bandwidth and packets."""

from typing import Any

from connectivity.core.aws_figures import NAT_IDLE_S, PORTS_OF_ADDRESS
from connectivity.core.health.evaluation import Severity
from connectivity.core.reviewing.files.alarms import alarm, resource, text_input
from connectivity.core.reviewing.files.artefacts import Block, terraform_file, text_file
from connectivity.core.reviewing.files.envoy import OPENED_KEEPALIVE, cluster, envoy_file
from connectivity.core.reviewing.files.holes import Only
from connectivity.core.reviewing.files.kubernetes import (
    manifests,
    pod,
    pod_sysctls,
    workload,
)
from connectivity.core.reviewing.files.sysctls import (
    HAS_KEEPALIVE,
    KEEPALIVE_SYSCTLS,
    keepalive_conf,
)
from connectivity.core.reviewing.inputs import number
from connectivity.core.reviewing.keepalive import advice_for
from connectivity.core.reviewing.review import (
    Constant,
    Finding,
    Kind,
    Limit,
    LimitKind,
    Metric,
    Review,
    Suggestion,
    Words,
)
from connectivity.core.reviewing.shared import (
    CONNECTION_SECONDS,
    CONNECTIONS_PER_SECOND,
    KEEPALIVE,
    MAX_IDLE,
    PEAK_GBPS,
    QUIET,
)
from connectivity.core.reviewing.sources import VPC_NAT, VPC_NAT_TROUBLE, VPC_QUOTAS
from connectivity.core.terraform.values import Expression

MORE_PORTS = (
    "Associate {addresses_needed} Elastic IP addresses, reuse connections, or spread them over "
    "more destinations."
)
GATEWAY = text_input("nat_gateway_id", "The gateway")
LACKS_ADDRESSES = "addresses_needed > addresses and addresses_needed <= 32"
"""No gateway takes more, not even a regional one in one AZ."""
MORE = Expression(
    "toset([for i in range(%s, %s) : tostring(i)])", ("[[ceil(addresses)]]", "[[addresses_needed]]")
)
PRELOAD = f"""\
[Unit]
Description=app, with keepalive on all its connections

[Service]
Environment=LD_PRELOAD=/usr/lib/libkeepalive.so
Environment=KEEPIDLE={KEEPALIVE_SYSCTLS["net.ipv4.tcp_keepalive_time"]}
Environment=KEEPINTVL={KEEPALIVE_SYSCTLS["net.ipv4.tcp_keepalive_intvl"]}
Environment=KEEPCNT={KEEPALIVE_SYSCTLS["net.ipv4.tcp_keepalive_probes"]}
ExecStart=/bin/sh -c 'exec app'
"""


def _alarm(metric: str, means: str, **more: Any) -> Block:
    return alarm(metric, {"NatGatewayId": GATEWAY}, means, namespace="AWS/NATGateway", **more)


REVIEW = Review(
    key="nat",
    title="NAT gateway",
    about="Connections that fall silent, source ports to the busiest destination, and how much one "
    "gateway carries.",
    inputs=(
        CONNECTIONS_PER_SECOND,
        CONNECTION_SECONDS,
        number("addresses", "Elastic IP addresses of the gateway", 1, (1, 32)),
        number("destination_share", "of the connections, to the busiest destination", 1),
        MAX_IDLE,
        KEEPALIVE,
        PEAK_GBPS,
        number("packets_per_second", "both directions together", 0, (0, 1e8), load=True),
    ),
    constants={
        "PORTS": Constant(
            PORTS_OF_ADDRESS, "connections of one address to one destination", VPC_NAT
        ),
        "COMFORT": Constant(41_250, "three quarters of them", "75 % of 55,000, ours"),
        "IDLE": Constant(
            NAT_IDLE_S, "s after which a silent connection is forgotten", VPC_NAT_TROUBLE
        ),
        "GBPS": Constant(100, "Gbps that a gateway scales to", VPC_NAT),
        "PACKETS": Constant(10_000_000, "packets a second that a gateway scales to", VPC_NAT),
        "FIRST_GBPS": Constant(5, "Gbps that a gateway starts with", VPC_NAT),
        "FIRST_PACKETS": Constant(1_000_000, "packets a second that it starts with", VPC_NAT),
        "QUOTA": Constant(2, "addresses of a gateway by default", VPC_QUOTAS),
        "ZONAL": Constant(8, "addresses of a zonal gateway at most", VPC_QUOTAS),
    },
    helpers=QUIET,
    numbers={
        "active_connections": "connections_per_second * connection_seconds",
        "busiest_destination_connections": "active_connections * destination_share",
        "new_per_minute_busiest": "60 * connections_per_second * destination_share",
        "ports": "PORTS * addresses",
        "addresses_needed": "max(1, ceil("
        "max(busiest_destination_connections, new_per_minute_busiest) / COMFORT))",
        **advice_for("IDLE"),
    },
    asks_when=("active_connections > 10000000",),
    limits=(
        Limit(
            "idle",
            load="quiet",
            limit="IDLE",
            kind=LimitKind.IDLE,
            words=Words(
                "A NAT gateway forgets a connection that was silent for 350 s. It answers the next "
                "packet with RST and sends no FIN.",
                "Set TCP keepalive to {advised_keepalive_seconds} s, every "
                "{advised_interval_seconds} s, 3 probes, on the hosts behind the gateway; or close "
                "idle connections sooner.",
                VPC_NAT_TROUBLE,
                "Idle connections stay open, and the resets end.",
            ),
        ),
        Limit(
            "ports",
            load="busiest_destination_connections",
            limit="ports",
            words=Words(
                "One address of a NAT gateway has 55,000 ports to one destination.",
                MORE_PORTS,
                VPC_NAT,
                "ErrorPortAllocation stays 0.",
            ),
        ),
        Limit(
            "new-per-minute",
            load="new_per_minute_busiest",
            limit="ports",
            ceiling=Severity.WARNING,
            words=Words(
                "Older AWS pages give about 900 new connections a second to one destination for "
                "each address: 55,000 a minute. Today's page does not say it.",
                MORE_PORTS,
                f"{VPC_NAT}, older copies; weak",
                "ErrorPortAllocation stays 0.",
            ),
        ),
        Limit(
            "bandwidth",
            load="peak_gbps",
            limit="GBPS",
            words=Words(
                "A NAT gateway scales to 100 Gbps.",
                "Split the subnets over several gateways, one per AZ at least; reach S3 and "
                "DynamoDB by gateway endpoints.",
                VPC_NAT,
                "PacketsDropCount stays 0.",
            ),
        ),
        Limit(
            "packets",
            load="packets_per_second",
            limit="PACKETS",
            words=Words(
                "A NAT gateway processes at most 10 million packets a second.",
                "Split the subnets over several gateways, one per AZ at least; reach S3 and "
                "DynamoDB by gateway endpoints.",
                VPC_NAT,
                "PacketsDropCount stays 0.",
            ),
        ),
    ),
    findings=(
        Finding(
            "idle-unknown",
            Severity.WARNING,
            when="not is_given(quiet)",
            detail="Neither max_idle_seconds nor keepalive_seconds is given.",
            words=Words(
                "How long connections are silent is not known; after 350 s the gateway forgets "
                "them.",
                "Give max_idle_seconds, or set TCP keepalive to {advised_keepalive_seconds} s.",
                VPC_NAT_TROUBLE,
            ),
        ),
        Finding(
            "addresses",
            Severity.ADVICE,
            when="addresses_needed > QUOTA",
            graver=(Severity.WARNING, "addresses_needed > ZONAL"),
            detail="{addresses_needed} addresses are needed.",
            words=Words(
                "A NAT gateway has 2 Elastic IP addresses by default quota, a zonal one 8 at most, "
                "a regional one 32 per AZ.",
                "Raise the quota, use several gateways or a regional one, or reuse connections.",
                VPC_QUOTAS,
            ),
        ),
        Finding(
            "scaling",
            Severity.ADVICE,
            when="peak_gbps > FIRST_GBPS or packets_per_second > FIRST_PACKETS",
            detail="The peak is {peak_gbps} Gbps, {packets_per_second} packets a second.",
            words=Words(
                "A NAT gateway starts at 5 Gbps and 1 million packets a second, and scales up "
                "under load.",
                "Raise the load in steps; watch PeakBytesPerSecond and PacketsDropCount.",
                VPC_NAT,
            ),
        ),
    ),
    artefacts=(
        keepalive_conf("keepalive.conf", "Keepalive of hosts behind the gateway, ahead of 350 s."),
        manifests(
            "keepalive.yaml",
            "Keepalive of a pod, ahead of 350 s; safe sysctls since Kubernetes 1.29.",
            "kubectl exec deploy/app -- sysctl net.ipv4.tcp_keepalive_time",
            workload("Deployment", pod(securityContext=pod_sysctls(KEEPALIVE_SYSCTLS))),
            when=HAS_KEEPALIVE,
        ),
        envoy_file(
            "envoy.yaml",
            "Keepalive of connections that Envoy opens through the gateway.",
            "ss -tno shows timer:(keepalive,…) on its connections.",
            when=HAS_KEEPALIVE,
            clusters=[
                cluster("out", "api.example.com", 443, upstream_connection_options=OPENED_KEEPALIVE)
            ],
        ),
        text_file(
            "preload.service",
            Kind.SYSTEMD,
            "For a program that does not set SO_KEEPALIVE: libkeepalive sets it. Into the "
            "program's own unit take the lines Environment= (systemctl edit).",
            "ss -tno shows timer:(keepalive,…) on the program's connections.",
            PRELOAD,
            when=HAS_KEEPALIVE,
        ),
        terraform_file(
            "main.tf",
            "The addresses that are missing, and alarms on the gateway.",
            "terraform plan; the alarms are OK, and ErrorPortAllocation stays 0.",
            (
                Only(LACKS_ADDRESSES, resource("aws_eip", "more", for_each=MORE, domain="vpc")),
                Only(
                    LACKS_ADDRESSES,
                    resource(
                        "aws_nat_gateway_eip_association",
                        "more",
                        for_each=Expression("aws_eip.more"),
                        allocation_id=Expression("each.value.id"),
                        nat_gateway_id=GATEWAY,
                    ),
                ),
                _alarm("ErrorPortAllocation", "A port to a destination could not be had."),
                _alarm("IdleTimeoutCount", "Connections fell silent for 350 s and were forgotten."),
                _alarm(
                    "ActiveConnectionCount",
                    "More connections than the review was given: review again.",
                    statistic="Maximum",
                    threshold="[[max(1, ceil(active_connections))]]",
                ),
            ),
        ),
    ),
    metrics=tuple(
        Metric("AWS/NATGateway", metric, statistic)
        for metric, statistic in (
            ("ErrorPortAllocation", "Sum"),
            ("IdleTimeoutCount", "Sum"),
            ("ActiveConnectionCount", "Maximum"),
        )
    ),
    suggestions=(
        Suggestion(
            "flow",
            "today == 'public-internet'",
            "Today it takes the public internet: its clients leave through NAT gateways.",
        ),
    ),
)
