"""Every sample of every tool: what it must give, read off the file by hand, or why it is not."""

import json
import random
import re
from pathlib import Path

import pytest

from connectivity.core.latency import histograms
from connectivity.core.problems import DocumentRefused
from connectivity.importers.latency import TOOLS, Hints, Run, read_runs
from connectivity.importers.latency.run import LONGEST_US
from tests.connectivity.importers import load_tools

SAMPLES = Path(__file__).parents[2] / "samples" / "latency"
US = Hints(unit="us")

# file: test, p50, p90, p99, mean, min, max, stddev (round-trip µs), samples, loss
GOOD: dict[str, tuple[object, ...]] = {
    "netperf_tcp_rr_csv.txt": ("TCP_RR", 53, 75, 116, None, None, None, None, None, None),
    "netperf_tcp_rr_csv_full.txt": ("TCP_RR", 58, 78, 108, 55.15, 12, 12826, 73.25, 54329, None),
    "netperf_tcp_rr_keyval.txt": ("TCP_RR", 71, 95, 148, 74.31, 12, 4523, 62.34, 40312, None),
    "netperf_tcp_rr_human_columns.txt": (
        "TCP_RR", 16, 69, 108, 26.3, 12, 4300, 42.54, None, None,
    ),
    "netperf_tcp_rr_default.txt": (
        "TCP_RR", None, None, None, 49.596, None, None, None, 60489, None,
    ),
    "netperf_tcp_rr_default_v2_hist.txt": (
        "TCP_RR", None, None, None, 64.257, None, None, None, 46692, None,
    ),
    "netperf_udp_rr_csv.txt": ("UDP_RR", 63, 83, 123, 64.39, None, None, None, None, None),
    "netperf_tcp_crr_csv.txt": ("TCP_CRR", 81, 98, 191, 86.91, None, None, None, None, None),
    "netperf_tcp_rr_burst16.txt": ("TCP_RR", 80, 140, 297, 95.18, None, None, None, None, None),
    "netperf_tcp_rr_confidence.txt": ("TCP_RR", 54, 72, 110, 57.71, None, None, None, None, None),
    "bad/netperf_csv_crlf.txt": ("TCP_RR", 58, 78, 108, 55.15, 12, 12826, 73.25, 54329, None),
    "bad/netperf_csv_utf8_bom.txt": ("TCP_RR", 58, 78, 108, 55.15, 12, 12826, 73.25, 54329, None),
    "bad/netperf_csv_utf16.txt": ("TCP_RR", 58, 78, 108, 55.15, 12, 12826, 73.25, 54329, None),
    "iperf3_tcp.json": ("TCP_STREAM", None, None, None, 65, 48, 83, None, None, None),
    "sockperf_pp_tcp.txt": (
        "TCP_RR", 13.92, 62.622, 95.08, 22.49, 13.228, 2651.95, 27.456, 68830, 0,
    ),
    "sockperf_pp_udp.txt": (
        "UDP_RR", 60.568, 78.476, 118.334, 63.02, 10.966, 3470.916, 42.548, 24585, 0,
    ),
    "sockperf_ul_udp.txt": (
        "UDP_RR", 76.648, 86.684, 87.584, 75.272, 58.642, 87.584, 9.168, 14, 0,
    ),
    "sockperf_pp_tcp_full_log_head60.csv": (
        "RR", 186.206, 228.308, 242.92, 186.948, 114.318, 378.7, 43.702, 55, 0,
    ),
    "qperf_tcp_lat.txt": ("TCP_RR", None, None, None, 66, None, None, None, None, None),
    "qperf_tcp_lat_unify.txt": ("TCP_RR", None, None, None, 67.294, None, None, None, None, None),
    "qperf_tcp_lat_vv.txt": ("TCP_RR", None, None, None, 67, None, None, None, 29831, None),
    "wrk_latency.txt": ("HTTP", 55, 91, 170, 66.47, None, 3520, 96.49, 191632, None),
    "wrk2_latency.txt": ("HTTP", 950, 2400, 4880, 1173, 50, 6784, 953, 989, None),
    "wrk2_u_latency.txt": ("HTTP", 870, 1240, 1690, 755, 85, 4164, 473, 489, None),
    "hdrhistogram_python.hgrm": ("unknown", 7, 7, 10, 7.337, 7, 1725, 10.742, 108475, None),
    "hdrhistogram_encoded_v2.txt": (
        "unknown", 7, 7, 10, 7.337, 7, 1725, 10.742, 108475, None,
    ),
    "ping_iputils.txt": ("ICMP", 43, 60, 450, 64, 37, 450, 88, 20, 0),
    "ping_iputils_veth.txt": ("ICMP", 53, 59, 61, 52, 36, 61, 5, 20, 0),
    "ping_iputils_timestamps.txt": ("ICMP", 37, 38, 38, 33, 20, 38, 6, 5, 0),
    "ping_iputils_partial_loss.txt": ("ICMP", 45, 52, 54, 45, 38, 54, 4, 15, 0.25),
    "ping_iputils_quiet.txt": ("ICMP", None, None, None, 38, 19, 59, 5, 50, 0),
    "ping_iputils_one.txt": ("ICMP", 20, 20, 20, 20, 20, 20, 0, 1, 0),
    "ping_iputils_all_lost.txt": ("ICMP", *[None] * 7, 0, 1),
    "fping_c.txt": ("ICMP", 41, 46, 46, 38.6, 23, 46, 8.309, 5, 0),
    "fping_D_l.txt": ("ICMP", 46, 46, 46, 44.4, 39, 46, 2.728, 5, 0),
    "fping_stats_s.txt": ("ICMP", None, None, None, 43, 20, 54, None, 5, 0),
    "mtr_report.json": ("ICMP", None, None, None, 55, 43, 64, 6, 10, 0),
    "mtr_report_fields.json": ("ICMP", None, None, None, 55, 49, 72, 6, 10, 0),
    "mtr_veth.json": ("ICMP", None, None, None, 68, 61, 81, 7, 10, 0),
    "mtr_raw.txt": ("ICMP", 64, 70, 70, 63.667, 57, 70, 5.312, 3, 0),
    "blackbox_icmp.prom": ("ICMP", None, None, None, 245.386, 245.386, 245.386, None, 1, 0),
    "blackbox_http.prom": ("HTTP", None, None, None, 759.892, 759.892, 759.892, None, 1, 0),
    "blackbox_tcp.prom": ("TCP", None, None, None, 503.59, 503.59, 503.59, None, 1, 0),
    "blackbox_tcp_failed.prom": ("unknown", *[None] * 7, 0, 1),
    "blackbox_labels.prom": ("ICMP", None, None, None, 610, 610, 610, None, 1, 0),
    "ping_iputils_old_mdev.txt": ("ICMP", 628, 688, 701, 635, 589, 701, 31.907, 12, 0),
    "ping_iputils_old_quiet.txt": ("ICMP", None, None, None, 61253, 61240, 61270, None, 6, 0),
    "ping_iputils_between_regions.txt": (
        "ICMP", 62300, 62300, 62300, 62268, 62214, 62341, 49, 5, 0,
    ),
    "ping_iputils_one_of_1234_us.txt": ("ICMP", 1234, 1234, 1234, 1234, 1234, 1234, 0, 1, 0),
    "ping_without_last_break.txt": ("ICMP", 655, 702, 702, 656, 611, 702, 37, 3, 0),
    "ping_macos_duplicates.txt": ("ICMP", 621, 643, 643, 632, 621, 643, 11, 2, 0),
    "ping_macos_duplicates_quiet.txt": (
        "ICMP", None, None, None, 1723, 621, 3904, 1542, 3, 0,
    ),
    "fping_3_c_q.txt": ("ICMP", None, None, None, 550, 510, 920, None, 300, 0),
    "mtr_092.json": ("ICMP", None, None, None, 640, 580, 920, 100, 10, 0),
    "mtr_between_regions.csv": (
        "ICMP", None, None, None, 61420, 61200, 62070, 260, 9, pytest.approx(0.1),
    ),
    "mtr_report_between_regions.txt": (
        "ICMP", None, None, None, 61400, 61200, 62000, 200, 10, 0,
    ),
    "iperf3_P4.json": ("TCP_STREAM", None, None, None, 700, 604, 1302, None, None, None),
    "iperf3_json_stream.txt": ("TCP_STREAM", None, None, None, 702, 610, 1210, None, None, None),
    "netperf_after_prompt.txt": ("TCP_RR", 604, 655, 731, None, 551, 1402, None, None, None),
    "netperf_tcp_rr_cpu.txt": ("TCP_RR", None, None, None, 620.001, None, None, None, 16129, None),
    "netperf_tcp_rr_local_cpu.txt": (
        "TCP_RR", None, None, None, 620.001, None, None, None, 16129, None,
    ),
    "netperf_tcp_rr_megabits_v2.txt": (
        "TCP_RR", None, None, None, 619.835, None, None, None, 16133, None,
    ),
    "netperf_tcp_rr_csv_v2_hist.txt": (
        "TCP_RR", 610, 690, 820, None, 551, 3022, 41.22, 10129, None,
    ),
    "sockperf_2_8_padded.txt": (
        "UDP_RR", 105, 114, 132.5, 105.788, 95.75, 602.25, 8.432, 80000, 0,
    ),
    "wrk_stripped.txt": ("HTTP", 55, 91, 170, 66.47, None, 3520, 96.49, 191632, None),
    "hdrhistogram_indented.hgrm": ("unknown", 7, 7, 10, 7.337, 7, 1725, 10.742, 108475, None),
    "autocannon_table.txt": ("HTTP", 62000, None, 66000, 62110, None, 140000, 910, None, None),
}  # fmt: skip
STATISTICS = ("p50", "p90", "p99", "mean", "min", "max", "stddev")

