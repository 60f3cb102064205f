"""When a team's report is due, and what it says. Made once a week, however many workers try."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from advisor.models import Delivery, Recipient, Report, Team
from connectivity.core.report_schedule import Period
from connectivity.weekly.report import report

LEAST = timedelta(days=6)  # between two reports, whatever the team does with its day
LONGEST = timedelta(days=35)  # that a report tells of


class NotOver(ValueError):
    """A week that has not ended has no report yet."""


def due(now: datetime | None = None) -> list[int]:
    """Teams whose last week is not told. After a long stop that is one week, not all of them."""
    now = now or timezone.now()
    return [
        team.pk
        for team in Team.objects.filter(has_reports=True)
        if _is_due(team, team.schedule.last(now))
    ]


def next_at(team: Team, now: datetime | None = None) -> datetime:
    """When the next report comes."""
    period = team.schedule.next(now or timezone.now())
    told = _told_before(team, period.end)
    while told and period.end - told.due_at < LEAST:
        period = team.schedule.next(period.end)
    return period.end


def _is_due(team: Team, period: Period) -> bool:
    if period.end < team.reports_since or Report.objects.filter(team=team, week=period.week):
        return False
    told = Report.objects.filter(team=team).order_by("-due_at").first()
    return told is None or period.end - told.due_at >= LEAST


def _told_before(team: Team, moment: datetime) -> Report | None:
    return Report.objects.filter(team=team, due_at__lt=moment).order_by("-due_at").first()


def _since_last(team: Team, period: Period) -> Period:
    """From the end of the report before, after a stop or another day: nothing is left untold."""
    told = _told_before(team, period.end)
    if told is None or period.end - told.due_at > LONGEST:
        return period
    return Period(period.week, told.due_at, period.end)


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
    content = report(team.pk, team.schedule, _since_last(team, period))
    defaults = {"due_at": period.end, "content": content}
    with transaction.atomic():
        row, is_new = Report.objects.get_or_create(team=team, week=period.week, defaults=defaults)
        if is_new:
            mail_to_all(row)
    return row


def mail_to_all(row: Report) -> None:
    """A mail for everybody who wants the report, and has none yet."""
    willing = Recipient.objects.willing().filter(team_id=row.team_id)
    mails = [Delivery(report=row, recipient=recipient) for recipient in willing]
    Delivery.objects.bulk_create(mails, ignore_conflicts=True)


def content_of(team: Team, period: Period) -> dict[str, Any]:
    """What was told of a week; of one that was not told, what would be."""
    told = Report.objects.filter(team=team, week=period.week).first()
    return told.content if told else report(team.pk, team.schedule, _since_last(team, period))


def so_far(team: Team, now: datetime | None = None) -> dict[str, Any]:
    """What the next report would say if it were made now."""
    period = team.schedule.so_far(now or timezone.now())
    return report(team.pk, team.schedule, _since_last(team, period))


def set_schedule(team: Team, **changes: Any) -> None:
    """When a team's report comes: `has_reports`, `report_weekday`, `report_hour`, `time_zone`.

    From now on: what another day or zone would have made due already is not due.
    """
    if any(getattr(team, name) != value for name, value in changes.items()):
        team.reports_since = timezone.now()
    for name, value in changes.items():
        setattr(team, name, value)
    team.save(update_fields=["reports_since", *changes])
