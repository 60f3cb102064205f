"""Sketches of round trips: what they keep, and what is not one."""

import base64
import zlib

import pytest

from connectivity.core.latency.histograms import (
    MAX_BYTES,
    MAX_NS,
    NotASketch,
    decoded,
    merged,
    of_counts,
    of_times,
    percentile_us,
)


def test_a_sketch_has_each_time_as_often_as_it_occurred() -> None:
    assert decoded(of_times([1.0, 2.0])).get_total_count() == 2
    counted = decoded(of_counts([(1.0, 3), (2.0, 1)]))
    assert (counted.get_total_count(), counted.get_value_at_percentile(75)) == (4, 1000)


@pytest.mark.parametrize(
    ("time_us", "nanoseconds"), [(0.0, 1), (0.001, 1), (0.002, 2), (1.0, 1000)]
)
def test_times_are_kept_in_whole_nanoseconds_and_none_is_0(
    time_us: float, nanoseconds: int
) -> None:
    assert decoded(of_times([time_us])).get_value_at_percentile(50) == nanoseconds


def test_merged_sketches_are_exact_up_to_two_microseconds() -> None:
    assert percentile_us(merged([of_times([1.0]), of_times([1.0])]), 50) == 1.0


def test_what_is_longer_than_an_hour_counts_as_an_hour() -> None:
    histogram = merged([of_times([1e12])])
    assert percentile_us(histogram, 50) == pytest.approx(MAX_NS / 1000, rel=0.001)


def test_a_text_that_is_no_sketch_is_refused() -> None:
    sketch = of_times([70.0])
    for text in ("", "x", sketch[: len(sketch) // 2], f"{sketch[:4]}\n{sketch[4:]}"):
        with pytest.raises(NotASketch) as refused:
            decoded(text)
        assert str(refused.value)


def test_a_sketch_that_grows_without_bound_is_refused_before_it_is_read() -> None:
    bomb = base64.b64encode(bytes(8) + zlib.compress(bytes(MAX_BYTES))).decode()
    with pytest.raises(NotASketch, match=f"larger than {MAX_BYTES} bytes when decompressed"):
        decoded(bomb)


def test_what_is_wrong_of_a_sketch_is_named_even_where_the_library_says_nothing() -> None:
    other = base64.b64encode(bytes(8) + zlib.compress(bytes(100))).decode()
    with pytest.raises(NotASketch, match="HdrCookieException"):
        decoded(other)
