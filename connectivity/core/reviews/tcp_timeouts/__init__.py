"""TCP timeouts: idle connections, dead peers, gRPC pings, quorum, network error logging."""

from connectivity.core.health.evaluation import Severity
from connectivity.core.reviewing.files.artefacts import text_file
from connectivity.core.reviewing.files.kubernetes import manifests
from connectivity.core.reviewing.files.quorum import quorum
from connectivity.core.reviewing.files.sysctls import HAS_KEEPALIVE, KEEPALIVE_SYSCTLS, sysctl_conf
from connectivity.core.reviewing.inputs import flag, number
from connectivity.core.reviewing.keepalive import advice_for
from connectivity.core.reviewing.review import (
    Constant,
    Finding,
    Kind,
    Limit,
    LimitKind,
    Review,
    Suggestion,
    Words,
)
from connectivity.core.reviewing.shared import MAX_IDLE
from connectivity.core.reviewing.sources import (
    GRPC,
    IP_SYSCTL,
    K8S_SPREAD,
    K8S_STORAGE,
    NEL,
    TCP_MAN,
)
from connectivity.core.reviews.tcp_timeouts.in_manifests import MANIFESTS

GRPC_CONFIG = """\
{
  "methodConfig": [
    {"name": [{}], "waitForReady": false, "timeout": "[[deadline_seconds]]s"}
  ]
}
"""
NEL_CONF = """\
events {}
http {
  server {
    listen 8080;
    location / {
      # NEL counts on HTTPS alone: TLS ends here or before. The collector is another host's.
      add_header NEL '{"report_to": "errors", "max_age": 86400, \
"success_fraction": [[nel_success_fraction]], "failure_fraction": [[nel_failure_fraction]]}' always;
      add_header Report-To '{"group": "errors", "max_age": 86400, \
"endpoints": [{"url": "https://reports.example.net/nel"}]}' always;
      proxy_pass http://127.0.0.1:8000;
    }
  }
}
"""


