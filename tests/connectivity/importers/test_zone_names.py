"""What an account calls its AZs: AWS's answers with zones of every kind, and wrong ones by line."""

import json
from pathlib import Path
from typing import Any

import pytest

from connectivity.core.problems import DocumentRefused
from connectivity.importers.zone_names import read

SAMPLE = Path(__file__).parents[2] / "samples" / "zones" / "local_zone_without_type.json"
TEXT = SAMPLE.read_text()
OREGON = (("us-west-2a", "usw2-az1"), ("us-west-2b", "usw2-az2"), ("us-west-2c", "usw2-az3"))
LINES = TEXT.splitlines()


def answer(*zones: Any) -> bytes:
    return json.dumps({"AvailabilityZones": zones}).encode()


def zone(name: str, id: str, **more: str) -> dict[str, str]:
    return {"ZoneName": name, "ZoneId": id, **more}


def test_a_local_zone_without_a_type_is_left_out() -> None:
    assert read(TEXT.encode()) == OREGON


@pytest.mark.parametrize(
    "other",
    [
        zone("us-west-2-lax-1a", "usw2-lax1-az1", ZoneType="local-zone"),
        zone("us-west-2-lax-1a", "usw2-lax1-az1"),
        zone("us-east-1-wl1-bos-wlz-1", "use1-wl1-bos-wlz1", ZoneType="wavelength-zone"),
        zone("us-east-1-wl1-bos-wlz-1", "use1-wl1-bos-wlz1"),
        zone("us-west-2d", "usw2-az4", OptInStatus="not-opted-in"),
        zone("elsewhere", "unknown", ZoneType="outpost"),
        {"ZoneName": "us-west-2-las-1a"},  # without an ID too
    ],
)
def test_what_is_no_zone_of_the_account_is_left_out(other: dict[str, str]) -> None:
    assert read(answer(zone("us-west-2a", "usw2-az1"), other)) == (("us-west-2a", "usw2-az1"),)
    with pytest.raises(DocumentRefused, match="no zone in it is an Availability Zone"):
        read(answer(other))


def test_answers_of_several_regions_may_follow_each_other() -> None:
    other = TEXT.replace("us-west-2", "eu-west-1").replace("usw2", "euw1")
    assert len(read(f"{TEXT}{other}".encode())) == 6
    wrong = other.replace('"euw1-az1"', "null")
    with pytest.raises(DocumentRefused, match=f"line {len(LINES) + 8}: 'eu-west-1a' has no Zone"):
        read(f"{TEXT}{wrong}".encode())


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"usw2-az2"', '"use1-az2"', "'us-west-2b': 'use1-az2' is in us-east-1, not in us-west-2"),
        ('"usw2-az2"', '"usw2-2"', "'us-west-2b' and 'usw2-2' are no AZ name and ID"),
        ('"usw2-az2"', "5", "'us-west-2b' and '5' are no AZ name and ID"),
        ('"usw2-az2"', '"usw2-az1"', "us-west-2a and us-west-2b both stand for usw2-az1"),
        ('"us-west-2b"', '"us-west-2a"', "'us-west-2a' stands for two AZs, usw2-az1 and usw2-az2"),
        ('"us-west-2b"', '"Oregon"', "'Oregon' is no AZ name"),
        ('"us-west-2b"', '"\\ud800"', "'.ud800' is no AZ name"),
    ],
)
def test_the_line_is_that_of_the_wrong_entry(old: str, new: str, problem: str) -> None:
    text = TEXT.replace(old, new)
    line = next(n for n, row in enumerate(text.splitlines(), 1) if new in row and n > 12)
    at = line if old == '"us-west-2b"' and "no AZ" in problem else line + (old == '"us-west-2b"')
    with pytest.raises(DocumentRefused, match=f"line {at}: {problem}"):
        read(text.encode())


def test_every_wrong_entry_is_named() -> None:
    with pytest.raises(DocumentRefused) as refused:
        read(TEXT.replace('"ZoneId"', '"Id"').encode())
    assert [problem.path for problem in refused.value.problems] == ["line 8", "line 18", "line 28"]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (TEXT[:-40].encode(), "line [0-9]+: not whole JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (answer(zone("us-west-2a", "x")).replace(b'"x"', b"1" * 5000), "thousands of digits"),
        (b'{"AvailabilityZones": {}}', "no AvailabilityZones: upload what aws ec2 describe"),
        (b'{"AvailabilityZones": []}', "no AvailabilityZones"),
        (answer(5), "a zone is '5', not an object"),
        (answer({}), "a zone has no ZoneName"),
        (TEXT.encode() + b"{}", f"line {len(LINES) + 1}: no AvailabilityZones"),
        (answer({"ZoneName": "us-west-2a"}), "old AWS CLI"),
    ],
)
def test_what_is_no_such_answer_is_refused(data: bytes, problem: str) -> None:
    with pytest.raises(DocumentRefused, match=problem):
        read(data)


def test_the_last_of_two_lists_counts_as_in_all_json() -> None:
    inside = answer(zone("us-west-2a", "usw2-az1"))[1:-1]
    data = b'{"x": {"AvailabilityZones": [1]}, "AvailabilityZones": [2],\n' + inside + b"}"
    assert read(data) == (("us-west-2a", "usw2-az1"),)
