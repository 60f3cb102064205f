"""Round-trip latency per option and pair of AZs: looked up, estimated, or not known.

p99s are never added up: an overhead is the difference of two p99s of the same cell.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from connectivity.core.latency.distance import SOURCE, Distance, between, instead_words
from connectivity.core.network.regions import AZ_ID, REGIONS_BY_PREFIX

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
        """The Region of the client."""
        return region_of(self.from_az)

    @property
    def is_inside_one_az(self) -> bool:
        """Both ends are in one AZ."""
        return self.from_az == self.to_az

    @property
    def pair(self) -> str:
        """Both ends in words."""
        return f"{self.from_az} to {self.to_az}"


class Median(NamedTuple):
    """A measured median of the round trip between two Regions."""

    option: str  # empty: AWS's fabric or public endpoints, of no option
    source: str
    destination: str
    us: float
    as_of: str
    tool: str


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
    distance: Distance | None = None  # between Regions, where both have a place
    median: Median | None = None  # between Regions, where no p99 of the option is known

    @property
    def typical_us(self) -> int | None:
        """The estimate of a round trip's median, where nothing was measured."""
        is_measured = self.us is not None or self.median is not None
        return None if is_measured or self.distance is None else self.distance.typical_us

    @property
    def instead(self) -> str:
        """What is known between two Regions in place of a p99; empty where one is."""
        if self.us is not None:
            return ""
        bound_us = self.distance.bound_us if self.distance else None
        median_us = self.median.us if self.median else None
        return instead_words(bound_us, self.typical_us, median_us=median_us)

    @property
    def is_within_noise(self) -> bool:
        """Its overhead cannot be told from none."""
        return self.overhead_us is not None and abs(self.overhead_us) <= self.noise_us

    @property
    def badness(self) -> tuple[bool, bool, float, int, float, int]:
        """For finding the worst of several: what is not known is worst, and of that what is
        farthest; of equal ones that with the better basis is shown."""
        over, is_unknown = self.overhead_us, self.us is None
        return (
            is_unknown,
            is_unknown and over is None,
            self.us or 0.0,
            -BASES.index(self.basis),
            over or 0.0,
            self.distance.bound_us if self.distance else 0,
        )


