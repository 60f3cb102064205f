"""Reviews against the kernel and the C library: each function is a subject, at a size to choose.

Experiments mostly wait; those of a subject run side by side.
"""

import tempfile
from collections.abc import Iterator
from itertools import product
from typing import Any

import yaml

from connectivity.core.reviewing.answer import Answer
from connectivity.core.reviews import REVIEWS
from tests.connectivity.review_reality.namespaces import happens
from tests.connectivity.review_reality.rows import (
    Row,
    file,
    number,
    review,
    side_by_side,
    sysctls,
    undisturbed,
)

BURSTS = [
    {"burst_connections": 200, "accept_per_second": 500, "backlog": 49},
    {
        "burst_connections": 200,
        "burst_per_second": 400,
        "accept_per_second": 100,
        "backlog": 4096,
        "somaxconn": 49,
    },
    {
        "burst_connections": 600,
        "burst_per_second": 1000,
        "accept_per_second": 300,
        "backlog": 127,
    },
]


def accept_queues(bursts: list[dict[str, Any]] = BURSTS) -> list[Row]:
    """Bursts against today's accept queue, and against the advised one."""
    tasks = [lambda inputs=inputs: list(_accept_queue(inputs)) for inputs in bursts]
    return sum(side_by_side(tasks), [])


def _accept_queue(inputs: dict[str, Any]) -> Iterator[Row]:
    told = review("listen-backlog", **inputs)
    today = {"net.core.somaxconn": str(inputs.get("somaxconn", 4096))}
    backlog = int(number(told, "advised_backlog"))
    counted, advised = (
        undisturbed(
            "accept_queue",
            30,
            0.02,
            backlog=asked,
            burst=inputs["burst_connections"],
            burst_per_second=inputs.get("burst_per_second"),
            accept_per_second=inputs["accept_per_second"],
            parameters=parameters,
            exporter=exporter(told),
        )
        for asked, parameters in ((inputs["backlog"], today), (backlog, sysctls(told)))
    )
    burst, at_once = inputs["burst_connections"], "burst_per_second" not in inputs
    slack = 0 if at_once else 0.05
    dropped = number(told, "dropped_attempts")
    yield Row(f"burst of {burst}: overflows", dropped, counted["ListenOverflows"], slack)
    yield Row(f"burst of {burst}: drops", dropped, counted["ListenDrops"], slack)
    yield Row("as node-exporter shows them", counted["ListenOverflows"], counted["exported"])
    overflow = number(told, "seconds_to_overflow")
    yield Row("seconds to overflow", overflow, counted["overflow_seconds"], 0.1)
    yield Row("seconds to drain", number(told, "drain_seconds"), counted["drain_seconds"], 0.1)
    yield Row(f"with a backlog of {backlog}: overflows", 0, advised["ListenOverflows"])
    yield Row("its Send-Q", backlog, advised["send_queue"])
    default = REVIEWS["listen-backlog"].inputs[5].default
    yield Row("somaxconn of a new namespace", default, counted["default_somaxconn"])


def exporter(told: Answer) -> list[str]:
    """The exporter of the pod's manifest."""
    containers = yaml.safe_load(file(told, "pod.yaml"))["spec"]["template"]["spec"]["containers"]
    return ["prometheus-node-exporter", *containers[1]["args"]]


ADVISED = ("keepalive_seconds", "interval_seconds")
PEERS = [
    {"keepalive_seconds": 2, "interval_seconds": 1, "probes": 3},
    {"keepalive_seconds": 2, "interval_seconds": 2, "probes": 2},
    {"keepalive_seconds": 2, "interval_seconds": 1, "probes": 9, "user_timeout_seconds": 2.5},
    {"keepalive_seconds": 1, "interval_seconds": 1, "probes": 9, "user_timeout_seconds": 4},
    {"keepalive_seconds": "off", "user_timeout_seconds": 7},
]
HOST = {"path_timeout_seconds": 10, "retries2": 3}
SEND_BUFFER_BYTES = 40 * 1024  # as the review of slow clients says


def dead_peers(peers: list[dict[str, Any]] = PEERS, host: dict[str, int] = HOST) -> list[Row]:
    """How long connections to a peer that is gone stay: idle ones, and those that have sent; with
    options of their own, with the host's advised keepalive, and with its retries alone."""
    advice = review("tcp-timeouts", **host)
    advised = {name: (advice.numbers or {})[f"advised_{name}"] for name in ADVISED}
    cases = [*peers, {**advised, "probes": 3}, {"keepalive_seconds": "off", **host}]
    idle = [case["keepalive_seconds"] != "off" for case in cases]
    seconds = [
        number(
            review("tcp-timeouts", **case),
            "idle_detection_seconds" if is_idle else "data_detection_seconds",
        )
        for case, is_idle in zip(cases, idle, strict=True)
    ]
    lasts = 3 * max(seconds) + 5
    chosen = [*map(options, peers), {"SO_KEEPALIVE": 1}, {}]
    counted = happens(
        "dead_peer",
        lasts + 20,
        cases=[
            {"options": each, "sends": not is_idle, "lasts": lasts}
            for each, is_idle in zip(chosen, idle, strict=True)
        ],
        parameters=sysctls(advice),
    )
    rows = [
        Row(f"seconds until {case} ends", predicted, end or lasts, 0.1)
        for case, predicted, end in zip(cases, seconds, counted["ended_seconds"], strict=True)
    ]
    taken = Row("bytes that a writer leaves to the kernel", SEND_BUFFER_BYTES, 0, 1, is_least=True)
    return [
        *rows[:-1],
        rows[-1]._replace(is_least=True, within=1.4),
        taken._replace(counted=counted["taken_bytes"]),
    ]


