"""Percentiles from the buckets of a histogram, as Prometheus's histogram_quantile finds them."""

from collections.abc import Sequence
from math import inf
from typing import NamedTuple

from connectivity.importers.latency.percentiles import PERCENTS
from connectivity.importers.latency.run import COARSEST, refuse

MAX_BUCKETS = 10_000  # buckets of a histogram


class Bucket(NamedTuple):
    """So many took longer than `low` and at most `high`, in microseconds."""

    low: float
    high: float
    weight: float


def percentiles(buckets: Sequence[Bucket], line: int) -> tuple[dict[str, float], tuple[str, ...]]:
    """Percentiles interpolated inside their buckets, and notes on how far each may be off.

    A percentile whose bucket is wider than a tenth of it, or has no end, is left out.

    Raises:
        DocumentRefused: nothing was counted, buckets fall, or none is narrow enough.
    """
    _require_rising(buckets, line)
    figures: dict[str, float] = {}
    left_out: list[str] = []
    notes: list[str] = []
    for percent, name in PERCENTS.items():
        bucket, us = _interpolated(buckets, percent / 100)
        if bucket.high - bucket.low > COARSEST * us:
            left_out.append(f"{name} lies {_span(bucket)}")
        else:
            figures[name] = us
            notes.append(f"{name} {_span(bucket)}")
    if not figures:
        refuse(
            line,
            f"the buckets are too coarse: {'; '.join(left_out)}; a tenth of the figure is the "
            "most that a bucket may be wide",
        )
    interpolated = f"interpolated inside buckets: {', '.join(notes)}"
    return figures, (interpolated, *((f"left out: {'; '.join(left_out)}",) if left_out else ()))


def _require_rising(buckets: Sequence[Bucket], line: int) -> None:
    if len(buckets) > MAX_BUCKETS:
        refuse(line, f"{len(buckets)} buckets; at most {MAX_BUCKETS} are read")
    if any(bucket.high < bucket.low or bucket.weight < 0 for bucket in buckets):
        refuse(line, "the bounds or the counts of the buckets fall; they can only rise")
    if sum(bucket.weight for bucket in buckets) <= 0:
        refuse(line, "the histogram is empty")


def _interpolated(buckets: Sequence[Bucket], share: float) -> tuple[Bucket, float]:
    rank = share * sum(bucket.weight for bucket in buckets)
    below = 0.0
    for bucket in buckets:
        if bucket.weight and below + bucket.weight >= rank - 1e-9:
            inside = min((rank - below) / bucket.weight, 1.0)
            width = bucket.high - bucket.low
            return bucket, bucket.low + width * inside if width < inf else bucket.low
        below += bucket.weight
    return buckets[-1], buckets[-1].low


def _span(bucket: Bucket) -> str:
    if bucket.high == inf:
        return f"above {bucket.low:g} µs"
    return f"between {bucket.low:g} and {bucket.high:g} µs"
