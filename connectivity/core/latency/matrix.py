"""Latency as a matrix: AZ by AZ within each Region, and Region by Region."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from connectivity.core.latency.aggregation import ROUND_TRIPS, Cell, best_by_pair
from connectivity.core.latency.distance import Distance, between
from connectivity.core.latency.lookup import BASELINE, Median, region_of

LEVELS = 5  # of the heat map, each as many times slower than the one before
BETWEEN_REGIONS = ""


@dataclass(frozen=True, slots=True)
class Square:
    """One cell as it is shown. Without a cell it is missing, which is neither lost nor zero."""

    source: str
    destination: str
    cell: Cell | None
    us: float | None
    level: int  # 1 (fast) to LEVELS (slow); 0 without a figure
    distance: Distance | None = None  # between two Regions of which nothing was measured

    @property
    def state(self) -> str:
        """missing, estimated (by distance), lost, hidden (too few samples for the statistic), or
        the figure's basis."""
        if self.cell is None:
            return "estimated" if self.distance else "missing"
        if self.us is not None:
            return self.cell.basis
        return "lost" if self.cell.is_lost else "hidden" if self.cell.hidden else "missing"


@dataclass(frozen=True, slots=True)
class Block:
    """The places of one Region, or all Regions, against each other."""

    region: str  # BETWEEN_REGIONS where the places are Regions
    places: tuple[str, ...]
    rows: tuple[tuple[Square, ...], ...]


def blocks(
    cells: Iterable[Cell],
    statistic: str,
    regions: Iterable[str] = (),
    *,
    by_distance: bool = False,
) -> list[Block]:
    """Every Region's matrix, then that of Regions. Nothing is mirrored.

    `regions` are shown whether anything was measured between them or not; `by_distance` fills what
    was not measured between Regions with what distance says.
    """
    best = best_by_pair(cells, statistic)
    places: dict[str, set[str]] = defaultdict(set)
    if regions:
        places[BETWEEN_REGIONS].update(regions)
    for pair in best:
        places[region_of(pair[0])].update(pair)
    inside = sorted(places, key=lambda region: (region == BETWEEN_REGIONS, region))
    matrix = [_block(region, sorted(places[region]), best, statistic) for region in inside]
    return [_with_distances(block) if by_distance else block for block in matrix]


def _block(
    region: str, places: list[str], best: dict[tuple[str, str], Cell], statistic: str
) -> Block:
    inside = set(places)
    known = [
        cell.figures[statistic].us
        for (source, destination), cell in best.items()
        if source in inside and destination in inside and statistic in cell.figures
    ]
    bounds = _level_bounds(known)

    def square(source: str, destination: str) -> Square:
        cell = best.get((source, destination))
        figure = cell.figures.get(statistic) if cell else None
        if figure is None:
            return Square(source, destination, cell, None, 0)
        return Square(source, destination, cell, figure.us, 1 + bisect_left(bounds, figure.us))

    rows = tuple(tuple(square(place, other) for other in places) for place in places)
    return Block(region, tuple(places), rows)


def _level_bounds(figures: list[float]) -> list[float]:
    """The slowest figure of every level but the last."""
    if not figures:
        return []
    fast, slow = min(figures), max(figures)
    return [fast * (slow / fast) ** (level / LEVELS) for level in range(1, LEVELS)]


def _with_distances(block: Block) -> Block:
    def square(square: Square) -> Square:
        if square.cell is not None:
            return square
        return replace(square, distance=between(square.source, square.destination))

    return replace(block, rows=tuple(tuple(map(square, row)) for row in block.rows))


def region_medians(cells: Iterable[Cell]) -> tuple[Median, ...]:
    """The best p50 between every two Regions, of an option or of none.

    What AWS's own probes say is filed under the single VPC, and is of no option.
    """
    by_option: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        option = "" if cell.option == BASELINE else cell.option
        is_round_trip = not option or cell.method.test in ROUND_TRIPS
        if not region_of(cell.source) and is_round_trip and "p50" in cell.figures:
            by_option[option].append(cell)
    return tuple(
        Median(option, *pair, cell.figures["p50"].us, cell.as_of[:10], cell.method.tool)
        for option, group in by_option.items()
        for pair, cell in best_by_pair(group, "p50").items()
    )
