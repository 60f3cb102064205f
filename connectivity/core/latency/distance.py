"""What distance says of a round trip between two Regions: a bound, and what is typical.

No round trip is faster than light in fibre over the great circle. Where the Regions' buildings are
is known to some 100 km, which are taken off for the bound. What is typical was fitted to measured
medians; it is an estimate, never a p99, and the same for every option.

Source: `connectivity/data/README.md`; computed 2026-11-25.
"""

import csv
from collections.abc import Sequence
from functools import cache
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import NamedTuple

PLACES = Path(__file__).parent.parent.parent / "data" / "region_places.csv"
SOURCE = (
    "light in fibre (ITU-T G.652, group index 1.4682) over the great circle less 100 km; typical: "
    "fit to 120 Region pairs measured in 2019; computed 2026-11-25"
)
AS_OF = "2026-11-25"

EARTH_KM = 6_371.0088  # mean radius (IUGG)
US_PER_KM = 1.4682 / 0.299_792_458  # one way, in standard single-mode fibre
UNSURE_KM = 100.0  # of the distance between two Regions' buildings
MIN_KM = 200.0  # of a distance that says anything
TYPICAL_US, TYPICAL_FACTOR = 4_600.0, 1.58
TYPICAL_ERROR = (-0.41, 0.25)
"""By how much the fit is off, as a share of what was measured: 5th and 95th percentile."""


class Site(NamedTuple):
    latitude: float
    longitude: float
    name: str


class Distance(NamedTuple):
    """Between two Regions. Times are round trips in whole microseconds."""

    km: float
    bound_us: int  # no round trip is faster
    typical_us: int  # an estimate of the median
    typical_error: tuple[float, float] = TYPICAL_ERROR

    @property
    def words(self) -> str:
        """What stands in place of a figure."""
        return instead_words(self.bound_us, self.typical_us, self.typical_error)


def bound_words(bound_us: float) -> str:
    """The bound in words, never above it."""
    return f"at least {bound_us // 100 / 10:g} ms"


def typical_words(typical_us: float, error: Sequence[float] = TYPICAL_ERROR) -> str:
    """The estimate in words, with its error and where it leaves nine of ten pairs."""
    low, high = error
    share = f"{100 * low:+.0f} % to {100 * high:+.0f} %"
    likely = f"{_ms(typical_us / (1 + high))} to {_ms(typical_us / (1 + low))} ms"
    return f"typically about {_ms(typical_us)} ms (error {share}: {likely})"


def instead_words(
    bound_us: float | None,
    typical_us: float | None,
    typical_error: Sequence[float] | None = None,
    median_us: float | None = None,
) -> str:
    """What stands in place of a p99 between Regions, in words."""
    words = [bound_words(bound_us)] if bound_us is not None else []
    if typical_us is not None:
        words.append(typical_words(typical_us, typical_error or TYPICAL_ERROR))
    if median_us is not None:
        words.append(f"median {median_us / 1e3:.4g} ms")
    return "; ".join(words)


def _ms(us: float) -> str:
    return f"{us / 1e3:.0f}" if us >= 10_000 else f"{us / 1e3:.1f}"


@cache
def places() -> dict[str, Site]:
    """Where the Regions are, as far as somebody says."""
    with PLACES.open(encoding="utf-8", newline="") as file:
        return {
            row["region"]: Site(float(row["latitude"]), float(row["longitude"]), row["place"])
            for row in csv.DictReader(file)
        }


@cache
def between(region: str, other: str) -> Distance | None:
    """What distance says between two Regions; None where one has no place, or they are too near.

    >>> between("us-east-2", "eu-central-1").bound_us
    65915
    """
    coordinates = places().get(region), places().get(other)
    if coordinates[0] is None or coordinates[1] is None:
        return None
    km = _great_circle_km(coordinates[0], coordinates[1])
    if km < MIN_KM:
        return None
    typical = TYPICAL_US + TYPICAL_FACTOR * _light_us(km)
    return Distance(km, int(_light_us(km - UNSURE_KM)), round(typical))


def _light_us(km: float) -> float:
    """There and back."""
    return 2 * km * US_PER_KM


def _great_circle_km(place: Site, other: Site) -> float:
    """By the haversine formula; the earth's flattening changes it by half a per cent at most."""
    north, south = radians(place.latitude), radians(other.latitude)
    turn = radians(place.longitude - other.longitude)
    half = sin((north - south) / 2) ** 2 + cos(north) * cos(south) * sin(turn / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(half))
