"""Kernel parameters: as a file of /etc/sysctl.d, and of a pod."""

from collections.abc import Mapping

from connectivity.core.reviewing.files.artefacts import text_file
from connectivity.core.reviewing.keepalive import PROBES
from connectivity.core.reviewing.review import Artefact, Kind

KEEPALIVE_SYSCTLS = {
    "net.ipv4.tcp_keepalive_time": "[[floor(advised_keepalive_seconds)]]",
    "net.ipv4.tcp_keepalive_intvl": "[[advised_interval_seconds]]",
    "net.ipv4.tcp_keepalive_probes": str(PROBES),
}
"""The advice for a timeout. It counts on sockets with SO_KEEPALIVE alone."""

HAS_KEEPALIVE = "advised_keepalive_seconds >= 1"
"""A timeout below 5 s leaves no time for it."""


def sysctl_conf(
    name: str, purpose: str, values: Mapping[str, str], *, when: str = "True"
) -> Artefact:
    """A file for /etc/sysctl.d."""
    lines = "".join(f"{key} = {value}\n" for key, value in values.items())
    check = f"sysctl --system, then sysctl {' '.join(values)}"
    return text_file(name, Kind.SYSCTL, purpose, check, lines, when=when)


def keepalive_conf(name: str, purpose: str) -> Artefact:
    """The keepalive that a review advises, for a host."""
    return sysctl_conf(name, purpose, KEEPALIVE_SYSCTLS, when=HAS_KEEPALIVE)
