"""The address of this machine's web server: whether it is free, and whether we answer there."""

import socket
import urllib.error
import urllib.request

ANSWER_S = 2.0


class AddressInUse(Exception):
    """Nobody can listen there. Says why."""


def check_free(host: str, port: int) -> None:
    """Raises: AddressInUse."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise AddressInUse(error.strerror) from error


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=ANSWER_S) as reply:  # noqa: S310
            return bool(reply.status == 200)
    except (urllib.error.URLError, OSError):
        return False
