"""Sent once, whatever goes wrong between us, the mail server and Amazon SES."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from advisor import tasks
from advisor.models import Delivery, Team
from advisor.reports import sending
from advisor.schedule import SCHEDULE
from connectivity.pulse import LEASE
from tests.doubles.mailbox import Mailbox, mail_server
from tests.doubles.receiver import Receiver, receiver
from tests.mails import later, one_mail, report_of, send_all, states, wanting

pytestmark = pytest.mark.django_db
State = Delivery.State
__all__ = ["receiver"]  # a fixture


def test_a_claimed_mail_is_not_sent_by_another(team: Team, box: Mailbox) -> None:
    pk = one_mail(team)
    Delivery.objects.update(state=State.SENDING, claimed_at=timezone.now())
    sending.send(pk)
    assert sending.due() == []
    assert (box.mails, states()) == ([], [State.SENDING])


def test_a_crash_between_claim_and_send_is_unknown_and_stays_so(team: Team, box: Mailbox) -> None:
    one_mail(team)
    Delivery.objects.update(state=State.SENDING, claimed_at=timezone.now())
    later(seconds=21)
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
        later(seconds=21)
        sending.due()
        return sending.Outcome(State.WAITING, "refused")

    monkeypatch.setattr(sending, "hand_over", sleepy)
    sending.send(pk)
    assert states() == [State.UNKNOWN]


def test_a_mail_that_takes_long_is_kept_by_its_worker(
    team: Team, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    beats: list[Callable[[], bool]] = []
    hand_over = sending.hand_over

    def beating(beat: Callable[[], bool]) -> Any:
        beats.append(beat)
        return nullcontext()

    def slow(message: Any) -> sending.Outcome:
        for _ in range(10):
            age_claims(seconds=19)
            assert beats[0]()
            assert sending.due() == []
        return hand_over(message)

    def age_claims(seconds: int) -> None:
        claim = beats[0].__self__  # type: ignore[attr-defined]
        claim.at -= timedelta(seconds=seconds)
        later(seconds=seconds)

    monkeypatch.setattr(sending, "Pulse", beating)
    monkeypatch.setattr(sending, "hand_over", slow)
    sending.send(one_mail(team))
    assert (len(box.mails), states()) == (1, [State.SENT])
    assert not beats[0]()


def test_the_mail_of_a_lost_worker_is_told_within_a_minute(
    team: Team, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[object] = []
    monkeypatch.setattr(tasks.send_report, "apply_async", lambda *given, **_: rung.append(given))
    one_mail(team)
    Delivery.objects.update(state=State.SENDING, claimed_at=timezone.now())
    (entry,) = [entry for entry in SCHEDULE.values() if entry["task"] == "send-reports"]
    assert LEASE + timedelta(seconds=float(entry["schedule"])) < timedelta(minutes=1)
    later(seconds=LEASE.total_seconds() + 1)
    tasks.send_reports()
    assert (states(), rung, box.mails) == ([State.UNKNOWN], [], [])


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
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts) == (State.REFUSED, len(sending.PAUSES) + 1)
    assert delivery.problem == "given up: the mail server answered 451: come back later"


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

    def picky(delivery: Delivery) -> Any:
        if delivery.recipient.address == "a@example.com":
            raise KeyError("title")
        return make(delivery)

    monkeypatch.setattr(sending, "mail_of", picky)
    send_all()
    assert states() == [State.REFUSED, State.SENT]
    assert "cannot be rendered" in Delivery.objects.get(state=State.REFUSED).problem


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