# file: what the refusal says
REFUSED = {
    "autocannon.json": "more than a tenth of the median",
    "hdrhistogram_python.hgrm": "no unit",
    "iperf3_error_no_server.json": "Connection",
    "iperf3_tcp_human.txt": "use iperf3 -J",
    "iperf3_udp.json": "jitter",
    "mtr_report.csv": "use mtr --raw",
    "mtr_report_wide.txt": "use mtr --raw",
    "netperf_error_bad_selector.txt": "unknown selector",
    "netperf_error_no_netserver.txt": "nothing was measured",
    "netperf_tcp_rr_csv_P0.txt": "--columns",
    "netperf_tcp_stream_no_latency.txt": "throughput test",
    "ping_iputils_unknown_host.txt": "Name or service not known",
    "sockperf_error_no_server.txt": "Connection refused",
    "bad/csv_formula_injection.csv": "formula",
    "bad/empty.txt": "empty",
    "bad/hdrhistogram_encoded_corrupt.txt": "corrupt",
    "bad/hdrhistogram_encoded_truncated.txt": "cut",
    "bad/hgrm_truncated_no_footer.hgrm": "middle of a line",
    "bad/hgrm_values_decreasing.hgrm": "fall",
    "bad/iperf3_no_mean_rtt.json": "mean_rtt is missing",
    "bad/iperf3_two_documents.json": "second JSON document",
    "bad/iperf3_udp_no_rtt.json": "not TCP",
    "bad/matrix_duplicate_cell.csv": "twice",
    "bad/matrix_unknown_az.csv": "AZ name",
    "bad/netperf_csv_banner_only.txt": "without results",
    "bad/netperf_csv_extra_column.txt": "15 values under 14 headers",
    "bad/netperf_csv_header_only.txt": "without values",
    "bad/netperf_csv_missing_column.txt": "12 values under 14 headers",
    "bad/netperf_csv_two_runs_concatenated.txt": "second run",
    "bad/netperf_keyval_duplicate_key.txt": "P99_LATENCY for the second time",
    "bad/netperf_keyval_spaces_lowercase.txt": "is not KEY=value",
    "bad/netperf_keyval_truncated.txt": "middle of a line",
    "bad/ping_interrupted_no_summary.txt": "no statistics",
    "bad/ping_localised_comma.txt": "LC_ALL=C",
    "bad/ping_summary_wrong_order.txt": "max/avg/min/mdev",
    "bad/sockperf_no_percentiles.txt": "the run was cut",
    "bad/autocannon_table_fast.txt": "steps of 1,000 µs",
    "bad/blackbox_two_targets.prom": "'10.0.0.7', '10.9.0.7'",
    "bad/fping_3_intra_az.txt": "use fping 4 or newer",
    "bad/fping_three_hosts.txt": "there are '10.0.0.7', '10.9.0.7', '10.8.0.7'",
    "bad/hdrhistogram_tag_and_none.hlog": "there are 'write', 'untagged'",
    "bad/hdrhistogram_two_tags.hlog": "there are 'read', 'write'",
    "bad/hdrhistogram_v0.hlog": "old encoding V0",
    "bad/hdrhistogram_v1.hlog": "old encoding V1",
    "bad/iperf3_3.0.json": "line 34: iperf 3.0.11 does not report round trips",
    "bad/iperf3_json_stream_cut.txt": "no event 'end'",
    "bad/iperf3_reverse.json": "no -R",
    "bad/mtr_092_intra_az.json": "steps of 10 µs",
    "bad/mtr_target_silent.json": "line 25: the last hop is 10.1.0.20, and not 10.1.0.21",
    "bad/mtr_two_targets.csv": "there are 'far', 'near'",
    "bad/netperf_csv_v2_hist_cut.txt": "no HIST_TOTAL",
    "bad/netperf_keyval_megabits.txt": "run without -f",
    "bad/netperf_keyval_without_unit.txt": "needs THROUGHPUT_UNITS",
    "bad/netperf_tcp_rr_megabits.txt": "'Throughput 10^6bits/sec'",
    "bad/ping_other_language.txt": "another language",
    "bad/ping_two_hosts.txt": "there are 'db (10.0.0.2)', 'far (10.9.0.2)'",
    "bad/ping_whole_milliseconds.txt": "use fping -C",
    "bad/sockperf_two_servers.txt": "of 10.0.0.7, 10.9.0.7",
}
SEVERAL = {
    "fping_Q.txt",
    "fping_C_q.txt",
    "fping_C_q_one_lost.txt",
    "fping_c_q.txt",
    "fping_c_q_one_lost.txt",
}
SEVERAL |= {"qperf_multisize.txt", "qperf_udp_tcp_lat.txt"}


