"""The C library's resolver, with a resolv.conf of ours, and a server that counts its queries."""

import socket
import struct
import threading
from pathlib import Path
from typing import Any

from tests.connectivity.review_reality.namespaces import answers, sh

SERVER = "127.0.0.1"
HEADER = struct.Struct("!6H")
RESPONSE, RECURSIVE, NO_SUCH_NAME = 0x8000, 0x0180, 3
TYPES = {1: "A", 28: "AAAA"}
ADDRESSES = {"A": bytes([192, 0, 2, 1]), "AAAA": bytes(15) + b"\x01"}


def experiment(
    lookups: list[dict[str, Any]], exists: str, folder: str
) -> list[list[tuple[str, str]]]:
    """The queries of each lookup, as names and types.

    Args:
        lookups: a resolv.conf without its server, a name, and whether both types are asked for.
        exists: the only name that has addresses.
    """
    place = Path(folder)
    (place / "nsswitch.conf").write_text("hosts: dns\n")
    sh(f"mount --bind {place}/nsswitch.conf /etc/nsswitch.conf")
    (place / "resolv.conf").touch()
    sh(f"mount --bind {place}/resolv.conf $(readlink -f /etc/resolv.conf)")
    asked: list[tuple[str, str]] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((SERVER, 53))
        threading.Thread(target=serve, args=(server, exists, asked), daemon=True).start()
        return [looked_up(lookup, place, asked) for lookup in lookups]


def looked_up(
    lookup: dict[str, Any], place: Path, asked: list[tuple[str, str]]
) -> list[tuple[str, str]]:
    (place / "resolv.conf").write_text(f"nameserver {SERVER}\n{lookup['resolv_conf']}")
    asked.clear()
    script = "import socket, sys; socket.getaddrinfo(sys.argv[1], 443, family=int(sys.argv[2]))"
    family = int(socket.AF_UNSPEC if lookup["both_types"] else socket.AF_INET)
    sh(f"python3 -S -c '{script}' {lookup['name']} {family}")
    return list(asked)


def serve(server: socket.socket, exists: str, asked: list[tuple[str, str]]) -> None:
    """Answer one name with an address, and all others as ones that do not exist."""
    while True:
        query, client = server.recvfrom(4096)
        number, *_ = HEADER.unpack_from(query)
        name, end = read_name(query)
        kind = TYPES[struct.unpack_from("!H", query, end)[0]]
        asked.append((name, kind))
        is_there = name == exists
        flags = RESPONSE | RECURSIVE | (0 if is_there else NO_SUCH_NAME)
        answer = HEADER.pack(number, flags, 1, int(is_there), 0, 0) + query[HEADER.size : end + 4]
        if is_there:
            data = ADDRESSES[kind]
            answer += b"\xc0\x0c" + query[end : end + 4] + struct.pack("!IH", 30, len(data)) + data
        server.sendto(answer, client)


def read_name(query: bytes) -> tuple[str, int]:
    labels, at = [], HEADER.size
    while length := query[at]:
        labels.append(query[at + 1 : at + 1 + length].decode())
        at += 1 + length
    return ".".join(labels), at + 1


if __name__ == "__main__":
    answers(experiment)
