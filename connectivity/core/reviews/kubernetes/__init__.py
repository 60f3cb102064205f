"""A node of EKS and what its pods share: addresses, files, a zone, packets, IOPS, connections."""

from connectivity.core.aws_figures import LINK_LOCAL_PACKETS
from connectivity.core.health.evaluation import Severity
from connectivity.core.reviewing.files.artefacts import text_file
from connectivity.core.reviewing.files.kubernetes import (
    BY_HOST,
    BY_ZONE,
    budget,
    manifests,
    pod,
    spread,
    workload,
)
from connectivity.core.reviewing.files.node_agents import (
    address_settings,
    problem_detector,
    required_limits,
)
from connectivity.core.reviewing.inputs import flag, number, text
from connectivity.core.reviewing.review import Constant, Finding, Kind, Limit, Review, Words
from connectivity.core.reviewing.sources import (
    EKS_PODS,
    EKS_PREFIXES,
    EKS_SNAT,
    K8S_BUDGET,
    K8S_SPREAD,
    NOTES,
    OURS,
    VPC_DNS_QUOTAS,
)
from connectivity.core.reviewing.tables import of_instance
from connectivity.core.reviews.kubernetes.in_manifests import MANIFESTS

OWN_NODES = "Give the pod nodes of its own, or limit what it takes; alert on the node's figure."
SHARED = "One pod uses what all pods of its node share; nothing isolates them."

FILES = "[[max(65536, power_of_two(files_needed * 4 / 3, 1024))]]"
CONTAINERD = f"""\
[Unit]
Description=containerd, with files enough for its containers

[Service]
Type=notify
Delegate=yes
KillMode=process
LimitNOFILE={FILES}
ExecStart=/bin/sh -c 'exec containerd'
"""
SPREAD = [spread(key, "ScheduleAnyway") for key in (BY_ZONE, BY_HOST)]


