"""AWS Regions and how their AZ IDs begin.

AZ IDs (`use1-az1`) mean the same AZ in every account; AZ names (`us-east-1a`) do not. How an ID
begins cannot be derived from the Region's code, hence a table.

Source: AWS RAM User Guide, "Availability Zone IDs for your AWS resources"; as of 2026-11-23.
"""

import re
from collections.abc import Collection

AZ_PREFIXES = {
    "af-south-1": "afs1",
    "ap-east-1": "ape1",
    "ap-east-2": "ape2",
    "ap-northeast-1": "apne1",
    "ap-northeast-2": "apne2",
    "ap-northeast-3": "apne3",
    "ap-south-1": "aps1",
    "ap-south-2": "aps2",
    "ap-southeast-1": "apse1",
    "ap-southeast-2": "apse2",
    "ap-southeast-3": "apse3",
    "ap-southeast-4": "apse4",
    "ap-southeast-5": "apse5",
    "ap-southeast-6": "apse6",
    "ap-southeast-7": "apse7",
    "ca-central-1": "cac1",
    "ca-west-1": "caw1",
    "cn-north-1": "cnn1",
    "cn-northwest-1": "cnnw1",
    "eu-central-1": "euc1",
    "eu-central-2": "euc2",
    "eu-north-1": "eun1",
    "eu-south-1": "eus1",
    "eu-south-2": "eus2",
    "eu-west-1": "euw1",
    "eu-west-2": "euw2",
    "eu-west-3": "euw3",
    "il-central-1": "ilc1",
    "me-central-1": "mec1",
    "me-south-1": "mes1",
    "mx-central-1": "mxc1",
    "sa-east-1": "sae1",
    "us-east-1": "use1",
    "us-east-2": "use2",
    "us-gov-east-1": "usge1",
    "us-gov-west-1": "usgw1",
    "us-west-1": "usw1",
    "us-west-2": "usw2",
}
CODES = list(AZ_PREFIXES)
REGIONS_BY_PREFIX = {prefix: region for region, prefix in AZ_PREFIXES.items()}

AZ_ID = re.compile(r"([a-z]+[0-9])-az[1-9][0-9]?")
AZ_NAME = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9][a-z]")
OTHER_ZONE = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9](-[a-z0-9]+){2,4}")
"""Names of Local Zones (us-west-2-lax-1a) and Wavelength Zones (us-east-1-wl1-bos-wlz-1)."""
OTHER_ZONE_ID = re.compile(r"[a-z]+[0-9](-[a-z]+[0-9]*){2,4}")  # usw2-lax1-az1, use1-wl1-bos-wlz1


def is_other_zone(text: str) -> bool:
    """Whether a text is the name or ID of a Local Zone or a Wavelength Zone.

    >>> [is_other_zone(az) for az in ("us-west-2-lax-1a", "usw2-lax1-az1", "usw2-az1")]
    [True, True, False]
    """
    is_id = OTHER_ZONE_ID.fullmatch(text) and text.split("-")[0] in REGIONS_BY_PREFIX
    return bool(OTHER_ZONE.fullmatch(text) or is_id)


def az_problem(az: str, region: str) -> str | None:
    """What is wrong with an AZ ID of a Region, in words; None when it is one.

    >>> az_problem("us-east-1a", "us-east-1")
    "'us-east-1a' is an AZ name, which means another AZ in every account; give the AZ ID (use1-az…)"
    """
    begins = AZ_PREFIXES[region]
    if AZ_NAME.fullmatch(az):
        return (
            f"{az!r} is an AZ name, which means another AZ in every account; "
            f"give the AZ ID ({begins}-az…)"
        )
    if is_other_zone(az):
        return (
            f"{az!r} is a Local Zone or a Wavelength Zone, which have prices and latencies of "
            f"their own that are not modelled; name Availability Zones ({begins}-az…)"
        )
    match = AZ_ID.fullmatch(az)
    if match is None:
        return f"{az!r} is not an AZ ID; those of {region} begin with {begins}-az"
    if match[1] != begins:
        where = REGIONS_BY_PREFIX.get(match[1], "an unknown Region")
        return f"{az!r} is in {where}, not in {region}, whose AZ IDs begin with {begins}-az"
    return None


def has_choice(ours: Collection[str], theirs: Collection[str]) -> bool:
    """Bytes between these AZs may stay inside one or cross, as clients and routing have it.

    Without an AZ in common all of them cross; where both ends lie in one and the same, none does.

    >>> az1, az2 = "use1-az1", "use1-az2"
    >>> has_choice([az1, az2], [az1]), has_choice([az1], [az2]), has_choice([az1], [az1])
    (True, False, False)
    """
    return len(ours) * len(theirs) > 1 and not set(ours).isdisjoint(theirs)


def may_have(share: float, ours: Collection[str], theirs: Collection[str]) -> bool:
    """A share of the bytes between these AZs can cross AZs. Between Regions it has no meaning.

    >>> az1, az2 = "use1-az1", "use1-az2"
    >>> may_have(1, [az1], [az2]), may_have(0.5, [az1], [az2]), may_have(0.5, [az1], [az1])
    (True, False, False)
    """
    if has_choice(ours, theirs) or not ours or not theirs:
        return True
    regions = {az.partition("-")[0] for az in (*ours, *theirs)}
    return len(regions) > 1 or share == (1 if set(ours).isdisjoint(theirs) else 0)