def read(text: str | bytes, hints: Hints | None = None) -> tuple[Run, ...]:
    return read_runs(text.encode() if isinstance(text, str) else text, hints=hints)


def refusal(data: bytes, hints: Hints | None = None) -> str:
    with pytest.raises(DocumentRefused) as error:
        read_runs(data, hints=hints)
    assert all(re.fullmatch(r"line [0-9]+", problem.path) for problem in error.value.problems)
    return "; ".join(map(str, error.value.problems))


def test_every_sample_has_its_row() -> None:
    there = {str(path.relative_to(SAMPLES)) for path in SAMPLES.rglob("*.*")}
    others = load_tools.GOOD.keys() | load_tools.REFUSED.keys() | load_tools.SEVERAL
    assert there == GOOD.keys() | REFUSED.keys() | SEVERAL | others


@pytest.mark.parametrize("name", GOOD)
def test_a_good_sample(name: str) -> None:
    (run,) = read((SAMPLES / name).read_bytes(), US)
    test, *figures, samples, loss = GOOD[name]
    assert run.test == test
    assert [run.figures.get(statistic) for statistic in STATISTICS] == [
        None if figure is None else pytest.approx(figure, abs=0.0006) for figure in figures
    ]
    assert (run.samples, run.loss) == (samples, loss)


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_sample(name: str) -> None:
    assert REFUSED[name] in refusal((SAMPLES / name).read_bytes())


