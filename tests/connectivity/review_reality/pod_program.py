"""A program in a pod: it answers each request after a while, and SIGTERM as it was told to.

python pod_program.py PORT SECONDS drain|exit|ignore
"""

import asyncio
import signal
import sys
from functools import partial

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n"


async def serve(port: int, seconds: float, on_sigterm: str) -> None:
    running = set[asyncio.Task[None]]()
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    if on_sigterm == "drain":
        loop.add_signal_handler(signal.SIGTERM, ending.set)
    elif on_sigterm == "ignore":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    server = await asyncio.start_server(
        partial(handle, seconds, running), "127.0.0.1", port, backlog=4096
    )
    await ending.wait()
    server.close()
    await asyncio.gather(*running)


async def handle(
    seconds: float,
    running: set[asyncio.Task[None]],
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    task = asyncio.current_task()
    assert task
    running.add(task)
    request = await reader.readuntil(b"\r\n\r\n")
    if not request.startswith(b"GET /ready"):
        await asyncio.sleep(seconds)
    writer.write(ANSWER)
    await writer.drain()
    writer.close()
    running.discard(task)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3]))
