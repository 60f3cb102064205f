"""The supervisor by itself, with small programs."""

import sys
import threading
from pathlib import Path
from signal import SIGTERM
from unittest.mock import patch

from advisor.local.supervisor import KeptProcess, NotReady, Supervisor

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


def test_a_program_that_cannot_start_yet_is_tried_again(tmp_path: Path) -> None:
    """What it needs is away when it dies; nothing else stops because of that."""
    messages: list[str] = []
    troubles = iter([False, True, True, False])

    def before() -> None:
        if next(troubles):
            raise NotReady("the broker does not answer")

    programs = [KeptProcess("other", SLEEP), KeptProcess("needy", SLEEP, before=before)]
    supervisor = Supervisor(programs, tmp_path, messages.append)

    def ready() -> None:
        supervisor.pauses["needy"] = 0.01
        supervisor.running["needy"].kill()
        threading.Thread(target=watch).start()

    def watch() -> None:
        while sum("cannot start yet" in message for message in messages) < 2:
            pass
        while supervisor.running["needy"].poll() is not None:
            pass
        other.append(supervisor.running["other"].poll())
        supervisor.stop()

    other: list[int | None] = []
    with patch("advisor.local.supervisor.signal.signal"):
        supervisor.run(ready)
    assert other == [None]
    assert [process.returncode for process in supervisor.running.values()] == [-SIGTERM] * 2
