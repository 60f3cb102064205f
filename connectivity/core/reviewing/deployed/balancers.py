"""What is in front of a workload: the ways of its requests, and proxies that buffer them."""

from collections.abc import Iterator
from typing import NamedTuple

from connectivity.core.reviewing.deployed.annotations import (
    ALB_IDLE,
    AUTO_MODE,
    DEREGISTRATION,
    INGRESS,
    SERVICE,
    TARGET_GROUP,
    TARGET_TYPE,
    attributes,
    first_set,
    seconds,
)
from connectivity.core.reviewing.deployed.network_balancers import is_nlb
from connectivity.core.reviewing.deployed.objects import KubeObject, Spot, Unusable
from connectivity.core.reviewing.deployed.settings import Setting, Unsettled
from connectivity.core.reviewing.deployed.workload import Workload

BY_SERVICE, BY_ALB, BY_NLB = "service", "alb-ip", "nlb-ip"
INSTANCE = "targets are nodes: the last hop is the Service's"
NGINX_CLASSES = {"nginx"}
REQUEST_BUFFERING = "nginx.ingress.kubernetes.io/proxy-request-buffering"
KEPT = {"grpc", "kubernetes.io/h2c", "kubernetes.io/ws", "kubernetes.io/wss"}
"""Values of appProtocol whose connections stay."""


class Way(NamedTuple):
    """One way to a workload's pods: its kind, what says so, and the annotation of its targets."""

    path: str
    spot: Spot
    note: str = ""
    attributes: tuple[Spot, ...] = ()


def ways(workload: Workload) -> Iterator[Way | Unsettled]:
    """Every way to the pods that the manifests state."""
    for service in workload.services:
        yield _of_service(service)
        for ingress in workload.ingresses:
            if service.name in backends(ingress):
                yield _of_ingress(ingress, service, workload.cluster.alb_classes)
    for binding in workload.bindings:
        why = "whether this target group is an ALB's or an NLB's, the binding does not say"
        yield Unsettled(why, binding.at("spec", "targetGroupARN"))


def _of_service(service: KubeObject) -> Way | Unsettled:
    kind, target = service.annotation(f"{SERVICE}type"), service.annotation(SERVICE + TARGET_TYPE)
    of_targets = (service.annotation(SERVICE + TARGET_GROUP),)
    if service.at("spec", "type").text() != "LoadBalancer":
        return Way(BY_SERVICE, service.at("spec", "type"), "no load balancer of its own")
    if kind.text() == "nlb-ip":
        return Way(BY_NLB, kind, "", of_targets)
    if target.is_set:
        if target.text() not in ("ip", "instance"):
            raise Unusable(target, "is neither ip nor instance")
        is_ip = target.text() == "ip"
        return Way(BY_NLB, target, "", of_targets) if is_ip else Way(BY_SERVICE, target, INSTANCE)
    if is_nlb(service) and not (service.at("spec", "loadBalancerClass").text() or "").startswith(
        AUTO_MODE
    ):
        return Way(BY_SERVICE, target, f"no target type is set: instance; {INSTANCE}")
    why = f"which load balancer and target type; {TARGET_TYPE} and loadBalancerClass say so"
    return Unsettled(why, service.at("spec", "type"))


def _of_ingress(ingress: KubeObject, service: KubeObject, alb_classes: frozenset[str]) -> Way:
    named = _class(ingress)
    if named.text() not in alb_classes:
        return Way(BY_SERVICE, named, "not an Ingress of the AWS Load Balancer Controller")
    target = first_set(service, ingress, f"{INGRESS}target-type")
    of_targets = tuple(each.annotation(INGRESS + TARGET_GROUP) for each in (service, ingress))
    if target.text() == "ip":
        return Way(BY_ALB, target, "", of_targets)
    return Way(BY_SERVICE, target, f"{'' if target.is_set else 'not set: instance; '}{INSTANCE}")


def _class(ingress: KubeObject) -> Spot:
    """Where an Ingress states its class."""
    named = ingress.at("spec", "ingressClassName")
    return named if named.is_set else ingress.annotation("kubernetes.io/ingress.class")