REVIEW = Review(
    key="kubernetes",
    title="EKS nodes and pods",
    about="Whether pods and addresses fit, whether a zone or a drain may be lost, and what one pod "
    "can take from its neighbours.",
    inputs=(
        number("pods_per_node", "on the busiest node", within=(1, 750), required=True, load=True),
        number("nodes", "in the subnets together", within=(1, 15_000), required=True),
        text("instance_type", "of the nodes; figures that are given win over its own"),
        number("enis", "network interfaces of a node", within=(1, 50)),
        number("ipv4_per_eni", "addresses of each", within=(2, 100)),
        number("vcpus", "of a node", within=(1, 1024)),
        number("max_pods", "maxPods of the kubelet"),
        flag("prefix_delegation", "ENABLE_PREFIX_DELEGATION of the VPC CNI"),
        number("warm_enis", "WARM_ENI_TARGET of the VPC CNI", 1, (0, 15)),
        number(
            "subnet_addresses",
            "usable addresses of the subnets together",
            within=(1, 65_531),
            required=True,
        ),
        flag("external_snat", "AWS_VPC_K8S_CNI_EXTERNALSNAT is true"),
        flag("routed_peers", "peers outside the VPC route to the pods' addresses"),
        number("files_needed", "open files of the busiest container", 0, load=True),
        number("files_limit", "LimitNOFILE of the container runtime"),
        number("replicas", "of the workload", within=(1, 5000), required=True),
        number("min_available", "of its PodDisruptionBudget"),
        number("max_unavailable", "of its PodDisruptionBudget"),
        number("zones", "AZs that the replicas are spread over", 3, (1, 10)),
        number("needed_replicas", "that carry the load", 1),
        number("pod_dns_packets_per_second", "of the busiest pod, to the Resolver", 0, load=True),
        number("pod_packets_per_second", "of the busiest pod", 0, load=True),
        number("node_packets_per_second", "that the node carries"),
        number("pod_iops", "of the busiest pod, on the node's volume", 0, load=True),
        number("node_iops", "of the node's volume"),
        number("pod_connections", "tracked connections of the busiest pod", 0, load=True),
        number("node_connections", "that the node tracks at most"),
    ),
    constants={
        "FEW_PODS": Constant(110, "pods that AWS's calculator allows to 30 vCPUs", EKS_PODS),
        "MANY_PODS": Constant(250, "pods that it allows above", EKS_PODS),
        "MANY_VCPUS": Constant(30, "vCPUs", EKS_PODS),
        "PREFIX": Constant(16, "addresses of a /28 prefix", EKS_PREFIXES),
        "HOST_PODS": Constant(2, "pods with the node's own network", EKS_PODS),
        "DNS": Constant(
            LINK_LOCAL_PACKETS, "packets a second that an ENI may send", VPC_DNS_QUOTAS
        ),
        "HALF": Constant(0.5, "of a node, by one pod", OURS),
    },
    lookups=(of_instance,),
    helpers={
        "known_enis": "first_known(enis, type_enis)",
        "known_ipv4": "first_known(ipv4_per_eni, type_ipv4_per_eni)",
        "known_vcpus": "first_known(vcpus, type_vcpus)",
        "slots": "known_ipv4 - 1",
        "prefixes": "ceil(pods_per_node / PREFIX) + 1",
    },
    numbers={
        "max_pods": "given_max_pods if is_given(given_max_pods)"
        " else min(MANY_PODS if known_vcpus > MANY_VCPUS else FEW_PODS,"
        " known_enis * slots * (PREFIX if prefix_delegation else 1) + HOST_PODS)",
        "addresses_held_per_node": "PREFIX * prefixes + ceil(prefixes / slots)"
        " if prefix_delegation"
        " else min(known_enis, ceil(pods_per_node / slots) + warm_enis) * known_ipv4",
        "addresses_needed": "addresses_held_per_node * nodes",
        "nodes_that_fit": "floor(subnet_addresses / addresses_held_per_node)",
        "allowed_disruptions": "least_known(replicas - min_available, max_unavailable)",
        "replicas_after_zone_loss": "max(0, replicas - ceil(replicas / zones))",
    },
    limits=(
        Limit(
            "pods",
            load="pods_per_node",
            limit="max_pods",
            words=Words(
                "A node takes {max_pods} pods: its network interfaces have no more addresses.",
                "Turn prefix delegation on, and set maxPods; or use larger nodes.",
                f"{EKS_PODS}; the formula is that of AWS's calculator",
                "Pods no longer wait for a node.",
            ),
        ),
        Limit(
            "subnet",
            load="addresses_needed",
            limit="subnet_addresses",
            words=Words(
                "Every node holds {addresses_held_per_node} addresses, the warm ones included.",
                "Use larger subnets or a secondary CIDR; or set WARM_IP_TARGET and "
                "MINIMUM_IP_TARGET.",
                EKS_PREFIXES,
                "{nodes_that_fit} nodes fit today.",
            ),
        ),
        Limit(
            "files",
            load="files_needed",
            limit="files_limit",
            words=Words(
                "Every connection is an open file.",
                "Raise LimitNOFILE of containerd by a systemd drop-in, and start the pods again.",
                NOTES,
                "'Too many open files' no longer occurs.",
            ),
        ),
        Limit(
            "zone",
            load="needed_replicas",
            limit="replicas_after_zone_loss",
            warns=False,
            words=Words(
                "With the largest zone gone, {replicas_after_zone_loss} of {replicas} replicas are "
                "left.",
                "Use more replicas, and spread them by zone.",
                K8S_SPREAD,
                "The workload carries its load without any one zone.",
            ),
        ),
        Limit(
            "dns",
            load="pod_dns_packets_per_second",
            limit="DNS",
            words=Words(SHARED, OWN_NODES, VPC_DNS_QUOTAS, "Lookups of other pods do not fail."),
        ),
        Limit(
            "packets",
            load="pod_packets_per_second",
            limit="node_packets_per_second",
            words=Words(SHARED, OWN_NODES, NOTES, "Packets of other pods are not dropped."),
        ),
        Limit(
            "iops",
            load="pod_iops",
            limit="node_iops",
            words=Words(SHARED, OWN_NODES, NOTES, "Other pods do not wait for the volume."),
        ),
        Limit(
            "connections",
            load="pod_connections",
            limit="node_connections",
            words=Words(SHARED, OWN_NODES, NOTES, "Connections of other pods are not dropped."),
        ),
    ),
    findings=(
        Finding(
            "no-pdb",
            Severity.WARNING,
            when="not is_given(min_available) and not is_given(max_unavailable) and replicas > 1",
            detail="{replicas} replicas, and no PodDisruptionBudget.",
            words=Words(
                "A drain may take all replicas at once.",
                "Add a PodDisruptionBudget with maxUnavailable: 1.",
                K8S_BUDGET,
            ),
        ),
        Finding(
            "pdb",
            Severity.CRITICAL,
            when="allowed_disruptions <= 0",
            detail="{allowed_disruptions} disruptions are allowed.",
            words=Words(
                "The PodDisruptionBudget allows no disruption: a drain hangs.",
                "Set maxUnavailable: 1 in place of minAvailable, or add a replica.",
                K8S_BUDGET,
            ),
        ),
        Finding(
            "snat",
            Severity.WARNING,
            when="routed_peers and not external_snat",
            detail="AWS_VPC_K8S_CNI_EXTERNALSNAT is not set.",
            words=Words(
                "Traffic to peers outside the VPC bears the node's address, and is tracked on the "
                "node.",
                "Set AWS_VPC_K8S_CNI_EXTERNALSNAT=true where the peers route back to the pods.",
                EKS_SNAT,
            ),
        ),
        Finding(
            "neighbours",
            Severity.WARNING,
            when="used_dns > HALF or used_packets > HALF or used_iops > HALF"
            " or used_connections > HALF",
            detail="One pod takes more than half of what its node has.",
            words=Words(SHARED, OWN_NODES, NOTES),
        ),
    ),
    artefacts=(
        manifests(
            "spread.yaml",
            "Replicas spread over zones and hosts, of which a drain takes one at a time: "
            "{replicas_after_zone_loss} are left without any one zone.",
            "kubectl get pods -o wide; kubectl drain of a node ends.",
            workload(
                "Deployment",
                pod(topologySpreadConstraints=SPREAD),
                replicas="[[ceil(replicas)]]",
            ),
            budget(),
        ),
        manifests(
            "cni.yaml",
            "The VPC CNI's settings for {addresses_held_per_node} addresses a node: kubectl apply "
            "--server-side --force-conflicts, or the same env in the add-on's configuration "
            "values.",
            "kubectl -n kube-system rollout status ds/aws-node; the subnets keep free addresses.",
            address_settings(),
        ),
        manifests(
            "problem-detector.yaml",
            "node-problem-detector: what the kernel logs when a shared limit is met becomes an "
            "event of the node.",
            "kubectl get events --field-selector source=kernel-monitor",
            *problem_detector(),
        ),
        manifests(
            "gatekeeper.yaml",
            "Gatekeeper refuses pods without limits: one pod cannot take what all of its node "
            "share. First with enforcementAction: warn.",
            "kubectl run x --image=app:1 is warned of.",
            *required_limits(),
        ),
        text_file(
            "containerd.service",
            Kind.SYSTEMD,
            "Open files of every container. Into the node's own unit take the line LimitNOFILE= "
            "(systemctl edit containerd), and start the pods again.",
            "kubectl exec deploy/app -- sh -c 'ulimit -n'",
            CONTAINERD,
        ),
    ),
    manifests=MANIFESTS,
)
