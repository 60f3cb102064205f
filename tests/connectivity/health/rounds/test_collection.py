"""Collecting: what settled is asked for once, in few calls; no trouble loses or doubles any."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.db import InterfaceError, OperationalError, connection

from advisor.models import User
from advisor.schedule import SCHEDULE
from connectivity import points
from connectivity.core.health.series import Tier, metric
from connectivity.health.accounts import account_turns, aws_accounts
from connectivity.health.reading import lookup
from connectivity.health.reading.sparklines import sparklines
from connectivity.health.rounds import collection, scheduling
from connectivity.models import (
    Collection,
    Finding,
    HealthSettings,
    HourPoint,
    Point,
    Resource,
    Series,
    Spending,
)
from connectivity.pulse import LEASE
from tests.doubles.cloudwatch import refused
from tests.estate import NAT_METRICS, NOW, Aws, nat_gateways, watched

pytestmark = pytest.mark.django_db
ACCOUNT = "111122223333"
ERRORS = metric("AWS/NATGateway", "ErrorPortAllocation", NatGatewayId="nat-0")


@pytest.fixture
def aws() -> Aws:
    aws = Aws()
    nat_gateways(aws, ACCOUNT)
    return aws


@pytest.fixture
def team(user: User, aws: Aws) -> int:
    watched(user.team_id)
    return int(user.team_id)


def line(task: str, account: str = ACCOUNT) -> Collection:
    return Collection.objects.get(task=task, account__account=account)


def stored(name: str) -> dict[int, float]:
    (series,) = Series.objects.filter(metric=name)
    return dict(Point.objects.filter(series_id=series.pk).values_list("at", "value"))


def test_everything_is_found_asked_and_judged(aws: Aws, team: int) -> None:
    report = scheduling.run_all(team, aws.asking)
    assert (report.refused, report.notes) == ([], [])
    assert Series.objects.count() == len(NAT_METRICS) + 1  # one is asked by the day as well
    (resource,) = Resource.objects.all()
    assert (resource.state, resource.name, resource.is_listed) == ("ok", "nat-0", True)
    assert {series.mark is not None for series in Series.objects.all()} == {True}
    assert all(at % 60 == 0 and at <= NOW - 300 for at in stored("ErrorPortAllocation"))


def test_every_request_keeps_to_the_rate_of_its_account_and_region(aws: Aws, team: int) -> None:
    scheduling.run(line("discover").pk, aws.asking)
    assert set(aws.limiter.keys) == {f"{ACCOUNT}/us-east-1"}
    assert len(aws.limiter.keys) >= len(aws.asked) > 10


def test_calls_are_the_fewest_and_each_metric_is_billed_once(aws: Aws, team: int) -> None:
    scheduling.run_all(team, aws.asking)
    cloud = aws.clouds[ACCOUNT]
    spent = Spending.objects.get()
    planned = Series.objects.values("digest", "period").distinct().count()
    fine = Series.objects.filter(period__lt=3_600).values("digest", "period").distinct().count()
    assert spent.metrics == planned + fine == cloud.billed  # once, the hours before
    assert spent.calls == len(Tier) + 2  # nothing of the day is drawn
    assert lookup.cost(team, datetime.fromtimestamp(NOW, UTC)).metrics == spent.metrics


def test_a_second_time_asks_only_for_what_is_new(aws: Aws, team: int) -> None:
    scheduling.run_all(team, aws.asking)
    before = stored("ErrorPortAllocation")
    billed = aws.clouds[ACCOUNT].billed
    scheduling.run_all(team, aws.asking)
    assert aws.clouds[ACCOUNT].billed == billed
    aws.clock += 900
    scheduling.run(line(Tier.QUARTER.value).pk, aws.asking)
    assert aws.clouds[ACCOUNT].billed == billed + 2  # port errors and connections
    assert before.items() < stored("ErrorPortAllocation").items()


def test_late_data_change_what_was_stored(aws: Aws, team: int) -> None:
    scheduling.run_all(team, aws.asking)
    newest = max(stored("ErrorPortAllocation"))
    aws.clouds[ACCOUNT].put(ERRORS, newest, 7.0)
    aws.clock += 900
    scheduling.run(line(Tier.QUARTER.value).pk, aws.asking)
    assert stored("ErrorPortAllocation")[newest] == 7.0


def test_a_throttled_call_is_asked_again_and_nothing_is_lost(aws: Aws, team: int) -> None:
    scheduling.run(line("discover").pk, aws.asking)
    aws.clouds[ACCOUNT].throttles = 1
    report = scheduling.run(line(Tier.QUARTER.value).pk, aws.asking)
    assert report is not None
    assert "AWS throttles" in report.problem
    assert not Point.objects.exists()
    row = line(Tier.QUARTER.value)
    assert row.problem == report.problem
    assert row.due_at <= datetime.fromtimestamp(NOW + 300, UTC)
    aws.clock += 300
    scheduling.run(row.pk, aws.asking)
    assert len(stored("ErrorPortAllocation")) == 187  # from seven o'clock on
    assert line(Tier.QUARTER.value).problem == ""


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (refused("ExpiredToken", "x", "GetMetricData", 403), "credentials have expired"),
        (refused("AccessDenied", "x", "AssumeRole", 403), "the role cannot be assumed"),
        (refused("InternalFailure", "x", "DescribeNatGateways", 500), "InternalFailure"),
    ],
)
def test_what_aws_says_stands_on_the_page(aws: Aws, team: int, error: Any, words: str) -> None:
    aws.broken[ACCOUNT] = error
    scheduling.run_all(team, aws.asking)
    (place,) = lookup.places(team)
    assert words in place.problems[0]
    assert place.succeeded_at is None


def test_one_of_ten_accounts_that_is_denied_delays_no_other(aws: Aws, team: int) -> None:
    accounts = [f"{i:012}" for i in range(1, 10)]
    for account in accounts:
        nat_gateways(aws, account, hours=1)
        watched(team, account)
    aws.broken[ACCOUNT] = refused("AccessDenied", "no", "AssumeRole", 403)
    scheduling.run_all(team, aws.asking)
    assert Resource.objects.filter(state="ok").count() == 9
    troubled = [place for place in lookup.places(team) if place.problems]
    assert [place.owner for place in troubled] == ["account 1111"]


def test_a_kind_whose_calls_are_refused_is_named_and_stays_known(aws: Aws, team: int) -> None:
    scheduling.run(line("discover").pk, aws.asking)
    aws.denied[ACCOUNT].add("DescribeRouteTables")
    aws.clock += 3_600
    report = scheduling.run(line("discover").pk, aws.asking)
    assert report is not None
    assert report.refused == ["ec2:DescribeRouteTables"]
    assert Resource.objects.get().gone_at is None
    assert lookup.places(team)[0].refused == ("ec2:DescribeRouteTables",)


@pytest.mark.parametrize("status", ["PartialData", "InternalError", "Forbidden"])
def test_a_metric_that_failed_is_asked_again_and_the_others_are_kept(
    aws: Aws, team: int, status: str
) -> None:
    scheduling.run(line("discover").pk, aws.asking)
    cloud = aws.clouds[ACCOUNT]
    cloud.statuses[metric("AWS/NATGateway", "PacketsDropCount", NatGatewayId="nat-0")] = status
    report = scheduling.run(line(Tier.HOUR.value).pk, aws.asking)
    assert report is not None
    assert any("1 metrics: PacketsDropCount" in note for note in report.notes)
    assert Series.objects.get(metric="PacketsDropCount").mark is None
    assert Series.objects.get(metric="PacketsInFromSource").mark is not None
    cloud.statuses.clear()
    aws.clock += 3_600
    scheduling.run(line(Tier.HOUR.value).pk, aws.asking)
    assert Series.objects.get(metric="PacketsDropCount").mark is not None


def test_a_task_that_comes_twice_is_done_once(aws: Aws, team: int) -> None:
    scheduling.run_all(team, aws.asking)
    aws.clock += 900
    pk = line(Tier.QUARTER.value).pk
    assert scheduling.run(pk, aws.asking) is not None
    assert scheduling.run(pk, aws.asking) is None


def test_a_worker_that_is_killed_leaves_a_claim_that_ends(aws: Aws, team: int) -> None:
    scheduling.run(line("discover").pk, aws.asking)
    claimed = datetime.fromtimestamp(NOW, UTC) + LEASE
    Collection.objects.filter(task=Tier.QUARTER.value).update(claimed_until=claimed)
    pk = line(Tier.QUARTER.value).pk
    assert scheduling.run(pk, aws.asking) is None
    aws.clock += LEASE.total_seconds() + 1
    assert scheduling.run(pk, aws.asking) is not None
    assert len(stored("ErrorPortAllocation")) > 160


def test_the_line_of_a_lost_worker_is_taken_up_within_a_minute() -> None:
    wait = LEASE + timedelta(seconds=float(SCHEDULE["health that is due"]["schedule"]))
    assert wait < timedelta(minutes=1)


def test_a_line_is_kept_as_long_as_its_worker_lives(
    aws: Aws, team: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long it takes; another worker finds nothing to do meanwhile."""
    pk = line("discover").pk
    outcomes: list[object] = []
    beats: list[Callable[[], bool]] = []

    def beating(beat: Callable[[], bool]) -> Any:
        beats.append(beat)
        return nullcontext()

    def slow(*_: object) -> scheduling.Outcome:
        for _ in range(10):
            aws.clock += LEASE.total_seconds() - 1
            assert beats[0]()
            outcomes.append(scheduling.run(pk, aws.asking))
        return scheduling.Outcome()

    monkeypatch.setattr(scheduling, "Pulse", beating)
    monkeypatch.setattr(scheduling, "discover", slow)
    assert scheduling.run(pk, aws.asking) is not None
    assert outcomes == [None] * 10
    assert not beats[0]()  # it is finished


