"""A week's report, whole: the verdict, what to do, and everything behind it, as plain values.

What is open or closed is told as of the end of the week; states, names and prices are those of the
moment at which the report is made.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from unicodedata import category
from uuid import UUID

from connectivity.core.health.evaluation import HealthRule, Saves
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.resource_type import ConfigurationRule
from connectivity.core.report_schedule import Period, Schedule
from connectivity.models import AwsAccount, Finding, PrometheusSource
from connectivity.weekly import week_news
from connectivity.weekly.costs import Costs, costs
from connectivity.weekly.findings import Troubles, noticed, open_at, troubles
from connectivity.weekly.links import Link, ReportedResource, reported
from connectivity.weekly.week_news import Latencies, Money, Prices, Saved, Unseen
from costmodel.core.units import cents, money

WEEKS = 4
MOST_TO_DO = 5
MOST_STEPS = 2


@dataclass(frozen=True)
class ToDo:
    """Something that is worth somebody's time."""

    what: str
    thing: ReportedResource | None
    others: int  # resources of which the same is true
    state: str  # of the finding; empty: it is none
    is_new: bool
    evidence: str
    step: str
    effect: str
    link: Link


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
    troubles: Troubles
    costs: Costs | None
    prices: Prices | None
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
    health = troubles(team_id, period, weeks)
    money = costs(team_id, weeks[-2], weeks[-1])
    price_news = week_news.prices(team_id, period)
    dark = week_news.unseen(team_id, period)
    to_do = [*_of_findings(team_id, period, health), *_of_prices(price_news), *_of_dark(dark)]
    to_do.sort(key=_urgency)
    begun = {"team_id": team_id, "created_at__lt": period.end}
    accounts = list(AwsAccount.objects.filter(removed_at=None, **begun))
    has_sources = PrometheusSource.objects.filter(**begun).exists()
    is_watching = bool(accounts) or has_sources
    is_demo = bool(accounts) and all(account.is_demo for account in accounts) and not has_sources
    document = Report(
        _subject(health, money, price_news, dark, is_watching=is_watching, is_demo=is_demo),
        period.week,
        period.begin,
        period.end,
        schedule.zone.key,
        is_watching,
        is_demo,
        to_do[:MOST_TO_DO],
        max(0, len(to_do) - MOST_TO_DO),
        health,
        money,
        price_news,
        week_news.saved(team_id, period),
        week_news.latencies(team_id, period),
        dark,
    )
    return dict(plain(document))


def _seven_days(schedule: Schedule, period: Period) -> Period:
    calendar_week = schedule.of(period.week)
    if calendar_week.end == period.end:
        return calendar_week
    return Period(period.week, period.end - timedelta(days=7), period.end)


def _subject(
    health: Troubles,
    money: Costs | None,
    news: Prices | None,
    dark: Unseen,
    *,
    is_watching: bool,
    is_demo: bool,
) -> str:
    """The verdict in a line."""
    verdicts = [_problems(health, dark) if is_watching else "nothing is monitored yet"]
    if is_watching and dark.places:
        verdicts.append(
            f"{len(dark.places)} account and Region pair{'s' * (len(dark.places) > 1)} without data"
        )
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


def _of_findings(team_id: int, period: Period, health: Troubles) -> Iterator[ToDo]:
    """One for each rule, with the resource that matters most first.

    What closed since the week ended, or somebody knows of, needs nobody.
    """
    rows = Finding.objects.filter(team_id=team_id, closed_at=None, acknowledged_at=None)
    rows = open_at(noticed(rows), period.end).exclude(muted_until__gt=period.end)
    new = set(health.new_findings)
    groups: dict[str, list[Finding]] = defaultdict(list)
    owners = rows.select_related("resource__account", "resource__source")
    for owner in owners.defer("resource__verdicts", "resource__bill", "resource__facts"):
        groups[owner.rule].append(owner)
    for id, group in groups.items():
        group.sort(
            key=lambda finding: (
                finding.state != "critical",
                -(finding.resource.usd or 0),
                finding.pk,
            )
        )
        first = group[0]
        rule = KINDS[first.resource.kind].rule(id)
        if rule is not None:
            about = reported(first.resource)
            yield ToDo(
                rule.means,
                about,
                len({finding.resource_id for finding in group}) - 1,
                first.state,
                any(finding.uid in new for finding in group),
                _evidence(rule, first),
                " ".join(rule.steps[:MOST_STEPS]),
                _effect(rule, group),
                about.link,
            )


