"""Workers of some queues, or of all: `python -m advisor.workers [--ping] [QUEUE …]`.

Each queue has a worker of Celery's with slots of its own. They are forks of one process, which has
loaded everything once, so that four of them need little more memory than one. A worker that dies
is started again; when this process is told to end, all of them are.
"""

import argparse
import gc
import logging
import os
import signal
import sys
import time

from celery.utils.nodenames import gethostname
from django.db import connections

from advisor.celery import app
from advisor.parent_death import die_with
from advisor.queues import QUEUES

logger = logging.getLogger(__name__)

PAUSE_S = 1.0  # before a worker that died is started again
PING_S = 10.0


class Workers:
    """The processes, by queue."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self.running: dict[int, str] = {}
        self.is_stopping = False

    def run(self) -> None:
        """Until told to stop, and all of them have."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self.stop)
        for name in self.names:
            self.start(name)
        while self.running:
            pid, status = os.wait()
            name = self.running.pop(pid)
            if self.is_stopping:
                continue
            code = os.waitstatus_to_exitcode(status)
            logger.warning("the worker of %s ended with %s; it starts again", name, code)
            time.sleep(PAUSE_S)
            self.start(name)

    def stop(self, *_: object) -> None:
        """Warmly: what they have begun they finish, or give back."""
        self.is_stopping = True
        for pid in self.running:
            os.kill(pid, signal.SIGTERM)

    def start(self, name: str) -> None:
        held = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}  # none is missed while we fork
        signal.pthread_sigmask(signal.SIG_BLOCK, held)
        pid = 0 if self.is_stopping else os.fork()
        if pid:
            self.running[pid] = name
        elif not self.is_stopping:
            for number in held:
                signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, held)
        if not pid and not self.is_stopping:
            die_with(os.getppid())
            app.worker_main(command(name))
            sys.exit()


def command(name: str) -> list[str]:
    """What Celery is told."""
    slots = str(QUEUES[name].slots)
    options = ["--queues", name, "--concurrency", slots, "--hostname", f"{name}@%h"]
    alone = ["--without-gossip", "--without-mingle"]
    return ["--quiet", "worker", *options, *alone, "--loglevel", "INFO"]


def ping(names: list[str]) -> bool:
    """Whether each of them answers on this host."""
    wanted = {f"{name}@{gethostname()}" for name in names}
    replies = app.control.ping(list(wanted), PING_S, limit=len(wanted)) or []
    return wanted <= {host for reply in replies for host in reply}


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser("advisor.workers", description=__doc__)
    parser.add_argument("--ping", action="store_true", help="ask whether they answer, and end")
    parser.add_argument("queues", nargs="*", choices=[[], *QUEUES], metavar="QUEUE")
    given = parser.parse_args(arguments)
    names = given.queues or list(QUEUES)
    if given.ping:
        sys.exit(not ping(names))
    app.loader.import_default_modules()
    connections.close_all()
    gc.collect()
    gc.freeze()  # shared with the forks for as long as nobody touches it
    Workers(names).run()


if __name__ == "__main__":
    main(sys.argv[1:])
