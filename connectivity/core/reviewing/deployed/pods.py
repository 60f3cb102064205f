"""What the spec of a pod says: grace, hooks, sysctls, DNS, ports, how its program is started."""

import re
from collections.abc import Mapping
from typing import Any

from connectivity.core.reviewing.deployed.objects import Spot, Unusable, shown
from connectivity.core.reviewing.deployed.settings import Read, Setting, Unsettled
from connectivity.core.reviewing.deployed.workload import Workload

SLEEP = re.compile(r"(?:exec )?(?:/bin/|/usr/bin/)?sleep (\d{1,6})s?(?:\s*(;|&&)\s*(.*))?", re.S)
"""A shell's sleep, by itself or before something else."""

SCRIPT = {"-c", "-ec", "-lc"}
SHELLS = {"sh", "bash", "ash", "dash"}
MAX_COMMAND = 4_000  # characters of a hook that are looked at
KERNEL = "not set: the kernel's value in a network namespace of its own"
SEARCH_OF_CLUSTER, SEARCH_OF_HOST = 3, 1
CLUSTER_FIRST, CLUSTER_FIRST_WITH_HOST = "ClusterFirst", "ClusterFirstWithHostNet"


def grace(workload: Workload) -> Setting:
    """terminationGracePeriodSeconds, which Kubernetes takes as 30 where it is not set."""
    spot = workload.pod("terminationGracePeriodSeconds")
    return _set_or(spot, 30, "not set: Kubernetes takes 30")


def _set_or(spot: Spot, usual: int, note: str) -> Setting:
    value = spot.number()
    return Setting(usual, spot, note) if value is None else Setting(value, spot)


def prestop(workload: Workload) -> Setting | Unsettled:
    """How long the preStop hook of the container that serves takes.

    A sleep, as a handler or a command, says so by itself; a sleep before something else counts, as
    what follows begins to end the program. Of others nobody but their author knows.
    """
    hook = workload.serving("lifecycle", "preStop")
    if not hook.is_set:
        return Setting(0, hook, "not set: no hook runs")
    if hook.at("sleep").is_set:
        seconds = hook.at("sleep", "seconds").number()
        return Setting(seconds or 0, hook.at("sleep", "seconds"))
    command = hook.at("exec", "command")
    match = _sleep_of(command)
    if match:
        rest = "; another command follows" if match[3] else ""
        return Setting(int(match[1]), command, f"sleep {int(match[1])}{rest}")
    return Unsettled("how long this preStop hook takes, the manifest does not say", hook)


def _sleep_of(command: Spot) -> re.Match[str] | None:
    words = [word.text() or "" for word in command.entries()]
    script = words[-1] if is_shell(words) else " ".join(words)
    return SLEEP.fullmatch(script.strip()) if len(script) <= MAX_COMMAND else None


def is_shell(words: list[str]) -> bool:
    """Whether a command is a shell with a script: `sh -c "sleep 5"`.

    >>> is_shell(["/bin/sh", "-c", "sleep 5"]), is_shell(["sleep", "5"])
    (True, False)
    """
    return (
        len(words) == 3
        and words[0].rpartition("/")[2] in SHELLS
        and words[1] in ("-c", "-ec", "-lc")
    )


def signals(workload: Workload) -> Unsettled | None:
    """A program that a shell starts without exec may never hear of SIGTERM."""
    for key in ("command", "args"):
        words = [word.text() or "" for word in workload.serving(key).entries()]
        if is_shell(words) and "exec " not in words[2]:
            why = "a shell is the first process and may pass SIGTERM to nobody"
            return Unsettled(why, workload.serving(key))
    return None


def sysctl(name: str, usual: int) -> Read:
    """Reads a kernel parameter of the pods; those of the host are not in a manifest."""

    def read(workload: Workload) -> Setting | Unsettled:
        settings = sysctls(workload)
        if name in settings:
            spot = settings[name]
            return Setting(_parameter(spot, usual), spot)
        spot = workload.pod("securityContext", "sysctls")
        if workload.is_on_host_network:
            return Unsettled(f"the pods share their node's {name}", workload.pod("hostNetwork"))
        return Setting(usual, spot, f"{name} {KERNEL}")

    return read


