"""Slow clients: how many workers they hold, and what a buffering proxy changes."""

from connectivity.core.health.evaluation import Severity
from connectivity.core.reviewing.files.artefacts import text_file
from connectivity.core.reviewing.files.envoy import (
    WITHOUT_KEEPALIVE,
    cluster,
    envoy_file,
    http_filter,
    http_listener,
)
from connectivity.core.reviewing.inputs import choice, number
from connectivity.core.reviewing.review import (
    Finding,
    Kind,
    Limit,
    LimitKind,
    Review,
    Suggestion,
    Words,
)
from connectivity.core.reviewing.shared import ALB_ERRORS
from connectivity.core.reviewing.sources import ENVOY_BUFFER, NGINX_CORE, NOTES
from connectivity.core.reviews.slow_clients.in_manifests import MANIFESTS

BUFFER = "Put nginx, or Envoy with its buffer filter, in front."

BODY = "max(request_bytes, first_known(largest_body_bytes, 20 * 1024 * 1024))"
"""20 MiB where the largest is not known: ours."""
CLIENTS = "min(4096, first_known(slow_clients_to_exhaust, ceil(capacity_workers)))"
"""Slow ones that the imitation starts: as many as take every worker."""
OPEN = "requests_per_second * (2 * service_seconds + slow_share * slow_transfer_seconds)"
"""Connections of nginx: those of clients, and those to the program."""
CONNECTIONS = f"min(1048576, power_of_two(max({OPEN} * 4 / 3, 4 * {CLIENTS}), 1024))"
SILENCE = "[[ceil(max(10, 3 * service_seconds))]]s"
"""While the program works nothing moves: longer than that."""
NGINX = f"""\
worker_processes auto;
worker_rlimit_nofile [[min(1048576, 2 * {CONNECTIONS})]];
events {{ worker_connections [[{CONNECTIONS}]]; }}
http {{
  # Without the program's time, what is left of the request's is the client's and the queue's.
  log_format queue '$remote_addr "$request" $status $request_time $upstream_response_time';
  access_log /dev/stdout queue;
  client_header_timeout 10s;
  client_body_timeout 10s;
  send_timeout 10s;
  keepalive_timeout 75s;
  reset_timedout_connection on;
  client_max_body_size [[max(1, ceil({BODY} / 1048576))]]m;
  client_body_buffer_size [[min(1048576, max(8192, ceil(request_bytes)))]];
  # Behind a load balancer, set_real_ip_from first: else all clients have its address.
  limit_conn_zone $binary_remote_addr zone=per_client:10m;
  upstream app {{
    server 127.0.0.1:8000;  # no keepalive: an idle connection would hold a worker, too
  }}
  server {{
    listen 8080 backlog=1024;
    limit_conn per_client [[max(100, 2 * {CLIENTS})]];
    location / {{
      proxy_pass http://app;
      proxy_http_version 1.1;
      proxy_set_header Host $host;
      proxy_set_header X-Request-Start "t=${{msec}}";
      proxy_read_timeout {SILENCE};
      proxy_request_buffering on;
      proxy_buffering on;
      proxy_buffers [[min(256, max(8, ceil(response_bytes / 4096)))]] 4k;
    }}
  }}
}}
"""
RATE = "max(1, min(100000, floor(slow_bytes_per_second)))"
"""Of the imitation, whose bodies last 10 s."""
IMITATE = f"""\
#!/bin/sh
set -eu
url=${{1:?usage: slow-clients-imitate.sh URL}}
clients=[[{CLIENTS}]]
rate=[[{RATE}]]
body=[[min(1048576, max(10 * {RATE}, ceil(request_bytes)))]]
n=0
while [ "$n" -lt "$clients" ]; do
  head -c "$body" /dev/zero |
    curl --silent --output /dev/null --limit-rate "$rate" --data-binary @- "$url" &
  n=$((n + 1))
done
sleep 2
echo "a fast request beside $clients slow ones:"
curl --silent --output /dev/null --max-time 10 \\
  --write-out '%{{http_code}} after %{{time_total}} s\\n' "$url" || true
wait
"""
BUFFER_FILTER = http_filter(
    "buffer", "Buffer", max_request_bytes=f"[[ceil(min({BODY}, 2147483647))]]"
)


