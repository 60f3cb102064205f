"""Bytes of an uploaded file as lines of text."""

import codecs
import json
import re
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any

from connectivity.importers.latency.run import refuse
from connectivity.importers.latency.wrapping import unwrapped

LARGEST = 20_000_000  # bytes
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")
WINDOWS = b" TTL="  # its ping speaks the language and code page of the console; figures are ASCII
COLON = re.compile(r"\s*:")
BLANK = re.compile(r"[ \t\n\r]*")
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Text:
    """A tool's output, or a part of it, without what stood around it."""

    whole: str
    start: int = 1  # the number of its first line in the file

    @cached_property
    def lines(self) -> list[str]:
        return self.whole.split("\n")

    @cached_property
    def filled(self) -> list[tuple[int, str]]:
        """Lines that are not blank, with their numbers."""
        return [(n, line) for n, line in enumerate(self.lines, self.start) if line.strip()]

    @property
    def last_line(self) -> int:
        return self.start + len(self.lines) - 1

    @property
    def is_ended(self) -> bool:
        """Whether a line break follows the last line that is not blank."""
        return self.filled[-1][0] < self.last_line

    def part(self, first: int, last: int) -> "Text":
        """The lines from the one number to the other, both included."""
        lines = self.lines[first - self.start : last - self.start + 1]
        return Text("\n".join(lines) + ("\n" if last < self.last_line else ""), first)

    def found(self, pattern: re.Pattern[str]) -> Iterator[tuple[int, re.Match[str]]]:
        """Matches at the beginning of lines, with the lines' numbers."""
        for line_number, line in self.filled:
            match = pattern.match(line)
            if match:
                yield line_number, match

    def require_end(self, last: re.Pattern[str] | None = None) -> None:
        """Raises DocumentRefused where the last line may have been cut.

        A tool ends its lines, and copying loses the last line break. `last` is what a last line
        looks like that can only be whole: no beginning of it looks so with another figure.
        """
        line, text = self.filled[-1]
        if not self.is_ended and (last is None or not last.fullmatch(text.strip())):
            refuse(
                line,
                "the file ends in the middle of a line, so its last figure may have been cut; "
                "if it is whole, end it with a line break",
            )

    @cached_property
    def json(self) -> Any:
        """The one JSON value of the file.

        Raises:
            DocumentRefused: it is cut, or there are two.
        """
        begin = self._next(0)
        try:
            value, end = json.JSONDecoder(parse_constant=self._constant).raw_decode(
                self.whole, begin
            )
        except json.JSONDecodeError as error:
            refuse(self.start + error.lineno - 1, f"not whole JSON: {error.msg}")
        except (RecursionError, ValueError) as error:
            refuse(self.start, f"not JSON that can be read: {str(error)[:100]}")
        after = self._next(end)
        if after < len(self.whole):
            line = self.start + self.whole.count("\n", 0, after)
            refuse(line, "a second JSON document begins here; import runs one by one")
        return value

    def _next(self, place: int) -> int:
        """Where something stands again that is no blank."""
        blank = BLANK.match(self.whole, place)
        return blank.end() if blank else place

    @staticmethod
    def _constant(word: str) -> float:
        raise ValueError(f"{word} is not a number")

    def line_of(self, *keys: str) -> int:
        """The line of a JSON key below or after others: the nearest that is there. A key that is
        named n times is its nth."""
        return deque(self.lines_along(keys), maxlen=1).pop()

    def place_of(self, key: str, start: int = 0) -> int:
        """Where a JSON key next stands, or just before the start where it does not follow."""
        quoted = f'"{key}"'
        at = self.whole.find(quoted, start)
        while at >= 0 and not COLON.match(self.whole, at + len(quoted)):
            at = self.whole.find(quoted, at + 1)
        return at if at >= 0 else start - 1

    def lines_of(self, key: str) -> Iterator[int]:
        """The lines of a JSON key, wherever it stands, in their order."""
        for match in re.finditer(rf'"{re.escape(key)}"\s*:', self.whole):
            yield self.line_at(match.start())

    def lines_along(self, keys: Iterable[str]) -> Iterator[int]:
        """The lines of JSON keys that follow each other; behind one that is not there, the last
        that was. What follows is then not looked for: that would read the whole for each."""
        at, is_lost = -1, False
        for key in keys:
            after = at if is_lost else self.place_of(key, at + 1)
            at, is_lost = after, after == at
            yield self.line_at(at)

    def line_at(self, place: int) -> int:
        """The line of a place in the whole."""
        return self.start + bisect_left(self._breaks, place + 1) if place > 0 else self.start

    @cached_property
    def _breaks(self) -> list[int]:
        """How many characters there are up to the end of each line, its break included."""
        return list(accumulate(len(line) + 1 for line in self.lines))


def decoded(data: bytes) -> Text:
    """Text from bytes: UTF-8, or UTF-16 with its mark; as a tool printed it, or as it was pasted.

    Raises:
        DocumentRefused: empty, too large, or binary.
    """
    if len(data) > LARGEST:
        refuse(1, f"the file has {len(data)} bytes; at most {LARGEST} are read")
    encoding = "utf-16" if data.startswith(UTF_16) else "utf-8-sig"
    try:
        text = unwrapped(data.decode(encoding))
    except UnicodeDecodeError as error:
        if WINDOWS not in data:
            line = data.count(b"\n", 0, error.start) + 1
            refuse(line, f"not text: byte {error.start} cannot be read as {encoding[:6].upper()}")
        text = unwrapped(data.decode("latin-1"))
    if not text.strip():
        refuse(1, "the file is empty")
    if r"\u0000" in text:
        refuse(1, "not text: it holds an escaped NUL")
    control = CONTROL.search(text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        refuse(line, f"not text: it holds the byte {ord(control[0]):#04x}")
    return Text(text)