@dataclass(frozen=True)
class LatencySet:
    """An immutable set of figures."""

    name: str
    as_of: str
    cells: tuple[LatencyCell, ...]
    medians: tuple[Median, ...] = ()
    _index: dict[tuple[str, str, str], list[LatencyCell]] = field(
        default_factory=lambda: defaultdict(list), compare=False, repr=False
    )
    _read: dict[tuple[str, str, str], Reading] = field(
        default_factory=dict, compare=False, repr=False
    )
    _medians: dict[tuple[str, str, str], Median] = field(
        default_factory=dict, compare=False, repr=False
    )
    _slowest: dict[tuple[str, str, bool], LatencyCell] = field(
        default_factory=dict, compare=False, repr=False
    )

    def __post_init__(self) -> None:
        self._medians.update({median[:3]: median for median in self.medians})
        for cell in self.cells:
            self._index[cell.option, cell.from_az, cell.to_az].append(cell)
            if cell.basis == "measured" and cell.region:
                kind = cell.option, cell.region, cell.is_inside_one_az
                self._slowest[kind] = max(self._slowest.get(kind, cell), cell, key=_us)

    def read(self, option: str, from_az: str, to_az: str) -> Reading:
        """The best figure for a cell, and what it rests on.

        In this order: the user's own measurement; the published figure; the measured single-VPC
        figure of the pair plus the option's published overhead; the same of the slowest measured
        pair of the Region; the published figure of another pair of the Region; only the overhead,
        from another Region; nothing. Between Regions: the user's own measurement between them, or
        nothing but what distance says.

        Source: the product's contract, section 4.
        """
        cell = option, from_az, to_az
        if cell not in self._read:
            self._read[cell] = self._look_up(*cell)
        return self._read[cell]

    def _look_up(self, option: str, from_az: str, to_az: str) -> Reading:
        if region_of(from_az) != region_of(to_az):
            return self._between_regions(option, from_az, to_az)
        own = self._exact(option, from_az, to_az)
        if own:
            return self._reading(own, from_az, to_az, own.basis, "")
        alike = self._alike(option, from_az, to_az)
        measured = self._from_measured(option, from_az, to_az, alike)
        if measured is not None:
            return measured
        is_elsewhere = alike is not None and alike.region != region_of(from_az)
        if alike is None or (option == BASELINE and is_elsewhere):
            return Reading(from_az, to_az, None, None, 0, "none", "", "no figure in this Region")
        if not is_elsewhere:
            return self._reading(alike, from_az, to_az, "estimated", f"as {alike.pair}")
        return self._reading(
            alike, from_az, to_az, "estimated", f"overhead as in {alike.region}, {alike.as_of}"
        )._replace(us=None)

    def _from_measured(
        self, option: str, from_az: str, to_az: str, alike: LatencyCell | None
    ) -> Reading | None:
        """An estimate from what the user measured, of this pair or of another of the Region."""
        kind = region_of(from_az), from_az == to_az
        baseline, own = self._exact(BASELINE, from_az, to_az), self._slowest.get((option, *kind))
        if baseline is not None and baseline.basis == "measured":
            estimate = self._estimate(baseline, alike, from_az, to_az)
            if estimate is not None:
                return estimate
        if own is not None:
            return self._reading(own, from_az, to_az, "estimated", f"as measured {own.pair}")
        return self._estimate(self._slowest.get((BASELINE, *kind)), alike, from_az, to_az)

    def _estimate(
        self, baseline: LatencyCell | None, alike: LatencyCell | None, from_az: str, to_az: str
    ) -> Reading | None:
        """A measured single VPC plus a published overhead."""
        over = self._overhead(alike) if alike else None
        if baseline is None or alike is None or over is None:
            return None
        comment = f"single VPC as measured {baseline.pair}, plus the overhead of {alike.pair}"
        us, noise = baseline.us + over, alike.noise_us
        return Reading(
            from_az, to_az, us, over, noise, "estimated", alike.as_of, comment, alike.source
        )

    def _between_regions(self, option: str, from_az: str, to_az: str) -> Reading:
        """No single VPC spans Regions, so that there is no overhead."""
        regions = region_of(from_az), region_of(to_az)
        distance, own = between(*regions), self._exact(option, *regions)
        if own is not None:
            comment = "; ".join(filter(None, (f"as stored for {own.pair}", own.comment)))
            known = own.us, None, own.noise_us, own.basis, own.as_of, comment, own.source
            return Reading(from_az, to_az, *known, distance)
        median = self._medians.get((option, *regions)) or self._medians.get(("", *regions))
        source = SOURCE if distance else ""
        reading = Reading(from_az, to_az, None, None, 0, "none", "", "", source, distance, median)
        words = filter(None, ("no p99 is known for this Region pair", reading.instead))
        taken = f" ({median.tool}, {median.as_of})" if median else ""
        return reading._replace(comment="; ".join(words) + taken)

    def _reading(
        self, cell: LatencyCell, from_az: str, to_az: str, basis: str, comment: str
    ) -> Reading:
        over = self._overhead(cell)
        comments = [comment or cell.comment]
        if over is not None and abs(over) <= cell.noise_us and cell.option != BASELINE:
            comments.append(
                f"not distinguishable from a single VPC: the noise is about {cell.noise_us:g} µs"
            )
        return Reading(
            from_az,
            to_az,
            cell.us,
            over,
            cell.noise_us,
            basis,
            cell.as_of,
            "; ".join(sentence for sentence in comments if sentence),
            cell.source,
        )

    def _overhead(self, cell: LatencyCell) -> float | None:
        """Option minus single VPC, in the same cell, of the same basis, year and method."""
        baseline = self._exact(BASELINE, cell.from_az, cell.to_az)
        if baseline is None or cell.method is None:
            return None
        is_alike = (cell.basis, cell.method) == (baseline.basis, baseline.method)
        is_same_year = cell.as_of[:4] == baseline.as_of[:4]
        return cell.us - baseline.us if is_alike and is_same_year else None

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


def _us(cell: LatencyCell) -> float:
    return cell.us


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
