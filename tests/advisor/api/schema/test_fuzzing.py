"""A part of `benchmarks/fuzz.py`: requests made of the schema, with every check, as each caller."""

import pytest

from advisor.models import User
from tests.callers import keys_of
from tests.doors import objects_of
from tests.fuzzing import fuzzed

SEED = 20261126
SECONDS = 6


@pytest.mark.parametrize(
    ("caller", "usual"), [("editor", 200), ("read token", 200), ("anonymous", 401)]
)
def test_no_request_made_of_the_schema_gets_another_answer_than_it_says(
    caller: str, usual: int, user: User
) -> None:
    """Errors inside, statuses and bodies that are not described, what is wrong and accepted, what
    is right and refused, addresses that answer without their key."""
    tally = fuzzed(
        objects_of(user),
        keys_of(caller, user),
        examples=46,
        seed=SEED,
        phases=("fuzzing",),
        most_s=SECONDS,
    )
    assert (tally.failures, tally.errors) == ({}, [])
    assert tally.statuses[usual] > 0
