"""Plans in the background: they tell how far they are, and are left alone when they must end."""

import time
from typing import Any
from unittest.mock import patch

import pytest

from advisor.jobs import planning
from advisor.jobs.planning import plan_with_progress
from connectivity.core.comparison.compare import compare
from connectivity.core.latency.lookup import LatencySet
from connectivity.core.plan.search.cheapest import Look, SoFar
from connectivity.core.registered_document import topology
from tests.factories import document, price_list

COMPARISON = compare(topology(document()), price_list(), LatencySet("none", "", ()))


class Ended(Exception):
    """Somebody cancelled it."""


def test_a_plan_is_the_core_s() -> None:
    noted: list[Any] = []
    answer = plan_with_progress(COMPARISON, lambda *going: noted.append(going), seconds=30)
    assert answer["objective_usd"] == "0.00" or answer["proven_optimal"]
    assert noted[0][:2] == (0, 30)


def test_a_plan_tells_its_seconds_while_the_solver_is_silent() -> None:
    noted: list[Any] = []

    def slow(*args: Any, **more: Any) -> dict[str, Any]:
        time.sleep(0.2)
        return {"slow": True}

    with patch.object(planning, "planned", slow), patch.object(planning, "LOOK_S", 0.02):
        assert plan_with_progress(COMPARISON, lambda *going: noted.append(going), seconds=30) == {
            "slow": True
        }
    assert len(noted) > 3


def test_who_cancels_waits_for_no_solver_and_it_stops_when_it_looks_up() -> None:
    watches: list[Look] = []

    def endless(*args: Any, watch: Look, **more: Any) -> dict[str, Any]:
        watches.append(watch)
        while watch(SoFar(0, None, 0)):
            time.sleep(0.01)
        return {}

    def cancelled(done: int, total: int, so_far: Any = None) -> None:
        if watches:
            raise Ended

    with (
        patch.object(planning, "planned", endless),
        patch.object(planning, "LOOK_S", 0.02),
        pytest.raises(Ended),
    ):
        plan_with_progress(COMPARISON, cancelled)
    assert not watches[0](SoFar(0, None, 0))


def test_what_goes_wrong_in_the_thread_is_the_job_s_failure() -> None:
    def wrong(*args: Any, **more: Any) -> dict[str, Any]:
        raise ValueError("HiGHS refuses the program")

    with patch.object(planning, "planned", wrong), pytest.raises(ValueError, match="HiGHS refuses"):
        plan_with_progress(COMPARISON, lambda *going: None)
