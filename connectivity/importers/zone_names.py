"""Reads `aws ec2 describe-availability-zones`: what an account calls its AZs."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from connectivity.core.network.regions import AZ_ID, AZ_NAME, AZ_PREFIXES, OTHER_ZONE, az_problem
from connectivity.core.problems import DocumentRefused, Problem, Problems
from connectivity.importers.latency.run import refuse, shown
from connectivity.importers.latency.text import decoded

WHAT = "upload what aws ec2 describe-availability-zones prints, in JSON"
KEY = "AvailabilityZones"
SPACE = re.compile(r"[\s,:]*")  # between values of what was read as JSON already
DECODER = json.JSONDecoder()
AVAILABILITY_ZONE = "availability-zone"
NOT_OPTED_IN = "not-opted-in"


class _Zone(NamedTuple):
    """One entry, and where it stands."""

    entry: Any
    text: str
    line: int

    def line_of(self, key: str) -> int:
        at = self.text.find(f'"{key}"')
        return self.line + self.text.count("\n", 0, max(at, 0))


def read(data: bytes) -> tuple[tuple[str, str], ...]:
    """Pairs of AZ name and AZ ID, of one answer or of several, one after the other.

    Local Zones, Wavelength Zones and what the account has not opted in to are left out.

    Raises:
        DocumentRefused: not such a file, or one without zone IDs.
    """
    azs: dict[str, str] = {}
    names: dict[str, str] = {}
    problems = Problems()
    for zone in _zones(decoded(data).whole):
        problem = _problem(zone, azs, names)
        if problem is not None:
            problems.append(problem)
        elif _is_az(zone.entry):
            name, az = zone.entry["ZoneName"], zone.entry["ZoneId"]
            azs[name], names[az] = az, name
    if problems:
        raise DocumentRefused(problems)
    if not azs:
        refuse(1, "no zone in it is an Availability Zone")
    return tuple(azs.items())


def _zones(text: str) -> Iterator[_Zone]:
    """The entries of every answer in a text."""
    lines = _Lines(text)
    at = _after_space(text, 0)
    while at < len(text):
        document, end = _decoded(text, at)
        zones = document.get(KEY) if isinstance(document, dict) else None
        if not isinstance(zones, list) or not zones:
            refuse(lines.at(at), f"no {KEY}: {WHAT}")
        start = _value_of(text, at + 1) + 1
        for entry in zones:
            start = _after_space(text, start)
            _, after = DECODER.raw_decode(text, start)
            yield _Zone(entry, text[start:after], lines.at(start))
            start = after
        at = _after_space(text, end)


class _Lines:
    """Line numbers of rising places in a text."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._line = text, 0, 1

    def at(self, place: int) -> int:
        self._line += self._text.count("\n", self._at, place)
        self._at = place
        return self._line


def _value_of(text: str, at: int) -> int:
    """Where the value of the key begins, last wins, in an object that was read already."""
    begin = at = _after_space(text, at)
    while text[at] == '"':
        key, at = DECODER.raw_decode(text, at)
        at = _after_space(text, at)
        begin = at if key == KEY else begin
        _, at = DECODER.raw_decode(text, at)
        at = _after_space(text, at)
    return begin


def _after_space(text: str, at: int) -> int:
    match = SPACE.match(text, at)
    return match.end() if match else at


def _decoded(text: str, at: int) -> tuple[Any, int]:
    try:
        return DECODER.raw_decode(text, at)
    except json.JSONDecodeError as error:
        refuse(error.lineno, f"not whole JSON: {error.msg}; {WHAT}")
    except RecursionError:
        refuse(1, f"nested too deeply for such a file; {WHAT}")
    except ValueError:
        refuse(1, f"has a number of thousands of digits; {WHAT}")


def _is_az(entry: dict[str, Any]) -> bool:
    name, kind = entry.get("ZoneName"), entry.get("ZoneType", AVAILABILITY_ZONE)
    if kind != AVAILABILITY_ZONE or entry.get("OptInStatus") == NOT_OPTED_IN:
        return False
    return not (isinstance(name, str) and OTHER_ZONE.fullmatch(name))


def _problem(zone: _Zone, azs: dict[str, str], names: dict[str, str]) -> Problem | None:
    """What is wrong with an entry that stands for an AZ."""
    entry = zone.entry
    if not isinstance(entry, dict):
        return Problem(f"line {zone.line}", f"a zone is {shown(entry)}, not an object")
    if not _is_az(entry):
        return None
    name, az = entry.get("ZoneName"), entry.get("ZoneId")
    if name is None:
        return Problem(f"line {zone.line}", "a zone has no ZoneName")
    if not isinstance(name, str) or not AZ_NAME.fullmatch(name):
        return Problem(f"line {zone.line_of('ZoneName')}", f"{shown(name)} is no AZ name")
    if az is None:
        remedy = "this is output of an old AWS CLI; run a newer one"
        return Problem(f"line {zone.line_of('ZoneName')}", f"{shown(name)} has no ZoneId: {remedy}")
    wrong = _id_problem(name, az, azs.get(name), names.get(str(az)))
    return Problem(f"line {zone.line_of('ZoneId')}", wrong) if wrong else None


def _id_problem(name: str, az: Any, before: str | None, twin: str | None) -> str | None:
    """What is wrong with an AZ's ID, beside what was read before."""
    if not isinstance(az, str) or not AZ_ID.fullmatch(az):
        return f"{shown(name)} and {shown(az)} are no AZ name and ID"
    region = name[:-1]
    if region in AZ_PREFIXES and (wrong := az_problem(az, region)):
        return f"{shown(name)}: {wrong}"
    if before not in (None, az):
        return f"{shown(name)} stands for two AZs, {before} and {az}"
    return f"{twin} and {name} both stand for {az}" if twin not in (None, name) else None
