"""Plans are planned again when their inputs change, and what is news is told once, exactly."""

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from advisor.models import User
from advisor.reports.mail import html_of, text_of
from connectivity.actions import create_topology, delete_topology, save_topology
from connectivity.core.report_schedule import Period, Schedule
from connectivity.kept_plans import looking, lookup
from connectivity.kept_plans.due import REST, due
from connectivity.models import KeptPlan, LatencyCell, LatencySet, PlanNews, Topology
from connectivity.weekly.report import report
from costmodel.core.units import cents
from costmodel.ingest import import_prices
from costmodel.models import PriceList
from tests.connectivity.core.plan.renewal.test_renewal import HUB, LINK, estate, hub_usd, link_usd
from tests.factories import document
from tests.offers import offer, product

pytestmark = pytest.mark.django_db

SCHEDULE = Schedule(ZoneInfo("UTC"), 0, 8)
ENDPOINT_HOURS = "VpcEndpoint-Hours VpcEndpoint in us-east-1"


@pytest.fixture
def topology(user: User) -> Topology:
    return create_topology(user.team_id, estate() | {"name": "acme"}).topology


def next_day() -> int:
    """What is due a day later is looked at."""
    for row in KeptPlan.objects.exclude(looked_at=None):
        KeptPlan.objects.filter(pk=row.pk).update(looked_at=row.looked_at - REST)
    return looking.look_at_due()


def new_prices(folder: Path, usd: str) -> None:
    """A list of tomorrow, with another rate for an hour of an endpoint."""
    hours = product("H", "USE1-VpcEndpoint-Hours", usd, operation="VpcEndpoint", unit="hour")
    day = 1 + len(list(folder.iterdir()))
    body = offer("AmazonVPC", [hours], publicationDate=f"2026-12-{day:02}T00:00:00Z")
    path = folder / f"{usd}.json"
    path.write_text(json.dumps(body))
    import_prices([path])


def measured(hub: float, link: float) -> None:
    """A set of latencies comes into force."""
    name = f"{hub} and {link}"
    latest = LatencySet.objects.create(name=name, as_of="2026-11-26", sha256=name)
    for option, us in ((HUB, hub), (LINK, link)):
        LatencyCell.objects.create(
            latency_set=latest, option=option, from_az="use1-az1", to_az="use1-az1", us=us,
            noise_us=10, basis="measured", as_of="2026-11-26", source="ours",
        )  # fmt: skip


def content_of(user: User) -> dict[str, Any]:
    now = timezone.now()
    period = Period("2026-W48", now - timedelta(days=7), now + timedelta(minutes=1))
    return report(user.team_id, SCHEDULE, period)


def words_of(user: User) -> str:
    return " ".join(text_of(content_of(user), "ours", "page", "").split())


def test_prices_of_tomorrow_are_told_to_the_cent_and_once(
    user: User, topology: Topology, tmp_path: Path
) -> None:
    assert looking.look_at_due() == 1
    kept = KeptPlan.objects.get()
    best = link_usd(300, "0.01")
    assert (kept.design, kept.usd, kept.problem) == ({"a": LINK, "b": LINK}, best, "")
    assert content_of(user)["plans"]["news"] == []
    new_prices(tmp_path, "0.05")
    assert looking.look_at_due() == 0  # not twice a day
    assert content_of(user)["plans"]["waiting"] == 1
    assert (next_day(), next_day()) == (1, 0)
    (row,) = content_of(user)["plans"]["news"]
    dear, cheap = link_usd(300, "0.05"), hub_usd(300)
    told = row["told"]
    figures = [Decimal(told[name]) for name in ("before_usd", "kept_usd", "usd", "saves_usd")]
    assert figures == [best, round(dear, 2), cheap, round(dear, 2) - cheap]
    assert told["why"] == [f"{ENDPOINT_HOURS}: 0.01 to 0.05 USD per hour"]
    assert told["moves"] == [{"before": "PrivateLink", "after": "Transit Gateway", "flows": 2}]
    assert KeptPlan.objects.get().design == {"a": HUB, "b": HUB}


