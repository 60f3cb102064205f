"""What terminals, shells, mails and Markdown put around an output changes no figure."""

import json
from contextlib import suppress
from pathlib import Path
from time import process_time

import pytest

from connectivity.core.problems import DocumentRefused
from connectivity.importers.latency import Hints, Run, read_runs
from connectivity.importers.latency.text import decoded

SAMPLES = Path(__file__).parents[2] / "samples" / "latency"
TEXTS = (
    "fping_c.txt", "mtr_raw.txt", "netperf_tcp_rr_csv.txt", "netperf_tcp_rr_default.txt",
    "netperf_tcp_rr_human_columns.txt", "netperf_tcp_rr_keyval.txt", "ping_iputils.txt",
    "ping_iputils_quiet.txt", "qperf_tcp_lat_vv.txt", "sockperf_pp_tcp.txt", "wrk_latency.txt",
    "wrk2_u_latency.txt", "hdrhistogram_python.hgrm", "hdrhistogram_encoded_v2.txt",
    "iperf3_tcp.json", "mtr_report.json", "blackbox_icmp.prom",
)  # fmt: skip
PROMPTS = (
    "$ netperf -H 10.0.0.2 -t TCP_RR -- -o all",
    "user@host:~$ ping -c 20 db",
    "[ec2-user@ip-10-0-0-1 ~]$ wrk -t1 -c4 http://10.0.0.2/",
    "root@vm:/# ",
    "me@mac ~ % ping db",
    "(venv) me@host:~/lab$ sockperf pp -i 10.0.0.2",
    "sh-5.2$ qperf 10.0.0.2 tcp_lat",
    "PS C:\\Users\\me> ping db",
    "# fping -C 5 10.0.0.2",
    "+ iperf3 -c 10.0.0.2 -J",
    "sudo ./bin/mtr --raw 10.0.0.2",
    "\x1b[?2004h\x1b]0;me@host: ~\x07me@host:~$ ping x\b \bdb\x07",
    "Script started on 2026-11-23 10:00:00+00:00",
)


def read(text: str) -> tuple[Run, ...]:
    return read_runs(text.encode(), hints=Hints(unit="us"))


def bare(runs: tuple[Run, ...]) -> list[object]:
    return [(run.figures, run.samples, run.loss, run.notes) for run in runs]


@pytest.mark.parametrize("name", TEXTS)
def test_what_stands_around_an_output_changes_nothing(name: str) -> None:
    text = (SAMPLES / name).read_text()
    wanted = bare(read(text))
    indented = "".join(f"    {line}" for line in text.splitlines(keepends=True))
    quoted = "".join(f"> {line}" for line in text.splitlines(keepends=True))
    for pasted in (
        indented,
        quoted,
        "".join(f"\t{line}" for line in text.splitlines(keepends=True)),
        f"# A run\n\nOn two hosts:\n\n```text\n{text}```\n\nThat is all: 1 ms.\n",
        f"~~~\n{text.rstrip()}\n~~~",
        text.replace("\n", "\r\n"),
        f"{PROMPTS[0]}\n{text}user@host:~$ ",
        f"{PROMPTS[-2]}\r\n\x1b[?2004l\r{text}\x1b[?2004h$ exit\r\nScript done on 2026-11-23\r\n",
    ):
        assert bare(read(pasted)) == wanted, pasted[:300]


@pytest.mark.parametrize("prompt", PROMPTS)
def test_a_prompt_is_no_output_and_lines_keep_their_numbers(prompt: str) -> None:
    text = decoded(f"{prompt}\nP99_LATENCY=9\n".encode())
    assert text.filled == [(2, "P99_LATENCY=9")]
    assert text.line_of("nowhere") == 1


def test_what_looks_like_a_prompt_and_is_output_stays() -> None:
    kept = "\n".join(
        (
            "# HELP probe_success Displays whether or not the probe was a success",
            "#[Mean    =        7.337, StdDeviation   =       10.742]",
            "  1.|-- 10.0.0.2  0.0%    10    0.1   0.1   0.0   0.1   0.0",
            "ping: db: Name or service not known",
            "50%    2.10ms",
            "iperf3: error - unable to connect to server",
            "PING db (10.0.0.2) 56(84) bytes of data.",
        )
    )
    assert decoded(f"{kept}\n".encode()).whole == f"{kept}\n"


def test_of_several_blocks_each_is_a_run() -> None:
    text = (SAMPLES / "wrk_latency.txt").read_text()
    with pytest.raises(DocumentRefused, match="second run"):
        read(f"```\n{text}```\n\n```\n{text}```\n")


def test_what_ping_draws_in_a_flood_is_left_out() -> None:
    quiet = (SAMPLES / "ping_iputils_quiet.txt").read_text()
    first, _, rest = quiet.partition("\n")
    assert bare(read(f"{first}\n..\b \b.\b \b\n^C{rest}")) == bare(read(quiet))


def test_pasted_lines_are_looked_at_once() -> None:
    """Nothing that a file can hold makes taking things away slow: a second for 2 MB of it."""
    for hostile in ("$" * 2_000, "a@b" * 700, "(" * 2_000, "~/" * 1_000, ">" * 2_000, " " * 2_000):
        data = f"{hostile}x\n".encode() * 1_000
        begin = process_time()
        decoded(data)
        assert process_time() - begin < 1, hostile[:10]


AWS = {"Metric": "aggregate-latency", "Statistic": "p50"}


def hostile() -> dict[str, str]:
    """Files that make a careless pattern or a search from the beginning slow."""
    points = json.dumps({"MetricPoints": [{"Value": 1}] * 30_000, **AWS})
    ping = "PING db (10.0.0.2) 56(84) bytes of data.\n"
    return {
        "banner": "A TEST" + " TEST from to" * 60_000,
        "packet": ping + "64 bytes from " + "seq=1 time=1 " * 60_000,
        "qperf": "tcp_lat:\n latency = " + "x" + " " * 500_000 + "x",
        "wrk": f"Running 1s test @ x\n  Latency {'e' * 500_000}1 1 1 1%\nTransfer/sec: 1",
        "labels": "probe_success{" + 'a="b",' * 90_000 + "x} 1",
        "aws": f'{{"DataResponses": [{points}]}}',
        "cells": json.dumps({"data": {"us-east-1": dict.fromkeys(range(60_000), 1)}}),
        "hosts": "\n".join(f"10.0.0.{n} : 0.500 0.500" for n in range(60_000)),
        "pings": f"{ping}--- db ping statistics ---\n1 packets transmitted, 0 received\n" * 9_000,
        "fences": "```\n" * 200_000,
        "mtr": "x 0 1\n" + "p 0 5 1\n" * 90_000,
        "tags": "\n".join(f"Tag={n},1,1,1,HISTFAAAAA" for n in range(60_000)),
        "streams": json.dumps(
            {
                "start": {"version": "iperf 3.9", "test_start": {"protocol": "TCP"}},
                "end": {"streams": [{}] * 200_000},
            }
        ),
    }


@pytest.mark.parametrize("name", hostile())
def test_a_hostile_file_is_refused_or_read_in_time(name: str) -> None:
    begin = process_time()
    with suppress(DocumentRefused):
        read(hostile()[name] + "\n")
    assert process_time() - begin < 5
