"""The Prometheus source, against the real server and the real node_exporter of this machine."""

import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from advisor.models import User
from connectivity.clients.prometheus import PrometheusError, instant, over
from connectivity.health.accounts.aws_access import Asking
from connectivity.health.reading import lookup
from connectivity.health.rounds import prometheus_servers, scheduling
from connectivity.health.rounds.prometheus_servers import add_source, remove_source
from connectivity.models import Point, Resource, Series
from tests.doubles.receiver import Receiver, receiver
from tests.ports import free_port

__all__ = ["receiver"]
pytestmark = pytest.mark.django_db
PROGRAMS = ("prometheus", "prometheus-node-exporter")
SOON = Asking(clock=lambda: time.time() + 60)  # a whole minute, since the server has just begun
CONFIG = """
global: {{scrape_interval: 1s}}
scrape_configs:
  - job_name: node
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False


def eventually(test: object, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not test():  # type: ignore[operator]
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.2)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Prometheus with a node_exporter that it has scraped a few times."""
    if not all(map(shutil.which, PROGRAMS)):
        pytest.skip(f"{' and '.join(PROGRAMS)} are not installed")
    folder: Path = tmp_path_factory.mktemp("prometheus")
    exporter, port = free_port(), free_port()
    (folder / "prometheus.yml").write_text(CONFIG.format(port=exporter))
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    commands = (
        ["prometheus-node-exporter", f"--web.listen-address=127.0.0.1:{exporter}"],
        [
            "prometheus",
            f"--config.file={folder}/prometheus.yml",
            f"--storage.tsdb.path={folder}/data",
            f"--web.listen-address=127.0.0.1:{port}",
        ],
    )
    programs = [subprocess.Popen(command, **quiet) for command in commands]  # type: ignore[call-overload]
    url = f"http://127.0.0.1:{port}"
    try:
        eventually(lambda: answers(f"{url}/-/ready"))
        query = f"{url}/api/v1/query?query=count_over_time(node_uname_info[1m])>3"
        eventually(lambda: b'"value"' in urllib.request.urlopen(query, timeout=5).read())
        yield url
    finally:
        for program in programs:
            program.terminate()
        for program in programs:
            program.wait(10)


@pytest.fixture
def allowed(settings: object) -> None:
    settings.OUTBOUND_HOSTS = ["127.0.0.0/8"]  # type: ignore[attr-defined]


@pytest.mark.usefixtures("allowed")
def test_a_node_is_found_judged_and_shown(server: str, user: User, client: Client) -> None:
    source = add_source(user.team_id, "local", server, ["127.0.0.0/8"])
    report = scheduling.run_all(user.team_id, SOON)
    assert report.notes == []
    (node,) = Resource.objects.filter(source=source)
    assert (node.kind, node.name) == ("instance", socket.gethostname().split(".")[0])
    assert "Prometheus" in node.why or node.state == "ok"
    known = set(Series.objects.filter(resource=node).values_list("metric", flat=True))
    assert {"listen_drops", "listen_overflows"} <= known
    assert "conntrack_allowance_exceeded" not in known  # no ENA interface here
    reasons = {verdict["rule"]: verdict["why"] for verdict in node.verdicts}
    assert "--collector.ethtool" in reasons["ENA-CONNTRACK"]
    client.force_login(user)
    page = client.get(reverse("health-resource", args=[node.uid])).content.decode()
    assert "Instances (ENA)" in page
    assert "listen_drops" in page
    before = Point.objects.count()
    scheduling.run_all(user.team_id, SOON)
    assert Point.objects.count() >= before > 0
    remove_source(source.team_id, source.uid)
    assert not Resource.objects.exists()


@pytest.mark.usefixtures("allowed")
def test_the_api_is_asked_as_it_is_documented(server: str) -> None:
    (series,) = instant(server, "node_uname_info")
    assert series["metric"]["job"] == "node"
    now = int(timezone.now().timestamp())
    (values,) = over(server, "up", now - 60, now, 15)
    assert values["values"]
    with pytest.raises(PrometheusError, match="bad_data"):
        instant(server, "rate(")


