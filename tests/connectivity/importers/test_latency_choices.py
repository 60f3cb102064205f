"""Several hosts, tags and intervals in one file; places, ends and steps of a print."""

from pathlib import Path
from typing import Any

import pytest

from connectivity.core.problems import DocumentRefused
from connectivity.importers.latency import Hints, Run, read_runs
from connectivity.importers.latency.run import checked
from connectivity.importers.latency.text import decoded
from tests.connectivity.importers.test_latency_samples import GOOD, SAMPLES, US, refusal

BAD = SAMPLES / "bad"


def read(path: Path, **hints: Any) -> tuple[Run, ...]:
    return read_runs(path.read_bytes(), hints=Hints(**hints))


@pytest.mark.parametrize(
    ("name", "host", "mean", "samples"),
    [
        ("bad/fping_three_hosts.txt", "10.9.0.7", 61_800, 200),
        ("bad/fping_three_hosts.txt", "10.8.0.7", None, 0),
        ("fping_C_q.txt", "127.0.0.2", 38.95, 20),
        ("fping_c_q_one_lost.txt", "10.99.0.2", 44, 3),
        ("bad/ping_two_hosts.txt", "db", 656, 3),
        ("bad/ping_two_hosts.txt", "10.9.0.2", 61_233, 2),
        ("bad/ping_two_hosts.txt", "far (10.9.0.2)", 61_233, 2),
        ("bad/blackbox_two_targets.prom", "10.9.0.7", 61_300, 1),
        ("bad/mtr_two_targets.csv", "near", 620, 10),
        ("netperf_after_prompt.txt", "10.0.0.7", None, None),
        ("wrk_latency.txt", "127.0.0.1", 66.47, 191_632),
        ("iperf3_P4.json", "10.0.0.7", 700, None),
        ("sockperf_2_8_padded.txt", "10.0.0.7", 105.788, 80_000),
        ("mtr_raw.txt", "127.0.0.1", 63.667, 3),
    ],
)
def test_the_host_that_was_asked_for(
    name: str, host: str, mean: float | None, samples: int | None
) -> None:
    (run,) = read(SAMPLES / name, host=host)
    assert run.figures.get("mean") == (None if mean is None else pytest.approx(mean, abs=0.001))
    assert run.samples == samples


def test_a_host_that_is_not_there_or_not_said() -> None:
    two = (BAD / "ping_two_hosts.txt").read_bytes()
    assert "no host is called '10.0.0.9'; there are 'db" in refusal(two, Hints(host="10.0.0.9"))
    qperf = (SAMPLES / "qperf_tcp_lat.txt").read_bytes()
    assert "leave --host out" in refusal(qperf, Hints(host="10.0.0.9"))
    same = two.replace(b"far", b"db").replace(b"10.9.0.2", b"10.0.0.2")
    assert "a second run of one host" in refusal(same)
    hosts = "".join(
        f"10.0.1.{n} : xmt/rcv/%loss = 1/1/0%, min/avg/max = 0.500/0.500/0.500\n" for n in range(30)
    )
    assert refusal(hosts.encode()).endswith("'10.0.1.9' and 20 more")


def test_each_tag_by_itself() -> None:
    for name in ("hdrhistogram_two_tags.hlog", "hdrhistogram_tag_and_none.hlog"):
        (slow,) = read(BAD / name, unit="ns", tag="write")
        assert slow.figures["p50"] == pytest.approx(50, rel=0.001)
        assert slow.samples == 1_000
    (fast,) = read(BAD / "hdrhistogram_tag_and_none.hlog", unit="ns", tag="untagged")
    assert fast.figures["max"] == pytest.approx(0.12)
    two = (BAD / "hdrhistogram_two_tags.hlog").read_bytes()
    assert "no tag is called 'scan'" in refusal(two, Hints("ns", tag="scan"))
    renamed = two.replace(b"write", b"read")
    (merged,) = read_runs(renamed, hints=Hints("ns"))
    assert (merged.samples, merged.tag) == (2_000, "read")
    ping = (SAMPLES / "ping_iputils.txt").read_bytes()
    assert "leave --tag out" in refusal(ping, Hints(tag="read"))


def test_intervals_of_fping_are_runs_of_one_host_and_their_sum_is_none() -> None:
    first, second = read(SAMPLES / "fping_Q.txt")
    assert (first.figures["mean"], first.samples, second.samples) == (553, 10, 9)
    text = (SAMPLES / "fping_Q.txt").read_bytes()
    without = b"".join(text.splitlines(keepends=True)[:4])
    assert len(read_runs(without)) == 2
    assert "fewer answers than its intervals" in refusal(text.replace(b"20/19/5%", b"20/9/55%"))
    two = text.replace(b"[12:00:20]", b"10.9.0.7 : xmt/rcv/%loss = 10/0/100%\n[12:00:20]")
    assert "2 hosts" in refusal(two)
    assert len(read_runs(two, hints=Hints(host="10.0.0.7"))) == 2


