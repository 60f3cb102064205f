"""When reports are due: once a week, whatever clocks and teams do."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from advisor.models import Delivery, Report, Team, User
from advisor.reports import making, sending
from tests.doubles.mailbox import Mailbox
from tests.mails import report_of, states, wanting

pytestmark = pytest.mark.django_db
State = Delivery.State


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
    reports = list(Report.objects.order_by("due_at"))
    assert len(reports) in (7, 8, 9)
    for report, following in zip(reports, reports[1:], strict=False):
        assert datetime.fromisoformat(following.content["begin"]) == report.due_at
        assert timedelta(days=6) <= following.due_at - report.due_at < timedelta(days=21)


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


@pytest.mark.usefixtures("committed")
def test_two_workers_make_one_report_and_send_each_mail_once(user: User, box: Mailbox) -> None:
    Team.objects.update(reports_since=timezone.now() - timedelta(days=365))
    team = Team.objects.get(pk=user.team_id)
    wanting(team, *(f"r{i}@example.com" for i in range(20)))

    def work() -> None:
        try:
            report = report_of(team)
            for pk in report.deliveries.values_list("pk", flat=True):
                sending.send(pk)
        finally:
            connection.close()

    # SQLite in memory does not wait for locks; tests/advisor/local has its workers as processes.
    count = 4 if connection.vendor == "postgresql" else 1
    workers = [threading.Thread(target=work) for _ in range(count)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert Report.objects.count() == 1
    assert sorted(to for to, _ in box.mails) == sorted(f"r{i}@example.com" for i in range(20))
    assert set(states()) == {State.SENT}
