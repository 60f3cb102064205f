"""Network Load Balancer: silent connections, ports towards targets, targets that get nothing."""

from connectivity.core.aws_figures import (
    NLB_IDLE_S,
    NLB_MAX_IDLE_S,
    NLB_UDP_IDLE_S,
    PORTS_OF_ADDRESS,
)
from connectivity.core.health.evaluation import Severity
from connectivity.core.reviewing.files.artefacts import terraform_file
from connectivity.core.reviewing.files.balancers import balancer_blocks
from connectivity.core.reviewing.files.envoy import (
    ACCEPTED_KEEPALIVE,
    cluster,
    envoy_file,
    http_listener,
)
from connectivity.core.reviewing.files.holes import Only
from connectivity.core.reviewing.files.sysctls import HAS_KEEPALIVE
from connectivity.core.reviewing.inputs import choice, flag, number
from connectivity.core.reviewing.keepalive import advice_for
from connectivity.core.reviewing.review import (
    Constant,
    Finding,
    Limit,
    LimitKind,
    Metric,
    Review,
    Suggestion,
    Words,
)
from connectivity.core.reviewing.shared import CONNECTIONS_PER_SECOND, KEEPALIVE, MAX_IDLE, QUIET
from connectivity.core.reviewing.sources import EC2_TRACKING_API, NLB_TIMEOUT, NLB_TROUBLE, OURS
from connectivity.core.reviews.nlb.in_manifests import MANIFESTS

MORE_TARGETS = (
    "Register more targets, or add secondary addresses (they cannot be taken away again)."
)
OWN_ADDRESSES = "privatelink or not preserve_client_ip"

CONNECTIONS = {
    "max_connection_duration": Only(
        "is_given(max_connection_seconds)", "[[ceil(max_connection_seconds)]]s"
    ),
    "max_requests_per_connection": 10_000,  # ours: enough not to cost handshakes
}


