"""Ports for servers that a test starts and restarts."""

import random
import socket

BELOW_EPHEMERAL = range(20_000, 30_000)
TRIES = 100


def free_port() -> int:
    """A port of the loopback that nobody holds.

    Not one of those that the kernel lends to clients: while its server is down, a client that
    tries to connect could be lent that very port, and the server could not start again.
    """
    for port in random.sample(BELOW_EPHEMERAL, TRIES):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError(f"{TRIES} ports of {BELOW_EPHEMERAL} are taken")
