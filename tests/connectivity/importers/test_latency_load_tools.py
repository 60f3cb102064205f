"""Load generators, Windows, Prometheus and Network Flow Monitor."""

import json
import time
from contextlib import suppress
from math import isclose

import pytest

from connectivity.core.problems import DocumentRefused
from connectivity.importers.latency import TOOLS, Hints, Run, read_runs
from connectivity.importers.latency.buckets import Bucket, percentiles
from connectivity.importers.latency.unread import TABLE
from tests.connectivity.importers.load_tools import GOOD, REFUSED, ROWS, SAMPLES, STATISTICS


def read(name: str, hints: Hints | None = None) -> tuple[Run, ...]:
    return read_runs((SAMPLES / name).read_bytes(), hints=hints)


def refusal(data: bytes | str, hints: Hints | None = None) -> str:
    with pytest.raises(DocumentRefused) as error:
        read_runs(data.encode() if isinstance(data, str) else data, hints=hints)
    return "; ".join(map(str, error.value.problems))


def text(name: str) -> str:
    return (SAMPLES / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", GOOD)
def test_a_good_sample(name: str) -> None:
    (run,) = read(name)
    test, *figures, samples, loss = GOOD[name]
    assert run.test == test
    assert [run.figures.get(statistic) for statistic in STATISTICS] == [
        None if figure is None else pytest.approx(figure, abs=0.0006) for figure in figures
    ]
    assert run.samples == samples
    assert run.loss == (None if loss is None else pytest.approx(loss))


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_sample(name: str) -> None:
    assert REFUSED[name] in refusal((SAMPLES / name).read_bytes())


@pytest.mark.parametrize("name", sorted(GOOD.keys() - ROWS))
def test_no_cut_invents_a_figure(name: str) -> None:
    """Wherever a file is cut, it is refused or keeps figures that it had, and its loss."""
    data = (SAMPLES / name).read_bytes()
    (whole,) = read_runs(data)
    step = 13 if name.endswith(".json") else 1 + len(data) // 2_500  # half a JSON is none
    for at in range(1, len(data), step):
        try:
            runs = read_runs(data[:at])
        except DocumentRefused:
            continue
        for run in runs:
            assert set(run.figures.items()) <= set(whole.figures.items())
            assert run.loss in (None, whole.loss)


def test_a_table_of_requests_that_was_cut_inside_a_row_is_refused() -> None:
    data = (SAMPLES / "hey_rows.csv").read_bytes()
    last = data.rstrip(b"\n").rindex(b"\n") + 1
    full = len(data.rstrip(b"\n"))
    for at in range(last + 1, full):
        assert "the file was cut" in refusal(data[:at])


def test_times_of_requests_say_that_the_server_is_in_them_and_what_of_the_connection() -> None:
    for name, words in (
        ("hey_summary.txt", "over kept connections"),
        ("hey_new_connections.txt", "the file does not say"),
        ("vegeta_report.txt", "the file does not say"),
        ("k6_export.json", "connecting and TLS not in it"),
        ("nighthawk.json", "over kept connections"),
        ("oha.json", "the file does not say"),
        ("bombardier.json", "the file does not say"),
    ):
        (run,) = read(name)
        assert "the server's own time in it" in run.direction_note
        assert words in run.direction_note
    header = "response-time,DNS+dialup,DNS,Request-write,Response-delay,Response-read"
    (run,) = read_runs(f"{header}\n0.0040,0.0010,0.0000,0.0000,0.0030,0.0000\n".encode())
    assert (run.connection, run.figures["p50"]) == ("new", 4000)


def test_loops_are_told_where_the_file_tells_them() -> None:
    loops = {
        "vegeta_report.txt": "open", "bombardier.json": "closed", "hey_summary.txt": "closed",
        "k6_summary.txt": "open", "k6_summary_old.txt": "closed", "k6_export.json": "unknown",
        "nighthawk.json": "open", "nighthawk_report.txt": "unknown", "oha.json": "unknown",
    }  # fmt: skip
    assert {name: read(name)[0].loop for name in loops} == loops


def test_hey_prints_its_percentages_in_two_ways_and_leaves_out_what_it_does_not_know() -> None:
    whole = text("hey_summary.txt")
    assert read_runs(whole.replace("% in", "%% in").encode())[0].figures == (
        read("hey_summary.txt")[0].figures
    )
    cut = whole[: whole.index("[200]")]
    assert "no request was made" in refusal(cut)
    assert read_runs(whole.rstrip().encode())[0].loss is None  # errors would have come after


def test_answers_that_are_errors_are_answers_and_are_named() -> None:
    (run,) = read("oha_summary_seconds.txt")
    assert "6 of 196 answers were 4xx or 5xx" in run.notes
    assert run.samples == 196


def test_k6_in_its_newest_shape_and_its_stream() -> None:
    metrics = json.loads(text("k6_handle_summary.json"))["metrics"]
    listed = [{"name": name, **metric} for name, metric in metrics.items()]
    (run,) = read_runs(json.dumps({"results": {"metrics": listed}, "version": "1"}).encode())
    assert run.figures == read("k6_handle_summary.json")[0].figures
    stream = '{"type":"Metric","data":{"name":"http_req_duration"},"metric":"http_req_duration"}\n'
    assert "--summary-export" in refusal(stream * 2)
    lost = text("k6_export.json").replace('"http_req_failed"', '"other"')
    assert "nobody knows what failed" in refusal(lost)
    assert '"p(90),p(99)' not in str(read("k6_summary.txt")[0].notes)
    assert "--summary-trend-stats" in str(read("k6_summary_old.txt")[0].notes)


def test_parts_of_k6_come_after_the_whole() -> None:
    whole = text("k6_summary.txt")
    scenario = "  █ SCENARIO: steady\n\n    HTTP\n    http_req_duration...: avg=9ms p(90)=9ms\n"
    with_parts = whole.replace("\n\n\n\nrunning", f"\n\n{scenario}\n\n\nrunning")
    assert with_parts != whole
    assert read_runs(with_parts.encode())[0].figures == read("k6_summary.txt")[0].figures


def test_a_bar_of_progress_is_written_over_itself() -> None:
    whole = text("bombardier_latencies.txt")
    bars = "".join(f"[=====>      ] {second}s\r" for second in range(10))
    drawn = whole.replace("[====", f"{bars}[====", 1)
    assert read_runs(drawn.encode()) == read("bombardier_latencies.txt")


def test_times_of_what_failed_are_believed_up_to_one_in_a_hundred() -> None:
    whole = text("bombardier_errors.txt")
    worse = whole.replace("2xx - 1990", "2xx - 900").replace("others - 10", "others - 100")
    assert "10.0% of the requests failed" in refusal(worse)
    plot = text("vegeta_report.json").replace('"success":1,"status_codes":{"200":3000},', "")
    assert "success is 'None'" in refusal(plot)


@pytest.mark.parametrize("name", ["vegeta_report.txt", "k6_summary_old.txt", "hey_summary.txt"])
def test_a_count_of_any_length_is_refused(name: str) -> None:
    for count in ("5982", "48450", "400"):
        longer = text(name).replace(f"✗ {count}", "✗ " + "9" * 5_000)
        longer = longer.replace(f"200:{count}", "200:" + "9" * 5_000)
        longer = longer.replace(f"{count} responses", "9" * 5_000 + " responses")
        if longer != text(name):
            assert "is not a number" in refusal(longer)


def test_a_ladder_without_a_step_near_enough_gives_no_percentile() -> None:
    whole = text("nighthawk_report.txt")
    lines = [line for line in whole.splitlines(keepends=True) if "  0.990625  " not in line]
    (run,) = read_runs("".join(lines).encode())
    assert "p99" not in run.figures
    assert run.figures["p90"] == 666
    fallen = whole.replace("0s 001ms 029us", "0s 000ms 029us")
    assert "they can only rise" in refusal(fallen)


def test_psping_without_replies_has_only_what_its_summary_says() -> None:
    quiet = "".join(
        line
        for line in text("psping_icmp.txt").splitlines(keepends=True)
        if not line.startswith("Reply")
    )
    assert read_runs(quiet.encode())[0].figures == {"min": 580, "max": 1210, "mean": 780}
    fine = text("psping_icmp.txt").replace("0.63ms", "0.93ms")
    assert "the summary says" in refusal(fine)
    coarse = text("psping_latency_histogram.txt").replace("43.65\t36", "53.65\t36")
    assert "they can only rise" in refusal(coarse)
    nearby = text("psping_tcp_connect.txt").replace("= 0.6", "= 0.0").replace(": 0.", ": 0.0")
    nearby = (
        nearby.replace("= 0.83", "= 0.08").replace("= 0.70", "= 0.07").replace("= 0.02", "= 0.06")
    )
    assert "steps of 10 µs" in refusal(nearby)


def test_windows_speaks_many_languages_and_counts_what_routers_answer() -> None:
    assert read("windows_ping_en.txt")[0].notes[0] == "answers of routers, which count as lost: 1"
    french = """
Envoi d'une requête 'Ping'  10.20.0.5 avec 32 octets de données :
Réponse de 10.20.0.5 : octets=32 temps=12 ms TTL=117
Réponse de 10.20.0.5 : octets=32 temps=13 ms TTL=117

Statistiques Ping pour 10.20.0.5:
    Paquets : envoyés = 2, reçus = 2, perdus = 0 (perte 0%),
Durée approximative des boucles en millisecondes :
    Minimum = 12ms, Maximum = 13ms, Moyenne = 12ms
"""
    japanese = """
10.20.0.5 に ping を送信しています 32 バイトのデータ:
10.20.0.5 からの応答: バイト数 =32 時間 =21ms TTL=117
10.20.0.5 からの応答: バイト数 =32 時間 =20ms TTL=117

10.20.0.5 の ping 統計:
    パケット数: 送信 = 2、受信 = 2、損失 = 0 (0% の損失)、
ラウンド トリップの概算時間 (ミリ秒):
    最小 = 20ms、最大 = 21ms、平均 = 20ms
"""
    version_6 = """
Pinging fd00::5 with 32 bytes of data:
Reply from fd00::5: time=31ms
Reply from fd00::5: time=32ms

Ping statistics for fd00::5:
    Packets: Sent = 2, Received = 2, Lost = 0 (0% loss),
Approximate round trip times in milli-seconds:
    Minimum = 31ms, Maximum = 32ms, Average = 31ms
"""
    means = [
        read_runs(words.encode())[0].figures["mean"] for words in (french, japanese, version_6)
    ]
    assert means == [12500, 20500, 31500]
    assert "the summary says" in refusal(french.replace("Moyenne = 12ms", "Moyenne = 14ms"))
    assert "are not 2 sent" in refusal(japanese.replace("受信 = 2", "受信 = 1"))


def test_a_console_of_windows_writes_its_own_code_page() -> None:
    (run,) = read_runs(text("windows_ping_de.txt").encode("cp850"))
    assert run.figures == read("windows_ping_de.txt")[0].figures
    assert "not text" in refusal("Zeitüberschreitung\n".encode("cp850"))


def test_what_prometheus_holds_of_several_targets_is_asked_for() -> None:
    (run,) = read("prometheus_range_two_hosts.json", Hints(host="127.0.0.2"))
    assert (run.host, run.samples) == ("127.0.0.2", 8)
    scrape = text("prometheus_scrape_smokeping.prom")
    two = scrape + scrape.replace('"127.0.0.1"', '"127.0.0.2"')
    assert "2 hosts in one file" in refusal(two)
    (run,) = read_runs(two.encode(), hints=Hints(host="127.0.0.2"))
    assert run.figures["p50"] == pytest.approx(183.893)


def test_a_probe_that_failed_or_was_not_scraped_anew_is_no_round_trip() -> None:
    values = [[60, "0.0005"], [75, "0.0005"], [90, "0.0007"], [105, "0"], [120, "0.0006"]]
    metric = {"__name__": "probe_icmp_duration_seconds", "phase": "rtt", "instance": "10.0.1.7"}
    answer = {"status": "success", "data": {"resultType": "matrix", "result": [
        {"metric": metric, "values": values},
    ]}}  # fmt: skip
    (run,) = read_runs(json.dumps(answer).encode())
    assert (run.samples, run.loss, run.figures["mean"]) == (3, 0.25, 600)
    metric["phase"] = "resolve"
    assert "without phase='rtt'" in refusal(json.dumps(answer))
    answer["status"] = "error"
    assert "Prometheus refused" in refusal(json.dumps(answer))
    empty = {"status": "success", "data": {"resultType": "vector", "result": []}}
    assert "holds no series" in refusal(json.dumps(empty))


def test_one_value_of_an_expression_is_read_once_somebody_says_what_it_is() -> None:
    (run,) = read("prometheus_p50.json", Hints(unit="s", statistic="p50"))
    assert run.figures == {"p50": pytest.approx(183.489, abs=0.001)}
    assert "as you said" in run.direction_note


def test_percentiles_are_interpolated_inside_buckets_that_are_narrow_enough() -> None:
    narrow = [Bucket(0, 100, 0), Bucket(100, 108, 60), Bucket(108, 116, 40)]
    figures, notes = percentiles(narrow, 1)
    assert isclose(figures["p50"], 100 + 8 * 50 / 60)
    assert isclose(figures["p99"], 108 + 8 * 39 / 40)
    assert "p50 between 100 and 108 µs" in notes[0]
    wide = [replace_bucket(narrow[2], 200), *narrow[:2]][::-1]
    figures, notes = percentiles(sorted(wide), 1)
    assert set(figures) == {"p50"}
    assert "p90 lies between 108 and 200 µs" in notes[1]
    with pytest.raises(DocumentRefused, match="empty"):
        percentiles([Bucket(0, 100, 0)], 1)


def replace_bucket(bucket: Bucket, high: float) -> Bucket:
    return bucket._replace(high=high)


def test_buckets_that_cannot_be_are_refused() -> None:
    scrape = text("prometheus_scrape_smokeping.prom")
    rows = [line for line in scrape.splitlines() if "_bucket" in line]
    assert 'no bucket le="+Inf"' in refusal("\n".join(rows[:-1]) + "\n")
    assert "counts fewer" in refusal("\n".join([*rows[:-1], rows[-1].split()[0] + " 12"]) + "\n")
    assert "for the second time" in refusal("\n".join([*rows, rows[0]]) + "\n")
    answer = json.loads(text("prometheus_smokeping_range.json"))
    answer["data"]["result"][3]["values"][-1][1] = "0"
    assert "a counter falls" in refusal(json.dumps(answer))
    unnamed = scrape.replace("_seconds", "")
    assert "--unit" in refusal(unnamed)
    (run,) = read_runs(unnamed.encode(), hints=Hints(unit="s"))
    assert run.figures["p50"] == pytest.approx(183.893)
    requests = scrape.replace("smokeping_response_duration", "http_request_duration")
    (run,) = read_runs(requests.encode())
    assert run.test == "HTTP"  # which a comparison of networks does not take
    assert "which the histogram of a server is not" in run.direction_note


def test_paths_of_network_flow_monitor_name_their_own_ends() -> None:
    runs = read("network_flow_monitor_paths.json")
    assert [(run.source, run.destination, dict(run.figures)) for run in runs] == [
        ("use1-az1", "use1-az2", {"p50": 612.5, "p99": 911.25}),
        ("use1-az1", "use1-az1", {"p50": 120}),
        ("us-east-1", "eu-west-1", {"p50": 67812, "p99": 69950.5}),
    ]


def test_what_a_column_of_network_flow_monitor_does_not_name_is_asked_for() -> None:
    paths = json.loads(text("network_flow_monitor_paths.json"))
    paths["fields"][5]["name"] = "roundTripTime"
    paths["fields"][6]["name"] = "roundTripTimeBaseline"
    answer = json.dumps(paths)
    assert "names no unit" in refusal(answer)
    assert "--statistic mean" in refusal(answer, Hints(unit="us"))
    runs = read_runs(answer.encode(), hints=Hints(unit="us", statistic="mean"))
    assert [run.figures for run in runs][:2] == [{"mean": 612.5}, {"mean": 120}]
    paths["data"] = []
    assert "no path had traffic" in refusal(json.dumps(paths))
    paths["data"] = [["use1-az1"]]
    assert "has not the 8 cells" in refusal(json.dumps(paths), Hints("us", (), "mean"))


OUTPUTS = {
    "ghz": "\nSummary:\n  Count:\t200\n  Total:\t181.57 ms\n  Slowest:\t69.60 ms\n",
    "fortio as text": "Fortio 1.60.3 running at 100 queries per second\n",
    "oha as CSV": "request-start,DNS,DNS+dialup,Response-delay,request-duration\n1,0,0,0,1\n",
    "k6 as CSV": "metric_name,timestamp,metric_value,check\nhttp_reqs,1700000000,1.0,\n",
    "vegeta encode": '{"attack":"","seq":0,"code":200,"latency":871206}\n' * 2,
    "Test-NetConnection": "ComputerName : db\nPingReplyDetails (RTT) : 1 ms\n",
    "uperf": "Starting 1 threads running profile:netperf ...   0.00 seconds\n",
    "irtt": "[Connecting] connecting to 10.0.1.7\n",
    "owping or twping": "--- twping statistics from [10.0.0.4]:8760 to [10.0.1.7]:18760 ---\n",
    "tcpping": "seq 0: tcp response from 10.0.1.7 [open]  0.512 ms\n",
    "curl -w": "time_namelookup:  0.001\n   time_connect:  0.002\n     time_total:  0.004\n",
    "traceroute": "traceroute to 10.0.1.7 (10.0.1.7), 30 hops max, 60 byte packets\n",
    "locust": "Type,Name,Request Count,Failure Count,Median Response Time\nGET,/,10,0,3\n",
    "JMeter": "timeStamp,elapsed,label,responseCode\n1700000000000,12,GET,200\n",
    "Gatling": "---- Global Information --------------\n> request count  10\n",
    "iperf 2": "-----\nClient connecting to 10.0.1.7, TCP port 5001\n",
    "siege": '{\t"transactions":\t\t\t20,\n\t"availability":\t\t100.00\n}\n',
    "dig or drill": ";; Query time: 1 msec\n",
    "hping3": "HPING 10.0.1.7 (eth0 10.0.1.7): S set, 40 headers + 0 data bytes\n",
    "lagscope": "lagscope 1.0.1\n",
    "redis-benchmark": "====== PING_INLINE ======\n  100000 requests completed\n",
}


@pytest.mark.parametrize("name", OUTPUTS)
def test_a_known_tool_that_is_not_read_is_named_with_what_to_run(name: str) -> None:
    problem = refusal(OUTPUTS[name])
    assert f"output of {name}, which is not read; " in problem
    assert problem == problem.strip()
    assert any(tool.name == name and tool.instead in problem for tool in TABLE)


@pytest.mark.parametrize("letter", [" ", "=", ":", "1", "a", "{", "\t", "1 ", "a: "])
def test_a_line_of_any_length_is_looked_at_once(letter: str) -> None:
    """Whatever stands in it, and whatever a tool's own output begins with."""
    beginnings = [text(name)[:400] for name in sorted(GOOD) if not name.endswith(".json")]
    started = time.process_time()
    for beginning in ["", *beginnings]:
        data = beginning + letter * (40_000 // len(letter)) + "\n"
        with suppress(DocumentRefused):
            read_runs(data.encode())
    assert time.process_time() - started < 0.5 * len(beginnings)


def test_each_tool_is_there() -> None:
    assert {
        "aws-network-flow-monitor", "bombardier", "hey", "k6", "nighthawk", "oha", "prometheus",
        "psping", "vegeta", "windows-ping",
    } <= TOOLS.keys()  # fmt: skip
