"""Reports by mail: made once a week, sent once to each address, whatever goes wrong."""

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.urls import resolve
from django.utils import timezone

from advisor import teams
from advisor.models import Delivery, Membership, Recipient, Report, Team, User
from advisor.models.reports import UNSUBSCRIBE
from advisor.reports import making, recipients, sending
from connectivity.core.problems import DocumentRefused
from connectivity.health import running
from connectivity.health.accounts import add_demo
from tests.doubles.mailbox import Mailbox, mail_server
from tests.doubles.receiver import Receiver, receiver

pytestmark = pytest.mark.django_db
State = Delivery.State
__all__ = ["receiver"]  # a fixture


@pytest.fixture
def box(settings: Any) -> Iterator[Mailbox]:
    with mail_server(settings) as found:
        yield found


@pytest.fixture
def team(user: User) -> Team:
    """Its reports have been wanted for a year."""
    Team.objects.filter(pk=user.team_id).update(reports_since=timezone.now() - timedelta(days=365))
    return Team.objects.get(pk=user.team_id)


def wanting(team: Team, *addresses: str) -> list[Recipient]:
    return [
        Recipient.objects.create(team=team, address=one, confirmed_at=timezone.now())
        for one in addresses
    ]


def willing(team: Team) -> list[Recipient]:
    return list(Recipient.objects.willing().filter(team=team))


def verified(user: User, address: str) -> User:
    EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)
    user.email = address
    user.save()
    return user


def report_of(team: Team) -> Report:
    return making.make(team, team.schedule.last(timezone.now()))


def send_all() -> None:
    for pk in sending.due():
        sending.send(pk)


def states() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


def later(**by: float) -> None:
    """Time passes for every mail."""
    past = timedelta(**by)
    for one in Delivery.objects.all():
        one.due_at -= past
        one.claimed_at = one.claimed_at and one.claimed_at - past
        one.save()


# --- when ---


def test_a_report_is_due_once_a_week(team: Team) -> None:
    assert making.due() == [team.pk]
    report_of(team)
    assert making.due() == []
    assert making.due(timezone.now() + timedelta(days=7)) == [team.pk]


def test_after_weeks_of_downtime_there_is_one_report_not_seven(team: Team) -> None:
    wanting(team, "a@example.com")
    much_later = timezone.now() + timedelta(days=7 * 7)
    assert making.due(much_later) == [team.pk]
    for _ in range(3):
        report_of(team)
        assert making.due() == []
    assert (Report.objects.count(), Delivery.objects.count()) == (1, 1)


def test_a_new_team_is_not_told_of_the_time_before_it(user: User) -> None:
    assert making.due() == []
    assert making.due(timezone.now() + timedelta(days=7)) == [user.team_id]


def test_turned_on_again_it_tells_nothing_of_the_weeks_without(team: Team) -> None:
    making.set_schedule(team, has_reports=False, report_weekday=0, report_hour=8)
    assert making.due() == []
    making.set_schedule(team, has_reports=True, report_weekday=0, report_hour=8)
    assert making.due() == []
    assert making.due(timezone.now() + timedelta(days=7)) == [team.pk]