REVIEW = Review(
    key="slow-clients",
    title="Slow clients",
    about="How many workers are held while bytes trickle, how many slow clients take them all, and "
    "what a buffering proxy changes.",
    inputs=(
        number("workers", "requests that one instance works on", within=(1, 1e5), required=True),
        number("instances", "instances of the service", 1),
        number("requests_per_second", "of the service", required=True, load=True),
        number(
            "service_seconds",
            "that a worker computes for a request",
            within=(0.0001, 60),
            required=True,
        ),
        number("slow_share", "of the requests, by slow clients", 0.01),
        number("request_bytes", "of a request", 10_240),
        number(
            "response_bytes",
            "of an answer; up to about 40 KiB wait in the kernel and hold no worker: give 0",
            10_240,
        ),
        number("slow_bytes_per_second", "of a slow client", within=(1, 1e9), required=True),
        choice("buffer", "proxy that buffers in front", ("none", "nginx", "envoy")),
        number("worker_timeout_seconds", "after which a worker is ended", within=(1, 3600)),
        number("proxy_connections", "connections that the proxy may have", 10_240, (1, 1e7)),
        number("body_timeout_seconds", "of the proxy, for a whole request", 60, (1, 3600)),
        number("largest_body_bytes", "the largest request"),
    ),
    helpers={
        "is_buffered": "buffer != 'none'",
    },
    numbers={
        "slow_transfer_seconds": "(request_bytes + response_bytes) / slow_bytes_per_second",
        "slow_hold_seconds": "service_seconds + (0 if is_buffered else slow_transfer_seconds)",
        "mean_hold_seconds": "service_seconds"
        " + (0 if is_buffered else slow_share * slow_transfer_seconds)",
        "busy_workers": "requests_per_second * mean_hold_seconds",
        "capacity_workers": "workers * instances",
        "slow_clients_to_exhaust": "None if is_buffered else max(0, ceil(capacity_workers"
        " - requests_per_second * (1 - slow_share) * service_seconds))",
        "proxy_open_requests": "requests_per_second"
        " * (service_seconds + slow_share * slow_transfer_seconds) if buffer == 'envoy'"
        " else requests_per_second"
        " * (2 * service_seconds + slow_share * slow_transfer_seconds) if buffer == 'nginx'"
        " else 0",
    },
    limits=(
        Limit(
            "workers",
            load="busy_workers",
            limit="capacity_workers",
            words=Words(
                "A worker is held for as long as its request comes and its answer goes; what fits "
                "into the socket's send buffer, about 40 KiB, goes by itself.",
                BUFFER + " Or use more workers.",
                "github.com/benoitc/gunicorn, #2222; measured on loopback",
                "Slow clients hold no worker.",
            ),
        ),
        Limit(
            "worker-timeout",
            load="slow_hold_seconds",
            limit="worker_timeout_seconds",
            when="not is_buffered and slow_share > 0",
            kind=LimitKind.TIME,
            words=Words(
                "The worker's timeout ends it while a slow client still sends or reads.",
                BUFFER + " Or set a timeout above {slow_hold_seconds} s.",
                NOTES,
                "No worker is ended for a slow client.",
            ),
        ),
        Limit(
            "proxy",
            load="proxy_open_requests",
            limit="proxy_connections",
            when="is_buffered",
            words=Words(
                "The proxy holds the connections of slow clients; nginx counts those to the "
                "upstream as well.",
                "Set worker_connections, or Envoy's connection limits, above "
                "{proxy_open_requests}.",
                "nginx.org/en/docs/ngx_core_module.html#worker_connections",
                "The proxy accepts every connection.",
            ),
        ),
        Limit(
            "body",
            load="largest_body_bytes / slow_bytes_per_second",
            limit="body_timeout_seconds",
            when="buffer == 'envoy'",
            kind=LimitKind.TIME,
            words=Words(
                "Envoy's request_timeout counts the whole request, however steadily it comes.",
                "Set request_timeout above what the largest body takes at {slow_bytes_per_second} "
                "bytes/s.",
                ENVOY_BUFFER,
                "Slow uploads are not cut.",
            ),
        ),
    ),
    findings=(
        Finding(
            "unbuffered",
            Severity.ADVICE,
            when="not is_buffered and slow_share > 0",
            graver=(Severity.WARNING, "used_workers > 0.375"),
            detail="{slow_clients_to_exhaust} slow clients at once take all {capacity_workers} "
            "workers.",
            words=Words(
                "Without a buffer, every slow byte costs a worker.",
                BUFFER,
                NOTES,
            ),
        ),
        Finding(
            "trickle",
            Severity.WARNING,
            when="buffer == 'nginx' and used_proxy > 0.375",
            detail="{proxy_open_requests} of {proxy_connections} connections are open.",
            words=Words(
                "nginx's timeouts run between two reads: a byte a minute passes, and holds a "
                "connection.",
                "Set limit_conn, client_max_body_size, and shorter client_header_timeout and "
                "client_body_timeout.",
                NGINX_CORE,
            ),
        ),
    ),
    artefacts=(
        text_file(
            "nginx.conf",
            Kind.NGINX,
            "nginx in front of the program on port 8000: it takes requests and answers whole, so "
            "that slow clients hold its connections and no worker.",
            "nginx -t; then slow-clients-imitate.sh: the fast request is answered at once.",
            NGINX,
        ),
        envoy_file(
            "envoy.yaml",
            "Envoy in front of the program: its buffer filter takes requests whole, and at most "
            "{capacity_workers} connections reach the program.",
            "then slow-clients-imitate.sh: the fast request is answered at once.",
            listeners=[
                http_listener(
                    8080,
                    "app",
                    (BUFFER_FILTER,),
                    {
                        "request_timeout": "[[ceil(max(body_timeout_seconds, "
                        "first_known(largest_body_bytes, request_bytes)"
                        " / slow_bytes_per_second / 0.9))]]s",
                        "request_headers_timeout": "10s",
                        "common_http_protocol_options": {"idle_timeout": "75s"},
                        "stream_idle_timeout": SILENCE,
                    },
                    per_connection_buffer_limit_bytes=(
                        "[[max(1048576, min(2147483647, ceil(response_bytes)))]]"
                    ),
                )
            ],
            clusters=[
                cluster(
                    "app",
                    "127.0.0.1",
                    8000,
                    circuit_breakers={
                        "thresholds": [{"max_connections": "[[max(1, floor(capacity_workers))]]"}]
                    },
                    **WITHOUT_KEEPALIVE,
                )
            ],
        ),
        text_file(
            "imitate.sh",
            Kind.SHELL,
            "As many slow clients as take every worker, and a fast request beside them. Not "
            "against production.",
            "the fast request waits without a buffer in front, and does not with one.",
            IMITATE,
        ),
    ),
    metrics=ALB_ERRORS,
    suggestions=(
        Suggestion(
            "service",
            "protocol == 'http' and is_given(requests_per_second)",
            "A slow client holds a worker of it for a whole HTTP request.",
        ),
    ),
    manifests=MANIFESTS,
)
