"""Sparklines: a day of a series as a path of an SVG, made here, so that no script is needed."""

from datetime import UTC, datetime
from typing import NamedTuple

from connectivity.health.reading.sparklines import Spark

WIDTH, HEIGHT, EDGE = 96, 20, 2


class Drawing(NamedTuple):
    """What the picture draws, and what it says to whoever does not see it."""

    path: str
    dots: list[tuple[float, float]]  # hours alone between two gaps
    words: str


def drawing(spark: Spark) -> Drawing:
    """From zero, or from the lowest where that is below; gaps are gaps."""
    known = [value for value in spark.values if value is not None]
    low, high = min(0.0, *known), max(known)
    step = (WIDTH - 2 * EDGE) / (len(spark.values) - 1)
    scale = (HEIGHT - 2 * EDGE) / ((high - low) or 1)
    path, dots = [], []
    for run in _runs(spark.values):
        spots = [
            (round(EDGE + at * step, 1), round(HEIGHT - EDGE - (value - low) * scale, 1))
            for at, value in run
        ]
        if len(spots) == 1:
            dots += spots
        else:
            path.append("M" + "L".join(f"{x:g} {y:g}" for x, y in spots))
    until = datetime.fromtimestamp(spark.end, UTC)
    part = f" ({spark.part})" if spark.part else ""
    words = (
        f"{spark.metric}{part}, 24 hours to {until:%Y-%m-%d %H:%M} UTC: lowest "
        f"{figure(min(known))}, highest {figure(high)}, newest {figure(known[-1])}"
    )
    return Drawing("".join(path), dots, words)


def _runs(values: list[float | None]) -> list[list[tuple[int, float]]]:
    """Hours without a gap between them, each with its place."""
    runs: list[list[tuple[int, float]]] = [[]]
    for at, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((at, value))
    return [run for run in runs if run]


def figure(value: float) -> str:
    """As many digits as one reads."""
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.4g}"