def sysctls(workload: Workload) -> Mapping[str, Spot]:
    """The kernel parameters that the pods set, by name."""
    entries = workload.pod("securityContext", "sysctls").entries()
    return {str(entry.at("name").text()): entry.at("value") for entry in entries}


def _parameter(spot: Spot, usual: int) -> int:
    """Kubernetes has every parameter as a text."""
    text = spot.text()
    if text is None or not re.fullmatch(r"\d{1,10}", text):
        raise Unusable(spot, f'is no whole number in quotes, such as "{usual}"')
    return int(text)


def switched_on(name: str) -> Read:
    """Reads a kernel parameter that is 0 or 1."""
    number = sysctl(name, 0)

    def read(workload: Workload) -> Setting | Unsettled:
        setting = number(workload)
        if not isinstance(setting, Setting):
            return Unsettled(f"the pods share their node's {name}", workload.pod("hostNetwork"))
        return Setting(bool(setting.value), setting.spot, setting.note)

    return read


def dns_option(workload: Workload, name: str) -> Spot | None:
    """The place of an option of the pods' resolv.conf; the last one counts."""
    entries = workload.pod("dnsConfig", "options").entries()
    places = [entry for entry in entries if entry.at("name").text() == name]
    return places[-1] if places else None


def ndots(workload: Workload) -> Setting | Unsettled:
    """ndots of the pods: of dnsConfig, else 5 with the cluster's DNS and 1 without it."""
    if option := dns_option(workload, "ndots"):
        return Setting(_parameter(option.at("value"), 2), option.at("value"))
    policy = workload.pod("dnsPolicy")
    if _asks_cluster(workload):
        return Setting(5, policy, "the kubelet writes 5 where pods ask the cluster's DNS")
    if policy.text() == "None":
        return Setting(1, policy, "not set: resolv.conf's own 1")
    return Unsettled("the pods take resolv.conf from their node", policy)


def _asks_cluster(workload: Workload) -> bool:
    policy = workload.pod("dnsPolicy").text() or CLUSTER_FIRST
    if policy == CLUSTER_FIRST:
        return not workload.is_on_host_network
    return policy == CLUSTER_FIRST_WITH_HOST


def cluster_searches(workload: Workload) -> Setting:
    """Search domains of the cluster: the namespace, svc and the cluster's, and those stated."""
    spot = workload.pod("dnsConfig", "searches")
    stated = sum(_is_of_cluster(entry) for entry in spot.entries())
    if not _asks_cluster(workload):
        return Setting(stated, workload.pod("dnsPolicy"), "stated in dnsConfig alone")
    more = f", and {stated} stated" if stated else ""
    note = f"the namespace's, svc and the cluster's{more}"
    return Setting(SEARCH_OF_CLUSTER + stated, spot, note)


def host_searches(workload: Workload) -> Setting:
    """Search domains that the VPC Resolver is asked for: the node's, and those stated."""
    spot = workload.pod("dnsConfig", "searches")
    stated = sum(not _is_of_cluster(entry) for entry in spot.entries())
    if workload.pod("dnsPolicy").text() == "None":
        return Setting(stated, spot, "stated in dnsConfig alone")
    more = f", and {stated} stated" if stated else ""
    return Setting(SEARCH_OF_HOST + stated, spot, f"the node's, of the VPC{more}")


def _is_of_cluster(entry: Spot) -> bool:
    return (entry.text() or "").rstrip(".").endswith("cluster.local")


def variable(container: Spot, name: str) -> Spot | None:
    """The place of an environment variable's value, where it stands in the manifest itself."""
    for entry in container.at("env").entries():
        if entry.at("name").value == name and entry.at("value").is_set:
            return entry.at("value")
    return None


def switch_of(spot: Spot) -> bool:
    """A variable that is true or false.

    Raises:
        Unusable: it is something else.
    """
    text = str(spot.value).lower()
    if text not in ("true", "false"):
        raise Unusable(spot, f"is {shown(spot.value)} that is neither true nor false")
    return text == "true"


def number_of(spot: Spot) -> int:
    """A variable that is a small whole number.

    Raises:
        Unusable: it is something else.
    """
    text: Any = spot.value
    if isinstance(text, bool) or not re.fullmatch(r"\d{1,6}", str(text)):
        raise Unusable(spot, f"is {shown(text)}, not a whole number")
    return int(text)
