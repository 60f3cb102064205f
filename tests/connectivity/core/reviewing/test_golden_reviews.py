"""The worked cases: every number, limit, finding and question of a review."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from connectivity.core.reviewing.answer import Answer, answer
from connectivity.core.reviewing.tables import Tables, recorded_instance_types
from connectivity.core.reviews import REVIEWS

CASES = Path(__file__).parents[3] / "golden" / "reviews"


def cases() -> Iterator[Any]:
    for path in sorted(CASES.glob("*.yaml")):
        for case in yaml.safe_load(path.read_text()):
            yield pytest.param(path.stem, case, id=f"{path.stem}-{case['name']}")


def answered(key: str, case: dict[str, Any]) -> Answer:
    tables = Tables(recorded_instance_types())
    return answer(REVIEWS[key], case["inputs"], tables, confirmed=case.get("confirm", ()))


def near(value: float | None) -> Any:
    return None if value is None else pytest.approx(value, abs=1e-6, rel=1e-6)


@pytest.mark.parametrize(("key", "case"), list(cases()))
def test_a_worked_case(key: str, case: dict[str, Any]) -> None:
    told = answered(key, case)
    assert [question.input for question in told.questions] == case.get("questions", [])
    if told.questions:
        assert (told.numbers, told.limits, told.findings, told.first) == (None, (), (), None)
        return
    assert told.numbers == {name: near(value) for name, value in case["numbers"].items()}
    sides = {limit.stated.what: [limit.load, limit.limit] for limit in told.limits}
    assert list(sides) == list(case["limits"])
    assert sides == {name: [near(side) for side in both] for name, both in case["limits"].items()}
    assert (told.first.stated.what if told.first else None) == case["first"]
    assert {finding.id: finding.severity.value for finding in told.findings} == case["findings"]


def test_every_review_has_a_worked_case() -> None:
    assert {path.stem for path in CASES.glob("*.yaml")} == set(REVIEWS)
