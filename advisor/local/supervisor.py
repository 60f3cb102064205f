"""Starts processes, restarts the one that dies, and stops all of them, whatever happens to us."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from advisor.parent_death import die_with

TICK_S = 0.2
STOP_S = 20  # after it, a process is killed
LONGEST_PAUSE_S = 30.0


class NotReady(RuntimeError):
    """Something that a program needs is away. It is tried again."""


@dataclass(frozen=True)
class KeptProcess:
    """One process to keep alive."""

    name: str
    command: list[str]
    before: Callable[[], None] = lambda: None  # each time before it starts
    after: Callable[[], None] = lambda: None  # each time after it started


@dataclass
class Supervisor:
    """Runs programs in order, until `stop` is asked for; stops them in reverse order."""

    programs: list[KeptProcess]
    log_dir: Path
    say: Callable[[str], None]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    pauses: dict[str, float] = field(default_factory=dict)
    is_stopping: bool = False

    def stop(self, *_: object) -> None:
        self.is_stopping = True

    def run(self, ready: Callable[[], None]) -> None:
        """Start everything, call `ready`, and look after the processes until told to stop."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self.stop)
        try:
            for program in self.programs:
                self._start(program)
            if not self.is_stopping:
                ready()
            while not self.is_stopping:
                time.sleep(TICK_S)
                self._restart_the_dead()
        finally:
            self._stop_all()

    def _start(self, program: KeptProcess) -> None:
        if self.is_stopping:
            return
        program.before()
        with (self.log_dir / f"{program.name}.log").open("ab") as log:
            self.running[program.name] = subprocess.Popen(  # noqa: S603  our own commands
                program.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=partial(die_with, os.getpid()),
            )
        program.after()

    def _restart_the_dead(self) -> None:
        for program in self.programs:
            process = self.running[program.name]
            if process.poll() is None or self.is_stopping:
                continue
            pause = self.pauses.get(program.name, 0.5)
            self.pauses[program.name] = min(2 * pause, LONGEST_PAUSE_S)
            self.say(
                f"{program.name} ended with {process.returncode}, see "
                f"{self.log_dir / program.name}.log; it starts again in {pause:g} s"
            )
            _kill_group(process)
            time.sleep(pause)
            try:
                self._start(program)
            except NotReady as error:  # the process still counts as dead, so it is tried again
                self.say(f"{program.name} cannot start yet: {error}")

    def _stop_all(self) -> None:
        for program in reversed(self.programs):
            process = self.running.get(program.name)
            if process is None:
                continue
            process.terminate()
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.say(f"{program.name} did not stop in {STOP_S} s and is killed")
            _kill_group(process)
            process.wait()


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """What a process started and left behind."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
