"""The audit of dependencies: a known vulnerability fails it, silence of its services does not."""

import json
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from tests.doubles.http_server import http_server
from tests.ports import free_port

ROOT = Path(__file__).parent.parent
LOCK = (
    "first==1.0 \\\n    --hash=sha256:" + "a" * 64 + "\n"
    "second==2.0 \\\n    --hash=sha256:" + "b" * 64 + "\n"
)  # as ours are
KNOWN = {
    "id": "PYSEC-2020-1",
    "summary": "reads what it should not",
    "affected": [
        {
            "package": {"name": "second", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.1"}]}],
        }
    ],
}


@pytest.fixture
def service() -> Iterator[int]:
    """Speaks as OSV does, and knows one vulnerability: of the second package."""

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            is_known = asked["package"]["name"] == "second"
            body = json.dumps({"vulns": [KNOWN]} if is_known else {}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with http_server(Service) as port:
        yield port


def audited(folder: Path, lock: str, port: int) -> tuple[int, str]:
    path = folder / "lock.txt"
    path.write_text(lock, encoding="utf-8")
    command = [sys.executable, ROOT / ".ci" / "audit.py", path, f"http://127.0.0.1:{port}/v1/query"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


def test_a_known_vulnerability_fails(service: int, tmp_path: Path) -> None:
    code, text = audited(tmp_path, LOCK, service)
    assert code == 1
    assert "audit: second 2.0: PYSEC-2020-1, mended in 2.1" in text
    assert "1 known vulnerabilities in 2 packages" in text


def test_what_has_none_passes(service: int, tmp_path: Path) -> None:
    code, text = audited(tmp_path, LOCK.replace("second", "third"), service)
    assert (code, text) == (0, "audit: 0 known vulnerabilities in 2 packages\n")


def test_when_nobody_can_be_asked_it_says_so_and_fails_nothing(tmp_path: Path) -> None:
    code, text = audited(tmp_path, LOCK, free_port())
    assert code == 0
    assert text.startswith("audit: NOT DONE")
    assert "0 known" not in text
