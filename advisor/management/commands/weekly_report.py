from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import CommandParser
from django.utils import timezone

from advisor.management import command
from advisor.management.named_team import team_called
from advisor.models import Report, Team
from advisor.reports import making, sending
from advisor.reports.mail import address, text_of
from connectivity.core.problems import Problem
from connectivity.core.report_schedule import Period


class Command(command.Command):
    help = "A team's weekly report: printed, or with --send made and mailed, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--team", required=True, help="the team's slug, or its name")
        parser.add_argument("--week", help="an ISO week like 2026-W47; the last one without")
        parser.add_argument("--send", action="store_true", help="keep it, and mail what waits")
        self.add_format(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        with self.refusing():
            team = team_called(options["team"])
        period = self._period(team, options["week"])
        page = address("reports")
        if options["send"]:
            report = making.make(team, period)
            content, page = self._send(report), address("report", report.uid)
        else:
            content = making.content_of(team, period)
        if options["format"] == "json":
            self.write_json(content)
            return
        with timezone.override(ZoneInfo(team.time_zone)):
            self.stdout.write(text_of(content, team.name, page, ""))

    def _send(self, report: Report) -> dict[str, Any]:
        making.mail_to_all(report)
        sending.due()  # what a dead worker had becomes unknown
        for delivery in report.deliveries.filter(state="waiting").values_list("pk", flat=True):
            sending.send(delivery)
        states = report.deliveries.order_by("recipient__address").values_list(
            "recipient__address", "state", "problem"
        )
        for email, state, problem in states:
            self.stderr.write(f"{email}: {state} {problem}".strip())
        if not states:
            self.stderr.write("nobody gets it by mail yet: add addresses on the page Reports")
        return dict(report.content)

    def _period(self, team: Team, week: str | None) -> Period:
        last = team.schedule.last(timezone.now())
        if week is None:
            return last
        try:
            period = team.schedule.of(week)
        except ValueError as error:
            self.refuse([Problem("--week", str(error))])
        if period.end > last.end:
            problem = f"{week} ends on {period.end:%Y-%m-%d %H:%M} UTC; the last one is {last.week}"
            self.refuse([Problem("--week", problem)])
        return period
