"""Two weeks that are made up, through the collector as it is: each sentence of the report is true.

An estate of NAT gateways in two accounts is asked every six hours, and at some other moments, by
the clock of the test. What was done to it is known, and so what the report must say.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db.models import F
from django.utils import timezone

from advisor.models import User
from advisor.reports.mail import text_of
from connectivity.actions import create_topology
from connectivity.core.health.resource_type import GIB, HOUR
from connectivity.core.health.series import Metric, metric
from connectivity.core.report_schedule import Schedule
from connectivity.health.accounts.aws_accounts import Wish, add_account
from connectivity.health.rounds import scheduling
from connectivity.kept_plans import looking
from connectivity.models import (
    AwsAccount,
    Collection,
    FindingEvent,
    HealthSettings,
    PlanNews,
    Resource,
)
from connectivity.weekly.report import report
from tests.connectivity.core.plan.renewal.test_renewal import estate, hub_usd, link_usd
from tests.connectivity.kept_plans.test_looking import new_prices, next_day
from tests.doubles.cloudwatch import CloudWatch, refused
from tests.estate import NAT_METRICS, REGION, Aws

pytestmark = pytest.mark.django_db

SCHEDULE = Schedule(ZoneInfo("UTC"), 0, 8)
WEEK = SCHEDULE.of("2026-W47")  # from Monday the 16th of November, 08:00 UTC
BEGIN = SCHEDULE.before(WEEK).begin
OURS, DARK = "111122223333", "444455556666"


def day(number: int, hour: int = 0, minute: int = 0) -> int:
    """A moment of November 2026."""
    return int(datetime(2026, 11, number, hour, minute, tzinfo=UTC).timestamp())


END = day(23, 8)


@dataclass
class Gateway:
    """What was done to a NAT gateway, and what it carried."""

    gib_an_hour: Callable[[int], float] = lambda at: 1.0
    no_ports: tuple[int, int] = (0, 0)  # from and to when no source port was free
    drops: tuple[int, int] = (0, 0)  # from and to when it dropped packets
    made: int = 0
    gone: int = END + HOUR
    account: str = OURS

    def value(self, name: str, at: int) -> float:
        """Of a minute."""
        if name.startswith("BytesIn"):
            return self.gib_an_hour(at) * GIB / 2 / 60
        spans = {"ErrorPortAllocation": self.no_ports, "PacketsDropCount": self.drops}
        if name in spans:
            begin, end = spans[name]
            return 5_000.0 if begin <= at < end else 0.0
        if name.startswith("PacketsIn"):
            return 100_000.0
        return 0.0 if name == "IdleTimeoutCount" else 100.0


ESTATE = {
    "old": Gateway(no_ports=(day(12, 3), END)),
    "new": Gateway(drops=(day(18, 9), END)),
    "solved": Gateway(drops=(day(12, 3), day(19, 18))),
    "brief": Gateway(drops=(day(17, 10), day(17, 11, 15))),
    "grow": Gateway(gib_an_hour=lambda at: 2.0 if at >= day(16, 8) else 1.0),
    "idle": Gateway(gib_an_hour=lambda at: 0.0),
    "appeared": Gateway(made=day(19, 20)),
    "vanished": Gateway(gone=day(19, 20)),
    "unseen": Gateway(no_ports=(day(18, 12), END), account=DARK),
}
REFUSAL = day(20, 6)
MINUTE = 60
BEGIN_AT = int(BEGIN.timestamp())


@dataclass
class Cloud(CloudWatch):
    """Points by rule, minute by minute, as they would have been published."""

    rules: dict[Metric, Callable[[int], float]] = field(default_factory=dict)
    lives: dict[Metric, tuple[int, int]] = field(default_factory=dict)

    def _points(self, stat: dict[str, Any], start: int, end: int) -> list[tuple[int, float]]:
        dimensions = {item["Name"]: item["Value"] for item in stat["Metric"]["Dimensions"]}
        series = metric(stat["Metric"]["Namespace"], stat["Metric"]["MetricName"], **dimensions)
        rule, (begin, gone) = self.rules[series], self.lives[series]
        period, is_sum = stat["Period"], stat["Stat"] == "Sum"
        points = []
        for at in range(-(-start // period) * period, end, period):
            values = [
                rule(minute) for minute in range(at, at + period, 60) if begin <= minute < gone
            ]
            if values:
                points.append((at, sum(values) if is_sum else max(values)))
        return points


def aws_of(estate: dict[str, Gateway]) -> Aws:
    aws = Aws(clock=BEGIN.timestamp())
    for account in (OURS, DARK):
        cloud = Cloud()
        aws.clouds[account] = cloud
        own = {name: row for name, row in estate.items() if row.account == account}
        for name, row in own.items():
            for metric_name in NAT_METRICS:
                series = metric("AWS/NATGateway", metric_name, NatGatewayId=name)
                cloud.samples[series] = {}
                cloud.rules[series] = lambda at, row=row, name=metric_name: row.value(name, at)
                cloud.lives[series] = (row.made, row.gone)
        subnet = {"SubnetId": "subnet-1", "VpcId": "vpc-1", "AvailabilityZone": "us-east-1a"}
        aws.found[account] = {
            "DescribeNatGateways": lambda own=own: {
                "NatGateways": [
                    _described(name, row)
                    for name, row in own.items()
                    if row.made <= aws.clock < row.gone
                ]
            },
            "DescribeSubnets": {"Subnets": [subnet]},
            "DescribeRouteTables": {"RouteTables": [_table(own)]},
        }
    return aws


def _described(name: str, row: Gateway) -> dict[str, Any]:
    described = {"NatGatewayId": name, "VpcId": "vpc-1", "SubnetId": "subnet-1"}
    created = {"CreateTime": datetime.fromtimestamp(row.made, UTC)} if row.made else {}
    return described | created


def _table(own: dict[str, Gateway]) -> dict[str, Any]:
    routes = [{"NatGatewayId": name} for name in own]
    return {"VpcId": "vpc-1", "Associations": [{"Main": True}], "Routes": routes}


def watch(team_id: int) -> None:
    for account, name in ((OURS, "prod"), (DARK, "dark")):
        add_account(team_id, Wish(account, name, (REGION,)), uses_own=True)
    Collection.objects.update(due_at=BEGIN)
    AwsAccount.objects.update(created_at=BEGIN - timedelta(hours=1))


def live_through(aws: Aws) -> None:
    """Fourteen days of rounds; what Django dates by the machine's clock gets the test's."""
    rounds = {*range(BEGIN_AT, END + 1, 6 * HOUR)}
    for begin, end in (span for row in ESTATE.values() for span in (row.no_ports, row.drops)):
        rounds |= {at for at in (begin + 30 * MINUTE, end + 20 * MINUTE) if BEGIN_AT < at < END}
    for at in sorted(rounds):
        aws.clock = at
        if at >= REFUSAL:
            aws.broken[DARK] = refused("AccessDenied", "no", "AssumeRole", 403)
        scheduling.run_due(aws.asking)
        now = datetime.fromtimestamp(at, UTC)
        Resource.objects.filter(found_at__gt=now).update(found_at=now)
        Resource.objects.filter(gone_at__gt=now).update(gone_at=now)
        FindingEvent.objects.filter(noticed_at__gt=now).update(noticed_at=F("at"))


def told(user: User) -> tuple[dict[str, Any], str]:
    content = report(user.team_id, SCHEDULE, WEEK)
    with timezone.override(SCHEDULE.zone):
        return content, text_of(content, "ours", "page", "")


def lines_of(text: str, word: str) -> list[str]:
    """The lines under a tag, each with what stands below it, without its link."""
    parts = text.split(f"\n- [{word}] ")[1:]
    return [" ".join(part.split("\n  http")[0].split()) for part in parts]


def week_usd(gib: int, hours: int = 168) -> Decimal:
    """A gateway's hours and its IPv4 address's, and GB, at AWS's prices in us-east-1."""
    return hours * (Decimal("0.045") + Decimal("0.005") + gib * Decimal("0.045"))


