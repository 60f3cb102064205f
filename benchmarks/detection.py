"""Which events health rules find, when rounds come as they do; a day of an estate, and its cost.

An event is unbroken trouble, at every phase against the rounds of its rule. Trouble of n periods
and more must be found, always, with the period in which it began, whether rounds come in the rhythm
of their tier or eight hours apart. Then an estate of our double goes through collection itself, and
a fortnight of minutes through `window_judging`, beside reading them.
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent))
from over_http import manage

from connectivity.core.health.evaluation import HealthRule, Way
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.request_planning import ASKED_AGAIN, DELAY
from connectivity.core.health.resource_type import DAY, HOUR
from connectivity.core.health.series_selection import tier_of
from connectivity.core.health.window_judging import Spell, Windows, judge, needed_from

ROOT = Path(__file__).parent.parent
MINUTES = (5, 10, 20, 30, 60, 75)
OUTAGE = 8 * HOUR
PLACE = 40  # periods before an event, in which nothing is wrong
RULES = [rule for kind in KINDS.values() for rule in kind.rules]


class Shares(NamedTuple):
    """Of all phases of an event, how many were found, and how many with its beginning."""

    found: float
    exact: float


def measured(rule: HealthRule, count: int, begin: int, length: int) -> np.ndarray:
    """A series in which nothing is wrong but during one event."""
    is_above = rule.way is Way.ABOVE
    values = np.full(count, 0.0 if is_above else rule.threshold + 1)
    values[begin : begin + length] = rule.threshold + 1 if is_above else rule.threshold - 1
    return values


def told(rule: HealthRule, values: np.ndarray, rhythm: int, phase: int) -> list[Spell]:
    """What rounds tell of a series, one after another, each from where the last one ended."""
    period, spells = rule.period, list[Spell]()
    again = 0 if period >= HOUR or rule.kind == "instance" else ASKED_AGAIN
    after, opened = 0, None
    for now in range(phase, len(values) * period + 2 * rhythm + DELAY, rhythm):
        mark = min((now - DELAY) // period - again, len(values))
        if mark * period <= after:
            continue
        start = max(0, needed_from(rule, min(after, (mark - 1) * period)) // period)
        piece = Windows(start * period, period, values[start:mark], 0)
        judgement = judge(rule, piece, after, opened)
        after = judgement.until or after
        spells += [spell for spell in judgement.spells if spell.tripped is not None]
        opened = judgement.verdict.since
    return spells


def shares_of(rule: HealthRule, length: int, rhythm: int, step: int) -> Shares:
    """Over every phase, a period or `step` seconds apart."""
    exact = count_found = 0
    phases = range(0, rhythm, max(step, rule.period if rule.period < DAY else HOUR))
    count = PLACE + length + rule.m + 2 + rhythm // rule.period
    values = measured(rule, count, PLACE, length)
    for phase in phases:
        spells = told(rule, values, rhythm, phase)
        count_found += bool(spells)
        exact += [spell.began for spell in spells] == [PLACE * rule.period]
    return Shares(count_found / len(phases), exact / len(phases))


def lengths(rule: HealthRule) -> list[int]:
    """In periods: the fewest that a rule speaks at, one fewer, and those of the table."""
    listed = [minutes * 60 // rule.period for minutes in MINUTES]
    return sorted({rule.n - 1, rule.n, rule.n + 1, *(n for n in listed if n)} - {0})


def wrong(rules: list[HealthRule], step: int = 0) -> Iterator[str]:
    """Every event that is found otherwise than it should be."""
    for rule in rules:
        for rhythm in (tier_of(rule).seconds, OUTAGE):
            for length in lengths(rule):
                share = shares_of(rule, length, rhythm, step)
                expected = float(length >= rule.n)
                if share != (expected, expected):
                    yield f"{rule.id}: {length} periods, rounds of {rhythm} s: {share}"


def table() -> None:
    print(
        f"share of events found, at every phase; in brackets with rounds {OUTAGE // HOUR} h apart"
    )
    for rule in RULES:
        rhythm = tier_of(rule).seconds
        head = f"{rule.id:24}{rule.n}/{rule.m} x {rule.period} s, every {rhythm // 60:,} min"
        cells = []
        for length in lengths(rule):
            often, seldom = (shares_of(rule, length, each, 0) for each in (rhythm, OUTAGE))
            seconds = length * rule.period
            unit = f"{seconds // 60} min" if seconds < DAY else f"{seconds // DAY} d"
            cells.append(f"{unit} {often.found:.0%} ({seldom.found:.0%})")
        print(f"{head:58}{'  '.join(cells)}")
    faults = list(wrong(RULES))
    print("\n".join(faults) or "each event of n periods and more is found, with its beginning")


def fortnight() -> None:
    """A series a rule, as after two weeks without judgement."""
    rules = [rule for rule in RULES if rule.period < HOUR]
    rng = np.random.default_rng(0)
    count = 0
    begin = time.perf_counter()
    for rule in rules:
        values = rng.random(14 * DAY // rule.period) * (rule.threshold + 1)
        values[rng.random(len(values)) < 0.01] = np.nan
        judge(rule, Windows(0, rule.period, values, 0), 0, None)
        count += len(values)
    took = time.perf_counter() - begin
    print(f"a fortnight of {len(rules)} rules, {count:,} periods: {took / count * 1e9:.0f} ns each")


def estate() -> None:
    """Through discovery, collection, judgement and the database, with a clock of our own."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "ADVISOR_VAR": folder, "SECRET_KEY": "benchmark" * 8,
            "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3", "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        manage(environment, "migrate", "--verbosity", "0")
        script = "from benchmarks.detection_estate import run; run()"
        print(manage(environment, "shell", "--no-imports", "-c", script), end="")


if __name__ == "__main__":
    table()
    fortnight()
    estate()
