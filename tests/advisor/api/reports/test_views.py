"""Reports over REST, and the command."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from advisor.models import Delivery, Recipient, Report, Team, User
from advisor.reports import making
from tests.doubles.mailbox import mail_server

pytestmark = pytest.mark.django_db
AS_JSON = {"content_type": "application/json"}


def run(*arguments: str) -> tuple[int, str, str]:
    out, problems = StringIO(), StringIO()
    try:
        call_command("weekly_report", *arguments, stdout=out, stderr=problems)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue(), problems.getvalue()
    return 0, out.getvalue(), problems.getvalue()


def test_lists_one_report_and_a_preview(api: APIClient, user: User) -> None:
    team = Team.objects.get(pk=user.team_id)
    row = making.make(team, team.schedule.last(timezone.now()))
    (listed,) = api.get("/api/v1/reports/").json()["results"]
    assert (listed["week"], listed["subject"]) == (row.week, row.content["subject"])
    report = api.get(f"/api/v1/reports/{row.uid}/").json()
    assert (report["content"], report["mails"]) == (row.content, {})
    assert api.get("/api/v1/reports/preview/").json()["week"] > row.week


def test_another_teams_report_is_not_found(api: APIClient, stranger: User) -> None:
    team = Team.objects.get(pk=stranger.team_id)
    row = making.make(team, team.schedule.last(timezone.now()))
    assert api.get(f"/api/v1/reports/{row.uid}/").status_code == 404
    assert api.get("/api/v1/reports/").json()["count"] == 0


def test_the_schedule(signed_in: Client) -> None:
    url = reverse("api-report-schedule")
    schedule = signed_in.get(url).json()
    assert (schedule["report_weekday"], schedule["report_hour"], schedule["time_zone"]) == (
        0,
        8,
        "UTC",
    )
    wish = {"has_reports": True, "report_weekday": 4, "report_hour": 17}
    assert signed_in.put(url, json.dumps(wish), **AS_JSON).json()["report_hour"] == 17
    wrong = signed_in.put(url, json.dumps(wish | {"report_hour": 24}), **AS_JSON)
    assert (wrong.status_code, wrong.json()["problems"][0]["path"]) == (400, "report_hour")
    unknown = signed_in.put(url, json.dumps(wish | {"bogus": 1}), **AS_JSON)
    assert (unknown.status_code, unknown.json()["problems"][0]["path"]) == (400, "bogus")
    assert Team.objects.get().report_hour == 17


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("has_reports", 0),
        ("has_reports", "true"),
        ("report_hour", "7"),
        ("report_hour", True),
        ("report_hour", 7.5),
        ("report_hour", None),
    ],
)
def test_a_value_of_another_type_is_refused_as_the_schema_says(
    signed_in: Client, name: str, value: object
) -> None:
    url = reverse("api-report-schedule")
    wish = {"has_reports": True, "report_weekday": 4, "report_hour": 17, name: value}
    refused = signed_in.put(url, json.dumps(wish), **AS_JSON)
    assert refused.status_code == 400
    assert [problem["path"] for problem in refused.json()["problems"]] == [name]


def test_recipients(signed_in: Client, settings: Any) -> None:
    url = reverse("api-recipients")
    with mail_server(settings):
        added = signed_in.post(url, json.dumps({"address": "a@example.com"}), **AS_JSON)
    assert (added.status_code, added.json()["state"]) == (201, "not confirmed yet")
    assert signed_in.get(url).json()["count"] == 1
    wrong = signed_in.post(url, json.dumps({"address": "a"}), **AS_JSON)
    assert wrong.status_code == 400
    assert "is not an address" in wrong.content.decode()
    address = reverse("api-recipient", args=[added.json()["uid"]])
    assert signed_in.delete(address).status_code == 204
    assert signed_in.delete(address).status_code == 404


def test_the_command_prints_and_keeps_nothing(user: User) -> None:
    code, out, _ = run("--team", "default", "--format", "json")
    assert (code, json.loads(out)["subject"]) == (0, "Nothing is monitored yet")
    code, out, _ = run("--team", "Default team")
    assert (code, out.splitlines()[0]) == (0, "Nothing is monitored yet")
    assert not Report.objects.exists()


def test_the_command_sends_once(user: User, settings: Any) -> None:
    Recipient.objects.create(
        team_id=user.team_id, address="a@example.com", confirmed_at=timezone.now()
    )
    with mail_server(settings) as box:
        for _ in range(2):
            code, _, problems = run("--team", "default", "--send")
            assert (code, problems.strip()) == (0, "a@example.com: sent")
        assert len(box.mails) == 1
        Recipient.objects.create(
            team_id=user.team_id, address="b@example.com", confirmed_at=timezone.now()
        )
        assert "b@example.com: sent" in run("--team", "default", "--send")[2]
    assert [to for to, _ in box.mails] == ["a@example.com", "b@example.com"]
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}


def test_a_told_week_is_printed_as_it_was_told(user: User) -> None:
    team = Team.objects.get(pk=user.team_id)
    row = making.make(team, team.schedule.last(timezone.now()))
    Report.objects.update(content=row.content | {"subject": "As it was"})
    _, out, _ = run("--team", "default", "--week", row.week)
    assert out.splitlines()[0] == "As it was"


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--team", "defualt"), "--team: no team is called 'defualt'; did you mean 'default'?"),
        (("--team", "default", "--week", "47"), "'47' is not a week; weeks are like 2026-W47"),
        (("--team", "default", "--week", "2026-W60"), "the year 2026 has no week 60"),
        (("--team", "default", "--week", "2999-W01"), "2999-W01 ends on"),
        (("--team", "default", "--week", "9999-W52"), "out of the supported range"),
        (("--team", "a\udcff"), "no team is called 'a\\udcff'"),
    ],
)
def test_the_command_refuses(user: User, arguments: tuple[str, ...], problem: str) -> None:
    code, out, problems = run(*arguments)
    assert (code, out) == (2, "")
    assert problem in problems


def test_teams_of_one_name_are_told_apart(user: User) -> None:
    Team.objects.create(slug="one", name="Same")
    Team.objects.create(slug="two", name="Same")
    code, _, problems = run("--team", "Same")
    assert code == 2
    assert "several teams are called 'Same'" in problems
    assert run("--team", "two")[0] == 0