REVIEW = Review(
    key="tcp-timeouts",
    title="TCP timeouts",
    about="Whether idle connections outlive the path, how long a dead peer goes unnoticed, and "
    "what is left when a zone is lost.",
    inputs=(
        number("keepalive_seconds", "TCP_KEEPIDLE, or off", 7200, (1, 32_767), words=("off",)),
        number("interval_seconds", "TCP_KEEPINTVL", 75, (1, 32_767)),
        number("probes", "TCP_KEEPCNT", 9, (1, 127)),
        number("user_timeout_seconds", "TCP_USER_TIMEOUT; 0: not set", 0),
        number("retries2", "net.ipv4.tcp_retries2", 15, (0, 255)),
        number(
            "path_timeout_seconds",
            "after which the path forgets a silent connection",
            350,
            (10, 432_000),
        ),
        MAX_IDLE,
        number("deadline_seconds", "within which a call must be answered", within=(0.001, 3600)),
        flag("closes_on_timeout", "the client closes the connection of a call that timed out"),
        number("grpc_keepalive_seconds", "gRPC keepalive time of the client"),
        number("grpc_timeout_seconds", "gRPC keepalive timeout of the client", 20, (0.1, 600)),
        number("grpc_server_min_seconds", "least time between pings that the server permits", 300),
        number("calls_per_second", "on one connection", 0, load=True),
        number("stateful_replicas", "members of a quorum; 0: none", 0),
        number("zones", "AZs that they are spread over", 3, (1, 10)),
        number("nodes_per_zone", "nodes that can run them in each zone", 1),
        flag("zone_bound_volumes", "their volumes live in one AZ", True),
        number("nel_requests_per_second", "answered with network error logging", 0, load=True),
        number("nel_failure_share", "of the requests, that fail", 0),
        number("nel_success_fraction", "success_fraction of the policy", 0),
        number("nel_failure_fraction", "failure_fraction of the policy", 1),
        number("nel_browser_share", "of the clients, that report", 0.7),
        flag("nel_same_origin", "reports go to the origin that they are about"),
    ),
    constants={
        "FIRST_RTO": Constant(0.2, "s: TCP_RTO_MIN", IP_SYSCTL),
        "DOUBLINGS": Constant(9, "retransmissions until the timeout is at its maximum", IP_SYSCTL),
        "DOUBLED": Constant(204.6, "s until then", IP_SYSCTL),
        "LAST_RTO": Constant(120, "s: TCP_RTO_MAX", IP_SYSCTL),
        "LONGEST": Constant(32_767, "s: the largest TCP_KEEPIDLE", TCP_MAN),
    },
    helpers={
        "keepalive": "None if keepalive_seconds == 'off' else keepalive_seconds",
    },
    numbers={
        "idle_detection_seconds": "keepalive + interval_seconds * (probes"
        " if user_timeout_seconds == 0"
        " else max(1, ceil((user_timeout_seconds - keepalive) / interval_seconds)))",
        "data_detection_seconds": "user_timeout_seconds if user_timeout_seconds > 0"
        " else FIRST_RTO * (2 ** (retries2 + 1) - 1) if retries2 <= DOUBLINGS"
        " else DOUBLED + LAST_RTO * (retries2 - DOUBLINGS)",
        "grpc_detection_seconds": "grpc_keepalive_seconds + grpc_timeout_seconds",
        "detection_seconds": "least_known(data_detection_seconds, grpc_detection_seconds)",
        "calls_lost": "calls_per_second * detection_seconds",
        "quorum": "floor(stateful_replicas / 2) + 1 if stateful_replicas > 0 else None",
        "replicas_after_zone_loss": "max(0, stateful_replicas - ceil(stateful_replicas / zones))"
        " if stateful_replicas > 0 else None",
        "nel_reports_per_second": "nel_requests_per_second * nel_browser_share"
        " * ((1 - nel_failure_share) * nel_success_fraction"
        " + nel_failure_share * nel_failure_fraction)",
        **advice_for("min(path_timeout_seconds, LONGEST)"),
    },
    asks_when=("idle_detection_seconds > 86400", "detection_seconds > 86400"),
    limits=(
        Limit(
            "idle",
            load="least_known(max_idle_seconds, keepalive, grpc_keepalive_seconds)",
            limit="path_timeout_seconds",
            kind=LimitKind.IDLE,
            words=Words(
                "Keepalive comes later than the path forgets the connection.",
                "Set TCP keepalive to {advised_keepalive_seconds} s, every "
                "{advised_interval_seconds} s, 3 probes.",
                TCP_MAN,
                "Idle connections stay open.",
            ),
        ),
        Limit(
            "deadline",
            load="detection_seconds",
            limit="deadline_seconds",
            when="not closes_on_timeout",
            kind=LimitKind.TIME,
            words=Words(
                "Calls on a connection whose peer is gone fail until TCP or gRPC notices: for "
                "{detection_seconds} s at least, as TCP counts from its first repetition.",
                "Set TCP_USER_TIMEOUT near the deadline, or gRPC keepalive at no less than what "
                "the server permits; or close a connection whose call timed out.",
                f"{TCP_MAN}; {GRPC}",
                "{calls_lost} calls are lost today.",
            ),
        ),
        Limit(
            "quorum",
            load="quorum",
            limit="replicas_after_zone_loss",
            warns=False,
            words=Words(
                "With the largest zone gone, {replicas_after_zone_loss} members are left; "
                "{quorum} are a majority.",
                "Spread the members over three zones.",
                K8S_SPREAD,
                "The quorum outlives any one zone.",
            ),
        ),
    ),
    findings=(
        Finding(
            "user-timeout",
            Severity.WARNING,
            when="user_timeout_seconds > 0 and user_timeout_seconds <= keepalive"
            " and (not is_given(max_idle_seconds) or max_idle_seconds > keepalive)",
            detail="TCP_USER_TIMEOUT is {user_timeout_seconds} s, keepalive {keepalive_seconds} s.",
            words=Words(
                "TCP_USER_TIMEOUT overrides the number of probes: the first one that is not "
                "answered ends an idle connection.",
                "Set TCP_USER_TIMEOUT just below keepalive plus probes times interval.",
                TCP_MAN,
            ),
        ),
        Finding(
            "grpc-pings",
            Severity.ADVICE,
            when="grpc_keepalive_seconds < grpc_server_min_seconds",
            graver=(Severity.CRITICAL, "states_grpc_server_min_seconds"),
            detail="Pings every {grpc_keepalive_seconds} s; the server permits one in "
            "{grpc_server_min_seconds} s.",
            words=Words(
                "A gRPC server answers pings that come too often with GOAWAY, too_many_pings.",
                "Permit them on the server, or ping less often.",
                GRPC,
            ),
        ),
        Finding(
            "keepalive-off",
            Severity.WARNING,
            when="keepalive_seconds == 'off' and not is_given(grpc_keepalive_seconds)",
            detail="Neither TCP nor gRPC keepalive is on.",
            words=Words(
                "A connection without traffic never notices that its peer is gone.",
                "Set TCP keepalive to {advised_keepalive_seconds} s.",
                TCP_MAN,
            ),
        ),
        Finding(
            "zone-volume",
            Severity.WARNING,
            when="stateful_replicas > 0 and zone_bound_volumes and nodes_per_zone < 2",
            detail="{nodes_per_zone} nodes in each zone, and volumes that live in one AZ.",
            words=Words(
                "A pod whose volume lives in one AZ can start again only on a node of that AZ.",
                "Run two nodes in each zone, and bind volumes with WaitForFirstConsumer.",
                K8S_STORAGE,
            ),
        ),
        Finding(
            "nel-origin",
            Severity.WARNING,
            when="nel_same_origin",
            detail="{nel_reports_per_second} reports a second go to the origin itself.",
            words=Words(
                "Reports that an origin is down go to the origin that is down.",
                "Send reports to another host, with another provider.",
                NEL,
            ),
        ),
    ),
    artefacts=(
        sysctl_conf(
            "sysctl.conf",
            "Keepalive ahead of the path's timeout, and how long unanswered data are repeated.",
            {**KEEPALIVE_SYSCTLS, "net.ipv4.tcp_retries2": "[[floor(min(255, retries2))]]"},
            when=HAS_KEEPALIVE,
        ),
        text_file(
            "grpc.json",
            Kind.GRPC,
            "A service config of gRPC clients: every call ends at the deadline, and none is "
            "repeated by itself.",
            "With the server stopped (kill -STOP), calls end with DEADLINE_EXCEEDED in time.",
            GRPC_CONFIG,
            when="deadline_seconds > 0",
        ),
        manifests(
            "statefulset.yaml",
            "Members of a quorum spread over zones, with volumes bound where their pod starts.",
            "kubectl get pods -o wide shows no two members on a node; drain one: quorum holds.",
            *quorum("[[ceil(stateful_replicas)]]"),
            when="stateful_replicas > 0",
        ),
        text_file(
            "nginx.conf",
            Kind.NGINX,
            "Browsers report failed requests to a collector of another host.",
            "nginx -t; the collector gets about {nel_reports_per_second} reports a second.",
            NEL_CONF,
            when="nel_requests_per_second > 0",
        ),
    ),
    suggestions=(
        Suggestion(
            "flow",
            "protocol != 'udp' and is_given(max_idle_seconds)",
            "Its connections are idle for up to {max_idle_seconds} s.",
        ),
    ),
    manifests=MANIFESTS,
)
