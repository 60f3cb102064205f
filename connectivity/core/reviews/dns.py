"""DNS from a cluster: queries of one lookup, and packets to the Route 53 Resolver of an ENI."""

from collections.abc import Iterator

from connectivity.core.aws_figures import LINK_LOCAL_PACKETS
from connectivity.core.health.evaluation import Severity
from connectivity.core.reviewing.deployed import counts, patches, pods
from connectivity.core.reviewing.deployed.settings import Advised, Cure, FromManifests, Part
from connectivity.core.reviewing.deployed.workload import Workload
from connectivity.core.reviewing.files.alerts import Alert, alert_files, growing
from connectivity.core.reviewing.files.cluster_dns import cluster_dns, node_local
from connectivity.core.reviewing.files.kubernetes import manifests, pod, workload
from connectivity.core.reviewing.inputs import choice, flag, number
from connectivity.core.reviewing.review import (
    Constant,
    Finding,
    Limit,
    Metric,
    Review,
    Suggestion,
    Words,
)
from connectivity.core.reviewing.sources import (
    EDNS,
    K8S_DNS,
    K8S_NODE_LOCAL,
    NOTES,
    OURS,
    VPC_DNS_QUOTAS,
)

OF_INTERFACE = {"instance": "node-1", "device": "eth0"}
REQUESTS = "coredns_dns_requests_total"
OPTIONS = [{"name": "ndots", "value": "1"}, {"name": "timeout", "value": "2"}]


def absolute(workload: Workload, advised: Advised) -> Iterator[Part]:
    """Names with a dot are asked for as they are."""
    values = {option["name"]: option["value"] for option in OPTIONS}
    yield patches.with_dns_options(workload, values)


MANIFESTS = FromManifests(
    applies=lambda workload: True,
    inputs={
        "ndots": pods.ndots,
        "cluster_search_domains": pods.cluster_searches,
        "host_search_domains": pods.host_searches,
        "coredns_replicas": counts.dns_replicas,
        "node_local": counts.has_node_dns,
    },
    of_cluster=("lookups_per_second",),
    cures=(
        Cure(
            "searches and external_share > 0",
            "A lookup is {record_types} queries in place of {queries_per_lookup}. First write "
            "names of the cluster in full, such as api.shop.svc.cluster.local: musl, as in "
            "Alpine images, then searches no domain for a name with a dot.",
            absolute,
        ),
    ),
)


