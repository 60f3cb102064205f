"""What costs: every reader takes time in proportion to the file, whatever is in it.

The same at larger sizes, with a table: `.venv/bin/python benchmarks/hostile.py`.
"""

import re
from itertools import islice
from pathlib import Path

import pytest

from connectivity.core.problems import MAX_PROBLEMS, DocumentRefused
from tests import hostile_patterns, hostile_readers
from tests.hostile_patterns import Used

PARTS = 4
LONGEST = 700  # characters of a problem with its place
LARGE = (50_000, 100_000, 200_000)  # bytes
EVERY = 3  # of the files that attack, those that are tried here
NOTHING = {
    "no byte": b"",
    "a mark alone": b"\xef\xbb\xbf",
    "two marks": b"\xef\xbb\xbf\xef\xbb\xbf",
    "a mark of UTF-16": b"\xff\xfe",
    "no-break spaces": "\u00a0\n".encode(),
    "a mark and a no-break space": "\ufeff\u00a0".encode(),
    "line breaks": b"\n\r\n\n",
    "spaces of every width": "\u2003\u3000\u2028\x85\n".encode(),
}


def test_every_reader_of_measurements_has_a_sample_to_be_attacked_with(tmp_path: Path) -> None:
    assert [reader.name for reader in hostile_readers.readers(tmp_path) if not reader.samples] == [
        "any tool"
    ]


@pytest.mark.parametrize("part", range(PARTS))
def test_every_reader_takes_time_in_proportion_to_the_file(part: int, tmp_path: Path) -> None:
    slow = [
        taken
        for reader in islice(hostile_readers.readers(tmp_path), part, None, PARTS)
        for name, make in islice(hostile_readers.cases(reader), part % EVERY, None, EVERY)
        if (taken := hostile_readers.slow(reader, name, make))
    ]
    assert not slow


def test_every_pattern_takes_time_in_proportion_to_the_text() -> None:
    assert [
        slow
        for pattern in hostile_patterns.used_patterns()
        if (slow := hostile_patterns.slow(pattern))
    ] == []


@pytest.mark.parametrize(
    ("pattern", "method"),
    [
        (r"\s*(?:MIGRATED )?(?P<what>[A-Z].+?) TEST\b(?P<rest>.* from .* to .*)", "match"),
        (r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)", "fullmatch"),
        (r"[a-z]+=[0-9]", "search"),
        (r"(a+)+b", "match"),
        (r"(?:x|x)*y", "match"),
        (rb"\{\s*\s*x", "match"),
    ],
)
def test_a_pattern_that_goes_back_and_forth_is_seen(pattern: str, method: str) -> None:
    assert hostile_patterns.slow(Used("bad", re.compile(pattern), (method,)))


def test_a_reader_that_looks_back_for_every_line_is_seen() -> None:
    def read(data: bytes) -> None:
        places = [at for at, char in enumerate(data) if char == ord("\n")]
        for at in places:
            data.count(b"\n", 0, at)

    reader = hostile_readers.Reader("bad", read, ())
    assert hostile_readers.slow(reader, "lines", lambda size: "a\n" * (size // 2))
    assert not hostile_readers.slow(reader, "one line", lambda size: "a" * size)


def test_the_same_fault_ten_thousand_times_is_told_in_time_and_a_hundred_times() -> None:
    faults = list(hostile_readers.repeating())
    assert len(faults) > 40
    told: set[int] = set()
    for reader, fault, make in faults:
        problems = _problems(reader, make(LARGE[-1]).encode())
        assert len(problems) <= MAX_PROBLEMS, (reader.name, fault)
        assert sum(map(len, problems)) < 40_000, (reader.name, fault)
        told.add(len(problems))
        assert not hostile_readers.slow(reader, fault, make, LARGE)
    assert {0, 1, MAX_PROBLEMS} <= told  # some are read, some stop at the head


def test_no_refusal_is_long_whatever_the_file(tmp_path: Path) -> None:
    for reader in hostile_readers.readers(tmp_path):
        for name, make in islice(hostile_readers.cases(reader), 0, None, 4):
            problems = _problems(reader, make(20_000).encode())
            assert len(problems) <= MAX_PROBLEMS, (reader.name, name)
            assert all(len(problem) < LONGEST for problem in problems), (reader.name, name)


def _problems(reader: hostile_readers.Reader, data: bytes) -> list[str]:
    """What is told of a file; nothing where it is read."""
    try:
        reader.read(data)
    except DocumentRefused as error:
        return list(map(str, error.problems))
    except hostile_readers.REFUSALS as error:
        return [str(error)]
    return []


@pytest.mark.parametrize("name", NOTHING)
def test_a_file_of_nothing_is_refused_by_every_reader(name: str, tmp_path: Path) -> None:
    for reader in hostile_readers.readers(tmp_path):
        with pytest.raises(hostile_readers.REFUSALS) as refused:
            reader.read(NOTHING[name])
        if isinstance(refused.value, DocumentRefused):
            assert all(len(str(problem)) < 500 for problem in refused.value.problems), reader.name
