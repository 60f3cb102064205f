"""What is in front of a workload: the ways of its requests, and proxies that buffer them."""

from collections.abc import Iterator
from typing import NamedTuple

from connectivity.core.reviewing.deployed.annotations import (
    ALB_IDLE,
    DEREGISTRATION,
    INGRESS,
    SERVICE,
    TARGET_GROUP,
    TARGET_TYPE,
    attributes,
    first_set,
    seconds,
)
from connectivity.core.reviewing.deployed.network_balancers import target_type
from connectivity.core.reviewing.deployed.objects import KubeObject, Spot
from connectivity.core.reviewing.deployed.settings import Setting, Unsettled
from connectivity.core.reviewing.deployed.workload import Cluster, Workload

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
                yield _of_ingress(ingress, service, workload.cluster)
    for binding in workload.bindings:
        why = "whether this target group is an ALB's or an NLB's, the binding does not say"
        yield Unsettled(why, binding.at("spec", "targetGroupARN"))


def _of_service(service: KubeObject) -> Way | Unsettled:
    if service.at("spec", "type").text() != "LoadBalancer":
        return Way(BY_SERVICE, service.at("spec", "type"), "no load balancer of its own")
    targets = target_type(service)
    if targets is None:
        why = f"which load balancer and target type; {TARGET_TYPE} and loadBalancerClass say so"
        return Unsettled(why, service.at("spec", "type"))
    if targets.value == "ip":
        attribute = service.annotation(SERVICE + TARGET_GROUP)
        return Way(BY_NLB, targets.spot, targets.note, (attribute,))
    return Way(BY_SERVICE, targets.spot, _words(targets.note, INSTANCE))


def _of_ingress(ingress: KubeObject, service: KubeObject, cluster: Cluster) -> Way | Unsettled:
    named = _class(ingress)
    alb = cluster.alb_classes.get(named.text() or "")
    if alb is None:
        return Way(BY_SERVICE, named, "not an Ingress of the AWS Load Balancer Controller")
    stated = first_set(service, ingress, f"{INGRESS}target-type")
    is_of_class = alb.wins or not stated.is_set
    kind, spot = (alb.target_type, named) if is_of_class else (stated.text(), stated)
    if not kind:
        return Unsettled("which target type; the annotation target-type says so", named)
    note = f"of the class: {kind}" if is_of_class else ""
    if kind == "ip":
        attribute = (each.annotation(INGRESS + TARGET_GROUP) for each in (service, ingress))
        return Way(BY_ALB, spot, note, tuple(attribute))
    return Way(BY_SERVICE, spot, _words(note, INSTANCE))


def _words(*notes: str) -> str:
    return "; ".join(note for note in notes if note)


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
            if (port.at("name").text() or "").partition("-")[0] == "grpc":
                return Setting(True, port.at("name"), "named after its protocol")
        for ingress in workload.ingresses:
            spot = first_set(service, ingress, f"{INGRESS}backend-protocol-version")
            if spot.text() == "GRPC":
                return Setting(True, spot)
    probe = workload.serving("readinessProbe", "grpc")
    return Setting(True, probe, "its probe speaks gRPC") if probe.is_set else None


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