def test_a_worker_that_wakes_up_too_late_leaves_the_line_to_another(
    aws: Aws, team: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pk = line("discover").pk

    def sleepy(*_: object) -> scheduling.Outcome:
        aws.clock += LEASE.total_seconds() + 1
        with monkeypatch.context() as patch:
            patch.setattr(scheduling, "discover", lambda *_: scheduling.Outcome())
            assert scheduling.run(pk, aws.asking) is not None
        return scheduling.Outcome(problem="of the late one")

    monkeypatch.setattr(scheduling, "discover", sleepy)
    scheduling.run(pk, aws.asking)
    assert line("discover").problem == ""


def test_what_cannot_be_judged_is_not_asked_again_at_once(
    aws: Aws, team: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduling, "judge_region", lambda *_: {}["none"])
    pk = line("discover").pk
    outcome = scheduling.run(pk, aws.asking)
    assert outcome is not None
    assert outcome.problem == scheduling.FAILED
    aws.clock += 60
    assert scheduling.run(pk, aws.asking) is None


def test_a_database_that_fails_moves_no_mark(
    aws: Aws, team: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduling.run(line("discover").pk, aws.asking)
    pk = line(Tier.QUARTER.value).pk

    def fail(*_: object) -> None:
        raise OperationalError("the server went away")

    with monkeypatch.context() as patch:
        patch.setattr(collection, "_count", fail)  # after points and marks were written
        with pytest.raises(OperationalError):
            scheduling.run(pk, aws.asking)
    assert not Point.objects.exists()
    assert Series.objects.exclude(mark=None).count() == 0
    aws.clock += account_turns.AFTER_TROUBLE.total_seconds() + 1
    scheduling.run(pk, aws.asking)
    assert len(stored("ErrorPortAllocation")) > 160


def test_a_clock_that_went_back_asks_for_nothing_and_loses_nothing(aws: Aws, team: int) -> None:
    scheduling.run_all(team, aws.asking)
    before = stored("ErrorPortAllocation")
    aws.clock -= 7_200
    report = scheduling.run(line(Tier.QUARTER.value).pk, aws.asking, is_asked_for=True)
    assert report is not None
    assert (report.calls, report.problem) == (0, "")
    assert stored("ErrorPortAllocation") == before


def test_at_the_cap_nothing_more_is_asked_and_the_page_says_so(aws: Aws, team: int) -> None:
    scheduling.run(line("discover").pk, aws.asking)
    HealthSettings.objects.create(team_id=team, cap_usd=Decimal(0))
    report = scheduling.run(line(Tier.QUARTER.value).pk, aws.asking)
    assert report is not None
    assert "this month's cap of 0.00 USD" in report.problem
    assert aws.clouds[ACCOUNT].billed == 0
    assert Resource.objects.get().state == "unknown"


def test_what_is_not_collected_becomes_unknown_and_closes_no_finding(aws: Aws, team: int) -> None:
    for minute in range(60):
        aws.clouds[ACCOUNT].put(ERRORS, NOW - 60 * minute, 5.0)
    scheduling.run_all(team, aws.asking)
    assert Resource.objects.get().state == "critical"
    assert {finding.rule for finding in Finding.objects.all()} == {"NAT-PORTS", "NAT-PORTS-NOW"}
    aws.broken[ACCOUNT] = refused("AccessDenied", "no", "AssumeRole", 403)
    aws.clock += 6 * 3_600
    scheduling.run_all(team, aws.asking)
    (resource,) = Resource.objects.all()
    assert resource.state == "unknown"
    assert "not collected for" in resource.why
    assert Finding.objects.filter(closed_at=None).count() == 2


def test_500_queries_go_into_a_call_and_no_more(user: User) -> None:
    aws = Aws()
    nat_gateways(aws, ACCOUNT, 90, hours=1)
    watched(user.team_id)
    scheduling.run(line("discover").pk, aws.asking)
    before = aws.clouds[ACCOUNT].calls
    report = scheduling.run(line(Tier.HOUR.value).pk, aws.asking)
    assert report is not None
    queries = Series.objects.filter(tier=Tier.HOUR.value).count()
    assert queries == 90 * 8
    assert aws.clouds[ACCOUNT].calls - before == 2 + 3  # and the hours before


def test_what_is_collected_the_first_time_has_its_picture_at_once(aws: Aws, team: int) -> None:
    """The hourly task may be an hour away; whoever has just added an account looks now."""
    for task in ("discover", Tier.HOUR.value):
        scheduling.run(line(task).pk, aws.asking)
    (row,) = Resource.objects.all()
    assert sparklines([row])[row.pk].values[-3:] == [6_000.0] * 3


def test_rollups_are_made_of_what_is_stored_and_again_of_what_comes_late(
    aws: Aws, team: int
) -> None:
    scheduling.run_all(team, aws.asking)
    series = Series.objects.get(metric="PacketsInFromSource")
    start = (NOW - 2 * 3_600) // 3_600 * 3_600
    hours = points.read_hours({series.pk: "Sum"}, start, start + 3_600)
    assert hours[series.pk] == {start: 6_000.0}
    points.store([(series.pk, start, 700.0)], 60)
    Series.objects.filter(pk=series.pk).update(unrolled_from=start)
    assert points.roll_up() == 1
    assert points.read_hours({series.pk: "Sum"}, start, start + 3_600)[series.pk][start] == 6_600.0


def test_points_are_forgotten_after_a_fortnight_and_hours_are_kept(aws: Aws, team: int) -> None:
    scheduling.run_all(team, aws.asking)
    points.forget_old(NOW)
    assert Point.objects.exists()
    points.forget_old(NOW + 16 * 86_400)
    assert not Point.objects.exists()
    series = Series.objects.get(metric="PacketsInFromSource")
    assert points.read_hours({series.pk: "Sum"}, NOW - 86_400, NOW)[series.pk]


def test_what_is_due_is_worked_on_and_then_waits(aws: Aws, team: int) -> None:
    now = datetime.fromtimestamp(NOW, UTC)
    Collection.objects.update(due_at=now)
    assert len(scheduling.due(now)) == 4
    report = scheduling.run_due(aws.asking) if scheduling.due() else None
    assert report is not None
    assert scheduling.due(now) == []
    assert len(scheduling.due(now + timedelta(minutes=16))) == 1


@pytest.mark.usefixtures("committed")
def test_a_database_that_ends_the_connection_in_the_middle_keeps_all_or_nothing(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a restart looks like to a worker: on PostgreSQL the backend really goes away."""
    aws = Aws()
    nat_gateways(aws, ACCOUNT)
    watched(user.team_id)
    scheduling.run(line("discover").pk, aws.asking)
    pk = line(Tier.QUARTER.value).pk
    with monkeypatch.context() as patch:
        patch.setattr(collection, "_count", _end_the_connection)
        with pytest.raises((OperationalError, InterfaceError)):
            scheduling.run(pk, aws.asking)
    connection.close()
    assert not Point.objects.exists()
    aws.clock += account_turns.AFTER_TROUBLE.total_seconds() + 1
    assert scheduling.run(pk, aws.asking) is not None
    assert len(stored("ErrorPortAllocation")) > 160
    assert points.roll_up() == 0  # what is new is drawn at once
    assert HourPoint.objects.exists()


def _end_the_connection(*_: object) -> None:
    if connection.vendor == "postgresql":
        with psycopg.connect(connection.connection.info.dsn) as other:
            pid = connection.connection.info.backend_pid
            other.execute("SELECT pg_terminate_backend(%s)", [pid])
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    raise OperationalError("the server went away")


def test_without_listed_metrics_nothing_is_ok(aws: Aws, team: int) -> None:
    aws.clouds[ACCOUNT].denied = True
    report = scheduling.run_all(team, aws.asking)
    assert any("cloudwatch:ListMetrics" in action for action in report.refused)
    (resource,) = Resource.objects.all()
    assert (resource.state, resource.why) == ("unknown", "CloudWatch lists no such metric for it")


def test_volumes_that_share_an_instance_are_both_seen_and_asked_once(user: User) -> None:
    aws = Aws()
    ids = ("vol-1", "vol-2")
    attached = [{"InstanceId": "i-1"}]
    aws.found[ACCOUNT]["DescribeVolumes"] = {
        "Volumes": [
            {"VolumeId": id, "VolumeType": "gp3", "Size": 1, "Attachments": attached} for id in ids
        ]
    }
    shared = metric("AWS/EC2", "InstanceEBSIOPSExceededCheck", InstanceId="i-1")
    for minute in range(180):
        aws.clouds[ACCOUNT].put(shared, NOW - 60 * minute, 1.0)
    watched(user.team_id)
    scheduling.run_all(user.team_id, aws.asking)
    assert aws.clouds[ACCOUNT].billed == 2  # and the hours before
    assert list(Resource.objects.values_list("state", "rule")) == [
        ("warning", "EBS-INSTANCE-IOPS"),
        ("warning", "EBS-INSTANCE-IOPS"),
    ]


def test_what_is_deleted_in_aws_closes_its_findings(aws: Aws, team: int) -> None:
    for minute in range(60):
        aws.clouds[ACCOUNT].put(ERRORS, NOW - 60 * minute, 5.0)
    scheduling.run_all(team, aws.asking)
    assert Finding.objects.filter(closed_at=None).count() == 2
    aws.found[ACCOUNT]["DescribeNatGateways"] = {"NatGateways": []}
    aws.clock += 3_600
    scheduling.run(line("discover").pk, aws.asking)
    assert Resource.objects.get().gone_at is not None
    assert not Finding.objects.filter(closed_at=None).exists()
    whys = {finding.events.last().detail for finding in Finding.objects.all()}  # type: ignore[union-attr]
    assert whys == {"it no longer exists"}


def test_an_error_of_ours_is_said_and_tried_again(
    aws: Aws, team: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduling, "discover", lambda *_: 1 / 0)
    report = scheduling.run(line("discover").pk, aws.asking)
    assert report is not None
    assert report.problem == "internal error; see the server's log"
    assert line("discover").claimed_until is None


def test_an_account_without_a_role_is_not_asked(user: User) -> None:
    row = aws_accounts.add_account(user.team_id, aws_accounts.Wish(ACCOUNT, "", ("us-east-1",)))
    assert not Collection.objects.exists()
    (outcome,) = aws_accounts.check(row, Aws().asking)
    assert "enter the role ARN first" in outcome.problem


def test_no_hour_is_missed_where_the_first_request_fails_for_long_after_its_history(
    aws: Aws, team: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """History up to 07:00 is stored, and the first minutes are asked for at 18:00 at last."""
    scheduling.run(line("discover").pk, aws.asking)
    for hour in range(12):
        aws.clouds[ACCOUNT].put(ERRORS, NOW // 3_600 * 3_600 + 3_600 * (hour - 4), 1.0)
    asked = collection._asked

    def history_alone(row: Collection, plan: Any, *rest: Any) -> bool:
        return not plan.moves_marks and asked(row, plan, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(collection, "_asked", history_alone)
        scheduling.run(line(Tier.QUARTER.value).pk, aws.asking)
    aws.clock += 8 * 3_600
    scheduling.run(line(Tier.QUARTER.value).pk, aws.asking)
    series = Series.objects.get(metric="ErrorPortAllocation")
    hours = set(HourPoint.objects.filter(series_id=series.pk).values_list("at", flat=True))
    assert series.begun is not None
    first = NOW // 3_600 * 3_600 - 3 * 3_600
    assert set(range(first, series.begun, 3_600)) <= hours
