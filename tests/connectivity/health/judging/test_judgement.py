"""Every window is judged once, whatever the rounds: findings have the times of their data."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.models import User
from advisor.webhooks.deliveries import announce
from advisor.webhooks.endpoints import Wish, add
from connectivity import points
from connectivity.core.health.resource_type import DAY
from connectivity.core.health.series import Tier
from connectivity.health.judging import judgement
from connectivity.health.judging.judgement import judge_region
from connectivity.health.lifecycle.incidents import catch_up
from connectivity.models import (
    Collection,
    Finding,
    FindingEvent,
    IncidentEvent,
    Resource,
    Series,
)
from tests.estate import NOW, watched

pytestmark = pytest.mark.django_db
START = NOW // DAY * DAY
METRICS = {
    "ErrorPortAllocation": "Sum",  # 1 of 5 and 15 of 15, always published
    "PeakBytesPerSecond": "Maximum",  # 3 of 15, quiet
    "PacketsDropCount": "Sum",  # 5 of 5, a share of the next
    "PacketsInFromSource": "Sum",
}
Values = Mapping[str, Mapping[int, float]]  # by metric and minute
Times = list[tuple[str, int, int | None, int]]


@pytest.fixture
def line(user: User) -> Collection:
    """A NAT gateway, with series of which nothing is collected yet."""
    account = watched(user.team_id)
    resource = gateway(account, "nat-0")
    Series.objects.bulk_create(series(resource, metric) for metric in METRICS)
    return Collection.objects.get(account=account, task=Tier.HOUR.value)


def gateway(account: Any, key: str) -> Resource:
    routes = [{"subnet": "subnet-1", "az": "us-east-1a"}]
    facts = {"mode": "zonal", "az": "us-east-1a", "routes": routes, "addresses": 1,
             "created": None, "connectivity": "public", "vpc": "vpc-1"}  # fmt: skip
    return Resource.objects.create(
        team_id=account.team_id, account=account, region="us-east-1", kind="nat-gateway",
        aws_id=key, key=key, name=key, is_listed=True, facts=facts,
    )  # fmt: skip


def series(resource: Resource, metric: str) -> Series:
    return Series(
        resource=resource, namespace="AWS/NATGateway", metric=metric, dimensions=[],
        digest=metric, statistic=METRICS[metric], period=60, tier=Tier.HOUR.value, begun=START,
    )  # fmt: skip


def collected(values: Values, minutes: Iterable[int], mark: int) -> None:
    """Points of some minutes come in, and everything was asked for up to a minute."""
    minutes = set(minutes)
    for row in Series.objects.all():
        metric = values.get(row.metric, {})
        rows = [(row.pk, START + 60 * minute, metric[minute]) for minute in minutes & metric.keys()]
        points.store(rows, 60)
    Series.objects.update(mark=START + 60 * mark)


def judged(line: Collection, mark: int) -> None:
    judge_region(line, START + 60 * mark + 300)


def minute(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp() - START) // 60


def found() -> Times:
    """Rule, when each finding began, tripped and ended."""
    rows = []
    for finding in Finding.objects.prefetch_related("events"):
        tripped = finding.events.get(what="opened").at
        closings = [event.at for event in finding.events.all() if event.what == "closed"]
        assert closings == ([finding.closed_at] if finding.closed_at else [])
        times = map(minute, (finding.opened_at, finding.closed_at, tripped))
        rows.append((finding.rule, *times))
    return sorted(rows, key=str)  # type: ignore[arg-type]


BRIEF: Values = {
    "ErrorPortAllocation": {at: float(at in (100, 101, 300)) for at in range(480)},
    "PeakBytesPerSecond": dict.fromkeys(range(20, 30), 11e9),
    "PacketsDropCount": dict.fromkeys(range(200, 206), 10.0),
    "PacketsInFromSource": dict.fromkeys(range(480), 100.0),
}
OF_BRIEF: Times = [
    ("NAT-DROPS", 200, 207, 205),
    ("NAT-PEAK-BYTES", 20, 43, 23),
    ("NAT-PORTS-NOW", 100, 107, 101),
    ("NAT-PORTS-NOW", 300, 306, 301),
]


def test_what_came_and_went_between_two_rounds_is_found_with_its_times(line: Collection) -> None:
    collected(BRIEF, range(480), 480)
    judged(line, 480)
    assert found() == OF_BRIEF
    detection = datetime.fromtimestamp(START + 480 * 60 + 300, UTC)
    assert set(FindingEvent.objects.values_list("noticed_at", flat=True)) == {detection}
    assert Resource.objects.get().state == "ok"


@pytest.mark.parametrize("every", [1, 7, 15, 60, 240])
def test_rounds_8_hours_apart_find_what_rounds_of_minutes_find(
    line: Collection, every: int
) -> None:
    for mark in range(every, 480 + every, every):
        collected(BRIEF, range(mark - every, mark), mark)
        judged(line, mark)
    collected(BRIEF, [], 480 + every)
    assert found() == OF_BRIEF


def test_a_round_that_runs_twice_changes_nothing(line: Collection) -> None:
    collected(BRIEF, range(480), 480)
    judged(line, 480)
    events = list(FindingEvent.objects.values_list("pk", flat=True))
    for _ in range(3):
        judged(line, 480)
    assert list(FindingEvent.objects.values_list("pk", flat=True)) == events


def test_a_round_that_is_killed_half_way_skips_nothing_and_judges_nothing_twice(
    line: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first batch stands, its second is judged by the next round."""
    assert line.account is not None
    other = gateway(line.account, "nat-1")
    Series.objects.bulk_create(series(other, metric) for metric in METRICS)
    collected(BRIEF, range(480), 480)
    monkeypatch.setattr(judgement, "RESOURCES", 1)
    follow = judgement.follow

    def dying(judged: Any, findings: Any, now: int) -> Any:
        muted = follow(judged, findings, now)
        if judged[0].resource.pk == other.pk:
            raise KeyboardInterrupt
        return muted

    with monkeypatch.context() as patch:
        patch.setattr(judgement, "follow", dying)
        with pytest.raises(KeyboardInterrupt):
            judged(line, 480)
    assert found() == OF_BRIEF
    judged(line, 480)
    assert found() == sorted([*OF_BRIEF, *OF_BRIEF], key=str)