def test_tests_of_one_file_are_runs_of_their_own() -> None:
    tcp, udp = read((SAMPLES / "qperf_udp_tcp_lat.txt").read_bytes())
    assert [(run.test, run.figures["mean"]) for run in (tcp, udp)] == [
        ("TCP_RR", 28.2),
        ("UDP_RR", 23.6),
    ]
    sizes = read((SAMPLES / "qperf_multisize.txt").read_bytes())
    assert [(size.request_bytes, size.figures["mean"]) for size in sizes] == [
        (1, 79.6),
        (4, 82.0),
        (16, 73.8),
        (64, 74.0),
    ]


def test_netperf_without_headers_is_read_once_the_columns_are_named() -> None:
    hints = Hints(columns=("P50_LATENCY", "P90_LATENCY", "P99_LATENCY"))
    (run,) = read((SAMPLES / "netperf_tcp_rr_csv_P0.txt").read_bytes(), hints)
    assert run.figures == {"p50": 63, "p90": 80, "p99": 124}
    assert "3 values, and 1 columns" in refusal(b"63,80,124\n", Hints(columns=("P50_LATENCY",)))


BANNER = (
    "MIGRATED TCP REQUEST/RESPONSE TEST from 0.0.0.0 (0.0.0.0) port 0 AF_INET to 10.0.0.2 () "
    "port 0 AF_INET : demo : first burst 0\n"
)


