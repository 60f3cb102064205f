"""When a team's report is due, and what it says. Made once a week, however many workers try."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from advisor.models import Delivery, Recipient, Report, Team
from connectivity.core.weekly import Period
from connectivity.weekly.content import report

KEEP = timedelta(days=366)


class NotOver(ValueError):
    """A week that has not ended has no report yet."""


def due(now: datetime | None = None) -> list[int]:
    """Teams whose last week is not told. After a long stop that is one week, not all of them."""
    now = now or timezone.now()
    found = []
    for team in Team.objects.filter(has_reports=True):
        period = team.schedule.last(now)
        is_told = Report.objects.filter(team=team, week=period.week).exists()
        if period.end >= team.reports_since and not is_told:
            found.append(team.pk)
    return found


def make(team: Team, period: Period) -> Report:
    """The report of a week, with a mail for everybody who wants it. Twice is once.

    Raises:
        NotOver: the week has not ended yet.
    """
    told = Report.objects.filter(team=team, week=period.week).first()
    if told is not None:
        return told
    if period.end > timezone.now():
        raise NotOver(f"{period.week} ends on {period.end:%Y-%m-%d %H:%M} UTC")
    said = {"due_at": period.end, "content": report(team.pk, team.schedule, period)}
    with transaction.atomic():
        row, is_new = Report.objects.get_or_create(team=team, week=period.week, defaults=said)
        if is_new:
            mails = [Delivery(report=row, recipient=one) for one in willing(team.pk)]
            Delivery.objects.bulk_create(mails)
    return row


def willing(team_id: int) -> list[Recipient]:
    """Who gets the reports of a team."""
    rows = Recipient.objects.filter(team_id=team_id, paused_at=None, unsubscribed_at=None)
    return list(rows.exclude(confirmed_at=None))


def content_of(team: Team, period: Period) -> dict[str, Any]:
    """What was told of a week; of one that was not told, what would be."""
    told = Report.objects.filter(team=team, week=period.week).first()
    return told.content if told else report(team.pk, team.schedule, period)


def so_far(team: Team, now: datetime | None = None) -> dict[str, Any]:
    """What the next report would say if it were made now."""
    return report(team.pk, team.schedule, team.schedule.so_far(now or timezone.now()))


def forget_old(now: datetime) -> None:
    Report.objects.filter(made_at__lt=now - KEEP).delete()


def set_schedule(team: Team, *, has_reports: bool, report_weekday: int, report_hour: int) -> None:
    """When a team's report comes. Turned on again, it tells nothing of the weeks without."""
    if has_reports and not team.has_reports:
        team.reports_since = timezone.now()
    team.has_reports, team.report_weekday, team.report_hour = (
        has_reports,
        report_weekday,
        report_hour,
    )
    team.save(update_fields=["has_reports", "report_weekday", "report_hour", "reports_since"])