REVIEW = Review(
    key="dns",
    title="DNS",
    about="How many queries one lookup becomes, and how near the network interfaces of CoreDNS are "
    "to what the Route 53 Resolver takes.",
    inputs=(
        number("lookups_per_second", "lookups of all pods", required=True, load=True),
        number("external_share", "of the lookups, for names outside the cluster", 1),
        number("name_dots", "dots in such a name", 2, (0, 10)),
        flag("trailing_dot", "names end with a dot"),
        number("ndots", "ndots in the pods' resolv.conf", 5, (0, 15)),
        number("cluster_search_domains", "search domains of the cluster", 3, (0, 8)),
        number("host_search_domains", "search domains of the node", 1, (0, 6)),
        number("record_types", "2: A and AAAA; 1: one of them", 2, (1, 2)),
        number("cache_hit_share", "of the queries, answered by a cache", 0),
        choice("transport", "how CoreDNS asks the Resolver", ("udp", "tcp")),
        flag("tcp_reuse", "TCP connections are kept", True),
        number("answer_bytes", "of a typical answer", 200, (30, 65_000)),
        number("edns_bytes", "the largest answer that UDP may carry", 1232, (512, 4096)),
        number(
            "resolver_enis",
            "network interfaces that CoreDNS pods, or with NodeLocal DNSCache nodes, ask from",
            2,
            (1, 1e4),
        ),
        number("coredns_replicas", "CoreDNS pods", 2, (1, 1e4)),
        flag("node_local", "NodeLocal DNSCache runs on every node"),
        number("other_packets_per_second", "IMDS, NTP and others from each of those interfaces", 0),
    ),
    constants={
        "ALLOWED": Constant(
            LINK_LOCAL_PACKETS, "packets a second that an ENI may send", VPC_DNS_QUOTAS
        ),
        "SEGMENT": Constant(8949, "bytes of a TCP segment at an MTU of 9,001", "9,001 - 52"),
        "LENGTH": Constant(2, "bytes before an answer by TCP", "rfc-editor.org/rfc/rfc1035"),
        "KEPT": Constant(2, "packets each way of a query on a kept connection", OURS),
        "OPENED": Constant(6, "packets sent of a query on a new one", "measured on loopback"),
        "ANSWERED": Constant(3, "packets received of it beside the answer", "measured on loopback"),
    },
    helpers={
        "searches": "name_dots < ndots and not trailing_dot",
        "segments": "ceil((answer_bytes + LENGTH) / SEGMENT)",
        "tcp_sent": "KEPT if tcp_reuse else OPENED",
        "tcp_both": "2 * KEPT if tcp_reuse else OPENED + ANSWERED + segments",
        "is_truncated": "transport == 'udp' and answer_bytes > edns_bytes",
        "sent": "tcp_sent if transport == 'tcp' else 1 + tcp_sent if is_truncated else 1",
        "both": "tcp_both if transport == 'tcp' else 2 + tcp_both if is_truncated else 2",
    },
    numbers={
        "queries_per_lookup": "record_types"
        " * (1 + (cluster_search_domains + host_search_domains if searches else 0))",
        "upstream_queries_per_lookup": "record_types"
        " * (1 + (host_search_domains if searches else 0))",
        "coredns_queries_per_second": "lookups_per_second"
        " * (external_share * queries_per_lookup + (1 - external_share) * record_types)",
        "upstream_queries_per_second": "lookups_per_second * external_share"
        " * upstream_queries_per_lookup * (1 - cache_hit_share)",
        "packets_sent_per_second_per_eni": "upstream_queries_per_second * sent / resolver_enis"
        " + other_packets_per_second",
        "packets_both_ways_per_second_per_eni": "upstream_queries_per_second * both"
        " / resolver_enis + 2 * other_packets_per_second",
        "max_lookups_per_second": "None"
        " if external_share * upstream_queries_per_lookup * (1 - cache_hit_share) * sent == 0"
        " else max(0, ALLOWED - other_packets_per_second) * resolver_enis"
        " / (external_share * upstream_queries_per_lookup * (1 - cache_hit_share) * sent)",
    },
    limits=(
        Limit(
            "packets",
            load="packets_sent_per_second_per_eni",
            limit="ALLOWED",
            words=Words(
                "A network interface may send 1,024 packets a second to the Route 53 Resolver, "
                "instance metadata and time service together; the quota cannot be raised.",
                "Run NodeLocal DNSCache; end names with a dot, or set ndots to 1; spread CoreDNS "
                "over more network interfaces.",
                VPC_DNS_QUOTAS,
                "linklocal_allowance_exceeded stays 0.",
            ),
        ),
    ),
    findings=(
        Finding(
            "both-ways",
            Severity.WARNING,
            when="packets_both_ways_per_second_per_eni > ALLOWED"
            " and ALLOWED >= packets_sent_per_second_per_eni",
            detail="{packets_both_ways_per_second_per_eni} packets a second with the answers.",
            words=Words(
                "AWS counts the packets that an interface sends; if answers count too, the quota "
                "is already exceeded.",
                "Watch linklocal_allowance_exceeded; the steps are those against too many packets.",
                NOTES,
            ),
        ),
        Finding(
            "ndots",
            Severity.ADVICE,
            when="searches and external_share > 0",
            graver=(Severity.WARNING, "used_packets > 0.375"),
            detail="One lookup is {queries_per_lookup} queries to CoreDNS, "
            "{upstream_queries_per_lookup} to the Resolver.",
            words=Words(
                "A name with fewer dots than ndots is tried with every search domain first.",
                "End names with a dot, or set ndots to 1 in dnsConfig; or use CoreDNS's autopath.",
                K8S_DNS,
                "One lookup is {record_types} queries.",
            ),
        ),
        Finding(
            "placement",
            Severity.WARNING,
            when="coredns_replicas > resolver_enis and not node_local",
            detail="{coredns_replicas} CoreDNS pods on {resolver_enis} network interfaces.",
            words=Words(
                "CoreDNS pods on one node share its network interface, and its quota.",
                "Spread CoreDNS by host, scale it with the cluster, or run NodeLocal DNSCache.",
                K8S_NODE_LOCAL,
            ),
        ),
        Finding(
            "truncated",
            Severity.WARNING,
            when="is_truncated",
            detail="Answers have {answer_bytes} bytes; {edns_bytes} fit.",
            words=Words(
                "An answer that is larger than the EDNS buffer is asked for again by TCP.",
                "Set CoreDNS's bufsize to the answers' size, or make the answers smaller.",
                EDNS,
            ),
        ),
    ),
    artefacts=(
        *alert_files(
            "dns",
            "Alerts on packets to the Resolver that were dropped (ethtool collector of "
            "node-exporter), and on more queries than were reviewed.",
            growing(
                "LinkLocalDropped",
                "node_ethtool_linklocal_allowance_exceeded",
                OF_INTERFACE,
                20,
                "packets to DNS, IMDS or NTP are dropped",
            ),
            Alert(
                "DnsQueriesAboveReview",
                "sum by (cluster) (rate(coredns_dns_requests_total[5m])) > "
                "[[ceil(coredns_queries_per_second)]]",
                {"cluster": "prod"},
                "{{ $labels.cluster }}: more queries than the review was given; review again",
                {REQUESTS: "0+[[60 * (ceil(coredns_queries_per_second) + 10)]]x40"},
                {REQUESTS: "0+[[30 * ceil(coredns_queries_per_second)]]x40"},
            ),
            when="coredns_queries_per_second < 10000000",  # none has more
        ),
        manifests(
            "pod.yaml",
            "A pod whose names are asked for as they are: one lookup is {record_types} queries "
            "in place of {queries_per_lookup}. Names of the cluster are then written in full, "
            "such as api.shop.svc.cluster.local.",
            "kubectl exec deploy/app -- cat /etc/resolv.conf shows ndots:1.",
            workload("Deployment", pod(dnsConfig={"options": OPTIONS})),
        ),
        manifests(
            "coredns.yaml",
            "CoreDNS with autopath and a cache, one pod a host. It replaces the Corefile that is "
            "there; on EKS use the add-on's configuration values.",
            "kubectl -n kube-system logs -l k8s-app=kube-dns shows no error; dns-rules.yml "
            "stays quiet.",
            *cluster_dns("[[ceil(coredns_replicas)]]", "[[floor(edns_bytes)]]"),
        ),
        manifests(
            "node-local.yaml",
            "NodeLocal DNSCache: every node asks the Resolver by its own interface. The kubelet's "
            "--cluster-dns becomes 169.254.20.10; put kube-dns's address in place of 172.20.0.10.",
            "dig @169.254.20.10 kubernetes.default.svc.cluster.local on a node answers.",
            *node_local("[[floor(edns_bytes)]]"),
        ),
    ),
    metrics=(Metric("CWAgent", "ethtool_linklocal_allowance_exceeded", "Sum"),),
    suggestions=(
        Suggestion(
            "service",
            "is_given(connections_per_second)",
            "Clients may look its name up for {connections_per_second} connections a second.",
        ),
    ),
    manifests=MANIFESTS,
)
