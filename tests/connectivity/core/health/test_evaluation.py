"""What a rule's severity makes of a resource, several verdicts together, and shares of points."""

from dataclasses import replace

import pytest

from connectivity.core.health.evaluation import Severity, State, Verdict, shares, worst
from connectivity.core.health.kinds import KINDS

RULE = KINDS["transit-gateway"].rules[0]


@pytest.mark.parametrize(
    ("severity", "state"),
    [
        (Severity.ADVICE, State.OK),
        (Severity.WARNING, State.WARNING),
        (Severity.CRITICAL, State.CRITICAL),
    ],
)
def test_advice_leaves_a_resource_ok(severity: Severity, state: State) -> None:
    assert severity.state is state


def test_a_share_is_known_where_its_base_is() -> None:
    dropped, first, second = {0: 5.0, 60: 1.0}, {0: 60.0, 120: 0.0}, {0: 40.0, 60: 100.0}
    without_floor = replace(RULE, part_from=0)
    assert shares(without_floor, dropped, [first, second]) == {0: 5.0, 60: 1.0}


def test_trouble_comes_before_doubt_and_doubt_before_ok() -> None:
    verdicts = [Verdict(state, "") for state in (State.OK, State.WARNING, State.UNKNOWN)]
    assert worst(verdicts).state is State.WARNING
    assert worst(verdicts[::2]).state is State.UNKNOWN
    assert worst([]).state is State.UNKNOWN
