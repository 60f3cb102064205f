"""The Region of a product, from what AWS says of it.

Newer files have its code. In older ones it follows from the name of its location, or from the
prefix of its usage type. Local Zones, Wavelength Zones and Outposts have prices of their own.
"""

from collections.abc import Mapping
from typing import NamedTuple

from costmodel.core.usage_types import PAIR, PREFIX, REGION_CODE, REGIONS

IN_A_REGION = "AWS Region"
ELSEWHERE = "in a Local Zone, a Wavelength Zone or an Outpost, which have prices of their own"
UNKNOWN = "of a Region that cannot be told from Region code, location or usage type"
CONTRADICTION = "of a Region that its location and its usage type name differently"
NO_REGION = "an end of the transfer is no Region"

# Source: AWS General Reference, "AWS Regions"; names as offer files write them, where Europe is
# "EU" in older ones and Osaka was a local Region, read 2026-11-25.
LOCATIONS = {
    "Africa (Cape Town)": "af-south-1",
    "Asia Pacific (Hong Kong)": "ap-east-1",
    "Asia Pacific (Taipei)": "ap-east-2",
    "Asia Pacific (Tokyo)": "ap-northeast-1",
    "Asia Pacific (Seoul)": "ap-northeast-2",
    "Asia Pacific (Osaka)": "ap-northeast-3",
    "Asia Pacific (Osaka-Local)": "ap-northeast-3",
    "Asia Pacific (Mumbai)": "ap-south-1",
    "Asia Pacific (Hyderabad)": "ap-south-2",
    "Asia Pacific (Singapore)": "ap-southeast-1",
    "Asia Pacific (Sydney)": "ap-southeast-2",
    "Asia Pacific (Jakarta)": "ap-southeast-3",
    "Asia Pacific (Melbourne)": "ap-southeast-4",
    "Asia Pacific (Malaysia)": "ap-southeast-5",
    "Asia Pacific (New Zealand)": "ap-southeast-6",
    "Asia Pacific (Thailand)": "ap-southeast-7",
    "AWS GovCloud (US)": "us-gov-west-1",
    "AWS GovCloud (US-East)": "us-gov-east-1",
    "AWS GovCloud (US-West)": "us-gov-west-1",
    "Canada (Central)": "ca-central-1",
    "Canada West (Calgary)": "ca-west-1",
    "China (Beijing)": "cn-north-1",
    "China (Ningxia)": "cn-northwest-1",
    "Europe (Frankfurt)": "eu-central-1",
    "Europe (Ireland)": "eu-west-1",
    "Europe (London)": "eu-west-2",
    "Europe (Milan)": "eu-south-1",
    "Europe (Paris)": "eu-west-3",
    "Europe (Spain)": "eu-south-2",
    "Europe (Stockholm)": "eu-north-1",
    "Europe (Zurich)": "eu-central-2",
    "Israel (Tel Aviv)": "il-central-1",
    "Mexico (Central)": "mx-central-1",
    "Middle East (Bahrain)": "me-south-1",
    "Middle East (UAE)": "me-central-1",
    "South America (Sao Paulo)": "sa-east-1",
    "US East (N. Virginia)": "us-east-1",
    "US East (Ohio)": "us-east-2",
    "US West (N. California)": "us-west-1",
    "US West (Oregon)": "us-west-2",
}


class PricedPlace(NamedTuple):
    """Where a price holds, and its usage type without prefix."""

    usage_type: str
    region: str
    to_region: str | None = None


class _Said(NamedTuple):
    """What a product says of one place."""

    code: str
    location: str
    type: str


def place_of(attributes: Mapping[str, str]) -> PricedPlace | str:
    """Where a product's prices hold, or why that cannot be told.

    >>> place_of({"usagetype": "USW2-VPN-Usage-Hours:ipsec.1", "location": "US West (Oregon)"})
    Place(usage_type='VPN-Usage-Hours:ipsec.1', region='us-west-2', to_region=None)
    """
    usage = attributes["usagetype"]
    pair = PAIR.fullmatch(usage)
    if pair:
        ends = _said(attributes, "from"), _said(attributes, "to")
        here, there = (
            _region(place, pair[end]) for place, end in zip(ends, PAIR_ENDS, strict=True)
        )
        if not REGION_CODE.fullmatch(here) or not REGION_CODE.fullmatch(there):
            return NO_REGION
        return PricedPlace(pair["what"], here, there)
    match = PREFIX.fullmatch(usage)
    named = _said(attributes) if any(_said(attributes)) else _said(attributes, "from")
    region = _region(named, match["prefix"] if match else "")
    name = match["rest"] if match else usage
    return PricedPlace(name, region) if REGION_CODE.fullmatch(region) else region


PAIR_ENDS = ("from", "to")


def _said(attributes: Mapping[str, str], end: str = "") -> _Said:
    names = ("regionCode", "location", "locationType")
    return _Said(*(attributes.get(f"{end}{n[0].upper()}{n[1:]}" if end else n, "") for n in names))


def _region(named: _Said, prefix: str) -> str:
    """The Region's code, or why there is none."""
    if named.type not in ("", IN_A_REGION):
        return ELSEWHERE
    if named.code:
        if not REGION_CODE.fullmatch(named.code):
            return ELSEWHERE
        return named.code if named.type or _agree(named.code, prefix) else CONTRADICTION
    by_name = LOCATIONS.get(_as_written_now(named.location), "")
    by_prefix = REGIONS.get(prefix, "")
    if by_name and by_prefix and by_name != by_prefix:
        return CONTRADICTION
    return by_name or by_prefix or UNKNOWN


def _agree(code: str, prefix: str) -> bool:
    """Whether a prefix may be the Region's; Local Zones have prefixes that no Region has."""
    known = REGIONS.get(prefix)
    return not prefix or known == code or (known is None and code not in REGIONS.values())


def _as_written_now(location: str) -> str:
    """A location's name as it is written now.

    >>> _as_written_now("EU (Ireland)"), _as_written_now("South America (São Paulo)")
    ('Europe (Ireland)', 'South America (Sao Paulo)')
    """
    name = location.strip().replace("ã", "a")
    return f"Europe{name[2:]}" if name.startswith("EU (") else name
