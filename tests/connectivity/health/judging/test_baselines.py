"""Points of now against stored weeks, from the tables to the finding and the page."""

import math
from decimal import Decimal

import pytest

from advisor.models import User
from connectivity import points
from connectivity.core.health.series import Tier, metric
from connectivity.health.accounts.spending import set_cap
from connectivity.health.rounds import scheduling
from connectivity.models import Collection, Finding, HourPoint, Resource, Series, Spending
from tests.estate import NOW, Aws, nat_gateways, watched

pytestmark = pytest.mark.django_db
WEEK, HOUR = 7 * 86_400, 3_600


@pytest.fixture
def collected(user: User) -> Aws:
    """A gateway with 500 idle timeouts in five minutes; until two hours ago there were ten."""
    aws = Aws()
    cloud = nat_gateways(aws, "111122223333")
    timeouts = metric("AWS/NATGateway", "IdleTimeoutCount", NatGatewayId="nat-0")
    cloud.samples[timeouts].clear()
    for minute in range(240):
        cloud.put(timeouts, NOW - 60 * minute, 100.0 if minute < 120 else 2.0)
    watched(user.team_id)
    return aws


def remember(weeks: int, an_hour: float) -> None:
    """The hours around now in the weeks before, as they would have been rolled up."""
    series = Series.objects.get(metric="IdleTimeoutCount")
    hour = NOW // HOUR * HOUR
    points.store(
        [
            (series.pk, hour - back * WEEK + i * HOUR, an_hour)
            for back in range(1, weeks + 1)
            for i in range(-8, 2)
        ],
        HOUR,
    )


def published(aws: Aws, a_minute: float, weeks: int = 4) -> None:
    """The same hours of the weeks before, as CloudWatch has had them before anybody asked."""
    timeouts = metric("AWS/NATGateway", "IdleTimeoutCount", NatGatewayId="nat-0")
    for back in range(1, weeks + 1):
        for minute in range(-60, 300):
            aws.clouds["111122223333"].put(timeouts, NOW - back * WEEK - 60 * minute, a_minute)


def verdict_of(resource: Resource) -> dict[str, object]:
    resource.refresh_from_db()
    return next(each for each in resource.verdicts if each["rule"] == "NAT-IDLE-TIMEOUTS")


def test_growth_is_found_and_what_is_usual_is_said(collected: Aws, user: User) -> None:
    scheduling.run_all(user.team_id, collected.asking)
    remember(4, 120.0)
    scheduling.run_all(user.team_id, collected.asking)
    finding = Finding.objects.get(rule="NAT-IDLE-TIMEOUTS")
    assert finding.why == (
        "6 of the last 6 data points are above 3 times what is usual at this hour; "
        "usually 10 to 10 at this hour"
    )
    assert finding.value == 5  # 500, of the floor of 100


def test_the_same_as_ever_is_silent(collected: Aws, user: User) -> None:
    scheduling.run_all(user.team_id, collected.asking)
    remember(4, 6_000.0)
    scheduling.run_all(user.team_id, collected.asking)
    assert not Finding.objects.filter(rule="NAT-IDLE-TIMEOUTS").exists()
    assert verdict_of(Resource.objects.get())["state"] == "ok"


def test_without_history_it_is_not_judged_and_the_gateway_is_ok(collected: Aws, user: User) -> None:
    scheduling.run_all(user.team_id, collected.asking)
    resource = Resource.objects.get()
    verdict = verdict_of(resource)
    assert (verdict["state"], verdict["why"]) == ("unknown", "needs 3 weeks of its own history")
    assert resource.state == "ok"


def test_a_new_account_is_judged_from_the_first_round_by_what_cloudwatch_had(
    collected: Aws, user: User
) -> None:
    published(collected, 2.0)
    scheduling.run_all(user.team_id, collected.asking)
    finding = Finding.objects.get(rule="NAT-IDLE-TIMEOUTS")
    assert finding.why.endswith("usually 10 to 10 at this hour")


def test_growth_that_is_usual_is_silent_from_the_first_round(collected: Aws, user: User) -> None:
    published(collected, 100.0)
    scheduling.run_all(user.team_id, collected.asking)
    assert not Finding.objects.filter(rule="NAT-IDLE-TIMEOUTS").exists()
    assert verdict_of(Resource.objects.get())["state"] == "ok"


def test_the_hours_before_are_asked_for_once_and_billed_as_one_metric_each(
    collected: Aws, user: User
) -> None:
    published(collected, 2.0)
    scheduling.run_all(user.team_id, collected.asking)
    planned = Series.objects.values("digest", "period").distinct().count()
    daily = Series.objects.filter(tier=Tier.DAY.value).count()
    fine = Series.objects.filter(period__lt=HOUR).values("digest", "period").distinct().count()
    cloud = collected.clouds["111122223333"]
    assert cloud.billed == planned + fine == Spending.objects.get().metrics
    (series,) = Series.objects.filter(metric="IdleTimeoutCount")
    hours = HourPoint.objects.filter(series_id=series.pk)
    assert hours.earliest("at").at == NOW // HOUR * HOUR - 4 * WEEK - 3 * HOUR
    (drawn,) = Series.objects.filter(metric="PacketsDropCount")
    assert HourPoint.objects.filter(series_id=drawn.pk).earliest("at").at >= NOW - 28 * HOUR
    collected.clock += HOUR
    scheduling.run_all(user.team_id, collected.asking)
    assert cloud.billed == 2 * planned + fine - daily  # nothing of the day is due, and no history


def test_weeks_that_failed_are_asked_for_again_with_what_follows_them(
    collected: Aws, user: User
) -> None:
    published(collected, 2.0)
    lines = Collection.objects.filter(account__account="111122223333")
    scheduling.run(lines.get(task="discover").pk, collected.asking)
    collected.clouds["111122223333"].throttles = 1
    hourly = lines.get(task=Tier.HOUR.value).pk
    scheduling.run(hourly, collected.asking)
    assert not HourPoint.objects.exists()
    assert not Series.objects.exclude(mark=None).exists()
    collected.clock += 300
    scheduling.run(hourly, collected.asking)
    assert Finding.objects.filter(rule="NAT-IDLE-TIMEOUTS").exists()


def test_the_cap_stops_the_weeks_before_too(collected: Aws, user: User) -> None:
    published(collected, 2.0)
    set_cap(user.team_id, Decimal(0))
    scheduling.run_all(user.team_id, collected.asking)
    assert collected.clouds["111122223333"].billed == 0


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf, 1e200])
def test_what_cannot_be_added_up_is_left_out(collected: Aws, user: User, odd: float) -> None:
    scheduling.run_all(user.team_id, collected.asking)
    series = Series.objects.get(metric="IdleTimeoutCount")
    HourPoint.objects.all().delete()
    assert points.store([(series.pk, 0, odd), (series.pk, HOUR, 1.0)], HOUR) == 1
    assert HourPoint.objects.get().total == 1.0
