"""Reads `aws ec2 describe-availability-zones`: what an account calls its AZs."""

from typing import Any

from connectivity.core.regions import AZ_ID, AZ_NAME
from connectivity.importers.latency.run import refuse, shown
from connectivity.importers.latency.text import decoded


def read(data: bytes) -> tuple[tuple[str, str], ...]:
    """Pairs of AZ name and AZ ID. Local and Wavelength Zones are left out.

    Raises:
        DocumentRefused: not such a file, or one without zone IDs.
    """
    text = decoded(data)
    document: Any = text.json
    zones = document.get("AvailabilityZones") if isinstance(document, dict) else None
    if not isinstance(zones, list) or not zones:
        refuse(1, "no AvailabilityZones: upload what aws ec2 describe-availability-zones prints")
    found: dict[str, str] = {}
    for zone in zones:
        if not isinstance(zone, dict) or zone.get("ZoneType", "availability-zone") != (
            "availability-zone"
        ):
            continue
        name, az = zone.get("ZoneName"), zone.get("ZoneId")
        if az is None:
            refuse(
                text.line_of("ZoneName"),
                f"{shown(name)} has no ZoneId: this is output of an old AWS CLI; run a newer one",
            )
        if not AZ_NAME.fullmatch(str(name)) or not AZ_ID.fullmatch(str(az)):
            refuse(text.line_of("ZoneId"), f"{shown(name)} and {shown(az)} are no AZ name and ID")
        if found.setdefault(str(name), str(az)) != az:
            refuse(text.line_of("ZoneId"), f"{shown(name)} stands for two AZs")
    if not found:
        refuse(1, "no zone in it is an Availability Zone")
    return tuple(found.items())