def test_a_changed_day_leaves_nothing_untold_and_tells_nothing_twice(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hour by hour over ten weeks, with a team that changes its mind."""
    changes = {50: 1, 200: 0, 500: 6, 700: 0, 705: 3, 1_100: 4, 1_101: 0}
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    monkeypatch.setattr(making.timezone, "now", lambda: now)
    monkeypatch.setattr(making, "report", lambda _, __, period: {"begin": period.begin.isoformat()})
    Team.objects.update(reports_since=now - timedelta(days=30), time_zone="Europe/Berlin")
    for hour in range(10 * 7 * 24):
        team.refresh_from_db()
        if hour in changes:
            making.set_schedule(team, report_weekday=changes[hour])
        promised = making.next_at(team)
        if making.due():
            row = report_of(team)
            assert row.due_at > now - timedelta(hours=1) or hour == 0
        now += timedelta(hours=1)
        assert promised >= now - timedelta(hours=1)
    told = list(Report.objects.order_by("due_at"))
    assert len(told) in (7, 8, 9)
    for one, other in zip(told, told[1:], strict=False):
        assert datetime.fromisoformat(other.content["begin"]) == one.due_at
        assert timedelta(days=6) <= other.due_at - one.due_at < timedelta(days=21)


def test_a_changed_day_sends_nothing_at_once(team: Team) -> None:
    report_of(team)
    for weekday in range(7):
        making.set_schedule(team, report_weekday=weekday)
        assert making.due() == []
        assert making.next_at(team) - Report.objects.get().due_at >= making.LEAST


def test_a_week_that_is_not_over_has_no_report(team: Team) -> None:
    with pytest.raises(making.NotOver, match="ends on"):
        making.make(team, team.schedule.next(timezone.now()))
    assert not Report.objects.exists()


def test_reports_are_kept_a_year(team: Team) -> None:
    report_of(team)
    making.forget_old(timezone.now() + timedelta(days=360))
    assert Report.objects.exists()
    making.forget_old(timezone.now() + timedelta(days=370))
    assert not Report.objects.exists()


@pytest.mark.usefixtures("committed")
def test_two_workers_make_one_report_and_send_each_mail_once(user: User, box: Mailbox) -> None:
    Team.objects.update(reports_since=timezone.now() - timedelta(days=365))
    team = Team.objects.get(pk=user.team_id)
    wanting(team, *(f"r{i}@example.com" for i in range(20)))

    def work() -> None:
        try:
            made = report_of(team)
            for pk in made.deliveries.values_list("pk", flat=True):
                sending.send(pk)
        finally:
            connection.close()

    # SQLite in memory does not wait for locks; tests/advisor/local has its workers as processes.
    count = 4 if connection.vendor == "postgresql" else 1
    workers = [threading.Thread(target=work) for _ in range(count)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert Report.objects.count() == 1
    assert sorted(to for to, _ in box.mails) == sorted(f"r{i}@example.com" for i in range(20))
    assert set(states()) == {State.SENT}


# --- what arrives ---


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
def told(team: Team, settings: Any) -> Report:
    """The made-up estate, told as of now."""
    settings.ADVISOR_URL, settings.IS_HTTPS = "https://advisor.example", True
    add_demo(team.pk)
    running.run_all(team.pk)
    content = making.so_far(team)
    row = Report.objects.create(team=team, week="2026-W48", due_at=timezone.now(), content=content)
    (one,) = wanting(team, "reader@example.com")
    Delivery.objects.create(report=row, recipient=one)
    return row


def test_the_mail_arrives_intact(told: Report, box: Mailbox) -> None:
    send_all()
    assert states() == [State.SENT]
    (mail,) = box.of("reader@example.com")
    delivery = Delivery.objects.get()
    assert mail["Subject"] == f"{told.content['subject']} (Default team, 2026-W48)"
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


def test_both_parts_tell_the_same(told: Report, box: Mailbox) -> None:
    send_all()
    plain, html = parts(box.of("reader@example.com")[0])
    facts = Facts()
    facts.feed(html)
    assert facts.images == 0
    without_links = re.sub(r"https://\S+", "", plain)
    figures = re.findall(r"\$[\d,.]+\d|\d+ %|\d{4}-\d\d-\d\d|\b[A-Z]{3,4}-[A-Z-]+\b", without_links)
    in_html = " ".join(facts.words)
    assert len(figures) > 40
    assert [one for one in figures if one not in in_html] == []
    words = {one.lower() for one in re.findall(r"[A-Za-z]{4,}", without_links)}
    shown = {one.lower() for one in re.findall(r"[A-Za-z]{4,}", in_html)}
    assert words ^ shown <= {"unsubscribe", "look"}


def test_every_link_leads_to_a_page(told: Report, box: Mailbox, client: Any, user: User) -> None:
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


# --- what goes wrong ---


def one_mail(team: Team) -> int:
    wanting(team, "a@example.com")
    report_of(team)
    (pk,) = sending.due()
    return pk


def test_a_claimed_mail_is_not_sent_by_another(team: Team, box: Mailbox) -> None:
    pk = one_mail(team)
    Delivery.objects.update(state=State.SENDING, claimed_at=timezone.now())
    sending.send(pk)
    assert sending.due() == []
    assert (box.mails, states()) == ([], [State.SENDING])


def test_a_crash_between_claim_and_send_is_unknown_and_stays_so(team: Team, box: Mailbox) -> None:
    one_mail(team)
    Delivery.objects.update(state=State.SENDING, claimed_at=timezone.now())
    later(minutes=16)
    assert sending.due() == []
    assert states() == [State.UNKNOWN]
    later(days=7)
    send_all()
    assert (box.mails, states()) == ([], [State.UNKNOWN])
    sending.again(team.pk, Delivery.objects.get().uid)  # a person decides
    send_all()
    assert (len(box.mails), states()) == (1, [State.SENT])


def test_a_worker_that_wakes_up_too_late_changes_nothing(
    team: Team, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    pk = one_mail(team)

    def sleepy(message: Any) -> sending.Outcome:
        later(minutes=16)
        sending.due()
        return sending.Outcome(State.WAITING, "refused")

    monkeypatch.setattr(sending, "hand_over", sleepy)
    sending.send(pk)
    assert states() == [State.UNKNOWN]


def test_a_server_that_takes_the_mail_and_hangs_up_leaves_it_unknown(
    team: Team, box: Mailbox
) -> None:
    box.to_data = ""
    one_mail(team)
    send_all()
    assert (len(box.mails), states()) == (1, [State.UNKNOWN])
    assert "may have arrived" in Delivery.objects.get().problem
    box.to_data = "250 OK"
    later(days=2)
    send_all()
    assert len(box.mails) == 1


def test_a_server_that_accepts_and_hangs_up_has_it(team: Team, box: Mailbox) -> None:
    box.then_hangs_up = True
    one_mail(team)
    send_all()
    assert (len(box.mails), states()) == (1, [State.SENT])


def test_a_server_that_is_away_is_asked_again_and_given_up_in_the_end(
    team: Team, settings: Any
) -> None:
    with mail_server(settings):
        pass
    one_mail(team)
    send_all()
    assert states() == [State.WAITING]
    assert "does not answer" in Delivery.objects.get().problem
    send_all()
    assert Delivery.objects.get().attempts == 1  # not before its time
    with mail_server() as box:
        settings.EMAIL_PORT = box.port
        later(minutes=2)
        send_all()
        assert (len(box.mails), states()) == (1, [State.SENT])


def test_every_try_that_fails_ends_some_day(team: Team, box: Mailbox) -> None:
    box.to_recipient = "451 come back later"
    one_mail(team)
    for _ in range(len(sending.PAUSES) + 3):
        send_all()
        later(hours=9)
    one = Delivery.objects.get()
    assert (one.state, one.attempts) == (State.REFUSED, len(sending.PAUSES) + 1)
    assert one.problem == "given up: the mail server answered 451: come back later"


@pytest.mark.parametrize(
    ("name", "answer", "state"),
    [
        ("to_recipient", "550 no such user", State.REFUSED),
        ("to_recipient", "450 busy", State.WAITING),
        ("to_data", "554 spam", State.REFUSED),
        ("to_data", "452 full", State.WAITING),
    ],
)
def test_an_answer_is_an_answer(
    team: Team, box: Mailbox, name: str, answer: str, state: State
) -> None:
    setattr(box, name, answer)
    box.keeps = False
    one_mail(team)
    send_all()
    assert states() == [state]
    assert answer[4:] in Delivery.objects.get().problem


def test_one_address_in_trouble_keeps_no_other_from_its_mail(team: Team, box: Mailbox) -> None:
    wanting(team, "a@example.com", "b@example.com", "c@example.com")
    report_of(team)
    first, *rest = sending.due()
    box.to_recipient = "550 no"
    sending.send(first)
    box.to_recipient = "250 OK"
    for pk in rest:
        sending.send(pk)
    assert states() == [State.REFUSED, State.SENT, State.SENT]


def test_a_mail_that_cannot_be_made_says_so_and_stops_no_other(
    team: Team, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanting(team, "a@example.com", "b@example.com")
    report_of(team)
    make = sending.mail_of

    def picky(one: Delivery) -> Any:
        if one.recipient.address == "a@example.com":
            raise KeyError("title")
        return make(one)

    monkeypatch.setattr(sending, "mail_of", picky)
    send_all()
    assert states() == [State.REFUSED, State.SENT]
    assert "cannot be made" in Delivery.objects.get(state=State.REFUSED).problem


# --- to whom ---


def test_an_address_that_is_not_verified_is_asked_whoever_says_that_it_is_theirs(
    team: Team, user: User, box: Mailbox
) -> None:
    user.email = "victim@example.org"
    user.save()
    one, outcome = recipients.add(team.pk, user.email, user)
    assert (one.state, outcome) == ("not confirmed yet", sending.Outcome(State.SENT))
    recipients.confirm(one)
    recipients.unsubscribe(one)
    one, outcome = recipients.add(team.pk, user.email, user)
    assert (one.state, len(box.mails)) == ("unsubscribed", 2)


def test_removing_and_adding_does_not_ask_again(team: Team, user: User, box: Mailbox) -> None:
    one, _ = recipients.add(team.pk, "boss@example.org", user)
    recipients.remove(team.pk, one.uid)
    assert not recipients.confirm(Recipient.objects.get())
    with pytest.raises(DocumentRefused, match="less than an hour ago"):
        recipients.add(team.pk, "boss@example.org", user)
    assert len(box.mails) == 1


def test_a_question_that_was_not_sent_may_be_asked_at_once(
    team: Team, user: User, box: Mailbox
) -> None:
    box.to_recipient = "450 busy"
    one, outcome = recipients.add(team.pk, "boss@example.org", user)
    assert outcome is not None
    assert outcome.state == State.WAITING
    box.to_recipient = "250 OK"
    assert recipients.add(team.pk, "boss@example.org", user)[1] == sending.Outcome(State.SENT)


def test_a_team_asks_so_many_strangers_a_day(team: Team, user: User, box: Mailbox) -> None:
    now = timezone.now()
    Recipient.objects.bulk_create(
        Recipient(team=team, address=f"s{i}@example.org", asked_at=now)
        for i in range(recipients.MOST_ASKED)
    )
    with pytest.raises(DocumentRefused, match="go on tomorrow"):
        recipients.add(team.pk, "boss@example.org", user)
    assert box.mails == []


def test_a_team_cannot_write_letters_to_strangers_by_its_name(
    team: Team, user: User, box: Mailbox
) -> None:
    team.name = "Default\r\n\r\nYour account is locked: evil"
    team.save()
    recipients.add(team.pk, "boss@example.org", user)
    (mail,) = box.of("boss@example.org")
    assert 'team "Default Your account is locked: evil" asks' in mail.get_content()


def test_who_unsubscribes_before_it_is_sent_does_not_get_it(team: Team, box: Mailbox) -> None:
    one_mail(team)
    recipients.unsubscribe(Recipient.objects.get())
    send_all()
    assert (box.mails, states()) == ([], [State.SKIPPED])
    assert willing(team) == []


def test_a_member_gets_it_at_once_and_others_after_they_say_yes(
    team: Team, user: User, box: Mailbox
) -> None:
    verified(user, "Alice@Example.com")
    one, outcome = recipients.add(team.pk, " ALICE@example.com ", user)
    assert (one.state, outcome) == ("gets it", None)
    other, outcome = recipients.add(team.pk, "boss@example.org", user)
    assert outcome == sending.Outcome(State.SENT)
    assert other.state == "not confirmed yet"
    assert willing(team) == [one]
    (mail,) = box.of("boss@example.org")
    assert other.confirm_key in mail.get_content()
    assert recipients.confirm(other)
    assert set(willing(team)) == {one, other}


def test_a_question_is_asked_once_an_hour_and_open_for_a_week(
    team: Team, user: User, box: Mailbox
) -> None:
    one, _ = recipients.add(team.pk, "boss@example.org", user)
    with pytest.raises(DocumentRefused, match="less than an hour ago"):
        recipients.add(team.pk, "boss@example.org", user)
    assert len(box.mails) == 1
    one.asked_at = timezone.now() - timedelta(days=8)
    one.save()
    assert not recipients.confirm(one)
    assert willing(team) == []


def test_who_unsubscribed_is_asked_before_it_begins_again(
    team: Team, user: User, box: Mailbox
) -> None:
    helper = verified(User.objects.create_user("helper"), "helper@example.com")
    one, _ = recipients.add(team.pk, helper.email, user)
    recipients.unsubscribe(one)
    recipients.remove(team.pk, one.uid)  # it is remembered all the same
    one, outcome = recipients.add(team.pk, helper.email, user)
    assert (one.state, outcome) == ("unsubscribed", sending.Outcome(State.SENT))
    one, outcome = recipients.add(team.pk, helper.email, helper)  # by itself
    assert (one.state, outcome) == ("gets it", None)


@pytest.mark.parametrize("address", ["", "nobody", "a@b", "a@example.com\nBcc: x@example.com"])
def test_what_is_no_address_is_refused(team: Team, user: User, address: str) -> None:
    with pytest.raises(DocumentRefused, match="is not an address"):
        recipients.add(team.pk, address, user)
    assert not Recipient.objects.exists()


def test_who_leaves_the_team_gets_no_more(team: Team, user: User) -> None:
    helper = verified(User.objects.create_user("helper"), "helper@example.com")
    recipients.add(team.pk, helper.email, helper)
    helper.email = "another@example.com"
    helper.save()
    assert len(willing(team)) == 1
    User.objects.filter(pk=helper.pk).update(is_active=False)
    assert willing(team) == []
    User.objects.filter(pk=helper.pk).update(is_active=True)
    teams.remove(team.pk, Membership.objects.get(user=helper).uid)
    assert willing(team) == []


def test_keys_of_one_purpose_are_of_no_use_for_another(team: Team) -> None:
    (one,) = wanting(team, "a@example.com")
    for key in (one.confirm_key, one.unsubscribe_key[:-1], "", "x:y"):
        with pytest.raises(Recipient.DoesNotExist):
            Recipient.by_key(key, UNSUBSCRIBE)
    assert Recipient.by_key(one.unsubscribe_key, UNSUBSCRIBE) == one


# --- Amazon SES ---


@pytest.fixture
def ses(settings: Any, monkeypatch: pytest.MonkeyPatch, receiver: Receiver) -> Receiver:
    """SES's API on loopback: every mail is one request."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", receiver.url)
    settings.EMAIL_BACKEND = "anymail.backends.amazon_ses.EmailBackend"
    once = {"retries": {"total_max_attempts": 1}, "read_timeout": 2}
    params = {"region_name": "eu-west-1", "config": once}
    settings.ANYMAIL = {"AMAZON_SES_CLIENT_PARAMS": params}
    return receiver


def test_what_ses_never_heard_of_is_tried_again(
    team: Team, ses: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", "http://127.0.0.1:9")
    one_mail(team)
    send_all()
    assert (states(), ses.requests) == ([State.WAITING], [])
    monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", ses.url)
    busy = b'{"__type": "ThrottlingException", "message": "slow"}'
    ses.answers.append((400, {"x-amzn-ErrorType": "ThrottlingException"}, busy))
    later(hours=1)
    send_all()
    assert (states(), len(ses.requests)) == ([State.WAITING], 1)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (200, State.SENT),
        (400, State.REFUSED),
        (429, State.WAITING),
        (500, State.UNKNOWN),
        (0, State.UNKNOWN),  # no answer at all
    ],
)
def test_what_ses_answers(team: Team, ses: Receiver, status: int, state: State) -> None:
    ses.answers.append((status, {}, b'{"MessageId": "1", "message": "said"}'))
    one_mail(team)
    send_all()
    assert (states(), len(ses.requests)) == ([state], 1)