def plan_again(team_id: int, folder: Path) -> None:
    """An hour of an endpoint costs five times as much from Friday the 20th on."""
    create_topology(team_id, estate() | {"name": "acme"})
    looking.look_at_due()
    new_prices(folder, "0.05")
    next_day()
    PlanNews.objects.update(at=datetime(2026, 11, 20, 4, 43, tzinfo=UTC))


def test_every_sentence_is_what_was_done(user: User, tmp_path: Path) -> None:
    aws = aws_of(ESTATE)
    watch(user.team_id)
    live_through(aws)
    plan_again(user.team_id, tmp_path)
    content, text = told(user)
    assert content["subject"] == (
        "2 problems (1 critical), 1 new; 1 account without data; 1 cheaper plan; costs up 6 %"
    )
    _what_to_do(content)
    _what_changed(text)
    _what_it_cost(content, text)


def _what_to_do(content: dict[str, Any]) -> None:
    tasks = [(task["state"], task["is_new"], task["what"]) for task in content["to_do"]]
    assert tasks == [
        ("no data", False, "dark (444455556666) in us-east-1 gives no data: the role cannot be "
         "assumed."),
        ("critical", False, "For 15 minutes no source port has been free for a destination (port "
         "allocation errors)."),
        ("", True, "acme: another plan costs 141.15 USD a month less."),
        ("warning", True, "The gateway drops more than 0.01 % of the packets that it receives."),
    ]  # fmt: skip
    blind = content["to_do"][0]
    assert blind["since"] == "2026-11-20T02:00:00+00:00"
    assert "the role cannot be assumed. AccessDenied" in blind["evidence"]
    dear, cheap = link_usd(300, "0.05"), hub_usd(300)
    assert round(dear - cheap, 2) == Decimal("141.15")
    effect = f"{cheap:.2f} USD a month instead of {dear:.2f} (81.45 when it was planned, on "
    assert content["to_do"][2]["effect"].startswith(effect)
    (advice,) = content["advice"]
    assert (advice["thing"]["name"], advice["effect"]) == ("idle", "Saves $36.50 a month.")