def test_netperf_prints_interim_results_that_are_no_results() -> None:
    interim = "NETPERF_INTERIM_RESULT[0]=9.5\nNETPERF_UNITS[0]=Trans/s\n"
    (run,) = read(f"{BANNER}{interim}P50_LATENCY=61\nP99_LATENCY=90\n")
    assert run.figures == {"p50": 61, "p99": 90}
    human = "Interim result: 18000.01 Trans/s over 1.000 seconds ending at 1795.0\n"
    columns = "Minimum      99th         \nLatency      Percentile   \nMicroseconds Latency      \n"
    (run,) = read(
        f"{BANNER}{human}{columns}             Microseconds\n38           69           \n"
    )
    assert run.figures == {"min": 38, "p99": 69}


def test_sockperf_says_itself_when_round_trips_are_whole() -> None:
    half = (SAMPLES / "sockperf_pp_tcp.txt").read_text()
    (run,) = read(half.replace("avg-latency=", "avg-rtt=").replace("Latency is", "Round trip is"))
    assert (run.figures["mean"], run.figures["p50"]) == (11.245, 6.96)
    assert "as printed" in run.direction_note
    assert "doubled" in read(half)[0].direction_note


def test_pings_of_other_systems() -> None:
    bsd = """PING 10.0.0.2 (10.0.0.2): 56 data bytes
64 bytes from 10.0.0.2: icmp_seq=0 ttl=64 time=0.061 ms
64 bytes from 10.0.0.2: icmp_seq=1 ttl=64 time=0.090 ms

--- 10.0.0.2 ping statistics ---
2 packets transmitted, 2 packets received, 0.0% packet loss
round-trip min/avg/max/stddev = 0.061/0.076/0.090/0.015 ms
"""
    (run,) = read(bsd)
    assert (run.figures["p50"], run.figures["mean"], run.samples) == (61, 76, 2)
    busybox = bsd.replace("icmp_seq", "seq").replace("/stddev", "").replace("/0.015", "")
    assert read(busybox)[0].figures["max"] == 90
    piped = bsd.replace("0.015 ms", "0.015 ms, pipe 2").replace("round-trip", "rtt")
    assert read(piped)[0].figures["stddev"] == 15
    assert "the summary says" in refusal(bsd.replace("time=0.090", "time=9.000").encode())


def fortio(**changes: object) -> dict[str, object]:
    percentiles = [{"Percentile": 50, "Value": 0.002}, {"Percentile": 99, "Value": 0.004}]
    histogram = {"Count": 400, "Min": 0.001, "Max": 0.005, "Avg": 0.0021, "StdDev": 0.0004}
    document = {"RunType": "HTTP", "RequestedQPS": "100", "Version": "1.60.3", "NumThreads": 4}
    return {**document, "DurationHistogram": {**histogram, "Percentiles": percentiles} | changes}


def test_fortio_counts_in_seconds() -> None:
    (run,) = read(json.dumps(fortio(), indent=1))
    assert run.figures == {
        "min": 1000, "max": 5000, "mean": 2100, "stddev": 400, "p50": 2000, "p99": 4000,
    }  # fmt: skip
    assert (run.samples, run.loop, run.tool_version) == (400, "open", "1.60.3")
    slow = fortio(Avg=0.003)
    wrapped = json.dumps(
        {"EndpointResults": {"http://a/x": fortio(), "http://b:80/": slow}}, indent=1
    )
    assert "there are 'http://a/x', 'http://b:80/'" in refusal(wrapped.encode())
    (run,) = read(wrapped, Hints(host="b"))
    assert run.figures["mean"] == 3000
    line = [n for n, row in enumerate(wrapped.splitlines(), 1) if "DurationHistogram" in row][1]
    assert run.line == line
    assert "no Avg in the histogram" in refusal(json.dumps(fortio(Avg=None)).encode())
    assert "run fortio with -p" in refusal(json.dumps(fortio(Percentiles=None)).encode())
    assert "no sample" in refusal(json.dumps(fortio(Count=0)).encode())


