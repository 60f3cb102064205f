"""What a week's report says, against hand-made weeks whose facts and sums are known."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from advisor.models import User
from advisor.reports.mail import text_of
from advisor.reports.present import sections
from connectivity import points
from connectivity.actions import create_topology
from connectivity.core.health.resource_type import GIB, HOUR
from connectivity.core.report_schedule import Period, Schedule
from connectivity.health.accounts.aws_accounts import remove_account
from connectivity.models import (
    AwsAccount,
    Collection,
    Finding,
    FindingEvent,
    HourPoint,
    LatencySet,
    MeasuredCell,
    Resource,
    Series,
    Spending,
)
from connectivity.weekly.report import report
from costmodel.ingest import import_prices
from costmodel.models import PriceList
from tests.factories import document, flow, vpc
from tests.offers import offer, product

pytestmark = pytest.mark.django_db

SCHEDULE = Schedule(ZoneInfo("UTC"), 0, 8)
PERIOD = SCHEDULE.of("2026-W47")
BEFORE = SCHEDULE.before(PERIOD)


def ago(days: float) -> datetime:
    """Before the end of the week."""
    return PERIOD.end - timedelta(days=days)


@pytest.fixture
def account(user: User) -> AwsAccount:
    row = AwsAccount.objects.create(
        team_id=user.team_id, account="111122223333", name="network", regions=["us-east-1"]
    )
    AwsAccount.objects.update(created_at=ago(60))
    return row


def gateway(account: AwsAccount, name: str, **more: Any) -> Resource:
    facts = {"mode": "zonal", "az": "us-east-1a", "routes": [], "addresses": 1, "created": None}
    row = Resource.objects.create(
        team_id=account.team_id,
        account=account,
        region="us-east-1",
        kind="nat-gateway",
        aws_id=name,
        key=name,
        name=name,
        facts=facts | {"connectivity": "public"},
        **({"state": "ok"} | more),
    )
    Resource.objects.filter(pk=row.pk).update(found_at=ago(50))
    return row


def carried(
    row: Resource,
    gib_an_hour: dict[Period, float],
    begin: datetime = BEFORE.begin,
    end: datetime = PERIOD.end,
) -> None:
    """Bytes through a gateway, half of them each way, hour by hour."""
    for name in ("BytesInFromSource", "BytesInFromDestination"):
        series = Series.objects.create(
            resource=row, namespace="AWS/NATGateway", metric=name, dimensions=[], digest=name,
            statistic="Sum", period=HOUR, tier="daily",
            begun=int(begin.timestamp()), mark=int(end.timestamp()),
        )  # fmt: skip
        points.store(
            [
                (series.pk, at, gib * GIB / 2)
                for period, gib in gib_an_hour.items()
                for at in range(
                    int(max(period.begin, begin).timestamp()),
                    int(min(period.end, end).timestamp()),
                    HOUR,
                )
            ],
            HOUR,
        )


def found(row: Resource, rule: str, state: str, opened: float, **more: Any) -> Finding:
    finding = Finding.objects.create(
        team_id=row.team_id, resource=row, rule=rule, severity=state, why=f"{rule} is so",
        opened_at=ago(opened), **more,
    )  # fmt: skip
    FindingEvent.objects.create(
        finding=finding, at=ago(opened), noticed_at=ago(opened), what="opened"
    )
    return finding


def told(user: User) -> dict[str, Any]:
    content = report(user.team_id, SCHEDULE, PERIOD)
    assert json.loads(json.dumps(content)) == content  # plain values, as they are stored
    return content


def test_a_team_that_watches_nothing_is_told_so(user: User) -> None:
    content = told(user)
    assert content["subject"] == "Nothing is monitored yet"
    assert (content["to_do"], content["costs"], content["is_watching"]) == ([], None, False)
    assert content["prices"]["changed"] == 0


def test_all_quiet_is_said_of_what_was_seen(user: User, account: AwsAccount) -> None:
    row = gateway(account, "a")
    assert told(user)["subject"] == "No data yet"
    Resource.objects.filter(pk=row.pk).update(data_until=int(PERIOD.end.timestamp()))
    assert told(user)["subject"] == "No problems"
    Collection.objects.create(
        team_id=user.team_id, account=account, region="us-east-1", task="discover", due_at=ago(0)
    )
    assert told(user)["subject"] == "No problems; 1 account without data"


def test_before_it_was_watched_nothing_is_told_of_it(user: User, account: AwsAccount) -> None:
    """A finding belongs to the week in which it was noticed, whenever it began."""
    finding = found(gateway(account, "a"), "NAT-IDLE", "warning", 30)
    finding.events.update(noticed_at=ago(-1))
    content = told(user)
    assert (content["troubles"]["open"]["count"], content["to_do"]) == (0, [])
    AwsAccount.objects.update(created_at=ago(-1))
    assert told(user)["subject"] == "Nothing is monitored yet"


def test_what_is_new_old_worse_solved_brief_muted(user: User, account: AwsAccount) -> None:
    row = gateway(account, "a")
    found(row, "NAT-DROPS", "warning", 20)
    worse = found(row, "NAT-PORTS", "critical", 10)
    FindingEvent.objects.create(finding=worse, at=ago(2), what="worsened")
    found(row, "NAT-NO-ANSWER", "warning", 3)
    found(row, "NAT-PEAK-BYTES", "warning", 30, closed_at=ago(1))
    found(row, "NAT-PEAK-PACKETS", "warning", 5, closed_at=ago(4))
    found(row, "NAT-OTHER-AZ", "warning", 5, muted_until=ago(-30))
    found(row, "NAT-IDLE", "warning", 30, closed_at=ago(10))  # before the week
    found(row, "NAT-NO-ROUTE", "warning", -1)  # after it
    troubles = told(user)["troubles"]
    rules = {
        name: [trouble["rule"] for trouble in troubles[name]["first"]] for name in ("open", "new")
    }
    assert rules == {
        "open": ["NAT-PORTS", "NAT-DROPS", "NAT-NO-ANSWER"],
        "new": ["NAT-NO-ANSWER"],
    }
    assert [trouble["rule"] for trouble in troubles["worse"]["first"]] == ["NAT-PORTS"]
    assert [trouble["rule"] for trouble in troubles["solved"]["first"]] == ["NAT-PEAK-BYTES"]
    (brief,) = troubles["brief"]["first"]
    assert (brief["rule"], brief["until"]) == ("NAT-PEAK-PACKETS", ago(4).isoformat())
    assert (troubles["critical"], troubles["muted"]) == (1, 1)
    assert told(user)["subject"].startswith("3 problems (1 critical), 1 new")


def test_four_weeks_count_what_was_open_at_some_time(user: User, account: AwsAccount) -> None:
    row = gateway(account, "a")
    found(row, "NAT-DROPS", "warning", 15, closed_at=ago(8))
    found(row, "NAT-PORTS", "critical", 6)
    AwsAccount.objects.update(created_at=ago(20))
    troubles = told(user)["troubles"]
    assert troubles["weeks"] == ["2026-W44", "2026-W45", "2026-W46", "2026-W47"]
    (kind,) = troubles["kinds"]
    assert (kind["kind"], kind["resources"]) == ("NAT gateways", 1)
    assert kind["counts"] == [None, 1, 1, 1]  # nothing was watched in the first


def test_to_do_is_grave_first_one_a_rule_and_never_more_than_five(
    user: User, account: AwsAccount
) -> None:
    rows = [gateway(account, f"nat-{i}", usd=10 * i) for i in range(4)]
    for row in rows:
        found(row, "NAT-IDLE", "warning", 20)
    for rule in ("NAT-DROPS", "NAT-NO-ANSWER", "NAT-PEAK-BYTES", "NAT-OTHER-AZ"):
        found(rows[0], rule, "warning", 20)
    found(rows[0], "NAT-PORTS", "critical", 20)
    found(rows[1], "NAT-PEAK-PACKETS", "warning", 2)
    known = found(rows[1], "NAT-NO-ROUTE", "warning", 2)
    Finding.objects.filter(pk=known.pk).update(acknowledged_at=ago(1))
    content = told(user)
    assert len(content["to_do"]) == 5
    assert content["more_to_do"] == 2
    first, second, third = content["to_do"][:3]
    assert (first["state"], first["thing"]["name"]) == ("critical", "nat-0")
    assert first["step"].startswith("Find the destination")
    assert second["effect"] == "Saves $60.00 a month."  # the dearest warning, new or not
    assert (third["is_new"], third["link"]["uid"]) == (True, str(rows[1].uid))


def test_of_equal_money_what_more_depends_on_goes_first(user: User, account: AwsAccount) -> None:
    for name, rule, subnets in (("a", "NAT-DROPS", 1), ("b", "NAT-NO-ANSWER", 9)):
        row = gateway(account, name)
        found(row, rule, "warning", 20)
        routes = [{"subnet": f"subnet-{i}", "az": "us-east-1a"} for i in range(subnets)]
        Resource.objects.filter(pk=row.pk).update(facts=row.facts | {"routes": routes})
    assert [task["thing"]["name"] for task in told(user)["to_do"]] == ["b", "a"]


def words(content: dict[str, Any]) -> str:
    """The mail's text."""
    with timezone.override(SCHEDULE.zone):
        return text_of(content, "ours", "page", "")


