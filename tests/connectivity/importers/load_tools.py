"""Samples of load generators, Windows, Prometheus and Network Flow Monitor: what each must give,
read off the file by hand, or why it is refused."""

from pathlib import Path

SAMPLES = Path(__file__).parents[2] / "samples" / "latency"

# file: test, p50, p90, p99, p99.9, mean, min, max, stddev (round-trip µs), samples, loss
# hey 0.1.4, Prometheus 2.42, blackbox_exporter 0.23 and smokeping_prober 0.6.1 ran on a loopback.
# The others are not to be had as packages: shapes were read from their documentation and sources
# (vegeta 12, k6 0.5x and 1.x, oha 1, bombardier 1.2, Nighthawk, PsPing 2.1, ping of Windows 10,
# botocore 1.44.8), the figures are made up.
GOOD: dict[str, tuple[object, ...]] = {
    "bombardier.json": (
        "HTTP", 1803, 2402, 4811, None, 1884.071, None, 15020, None, 106066, 0,
    ),
    "bombardier_errors.txt": (
        "HTTP", None, None, None, None, 930.11, None, 5020, None, 1990, 0.005,
    ),
    "bombardier_latencies.txt": (
        "HTTP", 1800, 2400, 4800, None, 1880, None, 15020, None, 106072, 0,
    ),
    "hey_summary.txt": ("HTTP", 3200, 4300, 10200, None, 3600, 2200, 10900, None, 400, 0),
    "hey_errors.txt": ("HTTP", 3000, 3800, 9800, None, 3200, 2300, 10200, None, 395, 0.0125),
    "hey_few.txt": ("HTTP", 3400, 4500, None, None, 3500, 3300, 4500, None, 12, 0),
    "hey_new_connections.txt": (
        "HTTP", 15500, 19700, 87600, None, 17300, 11600, 92200, None, 200, 0,
    ),
    "hey_refused.txt": ("HTTP", *[None] * 8, 0, 1),
    "hey_rows.csv": ("HTTP", 3400, 6400, 8100, 8200, 3914, 2200, 8200, 1568.759, 100, None),
    "k6_export.json": (
        "HTTP", 1170.115, 2330.122, None, None, 1400.587, 530.101, 12701.338, None, 995, 0.005,
    ),
    "k6_handle_summary.json": (
        "HTTP", 61803, 62554, 66208, None, 61920, 60871, 74116, None, 640, 0,
    ),
    "k6_summary.txt": ("HTTP", 1170, 2330, 4980, 9600, 1400, 530.1, 12700, None, 995, 0.005),
    "k6_summary_old.txt": (
        "HTTP", 803.5, 2110, None, None, 1210, 261.12, 44080, None, 48450, 0,
    ),
    "nighthawk.json": (
        "HTTP", 59.132, 60.801, 88.412, 301.004, 61, 56.608, 412.099, 11.204, 1499, 0,
    ),
    "nighthawk_fortio.json": (
        "HTTP", 59.132, 60.801, None, None, 61, None, None, None, 1499, None,
    ),
    "nighthawk_report.txt": (
        "HTTP", 514, 666, 1029, 2797, 547, 362, 10442, 199, 29999, 30 / 30029,
    ),
    "nighthawk_report_old.txt": (
        "HTTP", 112, 117, 131, 529, 109, None, None, 62, 9992, 0,
    ),
    "oha.json": (
        "HTTP", 824.105, 1187.302, 2115.044, 5873.21, 912.204, 401.133, 8911.201, None, 2000, 0,
    ),
    "oha_summary.txt": (
        "HTTP", 824.1, 1187.3, 2115, 5873.2, 872.4, 443.1, 14221, None, 572736, 0,
    ),
    "oha_summary_seconds.txt": (
        "HTTP", 61900, 63100, 70200, 120400, 62300, 60800, 120400, None, 196, 0.02,
    ),
    "prometheus_range_failed.json": ("PROBE", *[None] * 8, 0, 1),
    "prometheus_range_http.json": (
        "HTTP", 3410.41, 3971.766, 4012.376, 4012.376, 3458.668, 2621.818, 4012.376, 363.374,
        15, 0,
    ),
    "prometheus_range_icmp.json": (
        "ICMP", 138.126, 503.289, 1264.59, 1264.59, 245.014, 65.808, 1264.59, 237.23, 29, 0,
    ),
    "prometheus_range_tcp.json": (
        "PROBE", 579.232, 1167.105, 1210.29, 1210.29, 619.946, 194.529, 1210.29, 330.626, 15, 0,
    ),
    "prometheus_scrape_smokeping.prom": (
        "ICMP", 183.893, 246.454, None, None, 204.043, None, None, None, 3317, 0,
    ),
    # Prometheus's own histogram_quantile gave 183.48863636363637 and 245.90683760683763 µs
    "prometheus_smokeping.json": (
        "ICMP", 183.489, 245.907, None, None, 204.327, None, None, None, 3199, 0,
    ),
    "prometheus_smokeping_range.json": (
        "ICMP", 183.554, 244.117, 1120, None, None, None, None, None, 2800, None,
    ),
    "psping_icmp.txt": ("ICMP", 630, 1210, 1210, 1210, 780, 580, 1210, 251.135, 4, 0),
    "psping_latency_histogram.txt": (
        "TCP_RR", 42928.299, 44136.389, 48820, 50880, 42970, 41580, 50880, None, 300, None,
    ),
    "psping_tcp_connect.txt": ("TCP_CONNECT", 640, 830, 830, 830, 700, 620, 830, 82.158, 4, 0),
    "vegeta_hdrplot.txt": (
        "HTTP", 871.206, 1120.481, 2241.87, 4120.006, None, 512.008, 6120.554, None, 3000, None,
    ),
    "vegeta_report.json": (
        "HTTP", 871.206, 1120.481, 2205.113, None, 913.504, 512.008, 6120.554, None, 3000, 0,
    ),
    "vegeta_report.txt": (
        "HTTP", 1121, 1604, 3412, None, 1243, 611.204, 18750, None, 5991, 0.0015,
    ),
    "vegeta_report_old.txt": (
        "HTTP", 61900, None, 71200, None, 62913.086, None, 131500, None, 1200, 0,
    ),
    "windows_ping_all_lost.txt": ("ICMP", *[None] * 8, 0, 1),
    "windows_ping_de.txt": (
        "ICMP", 24000, 26000, 26000, 26000, 24750, 24000, 26000, 829.156, 4, 0,
    ),
    "windows_ping_en.txt": (
        "ICMP", 62000, 64000, 64000, 64000, 62666.667, 62000, 64000, 942.809, 3, 0.4,
    ),
    "windows_ping_pl.txt": (
        "ICMP", 114000, 118000, 118000, 118000, 115333.333, 114000, 118000, 1885.618, 3, 0.25,
    ),
}  # fmt: skip
STATISTICS = ("p50", "p90", "p99", "p99.9", "mean", "min", "max", "stddev")

# file: what the refusal says
REFUSED = {
    "hey_fast.txt": "steps of 100 µs",
    "network_flow_monitor_top_contributors.json": "query a performance monitor",
    "prometheus_p50.json": "--statistic",
    "prometheus_range_two_hosts.json": "'127.0.0.1', '127.0.0.2'",
    "prometheus_range_without_success.json": "probe_success|probe_duration_seconds",
    "prometheus_smokeping_default_buckets.json": "p50 lies between 100 and 200 µs",
    "unread_ab.txt": "output of ab (ApacheBench), which is not read",
    "unread_h2load.txt": "output of h2load, which is not read",
    "vegeta_report_failing.json": "10.0% of the requests failed",
    "windows_ping_zone.txt": "use psping",
}
SEVERAL = {"network_flow_monitor_paths.json"}
ROWS = {"hey_rows.csv"}  # a cut between two rows leaves fewer requests, as a shorter run would
