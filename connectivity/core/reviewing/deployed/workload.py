"""A workload of a cluster: its pods, and what leads to them, scales them and keeps them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from connectivity.core.reviewing.deployed.objects import KubeObject, Spot

DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container"


class AlbClass(NamedTuple):
    """A class of Ingresses that become Application Load Balancers.

    Attributes:
        target_type: ip or instance, where an Ingress states none; empty: not known.
        wins: it stands in the parameters of the class, and no Ingress changes it.
    """

    target_type: str
    wins: bool = False


USUAL_ALB = {"alb": AlbClass("instance")}
"""The class that the AWS Load Balancer Controller brings along."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """What manifests state of the cluster itself.

    Attributes:
        nodes: its nodes, where their list was given.
        dns: the Deployment of CoreDNS.
        node_dns: the DaemonSet of NodeLocal DNSCache.
        cni: the DaemonSet of the VPC CNI.
        alb_classes: by name, the Ingress classes of Application Load Balancers.
    """

    nodes: tuple[KubeObject, ...] = ()
    dns: KubeObject | None = None
    node_dns: KubeObject | None = None
    cni: KubeObject | None = None
    alb_classes: Mapping[str, AlbClass] = field(default_factory=lambda: USUAL_ALB)


@dataclass(frozen=True, slots=True, eq=False)
class Workload:
    """A Deployment, StatefulSet or DaemonSet, and the objects that name it or select its pods.

    Attributes:
        label: its name, as far as needed to tell it from the others of the same manifests.
        container: the index of the container that serves.
        is_guessed: several containers run, and nothing says which one serves.
        services: select its pods. ingresses: lead to those. bindings: TargetGroupBindings of those.
        budgets: PodDisruptionBudgets of its pods. scalers: HorizontalPodAutoscalers of it.
    """

    object: KubeObject
    label: str
    container: int = 0
    is_guessed: bool = False
    services: tuple[KubeObject, ...] = ()
    ingresses: tuple[KubeObject, ...] = ()
    bindings: tuple[KubeObject, ...] = ()
    budgets: tuple[KubeObject, ...] = ()
    scalers: tuple[KubeObject, ...] = ()
    cluster: Cluster = field(default_factory=Cluster)

    def template(self, *path: str | int) -> Spot:
        """A place in the template of its pods."""
        return self.object.at("spec", "template", *path)

    def pod(self, *path: str | int) -> Spot:
        """A place in its pods' spec."""
        return self.template("spec", *path)

    def serving(self, *path: str | int) -> Spot:
        """A place in the container that serves."""
        return self.pod("containers", self.container, *path)

    @property
    def kind(self) -> str:
        """Its kind."""
        return self.object.kind

    @property
    def labels(self) -> Mapping[str, Any]:
        """The labels of its pods."""
        return self.template("metadata", "labels").mapping()

    @property
    def is_on_host_network(self) -> bool:
        """Whether its pods share their node's network: its sysctls, its resolv.conf."""
        return bool(self.pod("hostNetwork").flag())

    @property
    def is_served(self) -> bool:
        """Whether connections come to it: a Service selects its pods, or one declares a port."""
        return bool(self.services) or self.serving("ports").is_set

    @property
    def is_replicated(self) -> bool:
        """Whether it has a number of replicas; a DaemonSet has one on every node."""
        return self.kind != "DaemonSet"
