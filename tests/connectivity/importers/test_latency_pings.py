"""Simulated pings of three generations of iputils are read, with figures as fine as their print;
`benchmarks/pings.py` does it with 5,000."""

import random

from tests.pings import GENERATIONS, invented, simulated, wrong

SEED = 20261123


def test_simulated_pings_are_read() -> None:
    pings = list(simulated(300, SEED))
    assert {ping.generation for ping in pings} == set(GENERATIONS)
    assert [problem for ping in pings for problem in wrong(ping)] == []


def test_a_cut_ping_gives_no_figure_of_its_own() -> None:
    rng = random.Random(SEED)  # noqa: S311  # not for secrets
    for ping in simulated(100, SEED + 1):
        ends = range(len(ping.printed) - 60, len(ping.printed))
        places = [*ends, *(rng.randrange(1, len(ping.printed)) for _ in range(3))]
        assert not any(invented(ping, at) for at in places[:: 1 + len(ping.times) // 20])