def options(case: dict[str, Any]) -> dict[str, int]:
    """The options of a socket, as an application sets them."""
    chosen = {"TCP_USER_TIMEOUT": int(1000 * case.get("user_timeout_seconds", 0))}
    if case["keepalive_seconds"] != "off":
        names = {"TCP_KEEPIDLE": "keepalive", "TCP_KEEPINTVL": "interval"}
        chosen |= {name: case[f"{word}_seconds"] for name, word in names.items()}
        chosen |= {"SO_KEEPALIVE": 1, "TCP_KEEPCNT": case["probes"]}
    return chosen


SEARCHED = ("shop.svc.cluster.local", "svc.cluster.local", "cluster.local", "compute.internal")
EXTERNAL = "api.example.com"
BOTH_TYPES = {"record_types": 2, "trailing_dot": False}
ONE_QUERY = {"record_types": 1, "trailing_dot": True, "ndots": 1}


def lookups() -> list[Row]:
    """Queries of a lookup by the C library, at every ndots, and with the advised pod's options."""
    cases = [
        {"ndots": ndots, "record_types": types, "trailing_dot": dot}
        for ndots, types, dot in product(range(1, 6), (2, 1), (False, True))
    ]
    pod = yaml.safe_load(file(review("dns", lookups_per_second=1), "pod.yaml"))
    advised = pod["spec"]["template"]["spec"]["dnsConfig"]["options"]
    settings = [f"ndots:{case['ndots']}" for case in cases]
    settings.append(" ".join(f"{option['name']}:{option['value']}" for option in advised))
    cases.append({"ndots": 1, **BOTH_TYPES})
    settings.append("use-vc")
    cases.append({**ONE_QUERY, "transport": "tcp", "tcp_reuse": False})
    with tempfile.TemporaryDirectory() as folder:
        asked = happens(
            "resolver",
            60,
            lookups=[
                {
                    "resolv_conf": f"search {' '.join(SEARCHED)}\noptions {setting}\n",
                    "name": EXTERNAL + "." * case["trailing_dot"],
                    "both_types": case["record_types"] == 2,
                }
                for case, setting in zip(cases, settings, strict=True)
            ],
            exists=EXTERNAL,
            folder=folder,
        )
    return [
        row for case, counted in zip(cases, asked, strict=True) for row in _lookup(case, counted)
    ]


def _lookup(case: dict[str, Any], counted: dict[str, Any]) -> Iterator[Row]:
    told = review(
        "dns", lookups_per_second=1, name_dots=EXTERNAL.count("."), resolver_enis=1, **case
    )
    yield Row(f"queries at {case}", number(told, "queries_per_lookup"), len(counted["queries"]))
    upstream = [name for name, _ in counted["queries"] if not name.endswith("cluster.local")]
    predicted = number(told, "upstream_queries_per_lookup")
    yield Row("of them to the Resolver", predicted, len(upstream))
    if len(upstream) == len(counted["queries"]):
        sent = number(told, "packets_sent_per_second_per_eni")
        both = number(told, "packets_both_ways_per_second_per_eni")
        late = (
            0.2 if "transport" in case else 0
        )  # of TCP, where an ACK does not wait for the answer
        yield Row("packets sent", sent, counted["sent"], late)
        yield Row("packets both ways", both, counted["sent"] + counted["received"], late)


TRAFFIC = {"per_second": 200, "abandons_every": 5, "udp_every": 2, "lives_seconds": 0.5}
TIMEOUTS = {"time_wait_seconds": 2, "established_timeout_seconds": 3, "udp_timeout_seconds": 2}
CLEARED_SECONDS = REVIEWS["conntrack"].constants["CLEARED"].value


def tracked_connections(
    traffic: dict[str, Any] = TRAFFIC, timeouts: dict[str, int] = TIMEOUTS
) -> list[Row]:
    """Entries of steady traffic, with timeouts that are short enough to wait for."""
    rate, lives = traffic["per_second"], traffic["lives_seconds"]
    inputs = {
        "connections_per_second": rate,
        "connection_seconds": lives,
        "abandoned_share": 1 / traffic["abandons_every"],
        "udp_flows_per_second": rate / traffic["udp_every"],
        "memory_gib": 8,
        **timeouts,
    }
    told = review("conntrack", **inputs)
    written = sysctls(told)
    del written["net.netfilter.nf_conntrack_max"]  # the host's: only its own namespace may write it
    written["net.netfilter.nf_conntrack_udp_timeout"] = str(timeouts["udp_timeout_seconds"])
    seconds = lives + max(timeouts.values()) + 1
    counted = undisturbed(
        "tracked", seconds + 30, 0.1, **traffic, lasts_seconds=seconds, parameters=written
    )
    entries = number(told, "entries")
    yet = rate * (1 + 1 / traffic["udp_every"]) * min(CLEARED_SECONDS, seconds)
    rows = [
        Row("entries", entries, counted["entries"], 0.03),
        Row(
            "at once, before the kernel has cleared what is over",
            counted["entries"],
            counted["counted"],
            yet / counted["entries"],
            is_least=True,
        ),
    ]
    if size := counted["entry_bytes"]:
        sized = review("conntrack", **inputs, entry_bytes=size)
        predicted = number(sized, "memory_bytes") * counted["counted"] / entries
        rows.append(Row(f"bytes, {size} an entry", predicted, counted["allocated_bytes"], 0.2))
    return rows
