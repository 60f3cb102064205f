"""What every test may ask for: shipped prices and latencies, a team, its user, a foreign team."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from rest_framework.test import APIClient

from advisor.models import ApiToken, Membership, Team, User
from connectivity import advice
from connectivity.core.latency import LatencySet
from connectivity.importers import latency_table
from connectivity.ingest import SHIPPED as SHIPPED_LATENCIES
from connectivity.ingest import load_shipped_latencies
from connectivity.models import DayPoint, HourPoint, Point
from costmodel.core.price_list import PriceList
from costmodel.importers import price_table
from costmodel.shipped import SHIPPED as SHIPPED_PRICES
from costmodel.shipped import load_shipped_prices

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # the browser's driver has a loop
settings.DATABASES["default"]["CONN_MAX_AGE"] = 0  # a live server must not keep tables busy
# A slow hash for every user of every test costs minutes.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

ROOT = Path(__file__).parent.parent
DATABASE_FIXTURES = {"db", "transactional_db", "live_server"}

hypothesis_settings.register_profile(
    "quick",
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
hypothesis_settings.register_profile(
    "thorough",
    max_examples=1_000,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
hypothesis_settings.load_profile("quick")  # another one: pytest --hypothesis-profile thorough


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--only-database",
        action="store_true",
        help="run only the tests that ask for a database",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--only-database"):
        return
    kept = [item for item in items if touches_the_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


def touches_the_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(fixtures & DATABASE_FIXTURES)


@pytest.fixture(scope="session")
def prices() -> PriceList:
    """The shipped price list, without a database."""
    lines = SHIPPED_PRICES.read_text(encoding="utf-8").splitlines()
    return PriceList(
        "shipped", SHIPPED_PRICES.stem.removeprefix("prices_"), price_table.read(lines)
    )


@pytest.fixture(scope="session")
def latencies() -> LatencySet:
    """The shipped latencies, without a database."""
    lines = SHIPPED_LATENCIES.read_text(encoding="utf-8").splitlines()
    return LatencySet("shipped", "2020", latency_table.read(lines))


@pytest.fixture(autouse=True)
def _no_answers_of_other_tests() -> Iterator[None]:
    """What is kept in memory by the names of lists must not outlive the rows of a test."""
    yield
    advice._compared.cache_clear()
    advice._topology.cache_clear()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Every test finds the shipped data, as every installation does."""
    with django_db_blocker.unblock():
        load_shipped_prices()
        load_shipped_latencies()


@pytest.fixture
def shipped(db: None) -> None:
    """The shipped data in the database, also after a test that emptied it."""
    load_shipped_prices()
    load_shipped_latencies()


@pytest.fixture
def committed(transactional_db: None) -> Iterator[None]:
    """For a test that commits: the framework does not empty unmanaged tables, this does."""
    yield
    for table in (Point, HourPoint, DayPoint):
        table.objects.all().delete()


@pytest.fixture
def user(shipped: None) -> User:
    return User.objects.create_user("alice", password="correct horse battery")


@pytest.fixture
def stranger(shipped: None) -> User:
    """Somebody of another team."""
    team = Team.objects.create(slug="others", name="Others")
    one = User.objects.create_user("mallory", password="correct horse battery")
    Membership.objects.filter(user=one).delete()
    Membership.objects.create(user=one, team=team)
    return one


@pytest.fixture
def signed_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def token_client(user: User, scope: str = ApiToken.Scope.WRITE) -> APIClient:
    """A script of a user."""
    _, key = ApiToken.objects.create(
        user=user,
        expiry=timedelta(days=1),
        name=f"token {ApiToken.objects.count()}",
        scope=scope,
        team_id=user.team_id,
    )
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {key}")
    return client


@pytest.fixture
def api(user: User) -> APIClient:
    return token_client(user)