REVIEW = Review(
    key="nlb",
    title="Network Load Balancer",
    about="Connections that fall silent, source ports towards the targets, and new targets that "
    "get no connection.",
    inputs=(
        choice("listener", "protocol of the listener", ("tcp", "tls", "udp")),
        number(
            "idle_timeout_seconds",
            "idle timeout of the TCP listener",
            NLB_IDLE_S,
            (60, NLB_MAX_IDLE_S),
        ),
        flag("nitro_v6", "the targets run on Nitro v6 instances"),
        number(
            "eni_timeout_seconds",
            "TcpEstablishedTimeout of the targets' network interfaces",
            within=(60, 432_000),
            follows="350 if nitro_v6 else 432000",
        ),
        MAX_IDLE,
        KEEPALIVE,
        number("connections", "open connections", required=True, load=True),
        CONNECTIONS_PER_SECOND,
        number("targets", "healthy targets", within=(1, 1000), required=True),
        number("new_targets", "targets that are added to them", 0),
        number("horizon_seconds", "within which the added targets should have work", 300),
        number("max_connection_seconds", "after which a connection is closed", within=(10, 86_400)),
        flag("cross_zone", "cross-zone load balancing is on"),
        choice("target_type", "what the target group registers", ("instance", "ip")),
        flag(
            "preserve_client_ip",
            "targets see the client's address",
            follows="not (target_type == 'ip' and listener != 'udp')",
        ),
        number("azs", "AZs of the load balancer", 3, (1, 10)),
        flag("privatelink", "clients come by an endpoint service"),
    ),
    constants={
        "TLS_IDLE": Constant(NLB_IDLE_S, "s, fixed for TLS listeners", NLB_TIMEOUT),
        "UDP_IDLE": Constant(NLB_UDP_IDLE_S, "s, fixed for UDP flows", NLB_TIMEOUT),
        "TCP_IDLE": Constant(NLB_IDLE_S, "s, the default of TCP listeners", NLB_TIMEOUT),
        "PORTS": Constant(
            PORTS_OF_ADDRESS, "connections, or new ones a minute, to a target", NLB_TROUBLE
        ),
        "HALF": Constant(0.5, "of a target without a connection", OURS),
    },
    helpers=QUIET,
    numbers={
        "effective_timeout_seconds": "TLS_IDLE if listener == 'tls' else UDP_IDLE "
        "if listener == 'udp' else min(idle_timeout_seconds, eni_timeout_seconds)",
        "connections_per_target": "connections / targets",
        "recycled_per_second": "connections / max_connection_seconds "
        "if is_given(max_connection_seconds) else 0",
        "new_connections_in_horizon": "connections_per_second * horizon_seconds"
        " + (connections * min(1, horizon_seconds / max_connection_seconds) "
        "if is_given(max_connection_seconds) else 0)",
        "idle_new_targets": "new_targets * max(0, 1 - 1 / (targets + new_targets))"
        " ** new_connections_in_horizon",
        **advice_for("effective_timeout_seconds"),
    },
    limits=(
        Limit(
            "idle",
            load="quiet",
            limit="effective_timeout_seconds",
            kind=LimitKind.IDLE,
            when="listener == 'tcp'",
            words=Words(
                "The listener, or the network interface of the target, forgets a connection that "
                "was silent for {effective_timeout_seconds} s; the client's next packet gets RST.",
                "Set TCP keepalive to {advised_keepalive_seconds} s, every "
                "{advised_interval_seconds} s, 3 probes, on the listening socket; or raise the "
                "idle timeout of the listener and TcpEstablishedTimeout of the interfaces.",
                NLB_TIMEOUT,
                "Idle connections stay open, and TCP_ELB_Reset_Count falls.",
            ),
        ),
        Limit(
            "idle",
            load="quiet",
            limit="effective_timeout_seconds",
            kind=LimitKind.IDLE,
            when="listener == 'tls'",
            words=Words(
                "A TLS listener closes a connection that was silent for "
                "{effective_timeout_seconds} s, which cannot be changed; what is sent later gets "
                "RST.",
                "Send keepalives in the application's protocol, or TCP keepalive, every "
                "{advised_keepalive_seconds} s.",
                NLB_TIMEOUT,
                "Idle connections stay open, and TCP_ELB_Reset_Count falls.",
            ),
        ),
        Limit(
            "idle",
            load="quiet",
            limit="effective_timeout_seconds",
            kind=LimitKind.IDLE,
            when="listener == 'udp'",
            words=Words(
                "The load balancer forgets a UDP flow that was silent for "
                "{effective_timeout_seconds} s, which cannot be changed; its next packet is a new "
                "flow, and may go to another target.",
                "Send keepalives in the application's protocol, one every "
                "{advised_keepalive_seconds} s.",
                NLB_TIMEOUT,
                "A flow stays with its target.",
            ),
        ),
        Limit(
            "ports",
            load="connections_per_target",
            limit="PORTS",
            when=OWN_ADDRESSES,
            words=Words(
                "Without the client's address the load balancer connects from its own, with 55,000 "
                "ports to each target.",
                MORE_TARGETS,
                NLB_TROUBLE,
                "PortAllocationErrorCount stays 0.",
            ),
        ),
        Limit(
            "new-per-minute",
            load="60 * (connections_per_second + recycled_per_second) / targets",
            limit="PORTS",
            when=OWN_ADDRESSES,
            words=Words(
                "Without the client's address the load balancer opens at most 55,000 connections a "
                "minute to each target.",
                MORE_TARGETS,
                NLB_TROUBLE,
                "PortAllocationErrorCount stays 0.",
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
                "How long connections are silent is not known; after {effective_timeout_seconds} s "
                "they are forgotten.",
                "Give max_idle_seconds, or keepalive_seconds: {advised_keepalive_seconds} s; of "
                "UDP, in the application's protocol.",
                NLB_TIMEOUT,
            ),
        ),
        Finding(
            "eni",
            Severity.WARNING,
            when="listener == 'tcp' and eni_timeout_seconds < idle_timeout_seconds",
            detail="The interface forgets after {eni_timeout_seconds} s, the listener after "
            "{idle_timeout_seconds} s.",
            words=Words(
                "The network interfaces of the targets track idle connections for less time than "
                "the listener; on Nitro v6 the default is 350 s.",
                "Set TcpEstablishedTimeout of the interfaces to {idle_timeout_seconds} s or more.",
                EC2_TRACKING_API,
            ),
        ),
        Finding(
            "fixed",
            Severity.WARNING,
            when="listener != 'tcp' and idle_timeout_seconds != TCP_IDLE",
            detail="The listener is {listener}; {idle_timeout_seconds} s is not used.",
            words=Words(
                "The idle timeout of TLS listeners (350 s) and of UDP flows (120 s) cannot be set.",
                "Send keepalives in the application's protocol every "
                "{advised_keepalive_seconds} s.",
                NLB_TIMEOUT,
            ),
        ),
        Finding(
            "mixup",
            Severity.WARNING,
            when="cross_zone and preserve_client_ip and azs > 1",
            detail="Cross-zone load balancing over {azs} AZs, with client IP preservation.",
            words=Words(
                "A client that uses one source port towards two addresses of the load balancer can "
                "reach the same target twice; the target then sees one connection.",
                "Turn cross-zone load balancing off; or client IP preservation, and pass the "
                "address by proxy protocol v2.",
                NLB_TROUBLE,
            ),
        ),
        Finding(
            "uneven",
            Severity.WARNING,
            when="idle_new_targets >= HALF"
            " or new_targets > 0 and new_connections_in_horizon < connections / 2",
            detail="{idle_new_targets} of {new_targets} new targets are expected to have no "
            "connection after {horizon_seconds} s; {new_connections_in_horizon} of {connections} "
            "connections are placed anew.",
            words=Words(
                "A connection is placed when it opens, and stays with its target.",
                "Close connections after max_connection_seconds; send GOAWAY, or Connection: "
                "close.",
                "docs.aws.amazon.com/elasticloadbalancing/latest/network/introduction.html",
                "The load is even after that time, at {recycled_per_second} more handshakes a "
                "second.",
            ),
        ),
    ),
    artefacts=(
        terraform_file(
            "main.tf",
            "Alarms; of a TCP listener, its idle timeout and the same of the targets' interfaces.",
            "terraform plan; an existing listener is imported first. The alarms stay OK.",
            balancer_blocks(),
        ),
        envoy_file(
            "envoy.yaml",
            "A target that keeps accepted connections alive, and ends them so that new targets get "
            "their share.",
            "ss -tno shows timer:(keepalive,…) on accepted connections.",
            when=f"listener != 'udp' and {HAS_KEEPALIVE}",
            listeners=[
                http_listener(
                    8080,
                    "app",
                    http={"common_http_protocol_options": CONNECTIONS},
                    socket_options=ACCEPTED_KEEPALIVE,
                )
            ],
            clusters=[cluster("app", "127.0.0.1", 8000)],
        ),
    ),
    metrics=(
        Metric("AWS/NetworkELB", "TCP_ELB_Reset_Count", "Sum"),
        Metric("AWS/NetworkELB", "PortAllocationErrorCount", "Sum"),
        Metric("AWS/NetworkELB", "NewFlowCount", "Sum"),
        Metric("AWS/NetworkELB", "ActiveFlowCount", "Maximum"),
    ),
    suggestions=(
        Suggestion(
            "service",
            "existing_nlb or today == 'privatelink'",
            "A Network Load Balancer stands in front of it.",
        ),
    ),
    manifests=MANIFESTS,
)
