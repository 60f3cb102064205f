"""Listen backlog: how many completed connections may wait until a program accepts them."""

from collections.abc import Iterator

from connectivity.core.health.evaluation import Severity
from connectivity.core.reviewing.deployed import patches, pods, programs
from connectivity.core.reviewing.deployed.settings import Advised, Cure, FromManifests, Part
from connectivity.core.reviewing.deployed.workload import Workload
from connectivity.core.reviewing.files.alerts import alert_files, growing
from connectivity.core.reviewing.files.kubernetes import (
    container,
    exporter,
    manifests,
    pod,
    pod_sysctls,
    workload,
)
from connectivity.core.reviewing.files.sysctls import sysctl_conf
from connectivity.core.reviewing.inputs import flag, number
from connectivity.core.reviewing.review import Constant, Finding, Limit, Review, Suggestion, Words
from connectivity.core.reviewing.sources import ACCEPT_QUEUE, IP_SYSCTL, OURS

QUEUE = {"net.core.somaxconn": "[[ceil(advised_somaxconn)]]"}
PORTS = {"net.ipv4.ip_local_port_range": "10240 65535"}
"""For connections that a pod opens itself: 55,296 in place of 28,232 to one destination. Below are
the ports that programs listen on: ours."""
OF_POD = {"namespace": "shop", "pod": "api-0"}


def queue(workload: Workload, advised: Advised) -> Iterator[Part]:
    """The accept queue that the kernel allows."""
    yield patches.with_sysctls(workload, {"net.core.somaxconn": advised("ceil(advised_somaxconn)")})


MANIFESTS = FromManifests(
    applies=lambda workload: workload.is_served,
    inputs={
        "backlog": programs.stated_option("backlog"),
        "somaxconn": pods.sysctl("net.core.somaxconn", 4096),
        "abort_on_overflow": pods.switched_on("net.ipv4.tcp_abort_on_overflow"),
    },
    cures=(
        Cure(
            "used_queue > COMFORT and advised_somaxconn > somaxconn",
            "The accept queue may hold {advised_somaxconn}. The kubelet must allow the unsafe "
            "sysctl net.core.somaxconn, and the program passes {advised_backlog} to listen().",
            queue,
            applies=lambda workload: not workload.is_on_host_network,
            is_unsafe=True,
        ),
    ),
)


