"""Envoy configuration: a listener for HTTP before a program, and connections that stay alive."""

from typing import Any

from connectivity.core.reviewing.files.artefacts import yaml_file
from connectivity.core.reviewing.keepalive import PROBES
from connectivity.core.reviewing.review import Artefact, Kind

Settings = dict[str, Any]

FILTERS = "type.googleapis.com/envoy.extensions.filters"
CHECK = "envoy --mode validate --config-path"
SOL_SOCKET, SO_KEEPALIVE = 1, 9
IPPROTO_TCP, TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT = 6, 4, 5, 6
"""Of Linux: include/uapi/asm-generic/socket.h, include/uapi/linux/tcp.h."""

ACCEPTED_KEEPALIVE = [
    {"description": words, "level": level, "name": name, "int_value": value}
    for words, level, name, value in (
        ("SO_KEEPALIVE", SOL_SOCKET, SO_KEEPALIVE, 1),
        ("TCP_KEEPIDLE", IPPROTO_TCP, TCP_KEEPIDLE, "[[floor(advised_keepalive_seconds)]]"),
        ("TCP_KEEPINTVL", IPPROTO_TCP, TCP_KEEPINTVL, "[[advised_interval_seconds]]"),
        ("TCP_KEEPCNT", IPPROTO_TCP, TCP_KEEPCNT, PROBES),
    )
]
"""Of a listener: accepted connections inherit it."""

OPENED_KEEPALIVE = {
    "tcp_keepalive": {
        "keepalive_time": "[[floor(advised_keepalive_seconds)]]",
        "keepalive_interval": "[[advised_interval_seconds]]",
        "keepalive_probes": PROBES,
    }
}
"""Of a cluster: connections that Envoy opens."""


HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
WITHOUT_KEEPALIVE = {
    "typed_extension_protocol_options": {
        HTTP_OPTIONS: {
            "@type": f"type.googleapis.com/{HTTP_OPTIONS}",
            "common_http_protocol_options": {"max_requests_per_connection": 1},
            "explicit_http_config": {"http_protocol_options": {}},
        }
    }
}
"""Of a cluster: a connection for each request, for programs in which one holds a worker."""


def envoy_file(
    name: str, purpose: str, check: str, *, when: str = "True", **resources: Any
) -> Artefact:
    """A bootstrap file with listeners and clusters."""
    documents = [{"static_resources": resources}]
    return yaml_file(name, Kind.ENVOY, purpose, f"{CHECK} this file; {check}", documents, when=when)


def cluster(name: str, host: str, port: int, **more: Any) -> Settings:
    """A cluster of one host."""
    endpoint = {"endpoint": {"address": _address(host, port)}}
    return {
        "name": name,
        "type": "STRICT_DNS",
        "connect_timeout": "3s",
        "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint]}]},
        **more,
    }


def http_listener(
    port: int,
    to: str,
    filters: tuple[Settings, ...] = (),
    http: Settings | None = None,
    **more: Any,
) -> Settings:
    """A listener for HTTP that sends everything to one cluster."""
    route = {"cluster": to, "timeout": "0s"}  # Envoy's own, 15 s, would cut long answers
    manager = {
        "@type": f"{FILTERS}.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "http",
        **(http or {}),
        "route_config": {
            "virtual_hosts": [
                {
                    "name": "all",
                    "domains": ["*"],
                    "routes": [{"match": {"prefix": "/"}, "route": route}],
                }
            ]
        },
        "http_filters": [*filters, http_filter("router", "Router")],
    }
    chain = {"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}
    return {
        "name": "http",
        "address": _address("0.0.0.0", port),  # noqa: S104  a proxy's own listener
        **more,
        "filter_chains": [{"filters": [chain]}],
    }


def http_filter(name: str, kind: str, **settings: Any) -> Settings:
    """A filter for HTTP by its name."""
    config = {"@type": f"{FILTERS}.http.{name}.v3.{kind}", **settings}
    return {"name": f"envoy.filters.http.{name}", "typed_config": config}


def _address(host: str, port: int) -> Settings:
    return {"socket_address": {"address": host, "port_value": port}}