def line(account: AwsAccount, **more: Any) -> Collection:
    return Collection.objects.create(
        team_id=account.team_id, account=account, region="us-east-1", task="discover",
        due_at=ago(0), **more,
    )  # fmt: skip


REFUSED = "the role cannot be assumed (AccessDenied)"


def test_what_nobody_has_seen_for_days_is_told_as_last_seen(
    user: User, account: AwsAccount
) -> None:
    """Its account refuses us since Friday: nothing of it is told as present."""
    other = AwsAccount.objects.create(
        team_id=user.team_id, account="444455556666", name="dark", regions=["us-east-1"]
    )
    AwsAccount.objects.update(created_at=ago(60))
    line(account, succeeded_at=ago(0.01))
    line(other, succeeded_at=ago(3), problem=REFUSED, troubles=[["trust", "", REFUSED]])
    until = int(ago(3).timestamp())
    for rule, state in (("NAT-PORTS", "critical"), ("NAT-OTHER-AZ", "warning")):
        found(gateway(other, f"of {rule}", data_until=until), rule, state, 5)
    found(gateway(account, "a", data_until=int(ago(0).timestamp())), "NAT-DROPS", "warning", 2)
    content = told(user)
    assert content["subject"] == "1 problem, 1 new; 1 account without data"
    troubles = content["troubles"]
    assert (troubles["critical"], troubles["open"]["count"], troubles["unseen"]["count"]) == (
        0,
        1,
        2,
    )
    blind, seen = content["to_do"]
    assert (blind["state"], blind["evidence"]) == ("no data", REFUSED)
    assert blind["what"] == (
        "dark (444455556666) in us-east-1 gives no data: the role cannot be assumed."
    )
    assert blind["step"].startswith("For the account's owner: Check that the role exists")
    assert seen["thing"]["name"] == "a"
    text = words(content)
    assert (
        "at least since Wed 2026-11-18 08:00 UTC; last seen Fri 2026-11-20 08:00 UTC, its account "
        "has refused us since (3 days)"
    ) in text
    assert "Last seen: Fri 2026-11-20 08:00 UTC" in text
    assert "[last seen] NAT gateway of NAT-PORTS (dark, us-east-1): For 15 minutes" in text


