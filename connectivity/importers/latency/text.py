"""Bytes of an uploaded file as lines of text."""

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from connectivity.importers.latency.run import refuse

LARGEST = 20_000_000  # bytes
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Text:
    """A file as text without colours and carriage returns; lines count from 1."""

    whole: str

    @cached_property
    def lines(self) -> list[str]:
        return self.whole.split("\n")

    @cached_property
    def filled(self) -> list[tuple[int, str]]:
        """Lines that are not blank, with their numbers."""
        return [(n, line) for n, line in enumerate(self.lines, 1) if line.strip()]

    @property
    def is_ended(self) -> bool:
        return self.whole.endswith("\n")

    def found(self, pattern: re.Pattern[str]) -> Iterator[tuple[int, re.Match[str]]]:
        """Matches at the beginning of lines, with the lines' numbers."""
        for line_number, line in self.filled:
            match = pattern.match(line)
            if match:
                yield line_number, match

    def require_end(self) -> None:
        """Raises DocumentRefused where the last line is not ended: a tool ends its lines."""
        if not self.is_ended:
            refuse(len(self.lines), "the file ends in the middle of a line; it may have been cut")

    @cached_property
    def json(self) -> Any:
        """The one JSON value of the file.

        Raises:
            DocumentRefused: it is cut, or there are two.
        """
        try:
            return json.loads(self.whole, parse_constant=self._constant)
        except (json.JSONDecodeError, RecursionError, ValueError) as error:
            if not isinstance(error, json.JSONDecodeError):
                refuse(1, f"not JSON that can be read: {str(error)[:100]}")
            if error.msg == "Extra data":
                refuse(error.lineno, "a second JSON document begins here; import runs one by one")
            refuse(error.lineno, f"not whole JSON: {error.msg}")

    @staticmethod
    def _constant(word: str) -> float:
        raise ValueError(f"{word} is not a number")

    def line_of(self, *keys: str) -> int:
        """The line of a JSON key below others: the nearest that is there."""
        at = 0
        for key in keys:
            next_at = self.whole.find(f'"{key}"', at)
            at = next_at if next_at >= 0 else at
        return self.whole.count("\n", 0, at) + 1


def decoded(data: bytes) -> Text:
    """Text from bytes: UTF-8, or UTF-16 with its mark; CRLF or LF.

    Raises:
        DocumentRefused: empty, too large, or binary.
    """
    if not data.strip():
        refuse(1, "the file is empty")
    if len(data) > LARGEST:
        refuse(1, f"the file has {len(data)} bytes; at most {LARGEST} are read")
    encoding = "utf-16" if data.startswith(UTF_16) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        refuse(line, f"not text: byte {error.start} cannot be read as {encoding[:6].upper()}")
    text = COLOURS.sub("", text.replace("\r\n", "\n"))
    if r"\u0000" in text:
        refuse(1, "not text: it holds an escaped NUL")
    for at, letter in enumerate(text):
        if letter < " " and letter not in "\n\t":
            refuse(text.count("\n", 0, at) + 1, f"not text: it holds the byte {ord(letter):#04x}")
    return Text(text)
