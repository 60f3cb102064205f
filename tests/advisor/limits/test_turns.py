"""Callers take turns: at once, in a minute, of jobs and of what is stored; over all processes."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import pytest
import redis
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from advisor.deletion import retention
from advisor.environment import allowances
from advisor.jobs import runner
from advisor.limits import stored, turns
from advisor.limits.turns import Caller, TooMany, Turn
from advisor.models import ApiToken, CallerCount, Job, ShareLink, StoredReply, User
from advisor.teams import share_links
from connectivity.actions import create_topology
from connectivity.models import Measurement, Topology
from tests.conftest import ROOT
from tests.factories import document
from tests.product import token_client

pytestmark = pytest.mark.django_db
NONE = dict.fromkeys(allowances.ALLOWANCES, 0)
BOB, SCRIPT = Caller("user", "1"), Caller("token", "1")
MEASURED = ROOT / "tests" / "samples" / "latency" / "netperf_tcp_rr_keyval.txt"
COMPARISONS, TOPOLOGIES = "/api/v1/comparisons/", "/api/v1/topologies/"


@pytest.fixture(scope="module")
def socket() -> Iterator[str]:
    """Where a Redis of these tests listens; empty where none is installed."""
    program = shutil.which("redis-server")
    if program is None:
        yield ""
        return
    with TemporaryDirectory() as folder:
        path = f"{folder}/s"
        command = [program, "--port", "0", "--unixsocket", path, "--save", "", "--dir", folder]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        until = time.monotonic() + 20
        while not Path(path).exists() and time.monotonic() < until:
            time.sleep(0.02)
        yield f"redis+socket://{path}"
        process.terminate()
        process.wait(10)


@pytest.fixture(params=["redis", "database"])
def counts(request: pytest.FixtureRequest, socket: str, settings: Any) -> Iterator[Any]:
    """Each way of counting; the settings, so that a test can set limits."""
    url = socket if request.param == "redis" and socket else "redis+socket:///nobody/is/here"
    settings.CELERY_BROKER_URL = url
    with patch.object(turns, "_asked_again_at", 0.0):
        if "nobody" not in url:
            redis.Redis.from_url(url.replace("redis+socket", "unix")).flushall()
        yield settings


def taken(*callers: Caller) -> Turn:
    turn = Turn(list(callers or [BOB]))
    turn.take()
    return turn


def test_as_many_at_once_as_may_be(counts: Any) -> None:
    counts.CALLER_LIMITS = NONE | {"user_at_once": 2}
    first, second = taken(), taken()
    with pytest.raises(TooMany, match="may make 2 requests at once; .* user_at_once in") as error:
        taken()
    assert error.value.retry_after == 1
    first.leave()
    taken().leave()
    second.leave()
    other = taken(Caller("user", "2"))
    other.leave()


def test_as_many_in_a_minute_as_may_be(counts: Any) -> None:
    counts.CALLER_LIMITS = NONE | {"user_per_minute": 6}
    for _ in range(6):
        taken().leave()
    with pytest.raises(TooMany, match="may make 6 requests a minute") as error:
        taken()
    assert error.value.retry_after in (9, 10)  # one of six seconds' worth has to pass


def test_nothing_is_taken_unless_all_have_room(counts: Any) -> None:
    counts.CALLER_LIMITS = NONE | {"user_at_once": 3, "token_at_once": 1, "user_per_minute": 3}
    held = taken(BOB, SCRIPT)
    for _ in range(5):
        with pytest.raises(TooMany, match="This token may make 1 requests at once"):
            taken(BOB, SCRIPT)
    more = [taken(BOB), taken(BOB)]
    for turn in (held, *more):
        turn.leave()


def test_a_process_that_is_killed_keeps_nobody_out(counts: Any) -> None:
    counts.CALLER_LIMITS = NONE | {"user_at_once": 1}
    with patch.object(turns, "LEASE_S", 0.3):
        turn = taken()
        turn.pulse.__exit__(None, None, None)  # as the process is gone
        with pytest.raises(TooMany):
            taken()
        time.sleep(0.35)
        taken().leave()


def test_a_long_request_counts_until_it_ends(counts: Any) -> None:
    counts.CALLER_LIMITS = NONE | {"user_at_once": 1}
    with patch.object(turns, "LEASE_S", 0.5):
        turn = taken()
        for _ in range(4):
            time.sleep(0.2)
            turn._renew()
        with pytest.raises(TooMany):
            taken()
        turn.leave()
        taken().leave()


def test_without_limits_nothing_is_counted(settings: Any) -> None:
    settings.CALLER_LIMITS = NONE
    with patch.object(turns, "_store", side_effect=AssertionError):
        taken(BOB, SCRIPT).leave()
    assert not CallerCount.objects.exists()


def test_where_redis_is_away_the_database_counts_for_a_while(socket: str, settings: Any) -> None:
    settings.CALLER_LIMITS = NONE | {"user_at_once": 1}
    settings.CELERY_BROKER_URL = "redis+socket:///nobody/is/here"
    with patch.object(turns, "_asked_again_at", 0.0):
        turn = taken()
        assert turn.store is turns.database
        assert CallerCount.objects.get().leases.keys() == {turn.id}
        asked_too_early = patch.object(turns, "_redis", side_effect=AssertionError)
        with asked_too_early, pytest.raises(TooMany):
            taken()
        turns._asked_again_at = time.monotonic()
        with patch.object(turns, "_redis") as asked:
            assert turns._store() is asked.return_value
        turn.leave()
    assert CallerCount.objects.get().leases == {}


def test_the_table_of_limits_is_changed_by_its_setting() -> None:
    read = allowances.read(" token_jobs = 5,user_mib=0,")
    assert read == allowances.ALLOWANCES | {"token_jobs": 5, "user_mib": 0}
    for wrong in ("jobs=1", "token_jobs", "token_jobs=-1", "token_jobs=many", "token_jobs=1;"):
        assert not allowances.is_readable(wrong), wrong


def test_the_table_of_limits_is_documented() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for name, number in allowances.ALLOWANCES.items():
        assert f"| `{name}` | {number:,} |" in text, name


def test_a_script_that_asks_too_often_is_told_when_to_come(user: User, settings: Any) -> None:
    settings.CALLER_LIMITS = NONE | {"token_per_minute": 2, "user_per_minute": 3}
    first, second = token_client(user), token_client(user)
    assert [first.get(TOPOLOGIES).status_code for _ in range(2)] == [200, 200]
    refused = first.get(TOPOLOGIES)
    assert refused.status_code == 429
    assert 28 <= int(refused["Retry-After"]) <= 30
    (problem,) = refused.json()["problems"]
    assert problem["path"] == "requests"
    assert problem["problem"].startswith("This token may make 2 requests a minute")
    assert second.get(TOPOLOGIES).status_code == 200
    assert "This user, by all tokens" in second.get(TOPOLOGIES).json()["problems"][0]["problem"]


def test_a_turn_ends_with_its_answer(user: User, settings: Any) -> None:
    """Also where the answer is a refusal, or an error of ours; the database counts here."""
    settings.CELERY_BROKER_URL = "redis+socket:///nobody/is/here"
    settings.CALLER_LIMITS = NONE | {"token_at_once": 1, "user_at_once": 1}
    api = token_client(user)
    assert api.get(TOPOLOGIES).status_code == 200
    assert api.post(COMPARISONS, {"topology": 1}, format="json").status_code == 400
    api.raise_request_exception = False
    with patch("advisor.api.topologies.views.queries.topologies", side_effect=ZeroDivisionError):
        assert api.get(TOPOLOGIES).status_code == 500
    assert api.get(TOPOLOGIES).status_code == 200
    assert {len(row.leases) for row in CallerCount.objects.all()} == {0}


def test_a_turn_lasts_until_an_answer_that_is_made_meanwhile_is_sent(
    signed_in: Client, settings: Any
) -> None:
    settings.CELERY_BROKER_URL = "redis+socket:///nobody/is/here"
    settings.CALLER_LIMITS = NONE | {"user_at_once": 1}
    for name in ("team-files", "audit-csv"):
        answer: Any = signed_in.get(reverse(name))
        assert answer.status_code == 200
        assert signed_in.get("/").status_code == 429
        assert b"".join(answer)
        assert signed_in.get("/").status_code == 200


def test_whoever_has_a_link_takes_turns_with_all_who_have_it(user: User, settings: Any) -> None:
    """They are not known, and it is computed for them."""
    settings.CELERY_BROKER_URL = "redis+socket:///nobody/is/here"
    settings.CALLER_LIMITS = NONE | {"link_per_minute": 2}
    version = create_topology(user.team_id, document(), author_id=user.pk)
    first, second = (share_links.create(user, version, "", 1) for _ in range(2))

    def read(link: ShareLink) -> Any:
        return Client().get(reverse("shared", args=[link.key]))

    assert [read(first).status_code for _ in range(2)] == [200, 200]
    refused = read(first)
    assert refused.status_code == 429
    assert 1 <= int(refused["Retry-After"]) <= 30  # a page takes seconds on a busy machine
    assert "Everybody who has this link together may make 2 requests" in refused.content.decode()
    assert read(second).status_code == 200
    settings.CALLER_LIMITS = NONE | {"link_at_once": 1}
    turn = taken(Caller("link", second.uid.hex))
    assert read(second).status_code == 429
    turn.leave()
    assert [read(second).status_code for _ in range(2)] == [200, 200]


def test_a_request_in_the_middle_counts(user: User, settings: Any) -> None:
    settings.CALLER_LIMITS = NONE | {"token_at_once": 1}
    api, other = token_client(user), token_client(user)
    seen: list[int] = []

    def topologies(*_: Any) -> Any:
        with patch("advisor.api.topologies.views.queries.topologies", real):
            seen.extend([api.get(TOPOLOGIES).status_code, other.get(TOPOLOGIES).status_code])
        return real(*_)

    from connectivity.queries import topologies as real

    with patch("advisor.api.topologies.views.queries.topologies", topologies):
        assert api.get(TOPOLOGIES).status_code == 200
    assert seen == [429, 200]


def test_a_browser_that_asks_too_often_gets_a_page(signed_in: Client, settings: Any) -> None:
    settings.CALLER_LIMITS = NONE | {"user_per_minute": 1}
    assert signed_in.get("/").status_code == 200
    page = signed_in.get("/")
    assert page.status_code == 429
    assert 58 <= int(page["Retry-After"]) <= 60
    assert "may make 1 requests a minute" in page.content.decode()
    assert f"try again in {page['Retry-After']} s" in page.content.decode()


def test_as_many_jobs_as_may_be_open(user: User, settings: Any) -> None:
    settings.CALLER_LIMITS = NONE | {"token_jobs": 1, "user_jobs": 2}
    first, second = token_client(user), token_client(user)

    def job(api: APIClient) -> Any:
        return api.post(
            COMPARISONS,
            {"topology": document()},
            format="json",
            headers={"Prefer": "respond-async"},
        )

    started = job(first)
    assert started.status_code == 202
    refused = job(first)
    assert (refused.status_code, refused["Retry-After"]) == (429, "30")
    assert "1 jobs of this token are not finished" in refused.json()["problems"][0]["problem"]
    assert job(second).status_code == 202
    assert first.delete(f"/api/v1/jobs/{started.json()['id']}/").status_code == 204
    assert job(first).status_code == 202
    token = ApiToken.objects.get(uid=Job.objects.order_by("-pk")[0].token)
    assert token.name == "token 0"
    third = job(token_client(user))
    assert "2 jobs of this user are not finished" in third.json()["problems"][0]["problem"]
    assert Job.objects.exclude(state="cancelled").count() == 2


def test_a_job_of_a_page_is_refused_by_a_page(signed_in: Client, user: User, settings: Any) -> None:
    settings.CALLER_LIMITS = NONE | {"user_jobs": 1}
    runner.start("aws-latency", {}, team_id=user.team_id, user_id=user.pk)
    page = signed_in.post("/latency/from-aws/")
    assert (page.status_code, page["Retry-After"]) == (429, "30")
    assert "1 jobs of this user are not finished" in page.content.decode()


@pytest.fixture
def most_bytes(settings: Any) -> Iterator[Any]:
    """Sets how many bytes one may store."""
    settings.CALLER_LIMITS = NONE | {"user_mib": 1}
    with ExitStack() as stack:
        yield lambda most: stack.enter_context(patch.object(stored, "MIB", most))


def test_what_would_be_too_much_is_refused_by_its_own_size(
    api: APIClient, signed_in: Client, most_bytes: Any
) -> None:
    topology = document()
    most_bytes(100)
    refused = api.post(TOPOLOGIES, topology, format="json", headers={"Idempotency-Key": "a"})
    assert refused.status_code == 403
    assert "Retry-After" not in refused
    (problem,) = refused.json()["problems"]
    assert problem["path"] == "stored"
    assert "1 MiB in all may be stored by one user. What is deleted counts" in problem["problem"]
    page = signed_in.post("/topologies/paste/", {"text": json.dumps(topology)})
    assert page.status_code == 403
    assert "Storage limit reached" in page.content.decode()
    assert api.get(TOPOLOGIES).json()["count"] == 0
    assert StoredReply.objects.count() == 0


def test_a_version_that_is_too_much_changes_nothing(
    api: APIClient, user: User, most_bytes: Any
) -> None:
    topology = document()
    create_topology(user.team_id, topology, author_id=user.pk)
    most_bytes(sum(stored.stored_bytes(user.pk).values()))
    stored_topology = api.get(TOPOLOGIES).json()["results"][0]
    address = f"{TOPOLOGIES}{stored_topology['uid']}/"
    assert api.put(address, topology | {"name": "Other"}, format="json").status_code == 403
    assert api.put(address, topology, format="json").status_code == 200  # it is stored already
    assert api.get(TOPOLOGIES).json()["results"] == [stored_topology]


def test_what_is_deleted_counts_until_it_is_removed(
    api: APIClient, user: User, most_bytes: Any
) -> None:
    version = create_topology(user.team_id, document(), author_id=user.pk)
    size = sum(stored.stored_bytes(user.pk).values())
    most_bytes(size + 10)
    assert api.delete(f"{TOPOLOGIES}{version.topology.uid}/").status_code == 204
    assert stored.stored_bytes(user.pk)["deleted topologies"] == size
    refused = api.post(TOPOLOGIES, document(), format="json")
    assert refused.status_code == 403
    assert "of deleted topologies" in refused.json()["problems"][0]["problem"]
    Topology.objects.update(deleted_at=timezone.now() - timedelta(days=91))
    retention.clear(timezone.now())
    assert api.post(TOPOLOGIES, document(), format="json").status_code == 201


def test_a_job_and_its_answer_count(user: User, most_bytes: Any) -> None:
    arguments = {"x": "y" * 40}
    most_bytes(1_000)
    job = runner.start("compare", arguments, team_id=user.team_id, user_id=user.pk)
    with patch.dict(runner.KINDS, {"compare": lambda *_: {"x": os.urandom(2_000).hex()}}):
        runner.run(str(job.uid))
    job.refresh_from_db()
    assert (job.state, job.result) == (Job.State.FAILED, None)
    assert "With this you would have stored" in job.problems[0]["problem"]
    with pytest.raises(stored.TooMuch):
        runner.start(
            "compare", {"x": os.urandom(2_000).hex()}, team_id=user.team_id, user_id=user.pk
        )
    assert Job.objects.count() == 1
    runner.start("compare", {"x": "y" * 4_000}, team_id=user.team_id, user_id=None)


def test_a_file_of_measurements_that_is_too_much_leaves_no_run(
    api: APIClient, most_bytes: Any
) -> None:
    most_bytes(100)
    file = SimpleUploadedFile(MEASURED.name, MEASURED.read_bytes())
    form = {"file": file, "from_az": "use1-az1", "to_az": "use1-az2", "option": "vpc-peering"}
    refused = api.post("/api/v1/latency/imports/", form, format="multipart")
    assert refused.status_code == 403
    assert not Measurement.objects.exists()


def test_what_is_stored_is_counted_by_its_author(user: User, stranger: User) -> None:
    create_topology(user.team_id, document(), author_id=user.pk)
    job = runner.start("compare", {"x": "y" * 5_000}, team_id=user.team_id, user_id=user.pk)
    Job.objects.filter(pk=job.pk).update(result={"z": "w" * 3})
    sizes = stored.stored_bytes(user.pk)
    assert sizes["topologies"] > 200
    assert sizes["jobs"] > 20
    assert sizes["measurements"] == sizes["deleted topologies"] == 0
    assert set(stored.stored_bytes(stranger.pk).values()) == {0}
