"""Distributions that can be merged: HdrHistograms of nanoseconds, encoded as text.

Percentiles of several runs come from the merged sketch, never from averages.
"""

import base64
import binascii
import struct
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

from hdrh.codec import HdrCookieException, HdrLengthException
from hdrh.histogram import HdrHistogram

MAX_NS = 3_600_000_000_000
DIGITS = 3
MAX_BYTES = 4_000_000  # bytes of a decompressed histogram
HEADER = 8  # bytes before the compressed part


class NotASketch(ValueError):
    """The text is not an encoded HdrHistogram, or not a whole one."""


def of_times(times_us: Sequence[float]) -> str:
    """The sketch of single round trips in microseconds, each kept to 0.1 %."""
    return of_counts((time, 1) for time in times_us)


def of_counts(counts: Iterable[tuple[float, int]]) -> str:
    """The sketch of times in microseconds, each with how often it occurred."""
    histogram = HdrHistogram(1, MAX_NS, DIGITS)
    for time_us, count in counts:
        histogram.record_value(max(1, min(round(time_us * 1000), MAX_NS)), count)
    return str(histogram.encode().decode("ascii"))


def decoded(text: str) -> Any:
    """A histogram in the unit in which it was recorded.

    Raises:
        NotASketch: cut, corrupt, or of another kind.
    """
    try:
        _require_size(text)
        return HdrHistogram.decode(text)
    except (
        ArithmeticError, LookupError, TypeError, ValueError, binascii.Error, struct.error,
        zlib.error, HdrCookieException, HdrLengthException,
    ) as error:  # fmt: skip
        raise NotASketch(str(error) or type(error).__name__) from error


def _require_size(text: str) -> None:
    """Looks before the library decompresses whatever it is given."""
    compressed = base64.b64decode(text, validate=True)[HEADER:]
    unpacker = zlib.decompressobj()
    if len(unpacker.decompress(compressed, MAX_BYTES)) >= MAX_BYTES:
        raise NotASketch(f"larger than {MAX_BYTES} bytes when decompressed")


def merged(sketches: Iterable[str]) -> Any:
    """One histogram of nanoseconds from several."""
    whole = HdrHistogram(1, MAX_NS, DIGITS)
    for sketch in sketches:
        whole.decode_and_add(sketch)
    return whole


def percentile_us(histogram: Any, percent: float) -> float:
    """A percentile of a histogram of nanoseconds, in microseconds."""
    return float(histogram.get_value_at_percentile(percent)) / 1000
