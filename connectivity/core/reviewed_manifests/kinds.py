"""The kinds of objects that reviews read, and why others are passed over."""

READ: dict[str, tuple[str, ...]] = {
    "Deployment": ("apps",),
    "StatefulSet": ("apps",),
    "DaemonSet": ("apps",),
    "Service": ("",),
    "Ingress": ("networking.k8s.io",),
    "IngressClass": ("networking.k8s.io",),
    "IngressClassParams": ("elbv2.k8s.aws", "eks.amazonaws.com"),
    "PodDisruptionBudget": ("policy",),
    "HorizontalPodAutoscaler": ("autoscaling",),
    "TargetGroupBinding": ("elbv2.k8s.aws", "eks.amazonaws.com"),
    "Node": ("",),
}
"""By kind: the groups of the APIs whose objects of that kind are read."""

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")

NOTHING = "no review takes anything from it"
BY_OWNER = "its owner is reviewed"
ENDS = "it runs to its end and serves nobody"
NOT_YET = "it bears on the traffic of pods, and is not read"
PASSED = {
    "Secret": "never read",
    "Pod": BY_OWNER,
    "ReplicaSet": BY_OWNER,
    "ReplicationController": "it is not read: a Deployment is",
    "Job": ENDS,
    "CronJob": ENDS,
    "Rollout": "its pods are not read: review it as a Deployment",
    "ScaledObject": "its bounds are not read: give replicas and instances yourself",
    **dict.fromkeys(
        (
            "Gateway",
            "HTTPRoute",
            "GRPCRoute",
            "TCPRoute",
            "VirtualService",
            "DestinationRule",
        ),
        NOT_YET,
    ),
}
"""Why a kind is passed over, where it is not that nothing of it matters."""


def is_list(kind: str) -> bool:
    """Whether it may be a List of objects of kinds that are read.

    >>> is_list("List"), is_list("DeploymentList"), is_list("SecretList")
    (True, True, False)
    """
    return kind == "List" or kind.removesuffix("List") in READ


def why_passed(kind: str) -> str:
    """Why nothing is read from objects of a kind, or of an API version that is not read."""
    if kind in READ:
        return "it is of another API, or of an old version of it"
    return PASSED.get(kind, NOTHING)