def test_what_was_last_seen_before_a_week_is_not_counted_in_it(
    user: User, account: AwsAccount
) -> None:
    line(account, succeeded_at=ago(9), problem=REFUSED)
    row = gateway(account, "a", data_until=int(ago(9).timestamp()))
    found(row, "NAT-PORTS", "critical", 15)
    (kind,) = told(user)["troubles"]["kinds"]
    assert kind["counts"] == [0, 1, 1, 0]


def test_a_metric_that_stopped_is_last_seen_without_blame(user: User, account: AwsAccount) -> None:
    line(account, succeeded_at=ago(0))
    found(gateway(account, "a", data_until=int(ago(2).timestamp())), "NAT-PORTS", "critical", 5)
    content = told(user)
    assert content["subject"] == "No problems"
    assert "last seen Sat 2026-11-21 08:00 UTC, no data since (2 days)" in words(content)


def test_the_metric_of_a_finding_may_stop_while_others_go_on(
    user: User, account: AwsAccount
) -> None:
    row = gateway(account, "a", data_until=int(ago(0).timestamp()))
    found(row, "NAT-PORTS", "critical", 5, seen_at=ago(2))
    found(row, "NAT-IDLE", "advice", 5, seen_at=ago(1.1))  # a day's periods are judged once a day
    content = told(user)
    assert content["subject"] == "No problems"
    assert "last seen Sat 2026-11-21 08:00 UTC, no data since (2 days)" in words(content)
    assert [task["state"] for task in content["advice"]] == ["advice"]


