"""A mail server on loopback, and a team that wants reports."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from advisor.models import Team, User
from tests.doubles.mailbox import Mailbox, mail_server


@pytest.fixture
def box(settings: Any) -> Iterator[Mailbox]:
    with mail_server(settings) as mailbox:
        yield mailbox


@pytest.fixture
def team(user: User) -> Team:
    """Its reports have been wanted for a year."""
    Team.objects.filter(pk=user.team_id).update(reports_since=timezone.now() - timedelta(days=365))
    return Team.objects.get(pk=user.team_id)
