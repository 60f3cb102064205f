"""Instances, asked of a Prometheus server: what CloudWatch does not tell.

ENA's allowances, the guest's connection table, and listen queues. Needs node_exporter, for the
allowances with `--collector.ethtool`. The guest's connection table (nf_conntrack) and the allowance
that AWS keeps (conntrack_allowance) are two different tables.
"""

from collections.abc import Iterator

from connectivity.core.health.docs import CONNTRACK, ENA, GUIDE, NOTES, OURS
from connectivity.core.health.evaluation import HealthRule, Missing, Severity, Way, Whose
from connectivity.core.health.resource import Resource, Said, tags_of
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
LARGER = "Use a larger instance, or spread the traffic over more instances."
RESOLVER = (
    "Cache DNS on the instance; the Resolver, the metadata service and the time service share "
    "1,024 packets a second."
)
BACKLOG = "Raise the listen backlog, or accept connections faster."

TABLE = (
    (
        "ENA-CONNTRACK",
        "conntrack_allowance_exceeded",
        Way.ABOVE,
        0,
        1,
        Severity.CRITICAL,
        Whose.AWS,
        GUIDE,
        "New connections are dropped: the instance exceeds its connection tracking allowance.",
        (
            "Shorten idle timeouts, or use security group rules whose connections are not tracked.",
            LARGER,
        ),
        "New connections are no longer dropped.",
    ),
    (
        "ENA-CONNTRACK-LEFT",
        "conntrack_allowance_available",
        Way.BELOW,
        1_000,
        3,
        Severity.WARNING,
        Whose.OURS,
        f"{OURS}; {CONNTRACK}",
        "Fewer than 1,000 more connections can be tracked before new ones are dropped.",
        ("Shorten idle timeouts.", LARGER),
        "The connection tracking allowance has headroom again.",
    ),
    (
        "ENA-PPS",
        "pps_allowance_exceeded",
        Way.ABOVE,
        0.5,
        3,
        Severity.WARNING,
        Whose.OURS,
        f"{OURS}; {NOTES}",
        "Packets are queued or dropped: the instance exceeds its packets-per-second allowance.",
        (LARGER, "Send larger packets."),
        "Packets are no longer queued or dropped at the instance.",
    ),
    (
        "ENA-BW-IN",
        "bw_in_allowance_exceeded",
        Way.ABOVE,
        0,
        3,
        Severity.WARNING,
        Whose.OURS,
        f"{OURS}; {NOTES}",
        "Inbound traffic is shaped: the instance exceeds its inbound bandwidth allowance.",
        (LARGER,),
        "Inbound traffic is no longer shaped.",
    ),
    (
        "ENA-BW-OUT",
        "bw_out_allowance_exceeded",
        Way.ABOVE,
        0,
        3,
        Severity.WARNING,
        Whose.OURS,
        f"{OURS}; {ENA}",
        "Outbound traffic is shaped: the instance exceeds its outbound bandwidth allowance.",
        (LARGER,),
        "Outbound traffic is no longer shaped.",
    ),
    (
        "ENA-LINKLOCAL",
        "linklocal_allowance_exceeded",
        Way.ABOVE,
        0.33,
        3,
        Severity.WARNING,
        Whose.AWS,
        GUIDE,
        "Requests to the Resolver, metadata or time service are dropped.",
        (RESOLVER,),
        "DNS, metadata and time requests are answered.",
    ),
    (
        "ENA-LINKLOCAL-MANY",
        "linklocal_allowance_exceeded",
        Way.ABOVE,
        6,
        3,
        Severity.CRITICAL,
        Whose.OURS,
        f"{OURS}; {NOTES}",
        "Many requests to the Resolver, metadata or time service are dropped.",
        (RESOLVER,),
        "DNS, metadata and time requests are answered.",
    ),
    (
        "NF-CONNTRACK",
        "nf_conntrack_used",
        Way.ABOVE,
        75,
        3,
        Severity.WARNING,
        Whose.OURS,
        f"{OURS}; {NOTES}",
        "More than 75 % of the guest kernel's conntrack table is in use.",
        ("Raise net.netfilter.nf_conntrack_max, or shorten its timeouts.",),
        "The guest's conntrack table has headroom again.",
    ),
    (
        "LISTEN-DROPS",
        "listen_drops",
        Way.ABOVE,
        5,
        3,
        Severity.WARNING,
        Whose.OURS,
        f"{OURS}; {NOTES}",
        "More than five connections a second are dropped at a listening socket.",
        (BACKLOG,),
        "Clients no longer wait for retransmitted connection requests.",
    ),
    (
        "LISTEN-OVERFLOWS",
        "listen_overflows",
        Way.ABOVE,
        5,
        3,
        Severity.WARNING,
        Whose.OURS,
        f"{OURS}; {NOTES}",
        "An accept queue overflows more than five times a second.",
        (BACKLOG,),
        "Clients no longer wait for retransmitted connection requests.",
    ),
)

SYMPTOMS = {
    "ENA-CONNTRACK-LEFT": "ENA-CONNTRACK",
    "ENA-LINKLOCAL-MANY": "ENA-LINKLOCAL",
    "LISTEN-OVERFLOWS": "LISTEN-DROPS",
}
"""Rules that see the trouble of another one."""

RULES = tuple(
    HealthRule(
        id=id, kind=KEY, symptom_of=SYMPTOMS.get(id, ""), metric=metric,
        statistic="Average", period=60, way=way,
        threshold=threshold, n=n, m=n, severity=severity, missing=Missing.UNKNOWN, whose=whose,
        source=source, means=means, steps=steps, effect=effect,
    )
    for id, metric, way, threshold, n, severity, whose, source, means, steps, effect in TABLE
)  # fmt: skip


def read(answers: Said, account: str, region: str) -> Iterator[Resource]:
    """Nodes that a Prometheus server knows; `account` is the name of the server."""
    for node in answers.get(NODES, ()):
        labels = node["metric"]
        id = labels.get("instance", "")
        if not id:
            continue
        facts = {"job": labels.get("job", ""), "kernel": labels.get("release", "")}
        tags = tags_of({"Tags": [{"Key": key, "Value": labels[key]} for key in sorted(labels)]})
        yield Resource(KEY, id, labels.get("nodename", id), account, region, id, facts, tags=tags)


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
    unpriced="not priced here",
    unlisted="Prometheus has no such metric for it; the allowances need node_exporter with "
    "--collector.ethtool and an ENA interface",
)
