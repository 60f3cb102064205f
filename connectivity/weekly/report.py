"""A week's report, whole: the verdict, what to do, and everything behind it, as plain values.

What is open or closed is told as of the end of the week; states, names and prices are those of the
moment at which the report is made.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectivity.core.as_json.dataclass_values import plain
from connectivity.core.report_schedule import Period, Schedule
from connectivity.models import AwsAccount, PrometheusSource
from connectivity.weekly import week_news
from connectivity.weekly.costs import Costs, costs
from connectivity.weekly.findings import Troubles, troubles
from connectivity.weekly.plans import Plans, plans
from connectivity.weekly.sight import sight
from connectivity.weekly.to_do import Behind, ToDo, to_do
from connectivity.weekly.week_news import Latencies, Prices, Saved, Unseen

WEEKS = 4
MAX_TO_DO = 5
MAX_ADVICE = 3


@dataclass(frozen=True)
class Report:
    subject: str
    week: str
    begin: datetime
    end: datetime
    time_zone: str
    is_watching: bool
    is_demo: bool  # all that is watched is made up
    to_do: list[ToDo]
    more_to_do: int
    advice: list[ToDo]
    more_advice: int
    troubles: Troubles
    costs: Costs | None
    prices: Prices | None
    plans: Plans
    saved: list[Saved]
    latencies: Latencies
    unseen: Unseen


def report(team_id: int, schedule: Schedule, period: Period) -> dict[str, Any]:
    """What a team's week brought, as JSON has it: money and quantities are texts.

    A period that is longer, since the team changed its day, is told whole; costs and the table of
    weeks are of seven days.
    """
    weeks = [_seven_days(schedule, period)]
    while len(weeks) < WEEKS:
        weeks.insert(0, schedule.before(weeks[0]))
    looked = sight(team_id, period.end)
    health = troubles(team_id, period, weeks, looked)
    money = costs(team_id, weeks[-2], weeks[-1])
    price_news = week_news.prices(team_id, period)
    dark = week_news.unseen(team_id, period)
    week = Behind(health, price_news, plans(team_id, period), dark, looked)
    tasks, advice = to_do(team_id, period, week)
    is_watching, is_demo = _watching(team_id, period)
    document = Report(
        _subject(week, money, is_watching=is_watching, is_demo=is_demo),
        period.week,
        period.begin,
        period.end,
        schedule.zone.key,
        is_watching,
        is_demo,
        tasks[:MAX_TO_DO],
        max(0, len(tasks) - MAX_TO_DO),
        advice[:MAX_ADVICE],
        max(0, len(advice) - MAX_ADVICE),
        health,
        money,
        price_news,
        week.plans,
        week_news.saved(team_id, period),
        week_news.latencies(team_id, period),
        dark,
    )
    return dict(plain(document))


def _watching(team_id: int, period: Period) -> tuple[bool, bool]:
    """Whether anything is watched, and whether all of that is made up."""
    begun = {"team_id": team_id, "created_at__lt": period.end}
    accounts = list(AwsAccount.objects.filter(removed_at=None, **begun))
    has_sources = PrometheusSource.objects.filter(**begun).exists()
    is_demo = bool(accounts) and all(account.is_demo for account in accounts) and not has_sources
    return bool(accounts) or has_sources, is_demo


def _seven_days(schedule: Schedule, period: Period) -> Period:
    calendar_week = schedule.of(period.week)
    if calendar_week.end == period.end:
        return calendar_week
    return Period(period.week, period.end - timedelta(days=7), period.end)


def _subject(week: Behind, money: Costs | None, *, is_watching: bool, is_demo: bool) -> str:
    """The verdict in a line."""
    news = week.news
    watched = _problems(week.health, week.dark) if is_watching else "nothing is monitored yet"
    verdicts = [watched]
    if is_watching and week.sight.blind:
        count = len(week.sight.blind)
        verdicts.append(f"{count} account{'s' * (count > 1)} without data")
    verdicts += _plan_verdicts(week.plans)
    change = money.change_percent if money else None
    if change is not None:
        way = "up" if change > 0 else "down"
        size = f"{abs(change):.0f}"
        verdicts.append("costs unchanged" if size == "0" else f"costs {way} {size} %")
    if news and news.flips:
        verdicts.append(f"{news.flips} recommendation{'s' * (news.flips > 1)} changed")
    elif news and news.changed:
        verdicts.append(f"{news.changed:,} price{'s' * (news.changed > 1)} changed")
    words = "; ".join(verdicts)
    return f"demo: {words}" if is_demo else words[0].upper() + words[1:]


def _plan_verdicts(plans: Plans) -> Iterator[str]:
    if plans.blocked:
        yield f"{plans.blocked} plan{'s' * (plans.blocked > 1)} can no longer be built"
    if plans.cheaper:
        yield f"{plans.cheaper} cheaper plan{'s' * (plans.cheaper > 1)}"


def _problems(health: Troubles, dark: Unseen) -> str:
    count, new = health.open.count, health.new.count
    if not count and dark.data_until is None:
        return "no data yet"  # which is not quiet
    if not count:
        return (
            f"no problems, {health.solved.count} solved" if health.solved.count else ("no problems")
        )
    grave = f" ({health.critical} critical)" if health.critical else ""
    return f"{count} problem{'s' * (count > 1)}{grave}, {new or 'none'} new"
