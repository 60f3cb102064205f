"""What is down comes first, then what will be down, the soonest first, then what costs most."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from advisor.models import User
from connectivity.health.lifecycle import incidents
from connectivity.health.reading import incident_lookup, listing
from connectivity.models import Finding, Resource
from tests.estate import watched

pytestmark = pytest.mark.django_db
NOW = timezone.now()
ESTATE = [  # name, rule, severity, value, USD; as they are found
    ("dear", "EBS-LATENCY", "warning", 50.0, 900),
    ("soon", "EBS-BURST-SOON", "warning", 3.5, 10),
    ("cheap", "EBS-LATENCY", "warning", 50.0, 5),
    ("sooner", "EBS-BURST-SOON", "warning", 0.5, 1),
    ("down", "EBS-STALLED", "critical", 1.0, 2),
]
ORDER = ["down", "sooner", "soon", "dear", "cheap"]


@pytest.fixture
def team(user: User) -> int:
    account = watched(user.team_id)
    opened = []
    for name, rule, severity, value, usd in ESTATE:
        row = Resource.objects.create(
            team_id=user.team_id, account=account, region="us-east-1", kind="ebs-volume",
            aws_id=name, key=name, name=name, usd=Decimal(usd), state=severity,
            rank=3 if severity == "critical" else 2, facts={},
        )  # fmt: skip
        opened.append(
            Finding.objects.create(
                team_id=user.team_id,
                resource=row,
                rule=rule,
                severity=severity,
                value=value,
                why="so",
                opened_at=NOW,
            )  # fmt: skip
        )
    kinds = {finding.resource_id: "ebs-volume" for finding in opened}
    incidents.follow(kinds, opened, NOW)
    return int(user.team_id)


def listed(team: int) -> list[str]:
    return [row.name for row in listing.resources(team, listing.Filter())]


def test_in_the_overview(team: int) -> None:
    assert listed(team) == ORDER


def test_of_incidents(team: int) -> None:
    assert [row.resource.name for row in incident_lookup.incidents(team)] == ORDER


def test_what_is_muted_or_over_is_not_next(team: int) -> None:
    sooner = Finding.objects.get(resource__name="sooner")
    sooner.muted_until = NOW + timedelta(days=1)
    sooner.save()
    assert listed(team) == ["down", "soon", "dear", "cheap", "sooner"]
