"""Pings as iputils prints them, of round trips that are known: three generations of arithmetic.

Source: iputils, ping_common.c: s20121221 cuts off, s20180629 rounds packets, s20200821 also
computes the spread from the sum instead of the mean.
"""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

from connectivity.core.problems import DocumentRefused
from connectivity.importers.latency import Run, read_runs
from connectivity.importers.latency.run import of_times

GENERATIONS = ("s20121221", "s20180629", "s20200821")
SHORTEST_US, LONGEST_US = 100, 300_000
MAX_PACKETS = 1_000


@dataclass(frozen=True)
class Ping:
    """One simulated run: whole microseconds as they were, and what was printed."""

    generation: str
    times: tuple[int, ...]
    sent: int
    is_quiet: bool
    printed: str


def step(us: float) -> int:
    """How far apart printed packets of about this time are, in µs."""
    return 1_000 if us >= 99_950 else 100 if us >= 9_995 else 10 if us >= 1_000 else 1


def _packet(us: int, generation: str) -> str:
    rounded = generation != "s20121221"
    ten = 9_995 if generation == "s20200821" else 10_000
    hundred = 99_950 if generation == "s20200821" else 100_000
    for bound, unit, digits in ((hundred, 1_000, 0), (ten, 100, 1), (1_000, 10, 2)):
        if us >= bound:
            units = (us + unit // 2 if rounded else us) // unit
            whole, part = divmod(units, 1_000 // unit)
            return f"{whole}.{part:0{digits}d}" if digits else f"{whole}"
    return f"{us // 1_000}.{us % 1_000:03d}"


def _mdev(times: Sequence[int], generation: str) -> int:
    count, total, squares = len(times), sum(times), sum(us * us for us in times)
    if generation == "s20200821":
        return math.isqrt((squares - total * total // count) // count)
    return math.isqrt(squares // count - (total // count) ** 2)


def _printed(times: Sequence[int], sent: int, generation: str, *, is_quiet: bool) -> str:
    lines = ["PING db (10.0.0.2) 56(84) bytes of data."]
    lines += [
        f"64 bytes from db (10.0.0.2): icmp_seq={at} ttl=64 time={_packet(us, generation)} ms"
        for at, us in enumerate(times, 1)
        if not is_quiet
    ]
    loss = f"{100 * (sent - len(times)) / sent:g}"
    figures = (min(times), sum(times) // len(times), max(times), _mdev(times, generation))
    rtt = "/".join(f"{us // 1_000}.{us % 1_000:03d}" for us in figures)
    lines += [
        "",
        "--- db ping statistics ---",
        f"{sent} packets transmitted, {len(times)} received, {loss}% packet loss, time 9009ms",
        f"rtt min/avg/max/mdev = {rtt} ms",
    ]
    return "\n".join(lines) + "\n"


def simulated(count: int, seed: int) -> Iterator[Ping]:
    """So many runs, 0.1 to 300 ms, 1 to 1,000 packets, of every generation in turn."""
    rng = random.Random(seed)  # noqa: S311  # not for secrets
    for generation, _ in zip(cycle(GENERATIONS), range(count), strict=False):
        base = SHORTEST_US * (LONGEST_US / SHORTEST_US) ** rng.random()
        packets = round(MAX_PACKETS ** rng.random())
        jitter = base * rng.choice((0.0001, 0.001, 0.02, 0.3))
        times = tuple(
            min(round(base + rng.expovariate(1 / jitter)), 3 * LONGEST_US) for _ in range(packets)
        )
        sent = packets + rng.choice((0, 0, 0, rng.randrange(1, 20)))
        is_quiet = rng.random() < 0.1
        text = _printed(times, sent, generation, is_quiet=is_quiet)
        yield Ping(generation, times, sent, is_quiet, text)


def wrong(ping: Ping) -> list[str]:
    """What a reader got wrong of a whole run: nothing, or each figure beyond the print."""
    try:
        (run,) = read_runs(ping.printed.encode())
    except DocumentRefused as error:
        return [str(error)]
    counts = {"samples": len(ping.times), "loss": max(0.0, 1 - len(ping.times) / ping.sent)}
    return [
        f"{ping.generation}: {name} is {us:g}, was {true:g}"
        for name, us, true, allowed in _compared(run, ping)
        if abs(us - true) > allowed + 1e-6
    ] + [f"{ping.generation}: {name}" for name in counts if getattr(run, name) != counts[name]]


def _compared(run: Run, ping: Ping) -> Iterator[tuple[str, float, float, float]]:
    """Statistic, figure, truth, and by how much they may differ."""
    truth = of_times(ping.times)
    wanted = {"min", "mean", "max"} if ping.is_quiet else truth.keys()
    assert wanted <= run.figures.keys()
    for name in wanted:
        allowed = {"min": 0, "max": 0, "mean": 1}.get(name, step(truth[name]))
        if name == "stddev":
            allowed = 1 + math.sqrt(sum(step(us) ** 2 for us in ping.times) / len(ping.times))
        yield name, run.figures[name], truth[name], allowed


def invented(ping: Ping, at: int) -> bool:
    """Whether the run, cut after so many characters, gives a figure that it did not have."""
    whole = read_runs(ping.printed.encode())
    try:
        cut = read_runs(ping.printed[:at].encode())
    except DocumentRefused:
        return False
    return [run.figures for run in cut] != [run.figures for run in whole]