def test_advice_that_has_a_price_says_it(user: User, account: AwsAccount) -> None:
    facts = {"type": "gp2", "gib": 100, "iops": 300, "throughput_mib_s": None}
    row = gateway(account, "data")
    Resource.objects.filter(pk=row.pk).update(kind="ebs-volume", facts=facts)
    found(row, "EBS-GP2", "advice", 3)
    (task,) = told(user)["advice"]
    assert task["effect"].endswith(
        " data: gp3 with 3,000 IOPS and 128 MiB/s, $8.12 instead of $10.00 (never slower than gp2)."
    )


def test_what_runs_out_is_told_before_what_costs_more(user: User, account: AwsAccount) -> None:
    found(gateway(account, "dear", usd=Decimal(900)), "NAT-DROPS", "warning", 3)
    row = gateway(account, "soon", usd=Decimal(1))
    Resource.objects.filter(pk=row.pk).update(kind="ebs-volume")
    found(row, "EBS-BURST-SOON", "warning", 2, value=3.0)
    content = told(user)
    assert [task["thing"]["name"] for task in content["to_do"]] == ["soon", "dear"]
    assert [line["rule"] for line in content["troubles"]["open"]["first"]] == [
        "EBS-BURST-SOON",
        "NAT-DROPS",
    ]


def test_a_try_that_failed_once_makes_no_account_blind(user: User, account: AwsAccount) -> None:
    hour_ago = ago(1 / 24)
    line(account, succeeded_at=hour_ago, problem="AWS throttles the requests")
    row = gateway(account, "a", data_until=int(hour_ago.timestamp()))
    found(row, "NAT-PORTS", "critical", 12)
    content = told(user)
    assert content["subject"] == "1 problem (1 critical), none new"
    assert [task["state"] for task in content["to_do"]] == ["critical"]


@pytest.mark.parametrize(
    ("causes", "headline"), [(1, ": AWS rejects the worker's own credentials"), (2, "")]
)
def test_many_blind_accounts_are_one_thing_to_do(user: User, causes: int, headline: str) -> None:
    for i in range(8 if causes == 2 else 5):
        row = AwsAccount.objects.create(
            team_id=user.team_id, account=f"{i:012}", name=f"dark {i}", regions=["us-east-1"]
        )
        trouble = (["own-key", "trust"][i % causes], "", "no")
        line(row, succeeded_at=ago(3), problem="no", troubles=[trouble])
    AwsAccount.objects.update(created_at=ago(60))
    content = told(user)
    (task,) = content["to_do"]
    count = 8 if causes == 2 else 5
    assert task["what"] == f"{count} accounts or servers give no data{headline}."
    assert task["evidence"].endswith(f"and {count - 3} more")
    assert content["subject"].endswith(f"; {count} accounts without data")


def test_advice_is_no_problem_and_is_ranked_by_its_money(user: User, account: AwsAccount) -> None:
    for usd in (10, 30, 20):
        found(gateway(account, f"nat-{usd}", usd=usd), "NAT-IDLE", "advice", 2)
    found(gateway(account, "far", usd=500), "NAT-OTHER-AZ", "advice", 2)  # saves none of it
    content = told(user)
    troubles = content["troubles"]
    assert (troubles["open"]["count"], troubles["new"]["count"], troubles["advice"]) == (0, 0, 4)
    assert content["to_do"] == []
    assert [task["thing"]["name"] for task in content["advice"]] == ["nat-30", "far"]
    assert [kind["counts"] for kind in troubles["kinds"]] == [[0, 0, 0, 0]]
    assert "4 open findings are advice: no problem" in words(content)