def test_the_report_leads_with_the_plan_and_no_single_option(
    user: User, topology: Topology, tmp_path: Path
) -> None:
    looking.look_at_due()
    new_prices(tmp_path, "0.05")
    next_day()
    content = content_of(user)
    assert content["subject"] == "Nothing is monitored yet; 1 cheaper plan; 1 price changed"
    (task,) = content["to_do"]
    assert task["what"] == "acme: another plan costs 141.15 USD a month less."
    assert task["step"] == "Move 2 flows from PrivateLink to Transit Gateway."
    assert task["effect"].startswith(
        "115.50 USD a month instead of 256.65 (81.45 when it was planned, on 20"
    )
    assert (
        "The switch from the earlier plan takes 6 steps of 7 days, which already cost"
        in task["effect"]
    )
    assert content["prices"]["moved"] == []  # of which the plans tell
    text = words_of(user)
    assert "recommended now" not in text
    assert text.count("Move 2 flows from PrivateLink to Transit Gateway.") == 1
    assert "[cheaper] acme: another plan costs 141.15 USD a month less" in text
    assert "another plan costs 141.15 USD a month less" in html_of(content, "ours", "page", "")


def test_one_of_two_workers_tells(
    user: User, topology: Topology, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looking.look_at_due()
    new_prices(tmp_path, "0.05")
    sight = looking._sight

    def slow(*arguments: Any) -> looking.Look:
        monkeypatch.setattr(looking, "_sight", sight)
        result = sight(*arguments)
        KeptPlan.objects.update(looked_at=timezone.now() - REST)  # it seems to be lost
        looking.look(topology.pk)
        return result

    monkeypatch.setattr(looking, "_sight", slow)
    KeptPlan.objects.update(looked_at=timezone.now() - REST)
    looking.look(topology.pk)
    assert PlanNews.objects.count() == 1


def test_traffic_over_a_break_even(user: User, topology: Topology, tmp_path: Path) -> None:
    new_prices(tmp_path, "0.05")
    looking.look_at_due()
    save_topology(user.team_id, topology.uid, estate({"a": 100, "b": 200_000}) | {"name": "acme"})
    next_day()
    (row,) = content_of(user)["plans"]["news"]
    assert row["told"]["why"] == ["b: 200 to 200,000 GB a month"]
    assert row["told"]["moves"] == [
        {"before": "Transit Gateway", "after": "PrivateLink", "flows": 1}
    ]
    usd = link_usd(200_000, "0.05", flows=1) + hub_usd(100, vpcs=2)
    assert Decimal(row["told"]["kept_usd"]) == hub_usd(200_100)
    assert Decimal(row["told"]["usd"]) == cents(usd)


def test_a_measured_p99_ends_a_plan_and_says_which(user: User, tmp_path: Path) -> None:
    asked = estate(p99_budget_us=500) | {"name": "acme"}
    create_topology(user.team_id, asked)
    measured(400, 400)
    looking.look_at_due()
    measured(400, 900)
    next_day()
    content = content_of(user)
    (row,) = content["plans"]["news"]
    assert (row["told"]["what"], content["plans"]["blocked"]) == ("blocked", 1)
    assert row["told"]["why"][0].startswith("a cannot use PrivateLink: p99 900 µs (measured,")
    assert Decimal(row["told"]["saves_usd"]) == round(link_usd(300, "0.01"), 2) - hub_usd(300) < 0
    assert "1 plan can no longer be built" in content["subject"]
    assert content["to_do"][0]["what"] == "acme: its plan can no longer be built."


def test_without_any_plan_the_conflict_is_told_once_and_named_each_week(user: User) -> None:
    create_topology(user.team_id, estate(p99_budget_us=500) | {"name": "acme"})
    measured(400, 400)
    looking.look_at_due()
    measured(900, 900)
    next_day()
    (row,) = content_of(user)["plans"]["news"]
    why = "No option that a allows is feasible and priced for it."
    assert (row["told"]["usd"], row["told"]["no_plan"]) == (None, why)
    assert "[blocked] acme: no plan is possible any more" in words_of(user)
    measured(900, 901)
    assert next_day() == 1
    plans = content_of(user)["plans"]
    assert (len(plans["news"]), [entry["why"] for entry in plans["not_planned"]]) == (1, [why])
    measured(400, 900)
    next_day()
    plans = content_of(user)["plans"]
    assert (plans["known"], len(plans["news"]), plans["not_planned"]) == (1, 1, [])


def test_what_is_not_planned_says_why(
    user: User, topology: Topology, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "MAX_FLOWS", 1)
    looking.look_at_due()
    (entry,) = content_of(user)["plans"]["not_planned"]
    assert entry["name"] == "acme"
    assert entry["why"] == "2 flows: up to 1 are planned for the report"
    assert "[no plan] acme 2 flows: up to 1 are planned for the report" in words_of(user)


def test_a_plan_that_takes_too_long_claims_nothing_within_its_gap(
    user: User, topology: Topology, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "SECONDS", 0.0)
    looking.look_at_due()
    kept = KeptPlan.objects.get()
    assert kept.problem or kept.gap_usd
    new_prices(tmp_path, "0.03")
    next_day()
    assert PlanNews.objects.count() == 0
    assert "not proven in the time given" in KeptPlan.objects.get().problem
    new_prices(tmp_path, "0.05")  # by which another saves more than the gap
    next_day()
    (row,) = content_of(user)["plans"]["news"]
    assert Decimal(row["told"]["saves_usd"]) > Decimal(row["told"]["gap_usd"]) > 0
    assert "Not proven: another plan may cost up to" in row["told"]["effect"]


def test_one_flow_needs_no_plan(user: User) -> None:
    create_topology(user.team_id, document())
    looking.look_at_due()
    plans = content_of(user)["plans"]
    assert (plans["known"], plans["not_planned"], plans["waiting"]) == (0, [], 0)
    assert "PLANS" not in words_of(user)


def test_one_that_fails_takes_no_other_with_it(
    user: User, topology: Topology, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = create_topology(user.team_id, estate() | {"name": "second"}).topology
    sight = looking._sight

    def broken(row: Topology, *arguments: Any) -> looking.Look:
        if row.pk == topology.pk:
            raise RuntimeError
        return sight(row, *arguments)

    monkeypatch.setattr(looking, "_sight", broken)
    assert looking.look_at_due() == 1
    assert KeptPlan.objects.get(topology=second).design
    (entry,) = content_of(user)["plans"]["not_planned"]
    assert (entry["name"], entry["why"]) == ("acme", looking.LOST)
    assert due(timezone.now()) == []  # not before the next day


def test_a_deleted_topology_is_not_looked_at(user: User, topology: Topology) -> None:
    looking.look_at_due()
    delete_topology(user.team_id, topology.uid)
    assert due(timezone.now() + REST) == []
    assert not looking.look(topology.pk)
    assert content_of(user)["plans"]["known"] == 0


def test_another_team_sees_nothing_of_it(
    user: User, stranger: User, topology: Topology, tmp_path: Path
) -> None:
    looking.look_at_due()
    new_prices(tmp_path, "0.05")
    next_day()
    assert lookup.news(user.team_id).count() == 1
    plans = content_of(stranger)["plans"]
    assert (plans["known"], plans["news"], plans["not_planned"]) == (0, [], [])
    assert list(lookup.news(stranger.team_id)) == []


def test_small_changes_add_up_until_they_are_worth_telling(
    user: User, topology: Topology, tmp_path: Path
) -> None:
    """First 0.11 USD a month, then 3.18."""
    looking.look_at_due()
    new_prices(tmp_path, "0.0178")
    assert next_day() == 1
    kept = KeptPlan.objects.get()
    saves = round(link_usd(300, "0.0178"), 2) - hub_usd(300)
    assert 0 < saves < Decimal("1.15")
    assert (PlanNews.objects.count(), kept.design) == (0, {"a": LINK, "b": LINK})
    assert kept.price_list != PriceList.objects.first().name  # type: ignore[union-attr]
    new_prices(tmp_path, "0.0185")
    next_day()
    (row,) = content_of(user)["plans"]["news"]
    assert row["told"]["why"] == [f"{ENDPOINT_HOURS}: 0.01 to 0.0185 USD per hour"]


def test_prices_that_leave_the_plan_the_best_say_what_it_costs_now(
    user: User, topology: Topology, tmp_path: Path
) -> None:
    looking.look_at_due()
    lists = PriceList.objects.all()
    lists.update(created_at=timezone.now() - timedelta(days=30))
    new_prices(tmp_path, "0.012")
    next_day()
    old, new = (cents(link_usd(300, usd)) for usd in ("0.01", "0.012"))
    assert f"[cost changed] acme: its plan costs ${new} a month, ${old} before" in words_of(user)