@pytest.mark.usefixtures("allowed")
def test_something_else_than_prometheus_is_said(user: User, receiver: Receiver) -> None:
    add_source(user.team_id, "wrong", f"http://127.0.0.1:{receiver.port}", ["127.0.0.0/8"])
    scheduling.run_all(user.team_id)
    (place,) = lookup.places(user.team_id)
    assert "other than the Prometheus API" in place.problems[0]


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize(
    "result",
    [
        b'"abc"', b"[{}]", b'[{"metric": {}, "values": [["x", "y"]]}]',
        b'[{"metric": {}, "values": [[1, null]]}]', b'[{"metric": {}, "values": [[1e300, "1"]]}]',
        b'[{"metric": {"instance": "\\ud800"}, "values": []}]', b"[" * 100_000,
    ],
)  # fmt: skip
def test_odd_answers_are_the_servers_not_ours(
    user: User, receiver: Receiver, result: bytes
) -> None:
    url = f"http://127.0.0.1:{receiver.port}"
    add_source(user.team_id, "odd", url, ["127.0.0.0/8"])
    receiver.answers = [(200, {}, b'{"status": "success", "data": {"result": ' + result + b"}}")]
    scheduling.run_all(user.team_id)
    assert "other than the Prometheus API" in lookup.places(user.team_id)[0].problems[0]


@pytest.mark.usefixtures("allowed")
def test_what_is_no_number_is_left_out_and_stops_nobody(user: User, receiver: Receiver) -> None:
    url = f"http://127.0.0.1:{receiver.port}"
    add_source(user.team_id, "odd", url, ["127.0.0.0/8"])
    add_source(user.team_id, "other", url, ["127.0.0.0/8"])
    now = int(time.time()) // 60 * 60
    node = b'{"metric": {"instance": "i:1", "nodename": "n"}, '
    nodes = b'{"status": "success", "data": {"result": [' + node + b'"value": [1, "1"]}]}}'
    values = ", ".join(
        f'[{now - 60 * i}, "{value}"]' for i, value in enumerate(("1e999", "NaN", "2"))
    )
    points = b'{"status": "success", "data": {"result": [' + node + b'"values": ['
    points += values.encode() + b"]}]}}"
    replies = [(200, {}, nodes), *((200, {}, points) for _ in prometheus_servers.QUERIES)]
    receiver.answers = [*replies, *replies]
    scheduling.run_all(user.team_id)
    assert [place.problems for place in lookup.places(user.team_id)] == [(), ()]
    stored = set(Point.objects.values_list("value", flat=True))
    assert stored == {2.0}


@pytest.mark.usefixtures("allowed")
def test_after_an_outage_everything_that_was_missed_is_asked_for(
    user: User, receiver: Receiver
) -> None:
    """Eight hours and the first three, in stretches of three, without a hole."""
    add_source(user.team_id, "local", f"http://127.0.0.1:{receiver.port}", ["127.0.0.0/8"])
    now = int(time.time()) // 60 * 60
    head = b'{"status": "success", "data": {"result": [{"metric": {"instance": "i:1"}, '
    nodes, points = head + b'"value": [1, "1"]}]}}', head + b'"values": []}]}}'
    asked = len(prometheus_servers.QUERIES)
    receiver.answers = [(200, {}, nodes), *[(200, {}, points)] * asked]
    scheduling.run_all(user.team_id, Asking(clock=lambda: now))
    receiver.answers = [(200, {}, nodes), *[(200, {}, points)] * 3 * asked]
    scheduling.run_all(user.team_id, Asking(clock=lambda: now + 8 * 3_600))
    spans = sorted(
        {
            (int(query["start"][0]) - now, int(query["end"][0]) - now)
            for query in (parse_qs(urlsplit(each.path).query) for each in receiver.requests)
            if "start" in query
        }
    )
    assert spans == [(-10_800, 0), (-60, 10_740), (10_740, 21_540), (21_540, 28_800)]


def test_a_server_that_is_no_longer_allowed_is_said(user: User, receiver: Receiver) -> None:
    url = f"http://127.0.0.1:{receiver.port}"
    add_source(user.team_id, "local", url, ["127.0.0.0/8"])
    scheduling.run_all(user.team_id)
    assert receiver.requests == []
    assert "OUTBOUND_HOSTS" in lookup.places(user.team_id)[0].problems[0]