def backends(ingress: KubeObject) -> set[str]:
    """The names of the Services that an Ingress leads to."""
    default = ingress.at("spec", "defaultBackend", "service", "name")
    paths = [
        path.at("backend", "service", "name")
        for rule in ingress.at("spec", "rules").entries()
        for path in rule.at("http", "paths").entries()
    ]
    return {name for spot in (default, *paths) if (name := spot.text())}


def slowest_way(workload: Workload) -> Way | Unsettled | None:
    """The way that goes on sending to a leaving pod for longest; an open one before a Service."""
    known = list(ways(workload))
    for path in (BY_NLB, BY_ALB):
        for way in known:
            if isinstance(way, Way) and way.path == path:
                return way
    unsettled = [way for way in known if isinstance(way, Unsettled)]
    return next(iter([*unsettled, *known]), None)


def path(workload: Workload) -> Setting | Unsettled | None:
    """How requests reach the pods."""
    way = slowest_way(workload)
    return Setting(way.path, way.spot, way.note) if isinstance(way, Way) else way


def deregistration_delay(workload: Workload) -> Setting | None:
    """The deregistration delay of the target group: AWS's 300 s where none is set."""
    way = slowest_way(workload)
    if not isinstance(way, Way) or not way.attributes:
        return None
    for spot in way.attributes:
        value = attributes(spot).get(DEREGISTRATION)
        if value is not None:
            return Setting(seconds(spot, DEREGISTRATION, value), spot, DEREGISTRATION)
    return Setting(300, way.attributes[-1], f"{DEREGISTRATION} not set: 300 by default")


def target_group(workload: Workload) -> Spot | None:
    """The annotation with the attributes of the target group, or where it would stand."""
    way = slowest_way(workload)
    if not isinstance(way, Way) or not way.attributes:
        return None
    return next((spot for spot in way.attributes if spot.is_set), way.attributes[-1])


def alb_idle_timeout(workload: Workload) -> Setting | None:
    """The idle timeout of the Application Load Balancer; 60 s where none is set."""
    for ingress in workload.ingresses:
        if _class(ingress).text() in workload.cluster.alb_classes:
            spot = ingress.annotation(f"{INGRESS}load-balancer-attributes")
            value = attributes(spot).get(ALB_IDLE)
            return Setting(60 if value is None else seconds(spot, ALB_IDLE, value), spot)
    return None


def long_lived(workload: Workload) -> Setting | None:
    """Whether clients keep connections: gRPC, HTTP/2 without TLS, WebSockets."""
    for service in workload.services:
        for port in service.at("spec", "ports").entries():
            if (port.at("appProtocol").text() or "").lower() in KEPT:
                return Setting(True, port.at("appProtocol"))
        for ingress in workload.ingresses:
            spot = first_set(service, ingress, f"{INGRESS}backend-protocol-version")
            if spot.text() == "GRPC":
                return Setting(True, spot)
    return None


def _of_nginx(workload: Workload) -> Iterator[KubeObject]:
    """The Ingresses that ingress-nginx serves."""
    return (each for each in workload.ingresses if _class(each).text() in NGINX_CLASSES)


def unbuffered(workload: Workload) -> list[Spot]:
    """Where ingress-nginx is told to pass requests on as they come."""
    spots = (each.annotation(REQUEST_BUFFERING) for each in _of_nginx(workload))
    return [spot for spot in spots if spot.text() == "off"]


def buffer(workload: Workload) -> Setting | Unsettled | None:
    """Whether a proxy takes requests whole: ingress-nginx does unless it is told not to."""
    for spot in unbuffered(workload):
        return Setting("none", spot, "ingress-nginx passes requests on as they come")
    for ingress in _of_nginx(workload):
        return Setting("nginx", _class(ingress), "ingress-nginx takes requests whole")
    for container in workload.pod("containers").entries():
        image = (container.at("image").text() or "").rpartition("/")[2].partition(":")[0]
        if image in ("nginx", "envoy"):
            why = f"whether this {image} buffers, its configuration says"
            return Unsettled(why, container.at("image"))
    return None
