"""What tests of the product may ask for: the shipped data stored, a team, its user, a foreign team.

tests/conftest.py loads it where pytest has Django; the tests of both cores run without.
"""

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from rest_framework.test import APIClient

from advisor.models import ApiToken, Membership, Team, User
from connectivity import advice
from connectivity.ingest import load_shipped_latencies
from connectivity.models import DayPoint, HourPoint, Point
from costmodel.shipped import load_shipped_prices

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # the browser's driver has a loop
settings.CALLER_LIMITS = dict.fromkeys(settings.CALLER_LIMITS, 0)  # a test asks for its own
settings.DATABASES["default"]["CONN_MAX_AGE"] = 0  # a live server must not keep tables busy
# A slow hash for every user of every test costs minutes.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


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
    mallory = User.objects.create_user("mallory", password="correct horse battery")
    Membership.objects.filter(user=mallory).delete()
    Membership.objects.create(user=mallory, team=team)
    return mallory


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
