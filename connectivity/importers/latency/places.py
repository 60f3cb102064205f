"""AZ IDs and Regions, the two ends of a measurement: which they may be, and which they can be."""

from collections.abc import Iterator, Mapping

from connectivity.core.latency.distance import between
from connectivity.core.network.regions import (
    AZ_ID,
    AZ_NAME,
    AZ_PREFIXES,
    REGIONS_BY_PREFIX,
    is_other_zone,
)
from connectivity.importers.latency.run import RISING, Run, shown
from costmodel.core.units import figure

MAX_AZS = 6  # of a Region: us-east-1 has the most. Source: AWS Global Infrastructure, 2026-11

SLOWEST_AZ_US = 10_000
"""AZs are close enough for single-digit milliseconds. Source: AWS Whitepapers, AWS Fault Isolation
Boundaries, "Availability Zones"; as of 2026-11-25."""
THINKING = ("HTTP", "GRPC")  # tests whose times hold the server's work


def az_id_of(place: str, zones: Mapping[str, str]) -> str:
    """The AZ ID of an AZ name where the account's names are known, else what was given."""
    return zones.get(place, place)


def place_problems(place: str) -> Iterator[str]:
    """What is wrong with an AZ ID or Region, in words."""
    match = AZ_ID.fullmatch(place)
    if place in AZ_PREFIXES:
        return
    if AZ_NAME.fullmatch(place):
        yield (
            f"{shown(place)} is an AZ name, which means another AZ in every account; give the AZ "
            "ID, or upload the account's describe-availability-zones and name the account"
        )
    elif is_other_zone(place):
        yield (
            f"{shown(place)} is a Local Zone or a Wavelength Zone, whose latencies are not "
            "compared; measure between Availability Zones (use1-az1) or Regions"
        )
    elif match is None or match[1] not in REGIONS_BY_PREFIX:
        yield f"{shown(place)} is neither an AZ ID (use1-az1) nor a known Region"
    elif int(place.rpartition("-az")[2]) > MAX_AZS:
        yield f"{shown(place)} is not an AZ ID: no Region has more than {MAX_AZS}"


def pair_problems(source: str, destination: str) -> Iterator[str]:
    """What is wrong with two ends, each of which may be an AZ ID or a Region."""
    wrong = [problem for place in (source, destination) for problem in place_problems(place)]
    yield from dict.fromkeys(wrong)
    if wrong:
        return
    is_az = {place not in AZ_PREFIXES for place in (source, destination)}
    if len(is_az) > 1:
        yield f"{source} and {destination}: give two AZ IDs or two Regions"
    elif is_az == {True} and source.split("-az")[0] != destination.split("-az")[0]:
        yield f"{source} and {destination} are in different Regions; give the Regions"


def impossible_place(run: Run) -> Iterator[str]:
    """Why a run was not taken between its two ends: its fastest round trip beats light in fibre."""
    apart, fastest = between(run.source, run.destination), _fastest(run)
    if apart is None or fastest is None:
        return
    name, us = fastest
    if us < apart.bound_us:
        yield (
            f"the {name} of {figure(us)} µs is impossible between {run.source} and "
            f"{run.destination}: over {apart.km:,.0f} km no round trip is faster than "
            f"{apart.bound_us:,} µs; give the Regions, or the AZs, between which it was taken"
        )


def implausible_place(run: Run) -> Iterator[str]:
    """Why a run was hardly taken between its two ends. A warning: a detour is possible, and a
    server that thinks."""
    fastest = _fastest(run)
    are_azs = all(AZ_ID.fullmatch(place) for place in (run.source, run.destination))
    if fastest is None or not are_azs or run.test.startswith(THINKING):
        return
    name, us = fastest
    if us > SLOWEST_AZ_US:
        yield (
            f"the {name} of {figure(us)} µs is not plausible between {run.source} and "
            f"{run.destination}: AZs of a Region are single-digit milliseconds apart; was it "
            "taken between Regions, or from elsewhere? Then file it there, and not here"
        )


def _fastest(run: Run) -> tuple[str, float] | None:
    """The shortest round trip that is known of, with its statistic."""
    figures = [(us, name) for name, us in run.figures.items() if name in (*RISING, "mean")]
    return min(figures)[::-1] if figures else None