def test_one_test_of_many_streams_says_which_line_is_wrong() -> None:
    four = (SAMPLES / "iperf3_P4.json").read_text()
    (run,) = read_runs(four.encode())
    assert "4 streams at once, in one test" in run.notes
    lines = four.splitlines()
    third = [n for n, line in enumerate(lines, 1) if '"sender": {' in line][2]
    wrong = four.replace('"min_rtt": 611', '"min_rtt": -611')
    assert refusal(wrong.encode()).startswith(f"line {third}: end.streams[2].sender.min_rtt")
    mtr = (SAMPLES / "mtr_092.json").read_text()
    second = [n for n, line in enumerate(mtr.splitlines(), 1) if '"host"' in line][1]
    assert refusal(mtr.replace('"Avg": 0.64', '"Avg": "x"').encode()).startswith(f"line {second}:")


def test_lines_of_json_keys() -> None:
    text = decoded(b'{"a": "b",\n"b": {"a": 1,\n"a": 2},\n"c": 3}\n')
    assert [text.line_of(*keys) for keys in (("a",), ("b",), ("a", "a"), ("b", "a", "a"))] == [
        1, 2, 2, 3,
    ]  # fmt: skip
    assert (text.line_of("none"), text.line_of("b", "none")) == (1, 2)
    assert [text.line_at(at) for at, letter in enumerate(text.whole) if letter == "\n"] == [
        1, 2, 3, 4,
    ]  # fmt: skip


WHOLE_WITHOUT_BREAK = (  # a last line that can only be whole
    "ping_iputils.txt", "ping_iputils_all_lost.txt", "ping_macos_duplicates.txt", "wrk_latency.txt",
    "wrk2_latency.txt", "sockperf_pp_tcp.txt", "sockperf_pp_tcp_full_log_head60.csv",
    "sockperf_ul_udp.txt", "sockperf_2_8_padded.txt", "qperf_tcp_lat.txt", "fping_3_c_q.txt",
    "fping_c.txt", "fping_stats_s.txt", "hdrhistogram_python.hgrm", "hdrhistogram_encoded_v2.txt",
    "mtr_raw.txt", "mtr_between_regions.csv", "mtr_report_between_regions.txt",
    "netperf_tcp_rr_default.txt", "netperf_tcp_rr_cpu.txt", "netperf_udp_rr_csv.txt",
    "blackbox_icmp.prom",
    "blackbox_labels.prom", "autocannon_table.txt", "iperf3_P4.json", "iperf3_json_stream.txt",
)  # fmt: skip
UNTOLD = (  # a last number that could be longer
    "netperf_tcp_rr_csv.txt", "netperf_tcp_rr_human_columns.txt",
    "netperf_tcp_rr_csv_v2_hist.txt", "qperf_tcp_lat_vv.txt",
)  # fmt: skip


@pytest.mark.parametrize("name", WHOLE_WITHOUT_BREAK)
def test_a_last_line_that_is_whole_needs_no_break(name: str) -> None:
    data = (SAMPLES / name).read_bytes()
    runs = read_runs(data.rstrip(), hints=US)
    assert [run.figures for run in runs] == [run.figures for run in read_runs(data, hints=US)]


@pytest.mark.parametrize("name", UNTOLD)
def test_a_last_number_that_could_be_longer_needs_its_break(name: str) -> None:
    assert "if it is whole, end it with a line break" in refusal(
        (SAMPLES / name).read_bytes().rstrip(), US
    )


def test_netperf_tells_by_its_two_decimals() -> None:
    assert read_runs(b"P99_LATENCY=90\nMEAN_LATENCY=61.25")[0].figures["mean"] == 61.25
    assert "middle of a line" in refusal(b"P99_LATENCY=90\nMEAN_LATENCY=61.2")
    assert "middle of a line" in refusal(b"MEAN_LATENCY=61.25\nP99_LATENCY=90")
    assert "middle of a line" in refusal(b"MEAN_LATENCY=61.25\nRT_LATENCY=61.25")


def test_one_rule_says_what_is_too_coarse() -> None:
    def run(step: float, **figures: float) -> Run:
        return Run(tool="x", figures=figures, resolution_us=step)

    (kept,) = checked([run(1_000, p50=10_000, mean=11_000)])
    assert kept.notes == ("printed in steps of 1,000 µs",)
    assert checked([kept])[0].notes == kept.notes
    with pytest.raises(DocumentRefused, match="a tenth of the median of 9,999 µs: too coarse; use"):
        checked([run(1_000, p50=9_999, mean=20_000)], finer="use something else")
    with pytest.raises(DocumentRefused, match="a tenth of the mean"):
        checked([run(10, mean=99)])
    (clamped,) = checked([run(100, min=1_010, p50=1_000, p99=1_100, max=1_090)])
    assert clamped.figures == {"min": 1_010, "p50": 1_010, "p99": 1_090, "max": 1_090}
    with pytest.raises(DocumentRefused, match="is above"):
        checked([run(100, min=1_200, p50=1_000)])


def test_every_good_sample_keeps_percentiles_within_minimum_and_maximum() -> None:
    for name in GOOD:
        for run in read_runs((SAMPLES / name).read_bytes(), hints=US):
            low, high = run.figures.get("min", 0), run.figures.get("max", 1e12)
            assert all(low <= run.figures[p] <= high for p in ("p50", "p99") if p in run.figures)
