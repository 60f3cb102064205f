"""/metrics for whoever runs the installation."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
import redis
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from advisor.models import Job, Team, User
from advisor.observability import readiness
from connectivity.health.accounts.aws_accounts import add_demo
from connectivity.models import Collection
from costmodel.models import PriceList

TOKEN = "operator-0123456789-0123456789"
Samples = dict[tuple[str, ...], float]


@pytest.fixture(autouse=True)
def _token(settings: Any) -> Iterator[None]:
    settings.METRICS_TOKEN = TOKEN
    with patch.object(redis.Redis, "llen", return_value=7):
        yield


def scraped(client: Client) -> Samples:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", TOKEN, f"Bearer {TOKEN}x", "é"])
def test_another_token_is_told_nothing(client: Client, given: str) -> None:
    answer = client.get("/metrics", headers={"Authorization": given})
    assert answer.status_code in (401, 403)
    assert b"advisor_" not in answer.content


@pytest.mark.django_db
def test_without_a_token_in_the_settings_nobody_is_told(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    for given in ("Bearer ", "Bearer", ""):
        assert client.get("/metrics", headers={"Authorization": given}).status_code == 401


@pytest.mark.django_db
def test_it_comes_by_any_name_and_without_tls_and_nobody_else_does(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    client = Client(SERVER_NAME="10-0-0-7.web", SERVER_PORT="8000")
    assert scraped(client)["advisor_service_broker_up",] == 1
    answer = client.get("/metrics", headers={"Authorization": "Bearer wrong"})
    assert answer.status_code in (301, 400)
    operator = {"Authorization": f"Bearer {TOKEN}"}
    assert client.get("/jobs/", headers=operator).status_code in (301, 400)
    assert client.post("/metrics", headers=operator).status_code in (301, 400)
    after = scraped(client)
    assert after["advisor_http_requests_total", "GET", "api-metrics", "200"] >= 1


def test_a_team_s_token_tells_of_the_team_alone(api: Any) -> None:
    assert b"advisor_service_" not in api.get("/metrics").content


def test_requests_are_counted_by_the_names_of_their_addresses(user: User) -> None:
    client = Client()
    before = scraped(client)
    for path in ("/account/login/", "/account/login/", "/nowhere/1/", "/nowhere/2/"):
        client.get(path)
    client.generic("BREW", "/account/login/")
    after = scraped(client)

    def grown(*key: str) -> float:
        return after.get(key, 0) - before.get(key, 0)

    total = "advisor_http_requests_total"
    assert grown(total, "GET", "account_login", "200") == 2
    assert grown(total, "GET", "unknown", "404") == 2
    assert grown(total, "other", "account_login", "405") == 1
    assert grown("advisor_http_request_duration_seconds_count", "account_login") == 3
    assert after["advisor_http_requests_running",] == 1  # this very scrape


def test_jobs_are_told_by_kind_and_state_with_ages_and_durations(user: User) -> None:
    now = timezone.now()

    def job(state: str, **times: timedelta) -> None:
        row = Job.objects.create(
            kind="compare", arguments={}, team_id=user.team_id, user=user, state=state
        )
        Job.objects.filter(pk=row.pk).update(**{name: now - value for name, value in times.items()})

    minutes = timedelta(minutes=1)
    job("queued", created_at=20 * minutes)
    job("queued", created_at=5 * minutes)
    job("done", started_at=12 * minutes, finished_at=10 * minutes)
    job("done", started_at=20 * minutes, finished_at=14 * minutes)
    job("done", started_at=99 * minutes, finished_at=90 * minutes)
    seen = scraped(Client())
    assert seen["advisor_service_jobs", "compare", "queued"] == 2
    assert seen["advisor_service_jobs", "compare", "done"] == 3
    oldest = seen["advisor_service_job_oldest_queued_seconds", "compare"]
    assert oldest == pytest.approx(1200, abs=30)
    assert seen["advisor_service_jobs_finished", "compare", "done"] == 2
    assert seen["advisor_service_job_duration_mean_seconds", "compare", "done"] == 240
    assert seen["advisor_service_job_duration_max_seconds", "compare", "done"] == 360


@pytest.mark.django_db
def test_broker_and_worker_are_told(client: Client) -> None:
    readiness.worker_heard()
    seen = scraped(client)
    assert seen["advisor_service_broker_up",] == 1
    assert seen["advisor_service_queue_length", "celery"] == 7
    assert seen["advisor_service_worker_silent_seconds",] < 30
    cache.delete(readiness.HEARD)
    with patch.object(redis.Redis, "llen", side_effect=redis.ConnectionError("away")):
        seen = scraped(client)
    assert seen["advisor_service_broker_up",] == 0
    assert not [key for key in seen if "queue_length" in key[0] or "silent" in key[0]]


@pytest.mark.django_db
def test_accounts_that_are_late_are_told_the_latest_first(client: Client) -> None:
    add_demo(Team.objects.default().pk)
    now = timezone.now()
    Collection.objects.update(due_at=now + timedelta(hours=1), problem="")
    late = Collection.objects.exclude(account=None).first()
    assert late is not None
    Collection.objects.filter(pk=late.pk).update(due_at=now - timedelta(hours=2), problem="refused")
    seen = scraped(client)
    name = "advisor_service_collection_overdue_seconds"
    assert {key[1] for key in seen if key[0] == name} == {str(late.account.uid)}
    assert seen[name, str(late.account.uid)] == pytest.approx(7200, abs=60)
    assert seen["advisor_service_collection_overdue_max_seconds",] == pytest.approx(7200, abs=60)
    assert seen["advisor_service_collections_failing",] == 1


@pytest.mark.django_db
def test_what_is_stored_is_told(client: Client) -> None:
    PriceList.objects.filter(team=None).update(created_at=timezone.now() - timedelta(days=3))
    seen = scraped(client)
    assert seen["advisor_service_prices_age_seconds",] == pytest.approx(3 * 86400, abs=60)
    assert seen["advisor_service_database_bytes",] > 100_000
    assert seen["advisor_service_mails", "waiting"] == 0
    assert seen["advisor_service_webhook_deliveries", "dead"] == 0
    assert seen["advisor_service_mails_overdue_seconds",] == 0
