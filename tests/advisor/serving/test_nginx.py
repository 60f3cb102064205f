"""The repository's nginx configuration, run as it is in front of web with production's settings."""

import json
import re
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest

from advisor.limits.body_sizes import LARGER, USUAL
from advisor.serving.deadlines import SECONDS, Phase
from advisor.serving.worker import ADJUSTMENTS
from benchmarks import product
from connectivity.reference import REFERENCE
from tests.advisor.serving.conftest import (
    HTTPS,
    ROOT,
    Doors,
    body,
    request,
    rest,
    status,
    trickle,
)
from tests.ports import free_port

pytestmark = pytest.mark.local
CONF = (ROOT / "deploy" / "nginx" / "nginx.conf").read_text(encoding="utf-8")
LARGE = f"/static/plotly-{__import__('plotly').__version__}/plotly.min.js"
CLOSE = "Connection: close\r\n"
UNITS = {"s": 1, "m": 60, "k": 1024}


def directive(name: str, within: str = CONF) -> float:
    """Its first value, in seconds or bytes."""
    match = re.search(rf"\b{name} (?:4 )?(\d+)([smk]?);", within)
    assert match, name
    return int(match[1]) * UNITS.get(match[2], 1)


def test_its_limits_are_those_of_the_table() -> None:
    locations = re.findall(r"location ~ \^(\S+)\$ \{\s+client_max_body_size (\d+);", CONF)
    assert {pattern: int(size) for pattern, size in locations} == LARGER
    server = CONF[CONF.index("server_name") :]
    assert directive("client_max_body_size", server) == USUAL
    assert CONF.count("client_max_body_size") == len(LARGER) + 2  # static files take no body


def test_its_deadlines_agree_with_those_of_web() -> None:
    upstream = CONF[CONF.index("upstream web") :]
    assert directive("client_header_timeout") == SECONDS[Phase.HEADER]
    assert directive("proxy_read_timeout") == SECONDS[Phase.WORKING]
    assert directive("keepalive_timeout", upstream) < SECONDS[Phase.IDLE]
    most = 4 * directive("large_client_header_buffers")
    assert most == ADJUSTMENTS["max_request_header_size"]


@pytest.mark.parametrize("name", re.findall(r"^ +((?:\w+_)+timeout|\w+_max\w*) ", CONF, re.M))
def test_every_timeout_and_limit_has_its_reason(name: str) -> None:
    lines = [line for line in CONF.splitlines() if re.search(rf"^ +{name} ", line)]
    assert any("#" in line for line in lines)


def test_pages_and_scheme(doors: Doors) -> None:
    """Web takes it for https by nginx's word alone; whatever a client says of itself is dropped."""
    spoofed = (
        "X-Forwarded-Proto: http\r\nForwarded: proto=http\r\nX-Forwarded-Host: evil.example\r\n"
    )
    answer = doors.send(doors.product.port, request("/account/login/", spoofed + CLOSE))
    assert status(answer) == 200
    assert b"; Secure" in answer
    for header in (b"Strict-Transport-Security", b"Content-Security-Policy", b"X-Frame-Options"):
        assert answer.count(header) == 1
    home = doors.send(doors.product.port, request("/", doors.cookie + CLOSE))
    assert status(home) == 200
    assert b"evil.example" not in home
    direct = doors.send(doors.product.web, request("/account/login/", CLOSE))
    assert status(direct) == 301


def test_the_address_that_web_notes_is_the_one_that_nginx_saw(doors: Doors) -> None:
    document = REFERENCE.read_bytes()
    spoofed = f"{doors.token}X-Forwarded-For: 198.51.100.9\r\nX-Real-IP: 198.51.100.9\r\n"
    headers = (
        f"{spoofed}{HTTPS}Content-Type: application/yaml\r\nContent-Length: {len(document)}\r\n"
    )
    first = request("/api/v1/topologies/", headers, "POST")
    answer = doors.send(doors.product.port, first, document, source="127.0.0.77")
    assert status(answer) == 201
    query = (
        "from advisor.models import AuditEntry as A;"
        "print(A.objects.filter(remote_addr='127.0.0.77').count(),"
        "A.objects.filter(remote_addr='198.51.100.9').count())"
    )
    noted, believed = doors.product.manage("shell", "--verbosity", "0", "-c", query).split()
    assert int(noted) > 0
    assert int(believed) == 0


