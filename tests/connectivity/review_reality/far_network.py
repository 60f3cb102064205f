"""A second network, joined to the first by a cable."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.connectivity.review_reality.namespaces import PAIR

NEAR, FAR = "10.9.0.1", "10.9.0.2"
NEW_NETWORK = 0x40000000
ETHERNET = "02:00:00:00:00:02"
LINK = f"""
mkdir -p /run/netns; mount -t tmpfs none /run/netns; ip netns add far
{PAIR} address {ETHERNET} netns far
ip addr add {NEAR}/30 dev near; ip link set near up
ip -n far addr add {FAR}/30 dev far; ip -n far link set far up
ip neigh replace {FAR} lladdr {ETHERNET} nud permanent dev near
"""  # AWS answers ARP for what is gone, too


@contextmanager
def far_network() -> Iterator[None]:
    """Sockets that are made within belong to the other namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    with Path("/proc/self/ns/net").open() as own, Path("/run/netns/far").open() as far:
        assert libc.setns(far.fileno(), NEW_NETWORK) == 0
        yield
        assert libc.setns(own.fileno(), NEW_NETWORK) == 0
