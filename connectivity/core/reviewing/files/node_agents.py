"""What runs on every node of a cluster, or guards it."""

import json

from connectivity.core.reviewing.files.holes import AsText, Only
from connectivity.core.reviewing.files.kubernetes import (
    Manifest,
    container,
    pod,
    simple,
    workload,
)

SYSTEM = "kube-system"
KERNEL_LOG = {
    "ConntrackFull": "nf_conntrack: table full, dropping packet",
    "SynFlood": "possible SYN flooding on port",
    "NeighbourTableFull": "neighbour: .* table overflow",
    "MemoryShort": "Killed process \\\\d+ .*",
    "VolumeSlow": "task .* blocked for more than \\\\d+ seconds",
}
"""What the kernel writes when something that pods share runs out."""


def address_settings() -> Manifest:
    """The addresses that a node keeps ready, and whether pods' own ones are seen outside."""
    settings = {
        "ENABLE_PREFIX_DELEGATION": AsText("[[prefix_delegation]]"),
        "MINIMUM_IP_TARGET": AsText("[[ceil(pods_per_node)]]"),
        "WARM_IP_TARGET": "2",
        "AWS_VPC_K8S_CNI_EXTERNALSNAT": AsText("[[external_snat or routed_peers]]"),
    }
    env = [{"name": name, "value": value} for name, value in settings.items()]
    labels = {"k8s-app": "aws-node"}
    return workload(
        "DaemonSet", pod({"name": "aws-node", "env": env}, labels=labels), "aws-node", SYSTEM
    )


DETECTOR = "node-problem-detector"


def problem_detector() -> list[Manifest]:
    """node-problem-detector with rules for the kernel's log."""
    template = pod(
        _detector(),
        labels={"app": DETECTOR},
        serviceAccountName=DETECTOR,
        tolerations=[{"operator": "Exists"}],
        volumes=[
            {"name": "kmsg", "hostPath": {"path": "/dev/kmsg"}},
            {"name": "config", "configMap": {"name": DETECTOR}},
        ],
    )
    group = "rbac.authorization.k8s.io"
    role = {"apiGroup": group, "kind": "ClusterRole", "name": "system:node-problem-detector"}
    subject = {"kind": "ServiceAccount", "name": DETECTOR, "namespace": SYSTEM}
    binding: Manifest = {"roleRef": role, "subjects": [subject]}
    data = {"kernel-monitor.json": json.dumps(_monitor(), indent=2)}
    return [
        simple("ServiceAccount", DETECTOR, SYSTEM),
        simple("ClusterRoleBinding", DETECTOR, version=f"{group}/v1", **binding),
        simple("ConfigMap", DETECTOR, SYSTEM, data=data),
        workload("DaemonSet", template, DETECTOR, SYSTEM),
    ]


def _detector() -> Manifest:
    config = "--config.system-log-monitor=/config/kernel-monitor.json"
    return container(
        DETECTOR,
        "registry.k8s.io/node-problem-detector/node-problem-detector:v0.8.20",
        command=["/node-problem-detector", "--logtostderr", config],
        env=[{"name": "NODE_NAME", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}],
        securityContext={"privileged": True},
        resources={"requests": {"cpu": "10m", "memory": "80Mi"}, "limits": {"memory": "80Mi"}},
        volumeMounts=[
            {"name": "kmsg", "mountPath": "/dev/kmsg", "readOnly": True},
            {"name": "config", "mountPath": "/config", "readOnly": True},
        ],
    )


def _monitor() -> Manifest:
    return {
        "plugin": "kmsg",
        "logPath": "/dev/kmsg",
        "lookback": "5m",
        "bufferSize": 10,
        "source": "kernel-monitor",
        "conditions": [],
        "rules": [
            {"type": "temporary", "reason": reason, "pattern": pattern}
            for reason, pattern in KERNEL_LOG.items()
        ],
    }


REQUIRED = "K8sRequiredLimits"
REGO = """\
package requiredlimits

violation[{"msg": msg}] {
  container := input.review.object.spec.containers[_]
  resource := input.parameters.limits[_]
  not container.resources.limits[resource]
  msg := sprintf("container %v has no limit of %v", [container.name, resource])
}
"""


def required_limits() -> list[Manifest]:
    """A constraint of Gatekeeper, and its template: every container has limits; those of a volume
    where pods share one."""
    lists = {"type": "array", "items": {"type": "string"}}
    schema = {"type": "object", "properties": {"limits": lists}}
    names = {"names": {"kind": REQUIRED}, "validation": {"openAPIV3Schema": schema}}
    template = {
        "crd": {"spec": names},
        "targets": [{"target": "admission.k8s.gatekeeper.sh", "rego": REGO}],
    }
    pods = {"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}], "excludedNamespaces": [SYSTEM]}
    limits = ["memory", Only("is_given(node_iops)", "ephemeral-storage")]
    return [
        simple(
            "ConstraintTemplate",
            REQUIRED.lower(),
            version="templates.gatekeeper.sh/v1",
            spec=template,
        ),
        simple(
            REQUIRED,
            "limits",
            version="constraints.gatekeeper.sh/v1beta1",
            spec={"enforcementAction": "warn", "match": pods, "parameters": {"limits": limits}},
        ),
    ]