def aws(points: object, **changes: object) -> bytes:
    response = {
        "Id": "q",
        "Source": "use1-az1",
        "Destination": "use1-az2",
        "Metric": "aggregate-latency",
        "Statistic": "p50",
        "Period": "one-hour",
        "MetricPoints": points,
    }
    return json.dumps({"DataResponses": [response | changes]}, indent=1).encode()


def test_aws_gives_medians_of_its_own_probes_for_the_single_vpc_alone() -> None:
    point = {"StartDate": "2026-11-01T00:00:00+00:00", "Value": 0.61, "Status": "OK"}
    runs = read(aws([point, point | {"Value": 0.63}]))
    assert [run.figures for run in runs] == [{"p50": 610}, {"p50": 630}]
    assert {(run.option, run.source, run.destination) for run in runs} == {
        ("single-vpc", "use1-az1", "use1-az2")
    }
    assert "MetricPoints is empty" in refusal(aws([]))
    assert "without Value" in refusal(aws([{"StartDate": "2026-11-01"}]))
    assert "AWS gives p50 alone" in refusal(aws([point], Statistic="p99"))


def test_a_matrix_of_regions_with_and_without_its_metadata() -> None:
    data = {"us-east-1": {"eu-west-1": 69.6, "us-east-1": 5.3}}
    metadata = {"percentile": "p_50", "timeframe": "1Y", "unit": "milliseconds"}
    runs = read(json.dumps({"metadata": metadata, "data": data}, indent=1))
    assert [(run.source, run.destination, run.figures) for run in runs] == [
        ("us-east-1", "eu-west-1", {"p50": 69600}),
        ("us-east-1", "us-east-1", {"p50": 5300}),
    ]
    assert [run.line for run in runs] == [9, 10]
    bare = json.dumps({"data": data}).encode()
    assert "say --statistic" in refusal(bare)
    assert read(bare, Hints(statistic="p90"))[0].figures == {"p90": 69600}
    assert "not a known Region" in refusal(bare.replace(b"eu-west-1", b"eu-west-9"), US_P50)


US_P50 = Hints(statistic="p50")


def test_our_own_csv_comes_back() -> None:
    text = (
        "option,source,dest,percentile,value_us,tool,date,samples\n"
        "vpc-peering,use1-az1,use1-az2,p50,590,netperf,2026-11-01,5000\n"
        "vpc-peering,use1-az1,use1-az2,p99,640.5,netperf,2026-11-01,5000\n"
        "transit-gateway,us-east-1,us-west-2,p99,65000,netperf,2026-11-01,\n"
    )
    first, second = read(text)
    assert (first.figures, first.samples, first.option) == (
        {"p50": 590, "p99": 640.5},
        5000,
        "vpc-peering",
    )
    assert (second.source, second.samples) == ("us-east-1", None)
    zones = Hints(zones={"us-east-1a": "use1-az4"})
    named = "source,dest,percentile,value_us\nus-east-1a,use1-az2,p99,640\n"
    assert read(named, zones)[0].source == "use1-az4"
    assert "is above" in refusal(text.replace("590", "700").encode())


def test_our_own_json_comes_back() -> None:
    cell = {"source": "use1-az1", "dest": "use1-az2", "percentile": "p99", "value_us": "640"}
    body = {"format": "latency-cells-1", "cells": [cell | {"option": "vpc-peering"}]}
    (run,) = read(json.dumps(body))
    assert (run.option, run.figures) == ("vpc-peering", {"p99": 640})
    assert "no other keys" in refusal(json.dumps(body).replace("dest", "to").encode())
    assert "cell 1" in refusal(json.dumps(body | {"cells": [7]}).encode())
    assert "not cells" in refusal(json.dumps(body | {"cells": {}}).encode())


def test_a_histogram_log_is_merged_exactly() -> None:
    encoded = (SAMPLES / "hdrhistogram_encoded_v2.txt").read_text().strip()
    log = (
        '#[Histogram log format version 1.3]\n"StartTimestamp","Interval_Length","Interval_Max",'
        f'"Interval_Compressed_Histogram"\n0.1,1.0,2.0,{encoded}\n1.1,1.0,2.0,{encoded}\n'
    )
    (run,) = read(log, US)
    assert (run.samples, run.figures["p99"]) == (216950, 10)
    assert histograms.percentile_us(
        histograms.merged([run.sketch, run.sketch]), 99
    ) == pytest.approx(10, rel=0.001)


