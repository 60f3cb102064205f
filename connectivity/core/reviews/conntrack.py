"""Connection tracking on a host or node: entries, table, buckets, memory."""

from connectivity.core.health.evaluation import Severity
from connectivity.core.reviewing.files.alerts import Alert, alert_files
from connectivity.core.reviewing.files.artefacts import text_file
from connectivity.core.reviewing.files.kubernetes import manifests, simple
from connectivity.core.reviewing.files.quorum import headless
from connectivity.core.reviewing.files.sysctls import sysctl_conf
from connectivity.core.reviewing.inputs import flag, number
from connectivity.core.reviewing.review import (
    Constant,
    Finding,
    Kind,
    Limit,
    Review,
    Suggestion,
    Words,
)
from connectivity.core.reviewing.shared import CONNECTION_SECONDS, CONNECTIONS_PER_SECOND
from connectivity.core.reviewing.sources import (
    CONNTRACK_CODE,
    CONNTRACK_SYSCTL,
    KUBE_PROXY,
    NOTES,
    OURS,
)

ENTRIES, LIMIT = "node_nf_conntrack_entries", "node_nf_conntrack_entries_limit"
COUNTED = "ceil(entries + uncleared_entries)"
"""What the kernel counts at most: what is over stays until it is cleared."""
OF_NODE = {"instance": "node-1"}
KUBE_PROXY_CONF = """\
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
conntrack:
  maxPerCore: [[0 if advised_max > kube_proxy_cap else ceil(advised_max / cores)]]
  min: [[advised_max]]
  tcpEstablishedTimeout: [[floor(min(established_timeout_seconds, 86400))]]s
  tcpCloseWaitTimeout: 3600s
"""


