"""Round-trip latency per option and pair of AZs: looked up, estimated, or not known.

p99s are never added up: an overhead is the difference of two p99s of the same cell.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from connectivity.core.regions import AZ_ID, REGIONS_BY_PREFIX

BASELINE = "single-vpc"
BASES = ("measured", "published", "estimated", "none")  # the better first


@dataclass(frozen=True, slots=True)
class LatencyCell:
    """One figure: the p99 of an option between two AZs, round trip, in microseconds."""

    option: str
    from_az: str
    to_az: str
    us: float
    noise_us: float  # differences up to this are not distinguishable
    basis: str  # measured or published
    as_of: str
    source: str
    comment: str = ""
    method: str | None = (
        ""  # figures are set against each other only by the same one; None: unknown
    )

    @property
    def region(self) -> str:
        return region_of(self.from_az)

    @property
    def is_inside_one_az(self) -> bool:
        return self.from_az == self.to_az

    @property
    def pair(self) -> str:
        return f"{self.from_az} to {self.to_az}"


class Reading(NamedTuple):
    """What is known of one cell. `us` or `overhead_us` is None where it is not known."""

    from_az: str
    to_az: str
    us: float | None
    overhead_us: float | None
    noise_us: float
    basis: str
    as_of: str
    comment: str
    source: str = ""

    @property
    def is_within_noise(self) -> bool:
        return self.overhead_us is not None and abs(self.overhead_us) <= self.noise_us

    @property
    def badness(self) -> tuple[bool, bool, float, int, float]:
        """For finding the worst of several: what is not known is worst; of equal ones that with
        the better basis is shown."""
        over = self.overhead_us
        return (
            self.us is None,
            over is None,
            self.us or 0.0,
            -BASES.index(self.basis),
            over or 0.0,
        )


@dataclass(frozen=True)
class LatencySet:
    """An immutable set of figures."""

    name: str
    as_of: str
    cells: tuple[LatencyCell, ...]
    _index: dict[tuple[str, str, str], list[LatencyCell]] = field(
        default_factory=lambda: defaultdict(list), compare=False, repr=False
    )
    _read: dict[tuple[str, str, str], Reading] = field(
        default_factory=dict, compare=False, repr=False
    )

    def __post_init__(self) -> None:
        for cell in self.cells:
            self._index[cell.option, cell.from_az, cell.to_az].append(cell)

    def read(self, option: str, from_az: str, to_az: str) -> Reading:
        """The best figure for a cell, and what it rests on.

        In this order: the user's own measurement; the published figure; the measured single-VPC
        figure of the pair plus the option's published overhead; the published figure of another
        pair of the Region; only the overhead, from another Region; nothing.

        Source: the product's contract, section 4.
        """
        cell = option, from_az, to_az
        if cell not in self._read:
            self._read[cell] = self._look_up(*cell)
        return self._read[cell]

    def _look_up(self, option: str, from_az: str, to_az: str) -> Reading:
        if region_of(from_az) != region_of(to_az):
            comment = "no figure between Regions"
            return Reading(from_az, to_az, None, None, 0, "none", "", comment)
        own = self._exact(option, from_az, to_az)
        if own:
            return self._reading(own, from_az, to_az, own.basis, "")
        alike = self._alike(option, from_az, to_az)
        is_elsewhere = alike is not None and alike.region != region_of(from_az)
        if alike is None or (option == BASELINE and is_elsewhere):
            return Reading(from_az, to_az, None, None, 0, "none", "", "no figure in this Region")
        baseline = self._exact(BASELINE, from_az, to_az)
        over = self._overhead(alike)
        if baseline and baseline.basis == "measured" and over is not None:
            us = baseline.us + over
            comment = f"single VPC as measured, plus the overhead of {alike.pair}"
            noise = alike.noise_us
            return Reading(
                from_az, to_az, us, over, noise, "estimated", alike.as_of, comment, alike.source
            )
        if alike.region == region_of(from_az):
            return self._reading(alike, from_az, to_az, "estimated", f"as {alike.pair}")
        return self._reading(
            alike, from_az, to_az, "estimated", f"overhead as in {alike.region}, {alike.as_of}"
        )._replace(us=None)

    def _reading(
        self, cell: LatencyCell, from_az: str, to_az: str, basis: str, comment: str
    ) -> Reading:
        over = self._overhead(cell)
        said = [comment or cell.comment]
        if over is not None and abs(over) <= cell.noise_us:
            said.append(
                f"not distinguishable from a single VPC: noise is about {cell.noise_us:g} µs"
            )
        return Reading(
            from_az,
            to_az,
            cell.us,
            over,
            cell.noise_us,
            basis,
            cell.as_of,
            "; ".join(one for one in said if one),
            cell.source,
        )

    def _overhead(self, cell: LatencyCell) -> float | None:
        """Option minus single VPC, in the same cell, of the same basis, year and method."""
        baseline = self._exact(BASELINE, cell.from_az, cell.to_az)
        if baseline is None or cell.method is None:
            return None
        alike = all(
            (one.basis, one.as_of[:4], one.method) == (cell.basis, cell.as_of[:4], cell.method)
            for one in (baseline, cell)
        )
        return cell.us - baseline.us if alike else None

    def _exact(self, option: str, from_az: str, to_az: str) -> LatencyCell | None:
        return _best(self._index.get((option, from_az, to_az), ()))

    def _alike(self, option: str, from_az: str, to_az: str) -> LatencyCell | None:
        """A published figure of the same kind of pair, of the same Region if there is one."""
        alike = [
            cell
            for cell in self.cells
            if cell.option == option
            and cell.basis == "published"
            and cell.is_inside_one_az == (from_az == to_az)
        ]
        here = [cell for cell in alike if cell.region == region_of(from_az)]
        return _best(here) or _best(alike)


def _best(cells: Iterable[LatencyCell]) -> LatencyCell | None:
    """The best basis, then the newest."""
    ranked = sorted(cells, key=lambda cell: cell.as_of, reverse=True)
    return min(ranked, key=lambda cell: BASES.index(cell.basis), default=None)


def region_of(az: str) -> str:
    """The Region of an AZ ID.

    >>> region_of("apne1-az4")
    'ap-northeast-1'
    """
    match = AZ_ID.fullmatch(az)
    return REGIONS_BY_PREFIX[match[1]] if match else ""