def _evidence(rule: HealthRule | ConfigurationRule, finding: Finding) -> str:
    metric = f"{rule.metric}: " if isinstance(rule, HealthRule) else ""
    return f"{metric}{finding.why}" + (f" ({finding.part})" if finding.part else "")


def _effect(rule: HealthRule | ConfigurationRule, findings: list[Finding]) -> str:
    if not isinstance(rule.effect, Saves):
        return rule.effect
    costs = {finding.resource_id: finding.resource.usd for finding in findings}
    known = [usd for usd in costs.values() if usd is not None]
    if not known:
        return "Saves its monthly cost; the price list has no price for it."
    saving = f"Saves ${money(sum(known, Decimal(0)))} a month."
    unknown = len(costs) - len(known)
    return f"{saving} The cost of {unknown} more is not known." if unknown else saving


def _of_prices(news: Prices | None) -> Iterator[ToDo]:
    for moved in news.moved if news else ():
        if moved.is_flip and moved.after.option:
            yield ToDo(
                f"{moved.name}: {moved.after.option} is recommended now, no longer "
                f"{moved.before.option or 'nothing'}.",
                None,
                0,
                "",
                True,
                "; ".join(moved.because),
                "Review the comparison and the decision.",
                _difference(moved.before.usd, moved.after.usd) + _mix(moved.after),
                moved.link,
            )


def _difference(before: Decimal | None, after: Decimal | None) -> str:
    if before is None or after is None:
        return "Its cost is not known on both price lists."
    return f"{money(before)} USD a month before, {money(after)} now."


def _mix(side: Money) -> str:
    if side.mix_usd is None:
        return ""
    return f" Cheapest option per flow: {money(side.mix_usd)} USD a month."


def _of_dark(dark: Unseen) -> Iterator[ToDo]:
    if dark.refused:
        names = ", ".join(dark.refused)
        yield ToDo(
            "AWS denies permissions that collection needs.",
            None,
            0,
            "",
            False,
            f"access denied: {names}",
            "Add the policy statement shown on the account's page to its role.",
            "Resources whose state is unknown are evaluated.",
            Link("collection"),
        )


def _urgency(to_do: ToDo) -> tuple[int, bool, str]:
    ranks = {"critical": 0, "": 1, "warning": 2}
    return ranks[to_do.state], not to_do.is_new, to_do.what


def plain(value: Any) -> Any:
    """Values as JSON has them; USD to the cent."""
    if is_dataclass(value) or (isinstance(value, tuple) and hasattr(value, "_fields")):
        names = (
            value._fields if isinstance(value, tuple) else [field.name for field in fields(value)]
        )
        return {name: plain(getattr(value, name)) for name in (*names, *_computed(value))}
    if isinstance(value, dict):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    if isinstance(value, Decimal):
        return str(cents(value))
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str):
        return one_line(value)
    return str(value) if isinstance(value, UUID) else value


def one_line(text: str) -> str:
    """Without line breaks and other characters that are not seen but act."""
    kept = (" " if category(character)[0] in "ZC" else character for character in text)
    return " ".join("".join(kept).split())


def _computed(value: Any) -> list[str]:
    """Names of properties: what follows from the fields is told, too."""
    return [name for name, member in vars(type(value)).items() if isinstance(member, property)]
