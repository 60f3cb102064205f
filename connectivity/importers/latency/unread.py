"""Tools whose output is known by sight and not read: what each is, and what to run instead."""

import re
from typing import NamedTuple

from connectivity.importers.latency.text import Text

LINES = 60  # that are looked at: each of these says who it is at its beginning
WIDTH = 300  # characters of a line


class Unread(NamedTuple):
    """How a tool's output begins, and what would be read in its place."""

    name: str
    sight: re.Pattern[str]
    instead: str


def _tool(name: str, sight: str, instead: str) -> Unread:
    return Unread(name, re.compile(sight), instead)


HTTP = "run wrk2 --latency, fortio or oha against the same address"
PINGS = "run fping -C 1000 -q, or ping, between the same hosts"
TRANSACTIONS = "run netperf -t TCP_RR -- -k P50_LATENCY,P90_LATENCY,P99_LATENCY, or sockperf"
LAST_HOP = "run mtr --json, which reads the last hop by itself"
NAME_SERVER = "the time of a name server is no round trip between AZs"
METRICS = "import the answer of aws ec2 get-aws-network-performance-data"
HISTOGRAMS = "let it write its histograms with hdrhistogram.fileoutput=true"
TABLE = (
    _tool("ab (ApacheBench)", r"This is ApacheBench", f"it prints whole milliseconds; {HTTP}"),
    _tool("ghz", r"\s*Count:\t[0-9]+\s*$", f"gRPC is read from k6; {HTTP}"),
    _tool("fortio as text", r"Fortio [0-9.]+ running", "run fortio load -json FILE"),
    _tool("oha as CSV", r"request-start,DNS,DNS\+dialup,", "run oha --output-format json"),
    _tool("k6 as CSV", r"metric_name,timestamp,metric_value,", "run k6 with --summary-export FILE"),
    _tool("vegeta encode", r'\{"attack":"', "run vegeta report -type=json"),
    _tool("Test-NetConnection", r"PingReplyDetails \(RTT\)\s*:", "run psping"),
    _tool("uperf", r"Starting [0-9]+ (?:threads|processes) running profile:", TRANSACTIONS),
    _tool("flent", r'.{0,200}"batch_uuid"|\{"metadata": ?\{', "import its ping or netperf alone"),
    _tool("irtt", r"\[Connecting\] connecting to |\s*\"send_delay\"", PINGS),
    _tool("owping or twping", r"--- (?:ow|tw)ping statistics from", PINGS),
    _tool("lagscope", r"lagscope [0-9.]+\b|\s*Latency\(us\)\s+Frequency", TRANSACTIONS),
    _tool("tcpping", r"seq [0-9]+: tcp response from ", PINGS),
    _tool("tcping", r"Probing \S+:[0-9]+/tcp|Reply from \S+ \S+ on port [0-9]+ TCP_", PINGS),
    _tool("hping3", r"HPING \S+ \(", PINGS),
    _tool("nping", r"Starting Nping ", PINGS),
    _tool("curl -w", r"\s*\"?time_(?:connect|total|starttransfer|namelookup)\"?\s*:", HTTP),
    _tool("traceroute", r"traceroute6? to |Tracing route to ", LAST_HOP),
    _tool("locust", r"Type,Name,Request Count,|Type\s+Name\s+# reqs\s+# fails", HTTP),
    _tool("JMeter", r"timeStamp,elapsed,label|summary [=+]\s+[0-9]+ in ", HTTP),
    _tool("Gatling", r"---- Global Information -|Simulation \S+ completed in ", HTTP),
    _tool("Artillery", r"http\.response_time:|Summary report @", HTTP),
    _tool("iperf 2", r"Client connecting to \S+ (?:TCP|UDP) port [0-9]+", TRANSACTIONS),
    _tool("siege", r'\s*(?:\{\s*)?"transactions":|Transactions:\s+[0-9]+ hits', HTTP),
    _tool("h2load", r"time for request:|starting benchmark\.\.\.", HTTP),
    _tool("dig or drill", r";; Query time: [0-9]+ ", NAME_SERVER),
    _tool("dnsperf", r"DNS Performance Testing Tool", NAME_SERVER),
    _tool("redis-benchmark", r"====== [A-Z_ ()]{1,60} ======", TRANSACTIONS),
    _tool("memtier_benchmark", r"Type\s+Ops/sec\s+Hits/sec", TRANSACTIONS),
    _tool("CloudWatch GetMetricData", r'\s*"MetricDataResults"', METRICS),
    _tool("YCSB", r"\[(?:READ|UPDATE|OVERALL)\], ", HISTOGRAMS),
    _tool("Nighthawk as YAML", r"\s+termination_predicates:", "run it with --output-format json"),
)  # fmt: skip


def named(text: Text) -> tuple[int, str] | None:
    """The line and the sentence for a tool of the table that wrote the file."""
    for line, words in text.filled[:LINES]:
        for tool in TABLE:
            if tool.sight.match(words[:WIDTH]):
                sentence = f"this looks like output of {tool.name}, which is not read"
                return line, f"{sentence}; {tool.instead}"
    return None
