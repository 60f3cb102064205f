"""The C library's resolver, with a resolv.conf of ours, and a server that counts its queries.

The server is in a network of its own, so that packets are counted where they are sent.
"""

import socket
import struct
import threading
import time
from pathlib import Path
from typing import Any

from tests.connectivity.review_reality.far_network import FAR, LINK, far_network
from tests.connectivity.review_reality.namespaces import answers, sh

PORT = 53
SNMP = Path("/proc/net/snmp")
SENT, RECEIVED = ("OutSegs", "OutDatagrams"), ("InSegs", "InDatagrams")
CLOSING_SECONDS = 0.1  # both ends send FIN
HEADER = struct.Struct("!6H")
RESPONSE, RECURSIVE, NO_SUCH_NAME = 0x8000, 0x0180, 3
TYPES = {1: "A", 28: "AAAA"}
ADDRESSES = {"A": bytes([192, 0, 2, 1]), "AAAA": bytes(15) + b"\x01"}


def experiment(lookups: list[dict[str, Any]], exists: str, folder: str) -> list[dict[str, Any]]:
    """The queries of each lookup, as names and types, and its packets by TCP and UDP.

    Args:
        lookups: a resolv.conf without its server, a name, and whether both types are asked for.
        exists: the only name that has addresses.
    """
    place = Path(folder)
    (place / "nsswitch.conf").write_text("hosts: dns\n")
    sh(f"mount --bind {place}/nsswitch.conf /etc/nsswitch.conf")
    (place / "resolv.conf").touch()
    sh(f"mount --bind {place}/resolv.conf $(readlink -f /etc/resolv.conf)")
    sh(LINK)
    asked: list[tuple[str, str]] = []
    with far_network():
        by_tcp = socket.create_server((FAR, PORT))
        by_udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        by_udp.bind((FAR, PORT))
    for serve, server in ((serve_udp, by_udp), (serve_tcp, by_tcp)):
        threading.Thread(target=serve, args=(server, exists, asked), daemon=True).start()
    return [looked_up(lookup, place, asked) for lookup in lookups]


def looked_up(lookup: dict[str, Any], place: Path, asked: list[tuple[str, str]]) -> dict[str, Any]:
    (place / "resolv.conf").write_text(f"nameserver {FAR}\n{lookup['resolv_conf']}")
    asked.clear()
    begin = packets()
    script = "import socket, sys; socket.getaddrinfo(sys.argv[1], 443, family=int(sys.argv[2]))"
    family = int(socket.AF_UNSPEC if lookup["both_types"] else socket.AF_INET)
    sh(f"python3 -S -c '{script}' {lookup['name']} {family}")
    time.sleep(CLOSING_SECONDS if "use-vc" in lookup["resolv_conf"] else 0)
    sent, received = (now - before for now, before in zip(packets(), begin, strict=True))
    return {"queries": list(asked), "sent": sent, "received": received}


def packets() -> tuple[int, int]:
    """Sent and received here, of TCP and UDP."""
    lines = [line.split() for line in SNMP.read_text().splitlines()]
    known = {
        name: int(count)
        for names, counts in zip(lines[::2], lines[1::2], strict=True)
        if names[0] in ("Tcp:", "Udp:")
        for name, count in zip(names[1:], counts[1:], strict=True)
    }
    return sum(known[name] for name in SENT), sum(known[name] for name in RECEIVED)


def serve_udp(server: socket.socket, exists: str, asked: list[tuple[str, str]]) -> None:
    while True:
        query, client = server.recvfrom(4096)
        server.sendto(answered(query, exists, asked), client)


def serve_tcp(server: socket.socket, exists: str, asked: list[tuple[str, str]]) -> None:
    """A query a connection, each text after its length."""
    while True:
        connection, _ = server.accept()
        with connection, connection.makefile("rb") as stream:
            while length := stream.read(2):
                answer = answered(stream.read(int.from_bytes(length)), exists, asked)
                connection.sendall(len(answer).to_bytes(2) + answer)


def answered(query: bytes, exists: str, asked: list[tuple[str, str]]) -> bytes:
    """One name has an address, and all others do not exist."""
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
    return answer


def read_name(query: bytes) -> tuple[str, int]:
    labels, at = [], HEADER.size
    while length := query[at]:
        labels.append(query[at + 1 : at + 1 + length].decode())
        at += 1 + length
    return ".".join(labels), at + 1


if __name__ == "__main__":
    answers(experiment)
