"""Durations are in the unit that people use."""

import pytest

from connectivity.core.durations import DAY, HOUR, MINUTE, in_words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "less than a minute"),
        (59, "less than a minute"),
        (MINUTE, "1 minute"),
        (75 * MINUTE, "75 minutes"),
        (2 * HOUR - 1, "120 minutes"),
        (2 * HOUR, "2 hours"),
        (47 * HOUR, "47 hours"),
        (2 * DAY, "2 days"),
        (4_500 * MINUTE, "3 days"),
        (4_000 * DAY, "4,000 days"),
    ],
)
def test_a_duration_is_said_in_one_unit(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