def _what_changed(text: str) -> None:
    (new,) = lines_of(text, "new")
    assert new.startswith("NAT gateway new (prod, us-east-1): The gateway drops more than 0.01 %")
    assert "since Wed 2026-11-18 09:00 UTC (5 days)" in new
    assert lines_of(text, "worse") == []
    unseen = lines_of(text, "last seen")
    assert len(unseen) == 1
    assert {line.split(":")[0] for line in unseen} == {"NAT gateway unseen (dark, us-east-1)"}
    for line in unseen:
        assert "since Wed 2026-11-18 12:00 UTC; last seen Fri 2026-11-20 01:53 UTC" in line
        assert "its account has refused us since (3 days)" in line
    (solved,) = lines_of(text, "solved")
    assert "NAT gateway solved (prod, us-east-1)" in solved
    assert "from Thu 2026-11-12 03:00 UTC to Thu 2026-11-19 18:" in solved
    (brief,) = lines_of(text, "brief")
    assert "NAT gateway brief (prod, us-east-1)" in brief
    assert "from Tue 2026-11-17 10:00 UTC to Tue 2026-11-17 11:" in brief
    assert lines_of(text, "appeared") == ["NAT gateway appeared (prod, us-east-1)"]
    assert lines_of(text, "gone") == ["NAT gateway vanished (prod, us-east-1)"]
    assert "Data until Mon 2026-11-23 07:55 UTC." in text


def _what_it_cost(content: dict[str, Any], text: str) -> None:
    costs = content["costs"]
    assert costs["left_out"] == {}
    moved = {line["name"]: (line["before_usd"], line["usd"]) for line in costs["movers"]}
    assert moved == {
        "grow": (f"{week_usd(1):.2f}", f"{week_usd(2):.2f}"),
        "appeared": ("0.00", f"{week_usd(1, 84):.2f}"),
        "vanished": (f"{week_usd(1):.2f}", f"{week_usd(1, 84):.2f}"),
    }
    before = 7 * week_usd(1) + week_usd(0)  # without the one that appeared
    after = before - week_usd(1) + week_usd(2)  # half of one went, half of another came
    assert Decimal(costs["whole"]["before_usd"]) == round(before, 2)
    assert Decimal(costs["whole"]["usd"]) == round(after, 2)
    (scaled,) = costs["scaled"]["first"]
    assert scaled["name"] == "unseen"
    assert f"unseen (measured {scaled['measured']} of 168 hours)" in text
    assert (costs["unused_usd"], costs["unused_unpriced"]) == ("36.50", 0)


def test_at_the_cap_the_report_says_so_and_tells_nothing_as_present(user: User) -> None:
    aws = aws_of({"old": ESTATE["old"]})
    watch(user.team_id)
    for at in range(day(20, 8), END + 1, 6 * HOUR):
        aws.clock = at
        if at >= day(21, 8):
            HealthSettings.objects.get_or_create(team_id=user.team_id, defaults={"cap_usd": 0})
        scheduling.run_due(aws.asking)
        FindingEvent.objects.filter(noticed_at__gt=WEEK.end).update(noticed_at=F("at"))
    content, text = told(user)
    assert content["subject"].startswith("No problems; ") or content["subject"] == "No problems"
    assert "This month's cap for CloudWatch requests is reached" in text
    for line in lines_of(text, "last seen"):
        assert "last seen Sat 2026-11-21 01:53 UTC, no data since (2 days)" in line
    assert len(lines_of(text, "last seen")) == content["troubles"]["unseen"]["count"] > 0
