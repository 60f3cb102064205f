"""Bytes of a price file, a part at a time, looked at before a parser sees them.

The parser spends memory on depth with its square, and on a value with its length; AWS's files are
nine levels deep.
"""

import codecs
from collections.abc import Callable
from typing import IO, NamedTuple

from costmodel.importers.offer_rows import OfferError, Progress

CHUNK = 2**16  # bytes that are parsed at once, which stay near the processor
STEP = 4_000_000  # bytes between two reports of progress
DEEPEST = 64
LONGEST = 500_000  # bytes of a value
NOT_STRUCTURE = bytes(set(range(256)) - set(b"{}[]"))
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Span(NamedTuple):
    """A part of a file of so many bytes in all."""

    start: int
    end: int
    total: int


class FilePart:
    """A part of a file between some bytes, telling how far it was read.

    Raises:
        OfferError: while it is read, where it is nested too deeply or a value never ends.
    """

    def __init__(
        self,
        file: IO[bytes],
        span: Span,
        progress: Progress,
        before: bytes = b"",
        after: bytes = b"",
    ) -> None:
        self._file, self._span, self._progress = file, span, progress
        self._before, self._after = before, after
        self._told = self._at = span.start
        self._check = checking()
        file.seek(span.start)

    def read(self, size: int = CHUNK) -> bytes:
        if self._before or not size:
            head, self._before = self._before if size else b"", b"" if size else self._before
            return head
        if self._at - self._told >= STEP:
            self._told = self._at
            self._progress(self._at, self._span.total)
        data = self._file.read(min(size, self._span.end - self._at))
        self._at += len(data)
        self._check(data)
        if not data:
            data, self._after = self._after, b""
        return data


def checking() -> Callable[[bytes], None]:
    """A check of JSON that is given to it a piece at a time."""
    still_open = b""
    at = since_quote = 0

    def check(data: bytes) -> None:
        nonlocal still_open, at, since_quote
        at += len(data)
        plain = _without_escapes(data)
        quote = plain.rfind(b'"')
        since_quote = since_quote + len(data) if quote < 0 else len(plain) - quote
        if since_quote > LONGEST:
            raise OfferError(f"byte {at:,}: a value of more than {LONGEST:,} bytes")
        still_open = _unmatched(still_open + data.translate(None, NOT_STRUCTURE))
        if len(still_open) > DEEPEST:
            raise OfferError(f"byte {at:,}: nested deeper than {DEEPEST} levels, unlike AWS's")

    return check


def _without_escapes(data: bytes) -> bytes:
    return data.replace(rb"\\", b"").replace(rb"\"", b"") if b"\\" in data else data


def _unmatched(brackets: bytes) -> bytes:
    """Brackets without the pairs in them."""
    for _ in range(DEEPEST):
        fewer = brackets.replace(b"{}", b"").replace(b"[]", b"")
        if len(fewer) == len(brackets):
            break
        brackets = fewer
    return brackets