def test_what_is_no_measurement_at_all() -> None:
    assert "any known tool" in refusal(b"<html><body>502 Bad Gateway</body></html>\n")
    assert "not text" in refusal(b"\x89PNG\r\n\x1a\n\x00\x00")
    assert "not a number" in refusal(b"P99_LATENCY=" + b"9" * 20_000 + b"\n")
    with pytest.raises(DocumentRefused, match="did you mean 'netperf'"):
        read_runs(b"P99_LATENCY=9\n", tool="netpref")
    with pytest.raises(DocumentRefused, match="does not look like output of ping"):
        read_runs(b"P99_LATENCY=9\n", tool="ping")


def test_an_encoded_bomb_is_not_unpacked() -> None:
    import base64
    import struct
    import zlib

    bomb = zlib.compress(b"\0" * 50_000_000)
    header = struct.pack(">II", 0x1C849304, len(bomb))
    text = base64.b64encode(header + bomb) + b"\n"
    assert "corrupt" in refusal(b"HISTF" + text[5:], US)


WORDS = [b"-", b"nan", b"inf", b"1e999", b",", b"\x00", b"\xff", b"=", b"{", b"]", b'"', b"null"]
WORDS += [b"true", b"0", b" ", b"9" * 400, b"\n", b"-1", b"us", b"ms", b"\r", b"="]


def mutated(data: bytes, rng: random.Random, others: list[bytes]) -> bytes:
    """One random injury: cut, changed, inserted, taken out, doubled, swapped, or glued."""
    at, to = sorted(rng.randrange(len(data) + 1) for _ in range(2))
    lines, other = data.split(b"\n"), rng.choice(others)
    first, second = rng.randrange(len(lines)), rng.randrange(len(lines))
    swapped = [*lines]
    swapped[first], swapped[second] = swapped[second], swapped[first]
    injuries = (
        data[:at],
        data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :],
        data[:at] + rng.choice(WORDS) + data[at:],
        data[:at] + data[to:],
        b"\n".join(lines[:first] + lines[first + 1 :]),
        b"\n".join([*lines[:first], lines[second], *lines[first:]]),
        data + data,
        b"\n".join(swapped),
        data[:at] + other[len(other) // 2 :],
    )
    return rng.choice(injuries)


def test_ten_thousand_mutated_samples_are_read_or_refused() -> None:
    """No traceback; never a time that cannot be; nothing invented by a cut inside a number."""
    rng = random.Random(20261123)  # noqa: S311  # not for secrets
    hints = Hints("us", ("P50_LATENCY", "P90_LATENCY", "P99_LATENCY"), "p50")
    originals = [path.read_bytes() for path in sorted(SAMPLES.rglob("*.*"))]
    accepted, places = 0, set[str]()
    for _ in range(10_000):
        data = mutated(rng.choice(originals), rng, originals)
        try:
            runs = read_runs(data, hints=hints)
        except DocumentRefused as error:
            places |= {problem.path.rstrip("0123456789") for problem in error.problems}
            continue
        accepted += 1
        for run in runs:
            order = [
                run.figures[statistic]
                for statistic in ("p50", "p90", "p99")
                if statistic in run.figures
            ]
            assert order == sorted(order)
            assert all(0 < us <= LONGEST_US for k, us in run.figures.items() if k != "stddev")
    assert places == {"line "}
    assert 500 < accepted < 5_000  # the mutations hit, and not always


@pytest.mark.parametrize(
    "name",
    [name for name in GOOD if name.startswith(("netperf", "sock", "wrk", "ping", "qp", "fping_3"))],
)
def test_no_cut_invents_a_figure(name: str) -> None:
    """Wherever a report is cut, it is refused or keeps figures that it had."""
    data = (SAMPLES / name).read_bytes()
    whole = {us for run in read(data, US) for us in run.figures.values()}
    for at in range(1, len(data)):
        try:
            runs = read(data[:at], US)
        except DocumentRefused:
            continue
        assert {us for run in runs for us in run.figures.values()} <= whole


def test_one_file_a_tool() -> None:
    assert len(TOOLS) == 27
