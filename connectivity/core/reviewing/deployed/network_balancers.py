"""The Network Load Balancer of a Service, as its annotations state it."""

from collections.abc import Callable, Mapping

from connectivity.core.reviewing.deployed.annotations import (
    AUTO_MODE,
    CROSS_ZONE,
    NLB_CLASS,
    NLB_IDLE,
    SERVICE,
    TARGET_TYPE,
    attributes,
    seconds,
)
from connectivity.core.reviewing.deployed.objects import KubeObject, Unusable
from connectivity.core.reviewing.deployed.settings import Plain, Setting
from connectivity.core.reviewing.deployed.workload import Workload


def is_nlb(service: KubeObject) -> bool:
    """Whether a Service has a Network Load Balancer."""
    kind = service.annotation(f"{SERVICE}type").text()
    load_balancer_class = service.at("spec", "loadBalancerClass").text() or ""
    return service.at("spec", "type").text() == "LoadBalancer" and (
        kind in ("external", "nlb", "nlb-ip")
        or load_balancer_class in (NLB_CLASS, f"{AUTO_MODE}nlb")
        or service.annotation(SERVICE + TARGET_TYPE).is_set
    )


def network_balancer(workload: Workload) -> KubeObject | None:
    """The first Service with a Network Load Balancer."""
    return next((service for service in workload.services if is_nlb(service)), None)


def of_nlb(
    annotation: str, values: Mapping[str | None, Plain], key: str = ""
) -> Callable[[Workload], Setting | None]:
    """Reads an annotation of the Network Load Balancer, or an attribute in it, by its values.

    Args:
        values: what a text means; that of None where nothing is set.
        key: the attribute's name.

    Raises (when it reads):
        Unusable: the text is none of these.
    """

    def read(workload: Workload) -> Setting | None:
        service = network_balancer(workload)
        if service is None:
            return None
        spot = service.annotation(SERVICE + annotation)
        text = attributes(spot).get(key) if key else spot.text()
        if text is None and None not in values:
            return None
        if text not in values:
            known = " or ".join(str(word) for word in values if word is not None)
            raise Unusable(spot, f"{key or annotation} is not {known}")
        note = f"{key} " if key else ""
        return Setting(values[text], spot, f"{note}not set" if text is None else note.strip())

    return read


def target_type(service: KubeObject) -> Setting | None:
    """What the targets of a Service's Network Load Balancer are; None: it has none that we know.

    EKS Auto Mode takes ip where none is stated, the AWS Load Balancer Controller instance. Source:
    docs.aws.amazon.com/eks/latest/userguide/auto-networking.html, read 2026-11-25.

    Raises:
        Unusable: it is neither ip nor instance.
    """
    if not is_nlb(service):
        return None
    kind, spot = service.annotation(f"{SERVICE}type"), service.annotation(SERVICE + TARGET_TYPE)
    if kind.text() == "nlb-ip":
        return Setting("ip", kind)
    if text := spot.text():
        if text not in ("ip", "instance"):
            raise Unusable(spot, "is neither ip nor instance")
        return Setting(text, spot)
    named = service.at("spec", "loadBalancerClass")
    if (named.text() or "").startswith(AUTO_MODE):
        return Setting("ip", named, "EKS Auto Mode, no target type is set: ip")
    return Setting("instance", spot, "no target type is set: instance")


def nlb_target_type(workload: Workload) -> Setting | None:
    """What the targets of the Network Load Balancer are."""
    service = network_balancer(workload)
    return target_type(service) if service else None


def crosses_zones(workload: Workload) -> Setting | None:
    """Cross-zone load balancing: of an annotation of its own before that of the attributes."""
    service = network_balancer(workload)
    own = service.annotation(SERVICE + CROSS_ZONE) if service else None
    if own and own.is_set:
        return of_nlb(CROSS_ZONE, {"true": True, "false": False})(workload)
    values: dict[str | None, Plain] = {"true": True, "false": False, None: False}
    return of_nlb("attributes", values, "load_balancing.cross_zone.enabled")(workload)


def nlb_idle_timeout(workload: Workload) -> Setting | None:
    """The idle timeout of its TCP listeners, the shortest of several; 350 s where none is set."""
    service = network_balancer(workload)
    if service is None:
        return None
    begin = f"{SERVICE}listener-attributes."
    stated = [
        Setting(seconds(spot, key, text), spot, key)
        for name in service.at("metadata", "annotations").mapping()
        if name.startswith(begin)
        for spot in [service.annotation(name)]
        for key, text in attributes(spot).items()
        if key == NLB_IDLE
    ]
    usual = Setting(350, service.at("metadata", "annotations"), "no listener sets it: 350")
    return min(stated, key=lambda setting: setting.value, default=usual)


def listener(workload: Workload) -> Setting | None:
    """What the Network Load Balancer listens for: TLS with a certificate, UDP, else TCP."""
    service = network_balancer(workload)
    if service is None:
        return None
    certificate = service.annotation(f"{SERVICE}ssl-cert")
    if certificate.is_set:
        return Setting("tls", certificate, "a certificate is set")
    protocols = [port.at("protocol") for port in service.at("spec", "ports").entries()]
    for spot in protocols:
        if spot.text() == "UDP":
            return Setting("udp", spot)
    return Setting("tcp", (protocols or [service.at("spec", "ports")])[0])
