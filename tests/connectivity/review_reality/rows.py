"""A figure of a review beside what was counted."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from connectivity.core.reviewing.answer import Answer, answer
from connectivity.core.reviewing.tables import Tables, recorded_instance_types
from connectivity.core.reviews import REVIEWS
from tests.connectivity.review_reality.namespaces import happens

TABLES = Tables(recorded_instance_types())
TRIES = 5


class Row(NamedTuple):
    """They agree within this share of the predicted figure, or of 1 if that is more.

    Attributes:
        is_least: what is counted may not be less at all.
    """

    subject: str
    predicted: float
    counted: float
    within: float = 0.0
    is_least: bool = False

    @property
    def agrees(self) -> bool:
        apart = self.counted - self.predicted
        allowed = self.within * max(1, abs(self.predicted))
        return (0 if self.is_least else -allowed) <= apart <= allowed


def review(key: str, **inputs: Any) -> Answer:
    """The answer to inputs that are taken as they are: real ones are small."""
    told = answer(REVIEWS[key], inputs, TABLES, confirmed=list(inputs))
    assert told.numbers is not None
    return told


def number(told: Answer, name: str) -> float:
    value = (told.numbers or {})[name]
    assert isinstance(value, int | float)
    return value


def file(told: Answer, name: str) -> str:
    return next(each.text for each in told.files if each.name == f"{told.review.key}-{name}")


def sysctls(told: Answer) -> dict[str, str]:
    lines = file(told, "sysctl.conf").splitlines()
    return dict(line.split(" = ", 1) for line in lines if not line.startswith("#"))


def side_by_side(tasks: list[Callable[[], Any]]) -> list[Any]:
    with ThreadPoolExecutor(len(tasks)) as threads:
        return [future.result() for future in [threads.submit(task) for task in tasks]]


def undisturbed(experiment: str, seconds: float, lateness: float, /, **given: Any) -> Any:
    """What an experiment comes to in a run that the machine did not hold up."""
    for _ in range(TRIES):
        counted = happens(experiment, seconds, **given)
        if counted["late_seconds"] <= lateness:
            return counted
    raise AssertionError(f"{experiment} was held up {TRIES} times: {counted['late_seconds']} s")
