"""One line of an account at a time, and none while it is in trouble: one's trouble delays no other.

Also what is asked again soon, and what the month's cap stops first.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from botocore.exceptions import ReadTimeoutError
from django.test import Client
from django.urls import reverse

from advisor.models import User
from connectivity.core.health.series import Tier, metric
from connectivity.core.health.troubles import Trouble
from connectivity.core.problems import DocumentRefused
from connectivity.health.accounts import account_turns, aws_access
from connectivity.health.accounts.aws_accounts import Wish, add_account, change_account
from connectivity.health.reading import lookup
from connectivity.health.rounds import scheduling
from connectivity.models import AwsAccount, Collection, HealthSettings, Resource, Series, Spending
from connectivity.pulse import LEASE
from tests.doubles.cloudwatch import refused
from tests.estate import REGION, Aws, nat_gateways, watched

pytestmark = pytest.mark.django_db
ACCOUNT, OTHER = "111122223333", "444455556666"
DENIED = refused("AccessDenied", "no", "AssumeRole", 403)
DROPS = metric("AWS/NATGateway", "PacketsDropCount", NatGatewayId="nat-0")


@pytest.fixture
def aws() -> Aws:
    aws = Aws()
    for account in (ACCOUNT, OTHER):
        nat_gateways(aws, account, hours=1)
    return aws


@pytest.fixture
def team(user: User) -> int:
    for account in (ACCOUNT, OTHER):
        watched(user.team_id, account)
    return int(user.team_id)


def line(task: str = "discover", account: str = ACCOUNT) -> Collection:
    return Collection.objects.get(task=task, account__account=account)


def moment(aws: Aws) -> datetime:
    return datetime.fromtimestamp(aws.clock, UTC)


def test_while_one_line_of_an_account_runs_no_other_begins(aws: Aws, team: int) -> None:
    Collection.objects.filter(pk=line().pk).update(claimed_until=moment(aws) + LEASE)
    assert scheduling.run(line(Tier.DAY.value).pk, aws.asking) is None
    assert scheduling.run(line(Tier.DAY.value, OTHER).pk, aws.asking) is not None
    due = scheduling.due(moment(aws))
    assert {Collection.objects.get(pk=pk).account.account for pk in due} == {OTHER}  # type: ignore[union-attr]


def test_a_killed_worker_frees_its_account_when_its_lease_ends(aws: Aws, team: int) -> None:
    Collection.objects.filter(pk=line().pk).update(claimed_until=moment(aws) + LEASE)
    aws.clock += LEASE.total_seconds() + 1
    assert scheduling.run(line(Tier.DAY.value).pk, aws.asking) is not None


def lose(aws: Aws) -> bool:
    """A worker takes the line when it is due, and is killed; whether it came to that."""
    row = line()
    aws.clock = max(aws.clock, int(row.due_at.timestamp()))
    if account_turns.claim(row.pk, moment(aws), moment(aws)) is None:
        return False
    aws.clock += int(LEASE.total_seconds()) + 1
    return True


def test_what_kills_its_worker_each_time_waits_longer_and_longer(aws: Aws, team: int) -> None:
    assert lose(aws)
    assert lose(aws)  # once may be the worker's fault
    waits = []
    for _ in range(6):
        assert not lose(aws)
        row = line()
        waits.append((row.due_at - moment(aws)).total_seconds() / 60)
        assert f"was lost {len(waits) + 1} times in a row" in row.problem
        assert row.pk not in scheduling.due(moment(aws))
        daily = line(Tier.DAY.value).pk
        assert scheduling.run(daily, aws.asking, is_asked_for=True) is not None  # others get on
        assert lose(aws)
    assert waits == [5, 10, 20, 40, 60, 60]


def test_a_success_forgets_lost_workers_and_who_asks_does_not_wait(aws: Aws, team: int) -> None:
    assert lose(aws)
    assert lose(aws)
    assert not lose(aws)
    assert scheduling.run(line().pk, aws.asking, is_asked_for=True) is not None
    assert (line().losses, line().problem) == (0, "")
    assert lose(aws)
    assert lose(aws)


def test_a_turn_takes_all_that_is_due_of_one_account(aws: Aws, team: int) -> None:
    turns = scheduling.due_turns(moment(aws))
    assert len(turns) == 2  # not eight
    assert scheduling.take_turn(turns[0], aws.asking) == 4
    assert len(scheduling.due_turns(moment(aws))) == 1
    assert Series.objects.filter(mark=None, resource__account__account=ACCOUNT).count() == 0


def test_a_turn_that_took_long_leaves_the_rest_for_the_next(
    aws: Aws, team: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduling, "TURN_S", 0)
    assert scheduling.take_turn(line().pk, aws.asking) == 1


def test_a_line_that_takes_too_long_ends_and_its_account_is_left_alone(
    aws: Aws, team: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aws_access, "LINE_S", 0)
    report = scheduling.run(line().pk, aws.asking)
    assert report is not None
    assert report.trouble is Trouble.TIMEOUT
    assert AwsAccount.objects.get(account=ACCOUNT).paused_until is not None


def test_an_account_in_trouble_is_asked_once_and_then_left_alone(aws: Aws, team: int) -> None:
    aws.broken[ACCOUNT] = DENIED
    scheduling.take_turn(line().pk, aws.asking)
    assert aws.calls[ACCOUNT] == 1  # its other lines did not ask
    account = AwsAccount.objects.get(account=ACCOUNT)
    assert (account.failures, account.paused_until) == (1, moment(aws) + timedelta(minutes=1))
    told = set(Collection.objects.filter(account=account).values_list("problem", flat=True))
    assert len(told) == 1
    assert {row.due_at for row in Collection.objects.filter(account=account)} == {
        account.paused_until
    }


def test_the_pause_doubles_and_one_try_ends_it(aws: Aws, team: int) -> None:
    aws.broken[ACCOUNT] = DENIED
    for failures, minutes in ((1, 1), (2, 2), (3, 4), (4, 8), (5, 15), (6, 15)):
        scheduling.take_turn(line().pk, aws.asking)
        assert aws.calls[ACCOUNT] == failures
        paused_until = AwsAccount.objects.get(account=ACCOUNT).paused_until
        assert paused_until == moment(aws) + timedelta(minutes=minutes)
        aws.clock += 60 * minutes
    del aws.broken[ACCOUNT]
    assert scheduling.take_turn(line().pk, aws.asking) == 4
    account = AwsAccount.objects.get(account=ACCOUNT)
    assert (account.failures, account.paused_until, account.trouble) == (0, None, "")


def test_trouble_of_one_action_pauses_nothing(aws: Aws, team: int) -> None:
    aws.denied[ACCOUNT].add("DescribeVolumes")
    scheduling.run(line().pk, aws.asking)
    assert AwsAccount.objects.get(account=ACCOUNT).failures == 0


def test_what_is_left_alone_is_judged_and_becomes_unknown(aws: Aws, team: int) -> None:
    scheduling.run_all(team, aws.asking)
    broken = Resource.objects.filter(account__account=ACCOUNT)
    assert broken.get().state == "ok"
    aws.broken[ACCOUNT] = ReadTimeoutError(endpoint_url="https://monitoring")  # type: ignore[assignment]
    for _ in range(8):  # two hours
        aws.clock += 900
        for pk in scheduling.due_turns(moment(aws)):
            scheduling.take_turn(pk, aws.asking)
    assert broken.get().state == "unknown"
    assert "not collected" in broken.get().why
    assert "not collected" not in Resource.objects.get(account__account=OTHER).why


def test_the_page_shows_what_is_paused_and_why(
    aws: Aws, team: int, signed_in: Client, user: User
) -> None:
    aws.broken[ACCOUNT] = DENIED
    scheduling.take_turn(line().pk, aws.asking)
    page = " ".join(signed_in.get(reverse("health-collection")).content.decode().split())
    assert "paused until 10:08 UTC after 1 failure; then one request is tried" in page
    assert "the role cannot be assumed" in page
    assert "For the account&#x27;s owner" in page


def test_a_new_role_is_tried_at_once(aws: Aws, team: int) -> None:
    aws.broken[ACCOUNT] = DENIED
    scheduling.take_turn(line().pk, aws.asking)
    account = AwsAccount.objects.get(account=ACCOUNT)
    role = f"arn:aws:iam::{ACCOUNT}:role/Other"
    change_account(account, Wish(ACCOUNT, "", (REGION,), role))
    assert AwsAccount.objects.get(account=ACCOUNT).paused_until is None
    assert account_turns.due(datetime.now(UTC)).filter(account=account).exists()


@pytest.mark.parametrize("status", ["InternalError", "PartialData"])
def test_single_metrics_that_failed_are_asked_again_soon_and_alone(
    aws: Aws, team: int, status: str
) -> None:
    scheduling.run(line().pk, aws.asking)
    cloud = aws.clouds[ACCOUNT]
    cloud.statuses[DROPS] = status
    hourly = line(Tier.HOUR.value)
    scheduling.run(hourly.pk, aws.asking)
    billed = cloud.billed
    assert line(Tier.HOUR.value).due_at == moment(aws) + account_turns.AFTER_TROUBLE
    cloud.statuses.clear()
    aws.clock += 300
    scheduling.run(hourly.pk, aws.asking)
    assert cloud.billed == billed + 1  # of nine
    failed = Series.objects.get(metric="PacketsDropCount", resource__account__account=ACCOUNT)
    assert failed.mark is not None
    assert line(Tier.HOUR.value).due_at > moment(aws) + timedelta(minutes=30)


def test_what_fails_for_good_is_asked_again_so_often_and_no_more(aws: Aws, team: int) -> None:
    scheduling.run(line().pk, aws.asking)
    aws.clouds[ACCOUNT].statuses[DROPS] = "InternalError"
    hourly = line(Tier.HOUR.value)
    tries = 0
    for _ in range(60):
        tries += scheduling.run(hourly.pk, aws.asking) is not None
        aws.clock += 60
    assert tries == 1 + scheduling.TRIES_SOON


def test_the_first_page_is_counted_where_the_second_fails(aws: Aws, team: int) -> None:
    scheduling.run(line().pk, aws.asking)
    cloud = aws.clouds[ACCOUNT]
    answered = cloud.get_metric_data

    def breaks_off(**asked: object) -> dict[str, object]:
        if "NextToken" in asked:
            raise refused("InternalFailure", "oops", "GetMetricData", 500)
        return answered(**asked) | {"NextToken": "2"}

    cloud.get_metric_data = breaks_off  # type: ignore[method-assign]
    report = scheduling.run(line(Tier.HOUR.value).pk, aws.asking)
    assert report is not None
    assert report.trouble is Trouble.AWS_ERROR
    assert Spending.objects.get().metrics == cloud.billed > 0
    assert not Series.objects.exclude(mark=None).exists()


def test_further_pages_are_told_as_what_nobody_knows(
    aws: Aws, team: int, signed_in: Client, user: User
) -> None:
    scheduling.run(line().pk, aws.asking)
    cloud = aws.clouds[ACCOUNT]
    answered = cloud.get_metric_data

    def paged(**asked: object) -> dict[str, object]:
        more = {} if "NextToken" in asked else {"NextToken": "1000000"}
        return answered(**asked) | more

    cloud.get_metric_data = paged  # type: ignore[method-assign]
    scheduling.run(line(Tier.HOUR.value).pk, aws.asking)
    spent = Spending.objects.get()
    assert (spent.calls, spent.metrics, spent.unsure) == (4, cloud.billed, cloud.billed)


@pytest.mark.parametrize(
    ("share", "running"),
    [
        (Decimal("0.89"), {Tier.DAY, Tier.HOUR, Tier.QUARTER}),
        (Decimal("0.9"), {Tier.HOUR, Tier.QUARTER}),
        (Decimal(1), {Tier.QUARTER}),
        (Decimal("1.19"), {Tier.QUARTER}),
        (Decimal("1.2"), set()),
    ],
)
def test_near_the_cap_what_matters_least_stops_first(
    aws: Aws, team: int, share: Decimal, running: set[Tier]
) -> None:
    scheduling.run(line().pk, aws.asking)
    HealthSettings.objects.create(team_id=team, cap_usd=Decimal(10))
    metrics = int(share * 10 * 100_000)
    day = moment(aws).date()
    Spending.objects.create(
        team_id=team, account=line().account, region=REGION, day=day, metrics=metrics
    )
    asked = set()
    for tier in Tier:
        report = scheduling.run(line(tier.value).pk, aws.asking)
        assert report is not None
        asked |= {tier} if report.trouble is not Trouble.CAP else set()
    assert asked == running


def test_the_page_says_when_the_cap_will_stop_what(
    aws: Aws, team: int, signed_in: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduling.run_all(team, aws.asking)
    now = moment(aws).replace(day=2)
    HealthSettings.objects.create(team_id=team, cap_usd=Decimal("0.05"))
    monkeypatch.setattr("advisor.web.health.collection.timezone.now", lambda: now)
    cost = lookup.cost(team, now)
    assert cost.forecast.month_usd > cost.cap_usd
    page = " ".join(signed_in.get(reverse("health-collection")).content.decode().split())
    for stop in cost.forecast.stops:
        assert f"metrics requested {stop.tier}: from {stop.at:%Y-%m-%d}" in page
    assert "Raise the cap to" in page
    assert cost.forecast.stops[0].tier is Tier.DAY


@pytest.mark.parametrize(
    ("external_id", "words"),
    [
        ("x", "'x' has 1 characters; write 2 to 1,224"),
        ("x" * 1_225, "has 1,225 characters"),
        ("two words", "contains ' ', which AWS does not accept"),
        ("größe", "contains 'ö'"),
    ],
)
def test_an_external_id_that_aws_refuses_is_refused_here(
    user: User, external_id: str, words: str
) -> None:
    with pytest.raises(DocumentRefused) as error:
        add_account(user.team_id, Wish(ACCOUNT, "", (REGION,), external_id=external_id))
    (problem,) = error.value.problems
    assert problem[0] == "external_id"
    assert words in problem[1]
    assert not AwsAccount.objects.exists()


@pytest.mark.parametrize("external_id", ["ab", "a" * 1_224, "aA0_+=,.@:/-"])
def test_an_external_id_that_aws_takes_is_taken(user: User, external_id: str) -> None:
    row = add_account(user.team_id, Wish(ACCOUNT, "", (REGION,), external_id=external_id))
    row.refresh_from_db()
    assert row.external_id == external_id


def test_a_line_that_is_due_within_this_second_is_due_once(aws: Aws, team: int) -> None:
    """Our clock tells whole seconds; the database the moment."""
    pk = line().pk
    Collection.objects.filter(pk=pk).update(due_at=moment(aws) + timedelta(milliseconds=900))
    assert scheduling.run(pk, aws.asking) is not None
    assert line().due_at > moment(aws) + timedelta(minutes=59)
