"""The Network Load Balancer of a Service, as its annotations state it."""

from collections.abc import Mapping

from connectivity.core.reviewing.deployed.annotations import (
    AUTO_MODE,
    NLB_CLASS,
    NLB_IDLE,
    SERVICE,
    TARGET_TYPE,
    attributes,
    seconds,
)
from connectivity.core.reviewing.deployed.objects import KubeObject, Unusable
from connectivity.core.reviewing.deployed.settings import Plain, Read, Setting
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


def of_nlb(annotation: str, values: Mapping[str | None, Plain], key: str = "") -> Read:
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


def nlb_target_type(workload: Workload) -> Setting | None:
    """The target type of the Network Load Balancer; instance where none is set.

    Raises:
        Unusable: it is neither.
    """
    service = network_balancer(workload)
    if service is None:
        return None
    if service.annotation(f"{SERVICE}type").text() == "nlb-ip":
        return Setting("ip", service.annotation(f"{SERVICE}type"))
    spot = service.annotation(SERVICE + TARGET_TYPE)
    text = spot.text() or "instance"
    if text not in ("ip", "instance"):
        raise Unusable(spot, "is neither ip nor instance")
    return Setting(text, spot, "" if spot.is_set else "not set: instance")


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
