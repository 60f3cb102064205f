"""A program with a few workers, steady requests, and the slow clients of a script."""

import asyncio
import multiprocessing
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.connectivity.review_reality.namespaces import answers

PROGRAM, PROXY = 8000, 8080
REQUEST = b"GET / HTTP/1.1\r\nHost: app\r\nConnection: close\r\n\r\n"
MAX_WAIT_SECONDS = 15
NGINX = "daemon off; pid {0}/nginx.pid; error_log {0}/nginx.log;"


def experiment(
    workers: int,
    service_seconds: float,
    per_second: float,
    at_once: int,
    script: str,
    nginx: str,
    folder: str,
    seconds: float,
) -> dict[str, Any]:
    """How long steady requests wait beside the slow clients, and what their script prints.

    Args:
        nginx: its configuration; empty: clients reach the program without it.
        seconds: how long requests are sent, and waited for once more. One that is not answered has
            waited as long as it was waited for.
    """
    place, port = Path(folder), PROXY if nginx else PROGRAM
    listener = socket.create_server(("127.0.0.1", PROGRAM), backlog=1024)
    for _ in range(workers):
        fork = multiprocessing.get_context("fork")
        fork.Process(target=work, args=(listener, service_seconds), daemon=True).start()
    if nginx:
        (place / "nginx.conf").write_text(nginx)
        start("nginx", "-c", f"{place}/nginx.conf", "-g", NGINX.format(place), into=place / "log")
        wait_until(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0)
    (place / "imitate.sh").write_text(script)
    start("sh", f"{place}/imitate.sh", f"http://127.0.0.1:{port}/", into=place / "printed")
    wait_until(lambda: "slow ones" in (place / "printed").read_text())
    waits = asyncio.run(requests(port, int(per_second * seconds), 1 / per_second, seconds))
    burst = asyncio.run(requests(port, at_once, 0, seconds))
    return {"waits": waits, "burst": burst, "printed": (place / "printed").read_text()}


def work(listener: socket.socket, service_seconds: float) -> None:
    """A worker has one connection at a time, for as long as the client keeps it."""
    while True:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as stream:
            try:
                while answer(connection, stream, service_seconds):
                    pass
            except OSError:
                pass


def answer(connection: socket.socket, stream: Any, service_seconds: float) -> bool:
    """Answer a request; whether another may follow."""
    if not stream.readline():
        return False
    headers = dict[str, str]()
    while (line := stream.readline().decode().strip().lower()) != "":
        name, _, value = line.partition(": ")
        headers[name] = value
    stream.read(int(headers.get("content-length", 0)))
    time.sleep(service_seconds)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n")
    return headers.get("connection") != "close"


def start(*command: str, into: Path) -> None:
    with into.open("w") as output:
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)


def wait_until(happens: Callable[[], bool]) -> None:
    until = time.monotonic() + MAX_WAIT_SECONDS
    while not happens():
        assert time.monotonic() < until
        time.sleep(0.02)


async def requests(port: int, count: int, apart: float, at_most: float) -> list[float]:
    start_at, tasks = time.monotonic(), []
    for i in range(count):
        await asyncio.sleep(max(0, start_at + i * apart - time.monotonic()))
        tasks.append(asyncio.create_task(waited(port, at_most)))
    return list(await asyncio.gather(*tasks))


async def waited(port: int, at_most: float) -> float:
    start_at = time.monotonic()
    try:
        async with asyncio.timeout(at_most):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(REQUEST)
            status = await reader.readline()
            assert b" 200 " in status, status
            writer.close()
    except TimeoutError:
        pass
    return time.monotonic() - start_at


if __name__ == "__main__":
    answers(experiment)
