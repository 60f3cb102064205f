"""Durations as people say them."""

MINUTE, HOUR, DAY = 60, 3_600, 86_400
ENOUGH = 2  # of a unit, from which it is the one that people say


def in_words(seconds: float) -> str:
    """In whole units: the largest of which there are two or more.

    >>> [in_words(75 * 60), in_words(4_500 * 60), in_words(30 * 3_600), in_words(20)]
    ['75 minutes', '3 days', '30 hours', 'less than a minute']
    """
    if seconds < MINUTE:
        return "less than a minute"
    units = ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"))
    unit, name = next((unit for unit in units if seconds >= ENOUGH * unit[0]), units[-1])
    count = round(seconds / unit)
    return f"{count:,} {name}{'s' * (count != 1)}"
