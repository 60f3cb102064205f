"""A worker of gunicorn's that no slow client holds: waitress's loop and threads, with deadlines."""

import logging
import os
import resource
import signal
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from gunicorn.workers.base import Worker as Base
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from advisor.observability import meters
from advisor.serving.answering import Busy
from advisor.serving.channel import Channel
from advisor.serving.deadlines import SECONDS, Phase

TICK_S = 0.5
LOOK_S = 1.0
MAX_CONNECTIONS = 2000  # of one worker; beyond, whoever has waited longest makes room
MAX_WAITING = 200  # requests that have arrived and wait for a thread
MAX_MEMORY = 600 * 2**20  # bytes; a worker that has grown beyond gives way to a new one
OPEN_FILES = 2 * MAX_CONNECTIONS + 500  # a connection, and what of it lies in a file
HELD = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)  # between a fork and our own handlers
LEAVING_S = 4.0  # whoever asks /readyz hears it before the end, and sends nobody any more
ASKED_S = 30.0
SILENT_S = 2.0  # a connection that has asked for nothing so long is not waited for at the end

ADJUSTMENTS = {
    "ident": "",
    "connection_limit": MAX_CONNECTIONS + 100,  # never met: see Server.handle_accept
    "asyncore_use_poll": True,
    "clear_untrusted_proxy_headers": False,  # settings say whether a proxy is believed
    "max_request_header_size": 32 * 1024,
    "max_request_body_size": 2**40,  # the table of limits is asked instead
    "recv_bytes": 64 * 1024,
    "outbuf_overflow": 256
    * 1024,  # bytes of an answer in memory while it is read; the rest: a file
    "outbuf_high_watermark": 2**40,  # a thread never waits for a reader
    "channel_timeout": 10**9,  # deadlines are ours
}


class Server(TcpWSGIServer):  # type: ignore[misc]
    """One listening socket of a worker."""

    channel_class = Channel
    is_draining = False
    is_leaving = False
    ready_asked_at = -ASKED_S
    served = 0
    late = ""  # the address of a request that takes too long

    def __init__(self, application: Any, sockets: dict[int, Any], **named: Any) -> None:
        self.loop = threading.get_ident()
        super().__init__(application, sockets, **named)

    def channels(self) -> list[Channel]:
        return list(self.active_channels.values())

    def large_bodies(self) -> int:
        """How many are arriving from callers who are known."""
        return sum(
            1
            for channel in self.channels()
            if channel.request is not None and channel.request.is_known
        )

    def handle_accept(self) -> None:
        channels = self.channels()
        if len(channels) >= MAX_CONNECTIONS:
            waiting = [channel for channel in channels if channel.mark[0] is not Phase.WORKING]
            if waiting:
                meters.DROPPED.labels("room").inc()
                min(waiting, key=lambda channel: channel.since).drop()
        super().handle_accept()

    def add_task(self, task: Channel) -> None:
        """To a thread, unless the loop itself answers."""
        if threading.get_ident() == self.loop:
            request = task.requests[0]
            if len(self.task_dispatcher.queue) >= MAX_WAITING and not request.is_probe:
                request.error = Busy("comes while more requests wait than can be answered soon")
            if request.error or request.is_probe:
                task.is_quick = True
                return
        super().add_task(task)

    def look(self, now: float) -> None:
        for channel in self.channels():
            channel.look(now)

    def overdue(self, path: str) -> None:
        if not self.late:
            meters.OVERDUE.inc()
        self.late = path

    def drain(self) -> int:
        """Take no new connections and end the idle ones; how many are left."""
        self.is_draining, self.accepting = True, False
        now = time.monotonic()
        for channel in self.channels():
            is_silent = channel.phase is Phase.HEADER and now - channel.since > SILENT_S
            if is_silent or channel.phase in (Phase.IDLE, Phase.LINGER):
                channel.drop()
        return len(self.channels())


class Worker(Base):  # type: ignore[misc]
    """`worker_class` of `advisor.server`."""

    told_at: float | None = None

    def init_signals(self) -> None:
        """What was sent since the fork arrives now."""
        super().init_signals()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD)

    def handle_exit(self, *_: object) -> None:
        """SIGTERM: end, but finish what was begun."""
        self.alive = False
        self.told_at = time.monotonic()

    def run(self) -> None:
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        _open_files()
        meters.begin([phase.name.lower() for phase in Phase])
        self.map: dict[int, Any] = {}
        self.threads = ThreadedTaskDispatcher()
        self.threads.set_thread_count(self.cfg.threads)
        adjustments = Adjustments(**ADJUSTMENTS)
        self.servers = [self._server(socket, adjustments) for socket in self.sockets]
        self.looked = time.monotonic()
        while self.alive:
            self._turn()
        self._finish()

    def _server(self, listening: Any, adjustments: Adjustments) -> Server:
        sock = listening.sock
        info = (sock.family, sock.type, sock.proto, sock.getsockname())
        return Server(
            self.wsgi, self.map, _sock=sock, dispatcher=self.threads, adj=adjustments,
            bind_socket=False, sockinfo=info,
        )  # fmt: skip

    def _turn(self) -> None:
        self.notify()
        wasyncore.poll2(TICK_S, self.map)
        served = sum(server.served for server in self.servers)
        if self.alive and served >= self.max_requests:
            self._give_way(f"it answered {served} requests")
        now = time.monotonic()
        if now - self.looked < LOOK_S:
            return
        self.looked = now
        for server in self.servers:
            server.look(now)
        self._measure()
        if self.alive and (why := self._trouble()):
            self._give_way(why)

    def _measure(self) -> None:
        phases = Counter(each.phase for server in self.servers for each in server.channels())
        for phase in Phase:
            meters.CONNECTIONS.labels(phase.name.lower()).set(phases[phase])
        meters.WAITING.set(len(self.threads.queue))
        meters.MEMORY.set(resident())

    def _give_way(self, why: str) -> None:
        self.log.warning("this worker gives way to a new one: %s", why)
        self.alive = False

    def _trouble(self) -> str:
        late = next((server.late for server in self.servers if server.late), "")
        if os.getppid() != self.ppid:
            return "its parent ended"
        if (memory := resident()) > MAX_MEMORY:
            return f"it holds {memory >> 20} MiB"
        return f"a request to {late} takes too long" if late else ""

    def _leave(self) -> None:
        """Told to end, it goes on for a moment, so that a balancer that asks finds it not ready."""
        now = time.monotonic()
        if self.told_at is None or all(
            now - server.ready_asked_at > ASKED_S for server in self.servers
        ):
            return
        for server in self.servers:
            server.is_leaving = True
        while time.monotonic() - self.told_at < LEAVING_S:
            self._turn()

    def _finish(self) -> None:
        began = time.monotonic()
        self._leave()
        while left := sum(server.drain() for server in self.servers):
            is_late = any(server.late for server in self.servers)
            patient = self.told_at is None and not is_late  # nobody waits for this worker's end
            most = SECONDS[Phase.WORKING] if patient else self.cfg.graceful_timeout - 1
            if time.monotonic() - (self.told_at or began) > most:
                self.log.warning("%d connections were cut off at the end of this worker", left)
                break
            self._turn()
        self.threads.shutdown(timeout=0.5)
        wasyncore.close_all(self.map)


def resident() -> int:
    """Bytes of memory that this process holds; 0 where the kernel does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * resource.getpagesize()


def _open_files() -> None:
    """As many as the connections may need, where the system allows it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
