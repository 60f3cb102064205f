"""Security groups: tracked connections of an instance, and how long they are remembered."""

from connectivity.core.aws_figures import ENI_IDLE_S, NITRO_V6_IDLE_S, NLB_UDP_IDLE_S
from connectivity.core.health.evaluation import Severity
from connectivity.core.reviewing.files.alarms import alarm, interfaces, text_input
from connectivity.core.reviewing.files.alerts import Alert, alert_files, growing
from connectivity.core.reviewing.files.artefacts import terraform_file
from connectivity.core.reviewing.files.holes import Only
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
from connectivity.core.reviewing.shared import (
    CONNECTION_SECONDS,
    CONNECTIONS_PER_SECOND,
    KEEPALIVE,
    MAX_IDLE,
    QUIET,
)
from connectivity.core.reviewing.sources import EC2_TRACKING, ENA
from connectivity.core.terraform.values import Value

TRACKS_SO_MANY = (
    "An instance tracks a certain number of connections; at that number, new ones are dropped."
)
PATHS = (
    "direct", "nlb", "nat", "privatelink", "accelerator", "firewall", "egress-only", "lambda",
    "dynamodb",
)  # fmt: skip

OF_INTERFACE = {"instance": "node-1", "device": "eth0"}
AVAILABLE = "node_ethtool_conntrack_allowance_available"
FEW = "first_known(allowance, 40000) / 4"
"""A quarter; where the allowance is not known, 10,000."""
INTERFACE: dict[str, Value] = {
    "InstanceId": text_input("instance_id", "The instance"),
    "interface": "eth0",
    "driver": "ena",
}
TIMEOUT = "350 if abandoned_connections > tracked_connections / 2 else timeout_seconds"


