"""A rule on points made by hand, for tests that ask no database."""

from math import nan

import numpy as np

from connectivity.core.health.evaluation import HealthRule, Points, Verdict
from connectivity.core.health.window_judging import Windows, judge, needed_from


def verdict_at(rule: HealthRule, points: Points, end: int) -> Verdict:
    """What it says at the end of a period, asked for as long as it looks back."""
    begin = min(needed_from(rule, end), *points) if points else needed_from(rule, end)
    count = (end - begin) // rule.period
    windows = Windows(begin, rule.period, np.full(count, nan), begin)
    shown = windows.with_points({at: value for at, value in points.items() if at < end})
    return judge(rule, shown, begin, None).verdict