def test_brief_findings_are_told_with_their_times(user: User, account: AwsAccount) -> None:
    found(
        gateway(account, "a"), "NAT-DROPS", "warning", 3, closed_at=ago(3) + timedelta(minutes=75)
    )
    (task,) = told(user)["troubles"]["brief"]["first"]
    assert task["last_seen"] is None
    assert (
        "at least from Fri 2026-11-20 08:00 UTC to Fri 2026-11-20 09:15 UTC (75 minutes)"
    ) in words(told(user))


@pytest.mark.parametrize(
    "broken",
    [
        {"facts": {}},
        {"facts": []},
        {"facts": {"created": "yesterday"}},
        {"bill": [{"what": "Through it"}]},
        {"bill": {"usd": "x"}, "usd": None},
        {"kind": "of-another-release"},
    ],
    ids=str,
)
def test_a_broken_row_is_named_and_takes_nothing_with_it(
    user: User, account: AwsAccount, broken: dict[str, Any]
) -> None:
    carried(gateway(account, "whole", usd=5), {BEFORE: 1, PERIOD: 1})
    row = gateway(account, "broken", usd=900)
    carried(row, {BEFORE: 1, PERIOD: 1})
    found(row, "NAT-IDLE", "warning", 2)
    Resource.objects.filter(pk=row.pk).update(**broken)
    content = told(user)
    text = words(content)
    assert content["costs"]["whole"]["usd"] == ("31.92" if "bill" in broken else "15.96")
    assert "broken (network, us-east-1)" in text
    if broken == {"facts": {}}:
        assert "[unreadable] NAT gateway broken (network, us-east-1)" in text


def test_what_is_extrapolated_says_of_how_many_hours(user: User, account: AwsAccount) -> None:
    """27 hours at a GiB an hour: a week of it, and that it is one."""
    row = gateway(account, "a")
    carried(row, {BEFORE: 1, PERIOD: 1})
    end = int(PERIOD.begin.timestamp()) + 27 * HOUR
    Series.objects.filter(resource=row).update(mark=end)
    HourPoint.objects.filter(at__gte=end).delete()
    content = told(user)
    assert content["costs"]["whole"]["usd"] == "15.96"
    (scaled,) = content["costs"]["scaled"]["first"]
    assert (scaled["measured"], scaled["hours"]) == (27, 168)
    text = words(content)
    assert (
        "$15.96 of this week is extrapolated from the hours that were measured: a (measured 27 "
        "of 168 hours)." in text
    )


def test_what_is_collected_the_next_day_is_told_once(user: User, account: AwsAccount) -> None:
    row = gateway(account, "a")
    carried(row, {BEFORE: 1, PERIOD: 1})
    Series.objects.filter(resource=row).update(mark=int(PERIOD.end.timestamp()) - 24 * HOUR)
    content = told(user)
    assert content["costs"]["scaled"]["count"] == 0
    sentence = "Traffic is collected once a day: that of the last 24 hours is extrapolated."
    assert sentence in words(content)


def test_unused_money_is_told_with_the_price_that_it_has(user: User, account: AwsAccount) -> None:
    row = gateway(account, "a")
    found(row, "NAT-IDLE", "warning", 2)
    bill = [
        {"what": "Hours", "amount": "730", "usd": "32.8500", "gap": ""},
        {"what": "Address", "amount": "730", "usd": None, "gap": "no price"},
    ]
    Resource.objects.filter(pk=row.pk).update(usd=None, bill=bill)
    content = told(user)
    assert content["to_do"][0]["effect"] == "Saves at least $32.85 a month."
    text = words(content)
    assert "Resources that appear unused cost at least $32.85 a month: 1 of them lacks" in text
    assert "[unused] NAT gateway a (network, us-east-1): at least $32.85 a month" in text


def test_zero_is_a_number_and_no_dash(user: User, account: AwsAccount) -> None:
    carried(gateway(account, "a"), {})
    content = told(user)
    assert "NAT gateways, 1 monitored | 0 | 0 | 0 | 0" in words(content)
    assert "NAT gateways | $8.40 | $8.40 | +$0.00" in words(content)