REVIEW = Review(
    key="listen-backlog",
    title="Listen backlog",
    about="Whether a burst of new connections fits into the accept queue, and how long it takes to "
    "drain.",
    inputs=(
        number("burst_connections", "connections of a burst", required=True, load=True),
        number(
            "burst_per_second",
            "how fast they come; not given: all at once",
            within=(1, 1e6),
        ),
        number(
            "accept_per_second",
            "connections that the program accepts a second",
            within=(1, 1e6),
            required=True,
        ),
        number("steady_per_second", "connections that come beside the burst", 0, load=True),
        number("backlog", "argument of listen(), or of the server's setting", required=True),
        number("somaxconn", "net.core.somaxconn in the pod or host", 4096),
        flag("abort_on_overflow", "net.ipv4.tcp_abort_on_overflow is 1"),
        number("connect_timeout_seconds", "the client's connect timeout", within=(0.05, 300)),
    ),
    constants={
        "COMFORT": Constant(0.75, "of the queue that a burst may fill", OURS),
        "LEAST": Constant(128, "a common lower bound of a backlog", OURS),
        "RETRY": Constant(1, "s after which a dropped SYN is sent again", IP_SYSCTL),
    },
    helpers={"spare_per_second": "accept_per_second - steady_per_second"},
    numbers={
        "queue_slots": "min(backlog, somaxconn) + 1",
        "peak_queue": "burst_connections if not is_given(burst_per_second)"
        " or spare_per_second <= 0"
        " else max(0, burst_connections * (1 - spare_per_second / burst_per_second))",
        "dropped_attempts": "max(0, ceil(peak_queue) - queue_slots)",
        "seconds_to_overflow": "None if peak_queue <= queue_slots"
        " else 0 if not is_given(burst_per_second)"
        " else queue_slots / (burst_per_second - spare_per_second)",
        "drain_seconds": "min(peak_queue, queue_slots) / spare_per_second"
        " if spare_per_second > 0 else None",
        "advised_backlog": "power_of_two(peak_queue / COMFORT, LEAST)",
        "advised_somaxconn": "max(somaxconn, advised_backlog)",
    },
    limits=(
        Limit(
            "queue",
            load="peak_queue",
            limit="queue_slots",
            words=Words(
                "The accept queue holds min(backlog, somaxconn) + 1 completed connections; beyond "
                "that, SYNs are dropped.",
                "Call listen() with {advised_backlog}, and set net.core.somaxconn to "
                "{advised_somaxconn}; or accept faster.",
                ACCEPT_QUEUE,
                "ListenOverflows no longer grows.",
            ),
        ),
        Limit(
            "accept",
            load="steady_per_second",
            limit="accept_per_second",
            words=Words(
                "Connections come faster than the program accepts them: no backlog is long enough.",
                "Use more workers or instances, or several listening sockets with SO_REUSEPORT.",
                "queueing: the queue grows while arrivals exceed departures",
                "The queue drains between bursts.",
            ),
        ),
    ),
    findings=(
        Finding(
            "capped",
            Severity.ADVICE,
            when="backlog > somaxconn",
            graver=(Severity.WARNING, "used_queue > 0.375"),
            detail="listen() asks for {backlog}; somaxconn allows {somaxconn}.",
            words=Words(
                "The kernel takes the smaller of the backlog and net.core.somaxconn.",
                "Set net.core.somaxconn to {backlog} in the pod's or host's network namespace, and "
                "start the program again.",
                IP_SYSCTL,
            ),
        ),
        Finding(
            "application",
            Severity.WARNING,
            when="peak_queue > queue_slots and backlog < somaxconn",
            detail="listen() asks for {backlog}; somaxconn would allow {somaxconn}.",
            words=Words(
                "The program asks for a shorter queue than the kernel allows.",
                "Call listen() with {advised_backlog}, and start the program again.",
                ACCEPT_QUEUE,
            ),
        ),
        Finding(
            "reset",
            Severity.WARNING,
            when="abort_on_overflow",
            detail="net.ipv4.tcp_abort_on_overflow is 1.",
            words=Words(
                "A handshake that ends while the queue is full is answered with RST, where the "
                "client would have tried again.",
                "Set net.ipv4.tcp_abort_on_overflow to 0.",
                IP_SYSCTL,
            ),
        ),
        Finding(
            "connect-timeout",
            Severity.CRITICAL,
            when="dropped_attempts > 0 and connect_timeout_seconds <= RETRY",
            detail="{dropped_attempts} attempts are dropped; the client gives up after "
            "{connect_timeout_seconds} s.",
            words=Words(
                "A dropped SYN is sent again after 1 s; a client that gives up before then fails.",
                "Set the connect timeout to 3 s or more, or avoid the overflow.",
                IP_SYSCTL,
            ),
        ),
    ),
    artefacts=(
        *alert_files(
            "listen-backlog",
            "Alerts on connections that found the accept queue full; node-exporter runs in the "
            "pod, as in listen-backlog-pod.yaml.",
            growing(
                "ListenOverflows",
                "node_netstat_TcpExt_ListenOverflows",
                OF_POD,
                5,
                "the accept queue overflows",
            ),
            growing(
                "ListenDrops", "node_netstat_TcpExt_ListenDrops", OF_POD, 5, "SYNs are dropped"
            ),
        ),
        sysctl_conf(
            "sysctl.conf",
            "The accept queue of a host; the program passes {advised_backlog} to listen() as "
            "well. ss -ltn shows it as Send-Q once the program has started again.",
            {**QUEUE, "net.ipv4.tcp_abort_on_overflow": "0"},
        ),
        manifests(
            "pod.yaml",
            "The accept queue of a pod, the ports of connections that it opens, and its "
            "counters: net.core.somaxconn is an unsafe sysctl, so the kubelet needs "
            "allowedUnsafeSysctls: [net.core.somaxconn]. The program passes {advised_backlog} to "
            "listen() as well.",
            "kubectl exec deploy/app -c app -- ss -ltn shows {advised_backlog} as Send-Q.",
            workload(
                "Deployment",
                pod(
                    container(),
                    exporter("netstat", "sockstat"),
                    securityContext=pod_sysctls({**QUEUE, **PORTS}),
                ),
            ),
        ),
    ),
    suggestions=(
        Suggestion(
            "service",
            "protocol != 'udp' and is_given(connections_per_second)",
            "It accepts {connections_per_second} new connections a second, which come in bursts.",
        ),
    ),
    manifests=MANIFESTS,
)