REVIEW = Review(
    key="security-groups",
    title="Security group connection tracking",
    about="Whether connections are tracked, how many an instance tracks at once, and when idle "
    "ones are forgotten.",
    inputs=(
        CONNECTIONS_PER_SECOND,
        CONNECTION_SECONDS,
        choice("protocol", "of the connections", ("tcp", "udp")),
        flag("udp_stream", "UDP goes on in both directions, beyond one exchange"),
        flag("open_both_ways", "0.0.0.0/0 or ::/0 in, and back out on all ports"),
        choice("path", "what the connections pass, if it forces tracking", PATHS),
        number("abandoned_share", "of the connections, that nobody closes", 0),
        flag("nitro_v6", "the instance is of Nitro v6"),
        number(
            "tcp_established_timeout_seconds",
            "TcpEstablishedTimeout, where it is set",
            within=(60, 432_000),
        ),
        number(
            "allowance",
            "tracked connections that the instance may have, by ENA's "
            "conntrack_allowance_available",
        ),
        MAX_IDLE,
        KEEPALIVE,
    ),
    constants={
        "NITRO_V6": Constant(NITRO_V6_IDLE_S, "s, TCP on Nitro v6", EC2_TRACKING),
        "TCP": Constant(ENI_IDLE_S, "s, TCP elsewhere", EC2_TRACKING),
        "UDP": Constant(30, "s, UDP of one exchange", EC2_TRACKING),
        "UDP_STREAM": Constant(180, "s, UDP stream", EC2_TRACKING),
        "UDP_NLB": Constant(NLB_UDP_IDLE_S, "s, UDP through a Network Load Balancer", EC2_TRACKING),
        "SOON": Constant(
            350, "s: its keepalive is below the 5 minutes that AWS advises", EC2_TRACKING
        ),
    },
    helpers={
        **QUIET,
        "is_automatic": "path != 'direct'",
        "entries": "2 if path == 'dynamodb' else 1",
    },
    numbers={
        "tracked": "1 if is_automatic or not open_both_ways else 0",
        "timeout_seconds": "(UDP_NLB if path == 'nlb' else UDP_STREAM if udp_stream else UDP)"
        " if protocol == 'udp' else first_known(tcp_established_timeout_seconds,"
        " NITRO_V6 if nitro_v6 else TCP)",
        "abandoned_connections": "0 if protocol == 'udp' or tracked == 0"
        " else entries * connections_per_second * abandoned_share"
        " * (connection_seconds + timeout_seconds)",
        "tracked_connections": "0 if tracked == 0"
        " else entries * connections_per_second * (connection_seconds + timeout_seconds)"
        " if protocol == 'udp' else abandoned_connections"
        " + entries * connections_per_second * (1 - abandoned_share) * connection_seconds",
        **advice_for("min(timeout_seconds, SOON)"),
    },
    asks_when=("tracked_connections > 10000000",),
    limits=(
        Limit(
            "allowance",
            load="tracked_connections",
            limit="allowance",
            when="protocol == 'tcp'",
            words=Words(
                TRACKS_SO_MANY,
                "Use rules that need no tracking, with network ACLs to filter; a shorter "
                "TcpEstablishedTimeout; or larger or more instances.",
                EC2_TRACKING,
                "conntrack_allowance_exceeded stays 0.",
            ),
        ),
        Limit(
            "allowance",
            load="tracked_connections",
            limit="allowance",
            when="protocol == 'udp'",
            words=Words(
                TRACKS_SO_MANY,
                "Use rules that need no tracking, or larger or more instances; a UDP flow is "
                "tracked for {timeout_seconds} s after its last packet.",
                EC2_TRACKING,
                "conntrack_allowance_exceeded stays 0.",
            ),
        ),
        Limit(
            "idle",
            load="quiet",
            limit="timeout_seconds",
            when="tracked == 1 and protocol == 'tcp'",
            kind=LimitKind.IDLE,
            words=Words(
                "The network interface forgets a connection that was silent for {timeout_seconds} "
                "s, and drops its next packet.",
                "Set TCP keepalive to {advised_keepalive_seconds} s, or raise "
                "TcpEstablishedTimeout.",
                EC2_TRACKING,
                "Idle connections stay open.",
            ),
        ),
        Limit(
            "idle",
            load="quiet",
            limit="timeout_seconds",
            when="tracked == 1 and protocol == 'udp'",
            kind=LimitKind.IDLE,
            words=Words(
                "The network interface forgets a UDP flow that was silent for {timeout_seconds} s; "
                "its next packet passes only where a rule lets it in as a new flow.",
                "Send keepalives in the application's protocol, one every "
                "{advised_keepalive_seconds} s.",
                EC2_TRACKING,
                "Idle flows stay tracked.",
            ),
        ),
    ),
    findings=(
        Finding(
            "automatic",
            Severity.WARNING,
            when="is_automatic and open_both_ways",
            detail="The path is {path}.",
            words=Words(
                "Open rules do not avoid tracking here: this path is always tracked.",
                "Choose an instance that tracks {tracked_connections} connections.",
                EC2_TRACKING,
            ),
        ),
        Finding(
            "untracked",
            Severity.ADVICE,
            when="tracked == 0",
            detail="The connections are not tracked.",
            words=Words(
                "Connections that are not tracked are cut as soon as a rule that allows them is "
                "removed.",
                "Change rules in quiet hours, adding before you take away.",
                EC2_TRACKING,
            ),
        ),
        Finding(
            "allowance-unknown",
            Severity.ADVICE,
            when="tracked == 1 and not is_given(allowance)",
            detail="{tracked_connections} connections are tracked, against no published figure.",
            words=Words(
                "AWS publishes no number of tracked connections for instance types.",
                "Read conntrack_allowance_available of the ENA driver, and give allowance.",
                ENA,
            ),
        ),
        Finding(
            "stale",
            Severity.WARNING,
            when="abandoned_connections > tracked_connections / 2",
            detail="{abandoned_connections} of {tracked_connections} tracked connections are of "
            "peers that are gone.",
            words=Words(
                "A connection that nobody closes is tracked for {timeout_seconds} s.",
                "Set TcpEstablishedTimeout to 350 s, and TCP keepalive below it.",
                EC2_TRACKING,
            ),
        ),
        Finding(
            "idle-unknown",
            Severity.WARNING,
            when="tracked == 1 and protocol == 'tcp' and timeout_seconds < TCP"
            " and not is_given(quiet)",
            detail="Neither max_idle_seconds nor keepalive_seconds is given.",
            words=Words(
                "How long connections are silent is not known; after {timeout_seconds} s the "
                "interface forgets them.",
                "Give max_idle_seconds, or set TCP keepalive to {advised_keepalive_seconds} s.",
                EC2_TRACKING,
            ),
        ),
    ),
    artefacts=(
        *alert_files(
            "security-groups",
            "Alerts on tracked connections of an instance, by the ENA driver's counters.",
            growing(
                "ConntrackAllowanceExceeded",
                "node_ethtool_conntrack_allowance_exceeded",
                OF_INTERFACE,
                20,
                "connections above those that are tracked are dropped",
            ),
            Only(
                f"{FEW} >= 1",
                Alert(
                    "ConntrackAllowanceLow",
                    f"{AVAILABLE} < [[ceil({FEW})]]",
                    OF_INTERFACE,
                    "{{ $labels.instance }}, {{ $labels.device }}: few connections more can be "
                    "tracked",
                    {AVAILABLE: f"[[ceil({FEW}) - 1]]x40"},
                    {AVAILABLE: f"[[ceil({FEW})]]x40"},
                ),
            ),
        ),
        terraform_file(
            "main.tf",
            "Alarms of the CloudWatch agent's ethtool metrics; of TCP, how long silent connections "
            "are tracked as well.",
            "terraform plan; ethtool_conntrack_allowance_exceeded stays 0.",
            (
                Only("protocol == 'tcp'", interfaces(f"[[ceil(max(60, min(432000, {TIMEOUT})))]]")),
                alarm(
                    "ethtool_conntrack_allowance_exceeded",
                    INTERFACE,
                    "Connections above those that are tracked were dropped.",
                    namespace="CWAgent",
                ),
                alarm(
                    "ethtool_conntrack_allowance_available",
                    INTERFACE,
                    "Few connections more can be tracked.",
                    namespace="CWAgent",
                    statistic="Minimum",
                    threshold=f"[[ceil({FEW})]]",
                    below=True,
                ),
            ),
        ),
    ),
    metrics=tuple(
        Metric("CWAgent", f"ethtool_conntrack_allowance_{name}", statistic)
        for name, statistic in (("available", "Minimum"), ("exceeded", "Sum"))
    ),
    suggestions=(
        Suggestion(
            "service",
            "is_given(connections_per_second) and is_given(connection_seconds)",
            "It tracks {connections_per_second} connections a second of {connection_seconds} s.",
        ),
    ),
)
