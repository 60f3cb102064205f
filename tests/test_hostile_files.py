"""What costs: every reader takes time in proportion to the file, whatever is in it.

The same at larger sizes, with a table: `.venv/bin/python benchmarks/hostile.py`.
"""

import re
from itertools import islice
from pathlib import Path

import pytest

from connectivity.core.problems import DocumentRefused
from tests import hostile_patterns, hostile_readers
from tests.hostile_patterns import Used

PARTS = 4
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


@pytest.mark.parametrize("name", NOTHING)
def test_a_file_of_nothing_is_refused_by_every_reader(name: str, tmp_path: Path) -> None:
    for reader in hostile_readers.readers(tmp_path):
        with pytest.raises(hostile_readers.REFUSALS) as refused:
            reader.read(NOTHING[name])
        if isinstance(refused.value, DocumentRefused):
            assert all(len(str(problem)) < 500 for problem in refused.value.problems), reader.name
