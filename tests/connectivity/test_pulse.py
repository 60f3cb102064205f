"""A lease is renewed while somebody works, and no longer."""

import threading
import time
from collections.abc import Callable

import pytest
from django.db import OperationalError

from connectivity.pulse import Pulse

# The thread closes a connection of its own, which it never opened here.
pytestmark = pytest.mark.django_db


def wait_for(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_it_beats_until_the_work_is_done() -> None:
    beats: list[float] = []

    def beat() -> bool:
        beats.append(time.monotonic())
        return True

    with Pulse(beat, 0.02):
        assert beats == []
        wait_for(lambda: len(beats) >= 3)
    told = len(beats)
    time.sleep(0.1)
    assert len(beats) == told
    assert "pulse" not in {thread.name for thread in threading.enumerate()}


def test_it_stops_when_nobody_wants_it() -> None:
    beats: list[bool] = []

    def beat() -> bool:
        beats.append(True)
        return False

    with Pulse(beat, 0.02):
        wait_for(lambda: bool(beats))
        time.sleep(0.1)
    assert len(beats) == 1


def test_a_database_that_is_away_is_asked_again() -> None:
    beats: list[bool] = []

    def beat() -> bool:
        beats.append(True)
        if len(beats) == 1:
            raise OperationalError("away")
        return True

    with Pulse(beat, 0.02):
        wait_for(lambda: len(beats) >= 2)


def test_the_work_ends_though_a_beat_is_late() -> None:
    began = time.monotonic()
    with Pulse(lambda: True, 60):
        pass
    assert time.monotonic() - began < 5
