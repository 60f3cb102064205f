"""CoreDNS of a cluster, and NodeLocal DNSCache on every node."""

from connectivity.core.reviewing.files.kubernetes import (
    BY_HOST,
    Manifest,
    container,
    pod,
    simple,
    spread,
    workload,
)

SYSTEM = "kube-system"
LABELS = {"k8s-app": "kube-dns"}
LOCAL_LABELS = {"k8s-app": "node-local-dns"}
LOCAL, CLUSTER = "169.254.20.10", "172.20.0.10"
"""NodeLocal DNSCache's address by convention, and EKS's usual one of kube-dns."""

COREFILE = """\
.:53 {
    errors
    health {
        lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        pods verified
        fallthrough in-addr.arpa ip6.arpa
    }
    autopath @kubernetes
    bufsize EDNS
    cache 30
    forward . /etc/resolv.conf
    prometheus :9153
    loop
    reload
    loadbalance
}
"""
LOCAL_COREFILE = """\
cluster.local:53 {
    errors
    cache 30
    bind LOCAL
    forward . CLUSTER {
        force_tcp
    }
    prometheus :9253
    health LOCAL:8080
}
.:53 {
    errors
    cache 30
    bufsize EDNS
    bind LOCAL
    forward . /etc/resolv.conf
    prometheus :9253
}
"""
RESOURCES = {"requests": {"cpu": "100m", "memory": "70Mi"}, "limits": {"memory": "170Mi"}}


def cluster_dns(replicas: str, edns_bytes: str) -> list[Manifest]:
    """CoreDNS's Corefile and Deployment: `pods verified`, which autopath needs, and one a host."""
    server = container(
        "coredns",
        "coredns/coredns:1.12.4",
        args=["-conf", "/etc/coredns/Corefile"],
        ports=_ports(53, 9153),
        readinessProbe={"httpGet": {"path": "/ready", "port": 8181}},
        resources=RESOURCES,
        volumeMounts=[{"name": "config", "mountPath": "/etc/coredns", "readOnly": True}],
    )
    template = pod(
        server,
        labels=LABELS,
        dnsPolicy="Default",
        priorityClassName="system-cluster-critical",
        serviceAccountName="coredns",
        topologySpreadConstraints=[spread(BY_HOST, "DoNotSchedule", LABELS)],
        volumes=[{"name": "config", "configMap": {"name": "coredns"}}],
    )
    corefile = COREFILE.replace("EDNS", edns_bytes)
    return [
        simple("ConfigMap", "coredns", SYSTEM, data={"Corefile": corefile}),
        workload("Deployment", template, "coredns", SYSTEM, replicas=replicas),
    ]


def node_local(edns_bytes: str) -> list[Manifest]:
    """NodeLocal DNSCache: one a node, on the node's own network."""
    cache = container(
        "node-cache",
        "registry.k8s.io/dns/k8s-dns-node-cache:1.26.4",
        args=["-localip", LOCAL, "-conf", "/etc/coredns/Corefile", "-setupiptables=true"],
        ports=_ports(53, 9253),
        livenessProbe={"httpGet": {"host": LOCAL, "path": "/health", "port": 8080}},
        resources=RESOURCES,
        securityContext={"capabilities": {"add": ["NET_ADMIN"]}},
        volumeMounts=[{"name": "config", "mountPath": "/etc/coredns", "readOnly": True}],
    )
    template = pod(
        cache,
        labels=LOCAL_LABELS,
        dnsPolicy="Default",
        hostNetwork=True,
        priorityClassName="system-node-critical",
        serviceAccountName="node-local-dns",
        tolerations=[{"operator": "Exists"}],
        volumes=[{"name": "config", "configMap": {"name": "node-local-dns"}}],
    )
    corefile = LOCAL_COREFILE.replace("EDNS", edns_bytes)
    corefile = corefile.replace("LOCAL", LOCAL).replace("CLUSTER", CLUSTER)
    return [
        simple("ServiceAccount", "node-local-dns", SYSTEM),
        simple("ConfigMap", "node-local-dns", SYSTEM, data={"Corefile": corefile}),
        workload("DaemonSet", template, "node-local-dns", SYSTEM),
    ]


def _ports(dns: int, metrics: int) -> list[Manifest]:
    return [
        {"name": "dns", "containerPort": dns, "protocol": "UDP"},
        {"name": "dns-tcp", "containerPort": dns, "protocol": "TCP"},
        {"name": "metrics", "containerPort": metrics},
    ]