REVIEW = Review(
    key="conntrack",
    title="Connection tracking",
    about="How many entries the traffic of a host needs in nf_conntrack, and what sets the size of "
    "the table.",
    inputs=(
        CONNECTIONS_PER_SECOND,
        CONNECTION_SECONDS,
        number("abandoned_share", "of the connections, that nobody closes", 0),
        number("time_wait_seconds", "nf_conntrack_tcp_timeout_time_wait", 120, (1, 600)),
        number(
            "established_timeout_seconds",
            "nf_conntrack_tcp_timeout_established",
            within=(60, 432_000),
            follows="86400 if kube_proxy else 432000",
        ),
        number("udp_flows_per_second", "new UDP flows a second", 0, load=True),
        number("udp_timeout_seconds", "nf_conntrack_udp_timeout", 30, (1, 600)),
        number("entries_per_connection", "2 where a node sees both sides", 1, (1, 4)),
        number("memory_gib", "memory of the host", within=(0.25, 24_576), required=True),
        flag("kube_proxy", "kube-proxy sets the table's size"),
        number("cores", "cores that kube-proxy sees", within=(1, 1024), required_when="kube_proxy"),
        number("max_per_core", "conntrack.maxPerCore of kube-proxy", 32_768),
        number("min_entries", "conntrack.min of kube-proxy", 131_072),
        number("kube_proxy_cap", "above which maxPerCore times cores is cut", 1_048_576),
        number("nf_conntrack_max", "net.netfilter.nf_conntrack_max", within=(1024, 1e9)),
        number("buckets", "nf_conntrack_buckets, where it is set", within=(1024, 1e8)),
        number(
            "entry_bytes",
            "of one entry: objsize of nf_conntrack in /proc/slabinfo",
            320,
            (200, 1024),
        ),
    ),
    constants={
        "LARGE": Constant(262_144, "buckets above 4 GiB, kernel 5.15 or newer", CONNTRACK_SYSCTL),
        "MEDIUM": Constant(65_536, "buckets above 1 GiB", CONNTRACK_SYSCTL),
        "LEAST": Constant(1024, "buckets at least", CONNTRACK_SYSCTL),
        "BYTES_PER_BUCKET": Constant(131_072, "bytes of memory for each", CONNTRACK_CODE),
        "PER_HASHSIZE": Constant(8, "entries for each bucket given at load", CONNTRACK_CODE),
        "PER_BUCKET": Constant(4, "entries for each bucket of kube-proxy", KUBE_PROXY),
        "COMFORT": Constant(0.75, "of the table that may be in use", OURS),
        "POINTER": Constant(8, "bytes of a bucket for each entry", CONNTRACK_CODE),
        "SHORT_TIME_WAIT": Constant(65, "s: the 60 s of TIME_WAIT and a little", NOTES),
        "CLEARED": Constant(
            60, "s within which the kernel clears entries that are over", CONNTRACK_CODE
        ),
        "MEMORY_SHARE": Constant(0.05, "of the memory that the table may take", OURS),
        "GIB": Constant(2**30, "bytes", "unit"),
    },
    helpers={
        "default_buckets": "LARGE if memory_gib > 4 else MEDIUM if memory_gib > 1"
        " else max(LEAST, floor(memory_gib * GIB / BYTES_PER_BUCKET))",
        "is_kube_proxys": "kube_proxy and max_per_core > 0 and not is_given(nf_conntrack_max)",
        "of_cores": "max_per_core * cores",
        "uncleared_entries": "CLEARED"
        " * (entries_per_connection * connections_per_second + udp_flows_per_second)",
    },
    numbers={
        "abandoned_entries": "entries_per_connection * connections_per_second * abandoned_share"
        " * (connection_seconds + established_timeout_seconds)",
        "entries": "abandoned_entries + entries_per_connection * connections_per_second"
        " * (1 - abandoned_share) * (connection_seconds + time_wait_seconds)"
        " + udp_flows_per_second * udp_timeout_seconds",
        "limit_entries": "nf_conntrack_max if is_given(nf_conntrack_max)"
        " else (kube_proxy_cap if of_cores > kube_proxy_cap else max(of_cores, min_entries))"
        " if is_kube_proxys"
        " else PER_HASHSIZE * given_buckets if is_given(given_buckets) else default_buckets",
        "buckets": "given_buckets if is_given(given_buckets)"
        " else max(default_buckets, floor(limit_entries / PER_BUCKET)) if is_kube_proxys"
        " else default_buckets",
        "chain_length": "2 * entries / buckets",
        "memory_bytes": "entries * entry_bytes",
        "advised_max": "power_of_two(entries / COMFORT, LEAST)",
        "advised_memory_bytes": "advised_max * (entry_bytes + POINTER)",
        "time_wait_saving_entries": "entries_per_connection * connections_per_second"
        " * (1 - abandoned_share) * max(0, time_wait_seconds - SHORT_TIME_WAIT)",
    },
    asks_when=("entries > 10000000",),
    limits=(
        Limit(
            "table",
            load="entries",
            limit="limit_entries",
            words=Words(
                "A connection has an entry for as long as it lives and for TIME_WAIT. Entries of "
                "established connections are not evicted: in a full table the packets of new "
                "connections are dropped. The kernel clears what is over up to 60 s later, so it "
                "counts up to {uncleared_entries} more.",
                "Set nf_conntrack_max to {advised_max}; shorten TIME_WAIT to 65 s; reach services "
                "by headless Services and a client or L7 proxy that balances: nothing is "
                "translated.",
                CONNTRACK_SYSCTL,
                "The kernel no longer logs 'nf_conntrack: table full, dropping packet'.",
            ),
        ),
    ),
    findings=(
        Finding(
            "abandoned",
            Severity.WARNING,
            when="abandoned_entries > entries / 2",
            detail="{abandoned_entries} of {entries} entries are of connections that nobody "
            "closes.",
            words=Words(
                "A connection that nobody closes keeps its entry for {established_timeout_seconds} "
                "s.",
                "Set nf_conntrack_tcp_timeout_established lower, to 86,400 s at most, and TCP "
                "keepalive below it.",
                CONNTRACK_SYSCTL,
            ),
        ),
        Finding(
            "chains",
            Severity.WARNING,
            when="limit_entries > 4 * buckets",
            detail="{limit_entries} entries in {buckets} buckets; each entry stands in two chains.",
            words=Words(
                "With few buckets the kernel walks long chains for every packet.",
                "Load nf_conntrack with hashsize={advised_max}.",
                CONNTRACK_SYSCTL,
            ),
        ),
        Finding(
            "kube-proxy",
            Severity.WARNING,
            when="is_kube_proxys and advised_max > kube_proxy_cap",
            detail="{advised_max} entries are needed; kube-proxy sets at most {kube_proxy_cap}.",
            words=Words(
                "kube-proxy cuts maxPerCore times cores at {kube_proxy_cap} (kubernetes#137002).",
                "Set conntrack.maxPerCore to 0, and nf_conntrack_max on the node.",
                KUBE_PROXY,
            ),
        ),
        Finding(
            "memory",
            Severity.WARNING,
            when="advised_memory_bytes > MEMORY_SHARE * memory_gib * GIB",
            detail="The advised table takes {advised_memory_bytes} bytes of {memory_gib} GiB.",
            words=Words(
                "The table would take more than 5 % of the memory, which it cannot give back.",
                "Spread the load over more hosts, or keep connections out of tracking.",
                OURS,
            ),
        ),
    ),
    artefacts=(
        *alert_files(
            "conntrack",
            "Alerts on the table of connection tracking, by node-exporter's figures.",
            Alert(
                "ConntrackNearlyFull",
                f"{ENTRIES} / {LIMIT} > 0.75",
                OF_NODE,
                "{{ $labels.instance }}: three quarters of nf_conntrack are in use",
                {ENTRIES: "800x40", LIMIT: "1000x40"},
                {ENTRIES: "700x40", LIMIT: "1000x40"},
            ),
            Alert(
                "ConntrackAboveReview",
                f"{ENTRIES} > [[{COUNTED}]]",
                OF_NODE,
                "{{ $labels.instance }}: more entries than the review was given; review again",
                {ENTRIES: f"[[{COUNTED} + 1]]x40"},
                {ENTRIES: f"[[{COUNTED}]]x40"},
            ),
        ),
        sysctl_conf(
            "sysctl.conf",
            "The table of a host, and how long closed and abandoned connections stay in it. Where "
            "kube-proxy runs, its maxPerCore has to be 0, or it sets the table again.",
            {
                "net.netfilter.nf_conntrack_max": "[[advised_max]]",
                "net.netfilter.nf_conntrack_tcp_timeout_time_wait": (
                    "[[max(1, floor(min(time_wait_seconds, 65)))]]"
                ),
                "net.netfilter.nf_conntrack_tcp_timeout_established": (
                    "[[max(1, floor(min(established_timeout_seconds, 86400)))]]"
                ),
            },
        ),
        text_file(
            "modprobe.txt",
            Kind.MODPROBE,
            "A bucket for each entry; for /etc/modprobe.d/nf_conntrack.conf, before the sysctls.",
            "after a restart, sysctl net.netfilter.nf_conntrack_buckets",
            "options nf_conntrack hashsize=[[advised_max]]\n",
        ),
        manifests(
            "kube-proxy.yaml",
            "The section conntrack of kube-proxy's configuration: put it into the ConfigMap that "
            "is there (EKS: kube-proxy-config), then restart kube-proxy.",
            "sysctl net.netfilter.nf_conntrack_max on a node; with maxPerCore 0 the node's "
            "own sysctl counts.",
            simple(
                "ConfigMap", "kube-proxy-config", "kube-system", data={"config": KUBE_PROXY_CONF}
            ),
            when="kube_proxy",
        ),
        manifests(
            "headless.yaml",
            "A headless Service: its name resolves to the pods, and the node translates nothing.",
            "kubectl exec deploy/app -- getent hosts app shows the pods' addresses.",
            headless("app"),
        ),
    ),
    suggestions=(
        Suggestion(
            "service",
            "is_given(connections_per_second) and is_given(connection_seconds)",
            "Hosts track {connections_per_second} connections a second of {connection_seconds} s.",
        ),
    ),
)