def test_the_same_on_many_resources_is_one_thing_with_its_whole_saving(
    user: User, account: AwsAccount
) -> None:
    for i in (1, 2, 3):
        found(gateway(account, f"nat-{i}", usd=10 * i), "NAT-IDLE", "warning", 2)
    (entry,) = told(user)["to_do"]
    assert (entry["thing"]["name"], entry["others"]) == ("nat-3", 2)
    assert entry["effect"] == "Saves $60.00 a month."


def test_what_nobody_needs_and_has_no_price_is_counted(user: User, account: AwsAccount) -> None:
    found(gateway(account, "priced", usd=54.75), "NAT-IDLE", "warning", 2)
    dark = gateway(account, "dark")
    Resource.objects.filter(pk=dark.pk).update(usd=None)
    found(dark, "NAT-IDLE", "warning", 2)
    content = told(user)
    assert (content["costs"]["unused_usd"], content["costs"]["unused_unpriced"]) == ("54.75", 1)
    (entry,) = content["to_do"]
    assert entry["effect"] == "Saves $54.75 a month. The cost of 1 more is not known."
    words = [text for part in sections(content, lambda name, *_: name) for text in part.sentences]
    least = "Resources that appear unused cost at least $54.75 a month: 1 of them lacks a price."
    assert least in words


def test_a_flip_never_contradicts_the_mix(user: User, tmp_path: Path) -> None:
    """Cheapest option per flow costs less than what is newly recommended."""
    doc = document(
        flow(name="little", to="stock-api", gb_per_month=100, cross_az_share=1),
        flow(name="much", gb_per_month=100_000, cross_az_share=1),
        name="several",
    )
    doc["vpcs"].append(vpc("stock", "222222222222", "10.2.0.0/16"))
    doc["services"].append({"name": "stock-api", "vpc": "stock", "port": 443})
    create_topology(user.team_id, doc)
    PriceList.objects.update(created_at=ago(30))
    cheap = product("B", "USE1-TransitGateway-Bytes", "0.001", operation="TransitGatewayVPC")
    body = offer("AmazonVPC", [cheap], publicationDate="2026-11-26T00:00:00Z")
    (tmp_path / "cut.json").write_text(json.dumps(body))
    new = import_prices([tmp_path / "cut.json"])
    PriceList.objects.filter(pk=new.pk).update(created_at=ago(2))
    (move,) = told(user)["prices"]["moved"]
    assert move["is_flip"]
    assert move["after"]["option"] == "Transit Gateway"
    assert Decimal(move["after"]["mix_usd"]) < Decimal(move["after"]["usd"])
    words = [
        line.text for part in sections(told(user), lambda name, *_: name) for line in part.lines
    ]
    mix = f"(cheapest option per flow: ${Decimal(move['after']['mix_usd']):,.2f})"
    assert any(mix in text for text in words)
    (to_do,) = told(user)["to_do"]
    assert "Cheapest option per flow: " in to_do["effect"]


def test_costs_of_two_weeks_are_those_of_the_price_list(user: User, account: AwsAccount) -> None:
    """168 hours at 0.045 and 0.005 USD, and a GiB an hour, then two, at 0.045 USD."""
    carried(gateway(account, "a"), {BEFORE: 1, PERIOD: 2})
    gateway(account, "never measured")
    costs = told(user)["costs"]
    assert costs["whole"]["before_usd"] == "15.96"  # 7.56 + 0.84 + 7.56
    assert costs["whole"]["usd"] == "23.52"  # 7.56 + 0.84 + 15.12
    assert costs["whole"]["change_usd"] == "7.56"
    assert costs["change_percent"] == 47.4
    assert costs["left_out"] == {"Through it: less than a day of usage data": 1}
    assert [mover["name"] for mover in costs["movers"]] == ["a"]
    assert told(user)["subject"].endswith("; costs up 47 %")