def test_a_catch_up_is_judged_in_pieces_of_bounded_memory(
    line: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert line.account is not None
    for i in range(4):
        other = gateway(line.account, f"nat-{i + 1}")
        Series.objects.bulk_create(series(other, metric) for metric in METRICS)
    collected(BRIEF, range(480), 480)
    sizes = []
    read = points.read_windows

    def measured(*asked: Any) -> Any:
        values = read(*asked)
        sizes.append(values.size)
        return values

    monkeypatch.setattr(points, "read_windows", measured)
    monkeypatch.setattr(judgement, "CELLS", 5_000)
    judged(line, 480)
    assert found() == sorted([*OF_BRIEF] * 5, key=str)
    assert len(sizes) >= 2
    assert max(sizes) <= 5_000


def test_what_cannot_be_collected_stays_open_with_when_it_was_last_seen(line: Collection) -> None:
    values = {"ErrorPortAllocation": dict.fromkeys(range(60), 1.0)}
    collected(values, range(60), 60)
    judged(line, 60)
    judged(line, 6_000)
    finding = Finding.objects.get(rule="NAT-PORTS")
    assert (finding.closed_at, minute(finding.seen_at)) == (None, 58)
    assert "not collected for 5,940 minutes" in verdict("NAT-PORTS")["why"]
    assert Resource.objects.get().state == "unknown"
    collected({"ErrorPortAllocation": dict.fromkeys(range(60, 6_060), 0.0)}, range(6_060), 6_060)
    judged(line, 6_060)
    finding.refresh_from_db()
    assert minute(finding.closed_at) == 61


def test_one_missing_point_makes_nothing_unknown_and_data_that_stay_away_do(
    line: Collection,
) -> None:
    values = {"ErrorPortAllocation": {at: 0.0 for at in range(60) if at != 56}}
    collected(values, range(60), 60)
    judged(line, 60)
    assert verdict("NAT-PORTS-NOW")["state"] == "ok"
    collected({}, [], 75)
    judged(line, 75)
    assert verdict("NAT-PORTS-NOW")["why"] == "no data point in 10 minutes"
    assert verdict("NAT-PORTS-NOW")["state"] == "unknown"


def verdict(rule: str) -> dict[str, Any]:
    (row,) = Resource.objects.all()
    return next(each for each in row.verdicts if each["rule"] == rule)


def test_quiet_rules_without_a_point_say_so(line: Collection) -> None:
    collected({}, [], 60)
    judged(line, 60)
    answer = verdict("NAT-PEAK-BYTES")
    assert (answer["state"], answer["why"]) == ("ok", "no data point in 15 minutes")


def test_webhooks_are_told_of_what_was_found_late(
    line: Collection, settings: Any, user: User
) -> None:
    """The event is older than the address, and was noticed after."""
    settings.OUTBOUND_HOSTS = ["127.0.0.0/8"]
    add(user.team_id, Wish("chat", "http://127.0.0.1:1/"), user.pk)
    collected(BRIEF, range(480), 480)
    judged(line, 480)
    catch_up(line, START + 480 * 60 + 300)
    IncidentEvent.objects.update(noticed_at=datetime.now(UTC))
    assert announce() == 2 * len(OF_BRIEF)


minutes = st.integers(0, 119)
figures = st.fixed_dictionaries(
    {
        metric: st.dictionaries(minutes, st.sampled_from([0.0, 11e9]), max_size=120)
        for metric in METRICS
    }
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(figures, st.sets(st.integers(3, 117), max_size=8), st.sets(minutes))
def test_any_rounds_with_late_points_find_what_one_round_finds(
    line: Collection, values: Values, marks: set[int], late: set[int]
) -> None:
    """Points of the two newest minutes may come a round later; a round may run twice."""
    with transaction.atomic():
        collected(values, range(120), 130)
        judged(line, 130)
        at_once = found()
        transaction.set_rollback(True)
    with transaction.atomic():
        begin = 0
        for mark in [*sorted(marks), 130]:
            late_ones = late & set(range(mark - 2, mark))
            collected(values, set(range(begin, mark)) - late_ones, mark)
            begin = mark - 2
            judged(line, mark)
            judged(line, mark)
        assert found() == at_once
        transaction.set_rollback(True)
