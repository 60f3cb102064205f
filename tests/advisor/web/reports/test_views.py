"""The pages of reports: read, previewed, tested; schedule and recipients; one-click unsubscribe."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from advisor.models import AuditEntry, Delivery, Recipient, Report, Team, User
from advisor.reports import making
from connectivity.health.accounts.aws_accounts import add_demo
from connectivity.health.rounds import scheduling
from connectivity.models import Finding, Resource
from tests import pages
from tests.doubles.mailbox import Mailbox, mail_server
from tests.estate import health_finding
from tests.mails import verified

pytestmark = pytest.mark.django_db


@pytest.fixture
def box(settings: Any) -> Iterator[Mailbox]:
    with mail_server(settings) as mailbox:
        yield mailbox


@pytest.fixture
def report(user: User) -> Report:
    team = Team.objects.get(pk=user.team_id)
    add_demo(team.pk)
    scheduling.run_all(team.pk)
    content = making.so_far(team)
    now = timezone.now()
    return Report.objects.create(team=team, week="2026-W48", due_at=now, content=content)


def text_of(client: Client, name: str, *arguments: Any) -> str:
    response = client.get(reverse(name, args=arguments))
    assert response.status_code == 200
    return pages.text_of(response)


def said(client: Client, name: str, data: dict[str, Any], *arguments: Any) -> str:
    response = client.post(reverse(name, args=arguments), data, follow=True)
    return pages.text_of(response)


def test_a_team_without_reports_is_shown_what_will_come(signed_in: Client) -> None:
    page = text_of(signed_in, "reports")
    assert "None yet: the first report is due on Monday" in page
    assert "is mailed to nobody yet" in page
    assert "Your account has no e-mail address" in page


def test_page_and_mail_and_api_tell_the_same(signed_in: Client, report: Report) -> None:
    pages = {
        name: re.sub(r"<[^>]+>|\s+", " ", text_of(signed_in, name, report.uid))
        for name in ("report", "report-mail")
    }
    plain = text_of(signed_in, "report-mail", report.uid)
    figures = set(re.findall(r"\$[\d,.]+\d", plain))
    assert len(figures) > 10
    for page in pages.values():
        assert set(re.findall(r"\$[\d,.]+\d", page)) == figures
        assert report.content["subject"] in page
    api = signed_in.get(reverse("api-report", args=[report.uid])).json()
    assert api["content"] == report.content


def test_the_text_of_a_mail_is_text(signed_in: Client, report: Report) -> None:
    response = signed_in.get(reverse("report-mail", args=[report.uid]) + "?text")
    assert response["Content-Type"] == "text/plain"
    assert b"WHAT TO DO" in response.content


def test_a_preview_keeps_and_sends_nothing(signed_in: Client, box: Mailbox) -> None:
    assert "It is not stored" in text_of(signed_in, "report-preview")
    text_of(signed_in, "report-preview-mail")
    assert not Report.objects.exists()
    assert box.mails == []


def test_send_me_a_test(signed_in: Client, user: User, box: Mailbox) -> None:
    assert "has no e-mail address" in said(signed_in, "report-test", {})
    user.email = "alice@example.com"
    user.save()
    assert "is not confirmed yet" in said(signed_in, "report-test", {})
    verified(user, "alice@example.com")
    assert "A test is sent to alice@example.com" in said(signed_in, "report-test", {})
    ((to, mail),) = box.mails
    assert (to, mail["Subject"][:7]) == ("alice@example.com", "[test] ")
    assert mail["List-Unsubscribe"] is None
    box.to_recipient = "550 no such user"
    assert "The test was not sent: the mail server answered 550" in said(
        signed_in, "report-test", {}
    )


def test_mail_it_to_me_and_stop(signed_in: Client, user: User) -> None:
    verified(user, "alice@example.com")
    assert "alice@example.com receives the report from now on" in said(signed_in, "report-me", {})
    assert Recipient.objects.get().state == "gets it"
    assert "is no longer sent to alice@example.com" in said(signed_in, "report-me", {"stop": "1"})
    assert Recipient.objects.get().state == "unsubscribed"
    said(signed_in, "report-me", {})
    assert Recipient.objects.get().state == "gets it"


def test_when_it_comes_is_said_in_the_teams_zone(signed_in: Client, user: User) -> None:
    Team.objects.update(time_zone="Asia/Tokyo")
    data = {"report_weekday": "2", "report_hour": "17", "has_reports": "on"}
    page = said(signed_in, "report-schedule", data)
    assert re.search(r"The next report is sent on Wednesday \d{4}-\d\d-\d\d at 17:00 JST", page)
    page = said(signed_in, "report-schedule", data | {"has_reports": ""})
    assert "Weekly reports are turned off" in page
    assert "Reports are turned off" in page


@pytest.mark.parametrize("wrong", [{"report_weekday": "7"}, {"report_hour": "24"}, {}])
def test_a_wrong_schedule_is_refused(signed_in: Client, wrong: dict[str, str]) -> None:
    right = {"report_weekday": "3", "report_hour": "9"} if wrong else {}
    response = signed_in.post(reverse("report-schedule"), right | wrong)
    assert response.status_code == 400
    assert Team.objects.get().report_weekday == 0


def test_addresses_are_added_paused_and_removed(signed_in: Client, box: Mailbox) -> None:
    page = said(signed_in, "recipient-add", {"address": "boss@example.org"})
    assert "boss@example.org was sent a confirmation request" in page
    recipient = Recipient.objects.get()
    Recipient.objects.update(confirmed_at=timezone.now())
    assert "receives no report until" in said(signed_in, "recipient-pause", {}, recipient.uid)
    assert not Recipient.objects.willing().exists()
    assert "receives the report again" in said(
        signed_in, "recipient-pause", {"go": "1"}, recipient.uid
    )
    assert Recipient.objects.willing().get() == recipient
    assert "no longer receives the report" in said(signed_in, "recipient-remove", {}, recipient.uid)
    assert not Recipient.objects.willing().exists()
    assert "boss@example.org" not in text_of(signed_in, "reports")
    page = said(signed_in, "recipient-add", {"address": "nobody"})
    assert "is not an address like name@example.com" in page
    assert 'value="nobody"' in page
    assert AuditEntry.objects.filter(content_type__model="recipient").count() >= 3


def test_an_address_says_yes_by_a_button_not_by_a_scanner(
    signed_in: Client, client: Client, box: Mailbox
) -> None:
    said(signed_in, "recipient-add", {"address": "boss@example.org"})
    (_, mail) = box.mails[0]
    (link,) = re.findall(r"http://\S+", mail.get_content())
    path = link.split("8000", 1)[-1]
    browser = Client()
    assert "Do you want the weekly report?" in browser.get(path).content.decode()
    assert Recipient.objects.get().confirmed_at is None
    assert "You are subscribed" in browser.post(path).content.decode()
    assert Recipient.objects.get().state == "gets it"
    Recipient.objects.update(confirmed_at=None, asked_at=timezone.now() - timedelta(days=9))
    late = browser.post(path)
    assert (late.status_code, Recipient.objects.get().confirmed_at) == (410, None)
    assert "This link has expired" in late.content.decode()


def test_one_click_of_a_mail_program_unsubscribes(user: User) -> None:
    """RFC 8058: a POST without a session, a cookie or a token, answered without a redirect."""
    recipient = Recipient.objects.create(
        team_id=user.team_id, address="a@example.com", confirmed_at=timezone.now()
    )
    path = reverse("unsubscribe", args=[recipient.unsubscribe_key])
    program = Client(enforce_csrf_checks=True)
    assert "Unsubscribe?" in program.get(path).content.decode()
    assert Recipient.objects.get().unsubscribed_at is None
    for _ in range(2):
        response = program.post(path, {"List-Unsubscribe": "One-Click"})
        assert response.status_code == 200
    assert Recipient.objects.get().state == "unsubscribed"
    assert "is no longer sent to a@example.com" in response.content.decode()
    program.post(path, {"undo": "1"})
    assert Recipient.objects.get().state == "gets it"


def test_a_forged_key_is_not_found(user: User) -> None:
    recipient = Recipient.objects.create(team_id=user.team_id, address="a@example.com")
    for key in (recipient.uid.hex, f"{recipient.uid.hex}:x", recipient.confirm_key):
        assert Client().post(reverse("unsubscribe", args=[key])).status_code == 404
    assert Recipient.objects.get().unsubscribed_at is None


def test_what_became_of_each_mail_and_sending_again(signed_in: Client, report: Report) -> None:
    recipient = Recipient.objects.create(
        team=report.team, address="a@example.com", confirmed_at=timezone.now()
    )
    mail = Delivery.objects.create(
        report=report, recipient=recipient, state="unknown", problem="it may"
    )
    page = text_of(signed_in, "report", report.uid)
    assert "1 unknown" in page
    assert "it may" in page
    assert "is sent it again within five minutes" in said(signed_in, "mail-again", {}, mail.uid)
    assert Delivery.objects.get().state == "waiting"
    assert "is waiting: nothing to retry" in said(signed_in, "mail-again", {}, mail.uid)


def test_names_cannot_write_markup_into_a_mail(signed_in: Client, report: Report) -> None:
    report.content["to_do"][0]["thing"]["name"] = "<script>alert(1)</script>"
    Team.objects.update(name="<b>Team</b>")
    report.save()
    for name in ("report", "report-mail"):
        page = text_of(signed_in, name, report.uid)
        assert "<script>alert" not in page
        assert "<b>Team</b>" not in page


def test_a_report_asks_the_database_a_constant_number_of_times(user: User) -> None:
    finding = health_finding(user.team_id)
    team = Team.objects.get(pk=user.team_id)
    making.so_far(team)  # what is kept in memory is there
    counts = []
    for turn in range(2):
        with CaptureQueriesContext(connection) as captured:
            making.so_far(team)
        counts.append(len(captured))
        for i in range(40):
            row = Resource.objects.get(pk=finding.resource_id)
            row.pk, row.uid, row.aws_id, row.name = None, uuid4(), f"nat-{turn}-{i}", f"x{i}"
            row.save()
            Finding.objects.create(
                team=team, resource=row, rule="NAT-DROPS", severity="warning", why="so",
                opened_at=finding.opened_at,
            )  # fmt: skip
    assert counts[0] == counts[1]


def test_me_says_why_an_address_is_refused(signed_in: Client, user: User) -> None:
    user.email = "notanaddress"
    user.save()
    assert "is not an address like" in said(signed_in, "report-me", {})


def test_a_team_has_a_name_of_one_line(signed_in: Client) -> None:
    page = said(signed_in, "team-rename", {"name": "Two\u202elines"})
    assert "which cannot be seen; leave it out" in page
    assert Team.objects.get().name == "Default team"