def test_what_came_or_went_in_the_week_costs_its_hours(user: User, account: AwsAccount) -> None:
    """Half of the last week each: 84 hours at 0.05 USD, and a GiB an hour at 0.045 USD."""
    gone, added = gateway(account, "gone"), gateway(account, "made")
    carried(gone, {BEFORE: 1, PERIOD: 1}, end=ago(3.5))
    carried(added, {PERIOD: 1}, begin=ago(3.5))
    Resource.objects.filter(pk=gone.pk).update(gone_at=ago(3.5))
    facts = added.facts | {"created": int(ago(3.5).timestamp())}
    Resource.objects.filter(pk=added.pk).update(facts=facts)
    lines = {mover["name"]: mover for mover in told(user)["costs"]["movers"]}
    assert (lines["gone"]["before_usd"], lines["gone"]["usd"]) == ("15.96", "7.98")
    assert (lines["made"]["before_usd"], lines["made"]["usd"]) == ("0.00", "7.98")


def test_new_prices_and_what_they_flip(user: User, tmp_path: Path) -> None:
    doc = document(flow(cross_az_share=1, gb_per_month=102_400), name="crossing")
    version = create_topology(user.team_id, doc)
    PriceList.objects.update(created_at=ago(30))
    cheap = product("B", "USE1-TransitGateway-Bytes", "0.001", operation="TransitGatewayVPC")
    path = tmp_path / "cut.json"
    path.write_text(json.dumps(offer("AmazonVPC", [cheap], publicationDate="2026-12-01T00:00:00Z")))
    new = import_prices([path])
    PriceList.objects.filter(pk=new.pk).update(created_at=ago(2))
    content = told(user)
    assert (content["prices"]["changed"], content["prices"]["flips"]) == (1, 1)
    (move,) = content["prices"]["moved"]
    alike = {"mix_usd": None, "plan_usd": None}  # of one flow
    assert move["before"] == {"option": "PrivateLink", "usd": "1676.73"} | alike
    assert move["after"] == {"option": "Transit Gateway", "usd": "175.40"} | alike
    (to_do,) = content["to_do"]
    assert "crossing: Transit Gateway is recommended now, no longer PrivateLink" in to_do["what"]
    assert to_do["link"] == {"to": "topology", "uid": str(version.topology.uid)}
    assert content["subject"].endswith("1 recommendation changed")
    PriceList.objects.filter(pk=new.pk).update(created_at=ago(9))
    assert told(user)["prices"]["changed"] == 0


def test_saved_topologies_are_named_once(user: User) -> None:
    version = create_topology(user.team_id, document())
    type(version).objects.filter(pk=version.pk).update(created_at=ago(1))
    (saved,) = told(user)["saved"]
    assert (saved["name"], saved["version"]) == ("ordinary", 1)


def test_measurements_that_drift_or_are_old(user: User) -> None:
    def cell(source: str, as_of: str, drift: float | None) -> None:
        MeasuredCell.objects.create(
            team_id=user.team_id, option="vpc-peering", source=source, destination="use1-az2",
            method={}, figures={}, runs=2, grade="low", as_of=as_of, basis="measured",
            drift_us=drift,
        )  # fmt: skip

    cell("use1-az1", "2026-11-20", -120.0)
    cell("use1-az3", "2026-10-20", 90.0)  # before the week
    cell("use1-az4", "2025-01-20", None)
    latencies = told(user)["latencies"]
    assert (latencies["cells"], latencies["drifts"], latencies["old"]) == (3, 1, 1)
    assert latencies["some"] == [
        {
            "option": "VPC peering",
            "source": "use1-az1",
            "destination": "use1-az2",
            "drift_us": -120.0,
        }
    ]


def test_what_could_not_be_seen_and_what_looking_cost(user: User, account: AwsAccount) -> None:
    gateway(account, "a", state="unknown", why="CloudWatch lists no such metric for it")
    Collection.objects.create(
        team_id=user.team_id, account=account, region="us-east-1", task="discover",
        due_at=ago(0), problem="AccessDenied: no", refused=["ec2:DescribeNatGateways"],
    )  # fmt: skip
    for day, metrics in ((ago(2), 1_000), (ago(9), 7_000), (ago(0), 7_000)):
        Spending.objects.create(
            team_id=user.team_id, account=account, region="us-east-1", day=day.date(), calls=2,
            metrics=metrics,
        )  # fmt: skip
    content = told(user)
    dark = content["unseen"]
    assert dark["places"] == ["network, us-east-1: AccessDenied: no"]
    assert dark["refused"] == {"ec2:DescribeNatGateways": 1}
    assert (dark["unknown"], dark["usd"], dark["metrics"]) == (1, "0.01", 1_000)
    assert content["to_do"][0]["what"] == "AWS denies permissions that collection needs."


