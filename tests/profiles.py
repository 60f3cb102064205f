"""How much is tried: `quick` a sample, for who waits; `full` in CI; `thorough` as long as you like.

Another one than quick: `pytest --hypothesis-profile full`. No test asserts less in one of them.
"""

from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, settings

QUICK, FULL, THOROUGH = "quick", "full", "thorough"
UNCHECKED = [HealthCheck.function_scoped_fixture]


def register() -> None:
    """Make the profiles known, and load the quick one."""
    for name, examples in ((QUICK, 8), (FULL, 40), (THOROUGH, 1_000)):
        settings.register_profile(
            name,
            max_examples=examples,
            deadline=None,
            derandomize=name != THOROUGH,
            suppress_health_check=UNCHECKED,
        )
    settings.load_profile(QUICK)


def sample(cases: Sequence[Any], quick: int) -> Sequence[Any]:
    """So many of the cases, evenly spread, in the quick profile; all of them in the others."""
    if settings.get_current_profile_name() != QUICK:
        return cases
    return cases[:: max(1, len(cases) // quick)][:quick]
