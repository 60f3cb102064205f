"""Plans in the background: how far they are, and how they end before their time."""

from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Event, Thread
from time import monotonic
from typing import Any, Protocol

from connectivity.core.as_json.plan import planned, so_far
from connectivity.core.as_json.plan_besides import BESIDES, NOTHING, Besides, besides
from connectivity.core.as_json.plan_parts import MIGRATION
from connectivity.core.comparison.compare import Comparison
from connectivity.core.plan.search.cheapest import SECONDS, Limits, SoFar
from connectivity.core.plan.search.plan import Plan

LOOK_S = 1.0  # between two notes of how far a plan is

Answer = dict[str, Any]


class Progress(Protocol):
    """Notes how far a job is: so much of so much, and what is known already."""

    def __call__(self, done: int, total: int, so_far: dict[str, Any] | None = None) -> None: ...


def plan_with_progress(
    comparison: Comparison,
    progress: Progress,
    max_objects: int | None = None,
    seconds: float = SECONDS,
    more: Besides = NOTHING,
) -> Answer:
    """A plan in JSON's values, and what is asked for besides; as `_watched` has it made."""

    def work(lookout: _Lookout) -> Answer:
        look, tell = lookout.look, lookout.tell
        return planned(comparison, max_objects, seconds=seconds, watch=look, more=more, tell=tell)

    return _watched(work, progress, _Lookout(), int(seconds + more.seconds))


def besides_with_progress(
    comparison: Comparison, known: Plan, more: Besides, progress: Progress
) -> Answer:
    """What is asked for besides a plan that there is; as `_watched` has it made."""

    def work(lookout: _Lookout) -> Answer:
        limits = Limits(watch=lookout.look)
        return besides(comparison, known, more, limits, lookout.tell)

    lookout = _Lookout(SoFar(0, known.design, known.bound_usd, BESIDES))
    return _watched(work, progress, lookout, int(more.seconds))


class _Lookout:
    """Stands between the thread that plans and the one that tells of it."""

    def __init__(self, newest: SoFar | None = None) -> None:
        self.is_stopped = Event()
        self.newest = newest
        self.parts: Answer = {}

    def look(self, going: SoFar) -> bool:
        """Whether the plan goes on."""
        self.newest = going
        return not self.is_stopped.is_set()

    def tell(self, parts: Answer) -> None:
        """What is known besides; but not the way, which may be megabytes."""
        self.parts = {name: part for name, part in parts.items() if name != MIGRATION}

    def telling(self, progress: Progress) -> Callable[[int, int], None]:
        """The same progress, with what is known of the plan."""
        return lambda done, total: progress(done, total, self._known())

    def _known(self) -> Answer | None:
        return None if self.newest is None else so_far(self.newest) | self.parts


def _watched(
    work: Callable[[_Lookout], Answer], progress: Progress, lookout: _Lookout, seconds: int
) -> Answer:
    """What some work gives that is done in a thread of its own.

    A solver says nothing for many seconds, and is deaf to signals: here it is left alone as soon as
    `progress`, told the seconds gone, those that there are, and the best plan so far, raises, or
    the worker is told to end. It then stops where it next looks up, or at its time limit.
    """
    answers: SimpleQueue[Answer | Exception] = SimpleQueue()

    def run() -> None:
        try:
            answers.put(work(lookout))
        except Exception as error:
            answers.put(error)

    Thread(target=run, daemon=True, name="plan").start()
    try:
        answer = _awaited(answers, lookout.telling(progress), max(1, seconds))
    finally:
        lookout.is_stopped.set()
    if isinstance(answer, Exception):
        raise answer
    return answer


def _awaited(
    answers: SimpleQueue[Answer | Exception], tell: Callable[[int, int], None], total: int
) -> Answer | Exception:
    began = monotonic()
    while True:
        tell(min(int(monotonic() - began), total), total)
        with suppress(Empty):
            return answers.get(timeout=LOOK_S)
