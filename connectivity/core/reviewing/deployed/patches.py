"""Parts of patches: what is merged into a manifest, so that nothing that stands there is lost."""

from collections.abc import Mapping
from typing import Any

from connectivity.core.reviewing.deployed.annotations import attributes
from connectivity.core.reviewing.deployed.objects import Spot
from connectivity.core.reviewing.deployed.pods import SLEEP, is_shell, sysctls
from connectivity.core.reviewing.deployed.settings import Part
from connectivity.core.reviewing.deployed.workload import Workload


def of_pod(workload: Workload, **fields: Any) -> Part:
    """Fields of the pods' spec."""
    return Part(workload.object, {"spec": {"template": {"spec": fields}}})


def of_container(workload: Workload, **fields: Any) -> Part:
    """Fields of the container that serves."""
    name = workload.serving("name").text()
    return of_pod(workload, containers=[{"name": name, **fields}])


def with_sysctls(workload: Workload, values: Mapping[str, Any]) -> Part:
    """Kernel parameters, beside those that the pods set: a patch replaces the list as a whole."""
    standing = {name: spot.value for name, spot in sysctls(workload).items()}
    entries = {**standing, **{name: str(value) for name, value in values.items()}}
    settings = [{"name": name, "value": value} for name, value in entries.items()]
    return of_pod(workload, securityContext={"sysctls": settings})


def with_dns_options(workload: Workload, values: Mapping[str, str]) -> Part:
    """Options of resolv.conf, beside those that stand: a patch replaces the list as a whole."""
    entries = workload.pod("dnsConfig", "options").entries()
    standing = {str(entry.at("name").value): entry.at("value").value for entry in entries}
    pairs = {**standing, **values}.items()
    options = [
        {"name": name} | ({} if value is None else {"value": value}) for name, value in pairs
    ]
    return of_pod(workload, dnsConfig={"options": options})


def sleeping(workload: Workload, seconds: Any) -> Mapping[str, Any] | None:
    """The preStop hook that sleeps so long, in the form that stands; None where it is another.

    A hook of its own form is never replaced: it may do more than wait.
    """
    hook = workload.serving("lifecycle", "preStop")
    if not hook.is_set or hook.at("sleep").is_set:
        return {"sleep": {"seconds": seconds}}
    words = [word.text() or "" for word in hook.at("exec", "command").entries()]
    match = SLEEP.fullmatch(words[-1].strip()) if is_shell(words) else None
    if match and not match[3]:
        return {"exec": {"command": [*words[:-1], f"sleep {seconds}"]}}
    if len(words) == 2 and words[0].rpartition("/")[2] == "sleep":
        return {"exec": {"command": [words[0], str(seconds)]}}
    return None


def with_attribute(spot: Spot, key: str, value: Any) -> Part:
    """An attribute of a load balancer's annotation, beside those that stand."""
    pairs = {**attributes(spot), key: str(value)}
    text = ",".join(f"{name}={each}" for name, each in pairs.items())
    return Part(spot.object, {"metadata": {"annotations": {spot.path[-1]: text}}})