def test_another_teams_week_is_not_told(user: User, stranger: User, account: AwsAccount) -> None:
    found(gateway(account, "a"), "NAT-PORTS", "critical", 1)
    create_topology(user.team_id, document())
    content = told(stranger)
    assert (content["subject"], content["saved"]) == ("Nothing is monitored yet", [])


def test_a_week_is_told_the_same_twice(user: User, account: AwsAccount) -> None:
    carried(gateway(account, "a"), {BEFORE: 1, PERIOD: 2})
    found(gateway(account, "b"), "NAT-PORTS", "critical", 1)
    assert told(user) == told(user)


def test_the_end_of_a_week_is_not_now(user: User, account: AwsAccount) -> None:
    """What closed after the week was open in it, but is nothing to do."""
    found(gateway(account, "a"), "NAT-PORTS", "critical", 1, closed_at=datetime.now(UTC))
    content = told(user)
    assert (content["troubles"]["open"]["count"], content["to_do"]) == (1, [])


def test_what_is_no_longer_watched_is_neither_solved_nor_saved(
    user: User, account: AwsAccount
) -> None:
    other = AwsAccount.objects.create(
        team_id=user.team_id, account="444455556666", name="other", regions=["us-east-1"]
    )
    row = gateway(other, "a")
    carried(row, {BEFORE: 1, PERIOD: 1})
    carried(gateway(account, "b"), {BEFORE: 1, PERIOD: 1})
    found(row, "NAT-PORTS", "critical", 20)
    remove_account(other)
    AwsAccount.objects.filter(pk=other.pk).update(removed_at=ago(3))
    Resource.objects.filter(pk=row.pk).update(gone_at=ago(3))
    Finding.objects.update(closed_at=ago(3))
    content = told(user)
    assert content["subject"].endswith("; costs unchanged")
    assert (content["troubles"]["solved"]["count"], content["troubles"]["gone"]["count"]) == (0, 0)
    assert content["costs"]["left_out"] == {"no longer monitored": 1}


def test_what_is_muted_is_counted_and_nothing_else(user: User, account: AwsAccount) -> None:
    row = gateway(account, "a", usd=500)
    for closed_at in (None, ago(1)):
        found(row, "NAT-IDLE", "warning", 20, muted_until=ago(-30), closed_at=closed_at)
    content = told(user)
    assert content["troubles"]["muted"] == 1
    assert content["troubles"]["solved"]["count"] == 0
    assert (content["costs"]["savings"], content["costs"]["unused_usd"]) == ([], "0.00")
    assert [kind["counts"][-1] for kind in content["troubles"]["kinds"]] == [0]


def test_what_worsened_and_eased_again_is_not_worse(user: User, account: AwsAccount) -> None:
    finding = found(gateway(account, "a"), "NAT-PORTS", "warning", 20)
    for event in ("worsened", "eased"):
        FindingEvent.objects.create(finding=finding, at=ago(2), what=event)
    assert told(user)["troubles"]["worse"]["count"] == 0


def test_without_latencies_the_rest_is_told(user: User, account: AwsAccount) -> None:
    row = gateway(account, "a", usd=100)
    carried(row, {BEFORE: 1, PERIOD: 1})
    bill = [{"what": "Data processed from type vpc", "amount": "100", "usd": "2", "gap": ""}]
    facts = {"attachments": [{"id": "a", "type": "vpc"}], "created": None}
    Resource.objects.filter(pk=row.pk).update(bill=bill, kind="transit-gateway", facts=facts)
    assert [saving["instead"] for saving in told(user)["costs"]["savings"]] != []
    LatencySet.objects.all().delete()
    assert told(user)["costs"]["savings"] == []


def test_names_are_told_in_one_line(user: User, account: AwsAccount) -> None:
    found(gateway(account, "a\r\nb\u202ec"), "NAT-PORTS", "critical", 1)
    (entry,) = told(user)["to_do"]
    assert entry["thing"]["name"] == "a b c"
