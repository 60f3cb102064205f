"""The curves of a review's limits over the load, as lines of a picture."""

from typing import NamedTuple

from connectivity.core.reviewing.figure_words import written
from connectivity.core.reviewing.load_curve import LoadCurves

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 12, 28
TALLEST = 1.25  # of a limit, up to which is drawn
SERIES = 10
TICKS = 4


class Line(NamedTuple):
    """One limit: its name, the number of its colour, and its points as SVG has them."""

    name: str
    series: int
    points: str


class Tick(NamedTuple):
    x: float
    words: str


class Drawing(NamedTuple):
    """A picture of `WIDTH` by `HEIGHT` units; `full` is where a limit is reached."""

    lines: list[Line]
    ticks: list[Tick]
    full: float
    today: float
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM


def drawn(curves: LoadCurves) -> Drawing:
    """The picture of some curves; a limit that is far exceeded leaves it at the top."""
    end = curves.multiples[-1]
    lines = [
        Line(
            curve.what,
            index % SERIES + 1,
            " ".join(
                f"{_x(multiple, end):.1f},{_y(used):.1f}"
                for multiple, used in zip(curves.multiples, curve.used, strict=True)
            ),
        )
        for index, curve in enumerate(curves.curves)
    ]
    steps = [end * i / TICKS for i in range(TICKS + 1)]
    ticks = [Tick(round(_x(step, end), 1), f"{written(round(step, 2))}×") for step in steps]
    return Drawing(lines, ticks, round(_y(1), 1), round(_x(1, end), 1))


def _x(multiple: float, end: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * multiple / end


def _y(used: float) -> float:
    share = min(used, TALLEST) / TALLEST
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share
