"""Plans in the background: how far they are, and how they end before their time."""

from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Event, Thread
from time import monotonic
from typing import Any, Protocol

from connectivity.core.as_json.plan import planned, so_far
from connectivity.core.as_json.plan_besides import NOTHING, Besides
from connectivity.core.comparison.compare import Comparison
from connectivity.core.plan.search.cheapest import SECONDS, SoFar

LOOK_S = 1.0  # between two notes of how far a plan is

Answer = dict[str, Any] | Exception


class Progress(Protocol):
    """Notes how far a job is: so much of so much, and what is known already."""

    def __call__(self, done: int, total: int, so_far: dict[str, Any] | None = None) -> None: ...


def plan_with_progress(
    comparison: Comparison,
    progress: Progress,
    max_objects: int | None = None,
    seconds: float = SECONDS,
    more: Besides = NOTHING,
) -> dict[str, Any]:
    """A plan in JSON's values, made in a thread of its own.

    A solver says nothing for many seconds, and is deaf to signals: here it is left alone as soon as
    `progress`, told the seconds gone, those that there are, and the best plan so far, raises, or
    the worker is told to end. It then stops where it next looks up, or at its time limit.
    """
    answers: SimpleQueue[Answer] = SimpleQueue()
    lookout = _Lookout()

    def work() -> None:
        try:
            look = lookout.look
            answers.put(planned(comparison, max_objects, seconds=seconds, watch=look, more=more))
        except Exception as error:
            answers.put(error)

    Thread(target=work, daemon=True, name="plan").start()
    try:
        total = max(1, int(seconds + more.seconds))
        answer = _awaited(answers, lookout.telling(progress), total)
    finally:
        lookout.is_stopped.set()
    if isinstance(answer, Exception):
        raise answer
    return answer


class _Lookout:
    """Stands between the thread that plans and the one that tells of it."""

    def __init__(self) -> None:
        self.is_stopped = Event()
        self.newest: SoFar | None = None

    def look(self, going: SoFar) -> bool:
        """Whether the plan goes on."""
        self.newest = going
        return not self.is_stopped.is_set()

    def telling(self, progress: Progress) -> Callable[[int, int], None]:
        """The same progress, with what is known of the plan."""
        return lambda done, total: progress(done, total, self.newest and so_far(self.newest))


def _awaited(answers: SimpleQueue[Answer], tell: Callable[[int, int], None], total: int) -> Answer:
    began = monotonic()
    while True:
        tell(min(int(monotonic() - began), total), total)
        with suppress(Empty):
            return answers.get(timeout=LOOK_S)