def test_static_files_are_kept_and_text_is_compressed(doors: Doors) -> None:
    first = request("/static/css/advisor.css", f"Accept-Encoding: gzip\r\n{CLOSE}")
    assert status(doors.send(doors.product.port, first)) == 200
    kept = list((Path(doors.product.environment["ADVISOR_VAR"]) / "nginx-run/static").rglob("*"))
    assert kept
    page = request("/account/login/", f"Accept-Encoding: gzip\r\n{CLOSE}")
    assert b"Content-Encoding: gzip" in doors.send(doors.product.port, page)


def test_probes_of_the_inside_are_not_the_world_s(doors: Doors) -> None:
    assert status(doors.send(doors.product.port, request("/healthz", CLOSE))) == 200
    assert status(doors.send(doors.product.port, request("/readyz", CLOSE))) == 404


def test_slow_headers_bodies_and_readers_are_cut_off(doors: Doors) -> None:
    """Each within its ten seconds, and nobody else waits."""
    port = doors.product.port
    took: dict[str, float] = {}

    def slow(kind: str, first: bytes) -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(first)
            if kind == "header":
                took[kind] = trickle(connection, 30)
            else:
                began = time.monotonic()
                connection.settimeout(30)
                rest(connection)
                took[kind] = time.monotonic() - began

    firsts = {
        "header": request("/")[:-2] + b"X: ",
        "body": request("/account/login/", "Content-Length: 50000\r\n", "POST") + b"a",
    }
    threads = [threading.Thread(target=slow, args=pair) for pair in firsts.items()]
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    reader.connect(("127.0.0.1", port))
    reader.sendall(request(LARGE, CLOSE))
    for thread in threads:
        thread.start()
    for _ in range(20):
        began = time.monotonic()
        assert status(doors.send(port, request("/account/login/", CLOSE))) == 200
        assert time.monotonic() - began < 3
        time.sleep(0.3)
    for thread in threads:
        thread.join()
    assert 9 < took["header"] < 20
    assert 9 < took["body"] < 20
    time.sleep(4)
    with reader:
        reader.settimeout(5)
        assert len(rest(reader)) < 4_000_000


def test_one_address_has_so_many_requests_open_and_no_more(doors: Doors) -> None:
    port = doors.product.port
    first = request("/account/login/", "Content-Length: 50000\r\n", "POST")
    greedy = [
        socket.create_connection(("127.0.0.1", port), source_address=("127.0.0.9", 0))
        for _ in range(220)
    ]
    try:
        for connection in greedy:
            connection.sendall(first)
        time.sleep(0.5)
        api = request("/api/v1/jobs/", CLOSE)
        refused = doors.send(port, api, source="127.0.0.9")
        assert status(refused) == 429
        assert b"Retry-After: 5" in refused
        assert "too many" in json.loads(body(refused))["problems"][0]["problem"]
        assert status(doors.send(port, api)) == 401
    finally:
        for connection in greedy:
            connection.close()


def test_without_web_it_says_so(tmp_path: Path) -> None:
    port = free_port()
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            product.nginx(tmp_path, port, free_port()), stdout=log, stderr=log
        )
    try:
        until = time.monotonic() + 30
        while True:
            try:
                connection = socket.create_connection(("127.0.0.1", port), timeout=30)
                break
            except ConnectionRefusedError:
                assert time.monotonic() < until
                time.sleep(0.1)
        with connection:
            connection.sendall(request("/api/v1/jobs/", CLOSE))
            answer = rest(connection)
        assert status(answer) == 503
        assert b"Retry-After: 5" in answer
        assert b"Content-Type: application/json" in answer
        assert "does not answer" in json.loads(body(answer))["problems"][0]["problem"]
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(request("/-/away.html", CLOSE))
            assert status(rest(connection)) == 404  # it is no address of its own
    finally:
        process.terminate()
        process.wait(30)


def test_certificates_have_a_configuration_of_their_own(tmp_path: Path) -> None:
    command = product.nginx(tmp_path, free_port(), free_port())
    key, certificate = tmp_path / "key", tmp_path / "certificate"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=advisor.example",
         "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    text = (ROOT / "deploy" / "nginx" / "listen-tls.conf").read_text(encoding="utf-8")
    text = text.replace("/run/secrets/tls_certificate", str(certificate))
    text = text.replace("/run/secrets/tls_key", str(key)).replace("8443", str(free_port()))
    (tmp_path / "nginx" / "listen.conf").write_text(text)
    done = subprocess.run([*command, "-t"], capture_output=True, text=True)
    assert "syntax is ok" in done.stderr
    assert done.returncode == 0
