"""Instances, asked of a Prometheus server: what CloudWatch does not tell.

ENA's allowances, the guest's connection table, and listen queues. Needs node_exporter, for the
allowances with `--collector.ethtool`. The guest's connection table (nf_conntrack) and the allowance
that AWS keeps (conntrack_allowance) are two different tables.
"""

from collections.abc import Iterator

from connectivity.core.health.docs import CONNTRACK, ENA, GUIDE, NOTES, OURS
from connectivity.core.health.evaluation import HealthRule, Missing, State, Way, Whose
from connectivity.core.health.resource import Resource, Said
from connectivity.core.health.resource_type import Kind

KEY = "instance"
NODES = "last_over_time(node_uname_info[1d])"  # a node that fell silent is unknown, not gone
ALLOWANCES = ("bw_in", "bw_out", "pps", "conntrack", "linklocal")
QUERIES = {
    **{
        f"{allowance}_allowance_exceeded": f"rate(node_ethtool_{allowance}_allowance_exceeded[5m])"
        for allowance in ALLOWANCES
    },
    "conntrack_allowance_available": "node_ethtool_conntrack_allowance_available",
    "nf_conntrack_used": "100 * node_nf_conntrack_entries / node_nf_conntrack_entries_limit",
    "listen_drops": "rate(node_netstat_TcpExt_ListenDrops[5m])",
    "listen_overflows": "rate(node_netstat_TcpExt_ListenOverflows[5m])",
}
LARGER = "Take a larger instance, or spread the traffic over more."
RESOLVER = (
    "Cache names on the instance; the resolver, metadata and time share 1,024 packets a second."
)
BACKLOG = "Raise the listen backlog, or accept faster."

TABLE = (
    (
        "ENA-CONNTRACK",
        "conntrack_allowance_exceeded",
        Way.ABOVE,
        0,
        1,
        State.CRITICAL,
        Whose.AWS,
        GUIDE,
        "New connections are dropped: AWS tracks no more of them for the instance.",
        ("Shorten idle timeouts, or open security groups so that nothing is tracked.", LARGER),
        "New connections get through that are dropped now.",
    ),
    (
        "ENA-CONNTRACK-LEFT",
        "conntrack_allowance_available",
        Way.BELOW,
        1_000,
        3,
        State.WARNING,
        Whose.OURS,
        f"{OURS}; {CONNTRACK}",
        "Fewer than 1,000 more connections can be tracked before new ones are dropped.",
        ("Shorten idle timeouts.", LARGER),
        "New connections have room before they are dropped.",
    ),
    (
        "ENA-PPS",
        "pps_allowance_exceeded",
        Way.ABOVE,
        0.5,
        3,
        State.WARNING,
        Whose.OURS,
        f"{OURS}; {NOTES}",
        "Packets are queued or dropped: more a second than the instance may.",
        (LARGER, "Send larger packets."),
        "Packets neither queue nor drop at the instance.",
    ),
    (
        "ENA-BW-IN",
        "bw_in_allowance_exceeded",
        Way.ABOVE,
        0,
        3,
        State.WARNING,
        Whose.OURS,
        f"{OURS}; {NOTES}",
        "Incoming traffic is shaped: more than the instance's bandwidth.",
        (LARGER,),
        "Incoming traffic is no longer shaped.",
    ),
    (
        "ENA-BW-OUT",
        "bw_out_allowance_exceeded",
        Way.ABOVE,
        0,
        3,
        State.WARNING,
        Whose.OURS,
        f"{OURS}; {ENA}",
        "Outgoing traffic is shaped: more than the instance's bandwidth.",
        (LARGER,),
        "Outgoing traffic is no longer shaped.",
    ),
    (
        "ENA-LINKLOCAL",
        "linklocal_allowance_exceeded",
        Way.ABOVE,
        0.33,
        3,
        State.WARNING,
        Whose.AWS,
        GUIDE,
        "Requests to the resolver, metadata or time service are dropped.",
        (RESOLVER,),
        "Names, metadata and time are answered.",
    ),
    (
        "ENA-LINKLOCAL-MANY",
        "linklocal_allowance_exceeded",
        Way.ABOVE,
        6,
        3,
        State.CRITICAL,
        Whose.OURS,
        f"{OURS}; {NOTES}",
        "Many requests to the resolver, metadata or time service are dropped.",
        (RESOLVER,),
        "Names, metadata and time are answered.",
    ),
    (
        "NF-CONNTRACK",
        "nf_conntrack_used",
        Way.ABOVE,
        75,
        3,
        State.WARNING,
        Whose.OURS,
        f"{OURS}; {NOTES}",
        "More than three quarters of the guest kernel's connection table are in use.",
        ("Raise net.netfilter.nf_conntrack_max, or shorten its timeouts.",),
        "The guest's connection table has room again.",
    ),
    (
        "LISTEN-DROPS",
        "listen_drops",
        Way.ABOVE,
        5,
        3,
        State.WARNING,
        Whose.OURS,
        f"{OURS}; {NOTES}",
        "More than five connections a second are dropped at a listening socket.",
        (BACKLOG,),
        "Clients no longer wait for connections that were dropped.",
    ),
    (
        "LISTEN-OVERFLOWS",
        "listen_overflows",
        Way.ABOVE,
        5,
        3,
        State.WARNING,
        Whose.OURS,
        f"{OURS}; {NOTES}",
        "A queue of accepted connections overflows more than five times a second.",
        (BACKLOG,),
        "Clients no longer wait for connections that were dropped.",
    ),
)

RULES = tuple(
    HealthRule(
        id=id, kind=KEY, metric=metric, statistic="Average", period=60, way=way,
        threshold=threshold, n=n, m=n, state=state, missing=Missing.UNKNOWN, whose=whose,
        source=source, means=means, steps=steps, effect=effect,
    )
    for id, metric, way, threshold, n, state, whose, source, means, steps, effect in TABLE
)  # fmt: skip


def read(answers: Said, account: str, region: str) -> Iterator[Resource]:
    """Nodes that a Prometheus server knows; `account` is the name of the server."""
    for node in answers.get(NODES, ()):
        labels = node["metric"]
        id = labels.get("instance", "")
        if not id:
            continue
        facts = {"job": labels.get("job", ""), "kernel": labels.get("release", "")}
        yield Resource(KEY, id, labels.get("nodename", id), account, region, id, facts)


KIND = Kind(
    key=KEY,
    one="instance",
    many="Instances (ENA)",
    namespace="Prometheus",
    identity="instance",
    calls=(),
    read=read,
    rules=RULES,
    parts=("device",),
    queries=QUERIES,
    unlisted="Prometheus has no such metric of it; the allowances need node_exporter with "
    "--collector.ethtool and an ENA interface",
)
