"""A small application for tests of the server: sleeps, grows, counts, says its process."""

import os
import time
from collections.abc import Callable, Iterable
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest

from advisor.observability import meters

kept: list[bytes] = []


def application(
    environ: dict[str, Any], start_response: Callable[[str, list[tuple[str, str]]], object]
) -> Iterable[bytes]:
    kind, _, number = environ["PATH_INFO"].strip("/").partition("/")
    body = str(os.getpid()).encode()
    if kind == "sleep":
        time.sleep(float(number))
    elif kind == "grow":
        kept.append(os.urandom(2**20) * int(number))
    elif kind == "bytes":
        body = b"x" * int(number)
    elif kind == "length":
        body = str(len(environ["wsgi.input"].read())).encode()
    elif kind == "meters":
        registry = CollectorRegistry()
        meters.collect_into(registry)
        body = generate_latest(registry)
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
