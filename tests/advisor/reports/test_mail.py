"""What arrives at a real SMTP server: headers, both parts, links."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.urls import resolve
from django.utils import timezone

from advisor.models import Delivery, Report, Team, User
from advisor.reports import making
from connectivity.health.accounts.aws_accounts import add_demo
from connectivity.health.rounds import scheduling
from tests.doubles.mailbox import Mailbox
from tests.mails import report_of, send_all, states, wanting

pytestmark = pytest.mark.django_db
State = Delivery.State


class Facts(HTMLParser):
    """The words of a mail in HTML, and where its links go."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.images = 0
        self.is_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.is_style = tag in ("style", "title")
        self.images += tag == "img"
        if tag == "a":
            self.links.append(dict(attrs)["href"] or "")

    def handle_data(self, data: str) -> None:
        if not self.is_style:
            self.words += re.findall(r"[\w.,$%+-]+", data)

    def handle_endtag(self, tag: str) -> None:
        self.is_style = False


@pytest.fixture
def report(team: Team, settings: Any) -> Report:
    """The made-up estate, told as of now."""
    settings.ADVISOR_URL, settings.IS_HTTPS = "https://advisor.example", True
    add_demo(team.pk)
    scheduling.run_all(team.pk)
    content = making.so_far(team)
    row = Report.objects.create(team=team, week="2026-W48", due_at=timezone.now(), content=content)
    (recipient,) = wanting(team, "reader@example.com")
    Delivery.objects.create(report=row, recipient=recipient)
    return row


def test_the_mail_arrives_intact(report: Report, box: Mailbox) -> None:
    send_all()
    assert states() == [State.SENT]
    (mail,) = box.of("reader@example.com")
    delivery = Delivery.objects.get()
    assert mail["Subject"] == f"{report.content['subject']} (Default team, 2026-W48)"
    assert "problems" in mail["Subject"]
    assert mail["Message-ID"] == f"<{delivery.uid}@advisor.example>"
    leave = f"https://advisor.example/reports/unsubscribe/{delivery.recipient.unsubscribe_key}/"
    assert mail["List-Unsubscribe"].strip() == f"<{leave}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (mail["To"], mail["Auto-Submitted"]) == ("reader@example.com", "auto-generated")
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert leave in parts(mail)[0]


def parts(mail: Any) -> tuple[str, str]:
    plain, html = (part.get_content() for part in mail.iter_parts())
    return plain, html


def test_both_parts_tell_the_same(report: Report, box: Mailbox) -> None:
    send_all()
    plain, html = parts(box.of("reader@example.com")[0])
    facts = Facts()
    facts.feed(html)
    assert facts.images == 0
    without_links = re.sub(r"https://\S+", "", plain)
    figures = re.findall(r"\$[\d,.]+\d|\d+ %|\d{4}-\d\d-\d\d|\b[A-Z]{3,4}-[A-Z-]+\b", without_links)
    in_html = " ".join(facts.words)
    assert len(figures) > 40
    assert [figure for figure in figures if figure not in in_html] == []
    words = {word.lower() for word in re.findall(r"[A-Za-z]{4,}", without_links)}
    shown = {word.lower() for word in re.findall(r"[A-Za-z]{4,}", in_html)}
    assert words ^ shown <= {"unsubscribe", "look"}


def test_every_link_leads_to_a_page(report: Report, box: Mailbox, client: Any, user: User) -> None:
    send_all()
    plain, html = parts(box.of("reader@example.com")[0])
    facts = Facts()
    facts.feed(html)
    links = set(re.findall(r"https://\S+", plain))
    assert set(facts.links) == links
    assert len(links) > 10
    client.force_login(user)
    for link in links:
        path = link.removeprefix("https://advisor.example")
        assert resolve(path)
        assert client.get(path, secure=True).status_code == 200, path


def test_without_https_one_click_is_not_promised(team: Team, box: Mailbox) -> None:
    wanting(team, "a@example.com")
    report_of(team)
    send_all()
    (mail,) = box.of("a@example.com")
    assert mail["List-Unsubscribe"]
    assert mail["List-Unsubscribe-Post"] is None


def test_a_subject_keeps_to_one_line(team: Team, box: Mailbox) -> None:
    team.name = "Two\r\nBcc: evil@example.com"
    team.save()
    wanting(team, "a@example.com")
    report_of(team)
    send_all()
    (mail,) = box.of("a@example.com")
    assert mail["Bcc"] is None
    assert "Two Bcc: evil@example.com" in mail["Subject"]


def test_the_default_writes_a_file(team: Team, settings: Any, tmp_path: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    wanting(team, "a@example.com")
    report_of(team)
    send_all()
    (file,) = (tmp_path / "mail").iterdir()
    assert "List-Unsubscribe" in file.read_text()
    assert states() == [State.SENT]
