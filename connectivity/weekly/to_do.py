"""What is worth somebody's time after a week, the most urgent first; and advice, by its money."""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from connectivity.core.health.evaluation import HealthRule, Saves
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.resource_type import ConfigurationRule
from connectivity.core.health.troubles import Trouble
from connectivity.core.plan.renewal.renewal import News
from connectivity.core.report_schedule import Period
from connectivity.health.money.cheaper_options import choices
from connectivity.health.money.resource_cost import known_usd
from connectivity.health.reading.part_names import account_names, named, part_names
from connectivity.models import Finding, Resource
from connectivity.weekly.findings import Troubles, by_incident, hours_left, noticed, open_at
from connectivity.weekly.links import Link, ReportedResource, reported
from connectivity.weekly.plans import Plans
from connectivity.weekly.sight import Blind, Sight
from connectivity.weekly.week_news import Money, Prices, Unseen
from costmodel.core.units import cents, money

NOTHING = Decimal(0)
MAX_STEPS = 2
MAX_BLIND = 3  # accounts that are told each; of more than these one thing to do is made

Rule = HealthRule | ConfigurationRule


class Urgency(StrEnum):
    """What kind of thing it is; in this order."""

    BLIND = "no data"  # whatever happens there, nobody sees it
    CRITICAL = "critical"
    DECIDE = ""
    WARNING = "warning"
    ADVICE = "advice"


class Weight(NamedTuple):
    """The order: urgency, the time that is left, what advice saves, money, what depends on it."""

    urgency: int
    hours: float  # until something runs out
    saving: Decimal  # of advice
    usd: Decimal
    depending: int
    what: str


@dataclass(frozen=True)
class ToDo:
    """Something that is worth somebody's time."""

    what: str
    thing: ReportedResource | None
    others: int  # resources of which the same is true
    state: str  # an `Urgency`
    is_new: bool
    evidence: str
    step: str
    effect: str
    link: Link
    since: datetime | None = None  # from when on nothing is seen


Weighed = tuple[Weight, ToDo]


class Behind(NamedTuple):
    """What the week brought, of which there may be something to do."""

    health: Troubles
    news: Prices | None
    plans: Plans
    dark: Unseen
    sight: Sight


def to_do(team_id: int, period: Period, week: Behind) -> tuple[list[ToDo], list[ToDo]]:
    """All that there is to do, and all advice."""
    health, news, plans, dark, sight = week
    tasks = [
        *_of_blind(sight.blind),
        *_of_findings(team_id, period, health, sight),
        *_of_plans(plans),
        *_of_prices(news),
        *_of_denied(dark),
    ]
    tasks.sort(key=lambda weighed: weighed[0])
    urgent = [task for _, task in tasks if task.state != Urgency.ADVICE]
    return urgent, [task for _, task in tasks if task.state == Urgency.ADVICE]


def _weight(
    task: ToDo,
    usd: Decimal = NOTHING,
    depending: int = 0,
    saving: Decimal = NOTHING,
    hours: float = math.inf,
) -> Weight:
    """What will be down goes before what there is to decide."""
    urgency = list(Urgency).index(Urgency(task.state))
    if hours < math.inf:
        urgency = min(urgency, list(Urgency).index(Urgency.DECIDE))
    return Weight(urgency, hours, -saving, -usd, -depending, task.what)


def _of_findings(team_id: int, period: Period, health: Troubles, sight: Sight) -> Iterator[Weighed]:
    """One for each rule, with the resource that matters most first.

    What closed since the week ended, or somebody knows of, needs nobody; nor does what may be over.
    """
    rows = Finding.objects.filter(team_id=team_id, closed_at=None, acknowledged_at=None)
    rows = open_at(noticed(rows), period.end).exclude(muted_until__gt=period.end)
    new = set(health.new_findings)
    groups: dict[str, list[Finding]] = defaultdict(list)
    names = account_names(team_id)
    owners = rows.select_related("resource__account", "resource__source")
    for symptoms in by_incident(owners.defer("resource__verdicts")):
        if sight.last_seen(symptoms[0]) is None:
            groups[symptoms[0].rule].append(symptoms[0])
    for id, group in groups.items():
        group.sort(key=_rank)
        kind = KINDS.get(group[0].resource.kind)
        rule = kind.rule(id) if kind else None
        if rule is not None:
            task = _of_rule(rule, group, names, is_new=any(finding.uid in new for finding in group))
            task = replace(task, effect=task.effect + _instead(rule, group[0].resource, period))
            owned = {finding.resource_id: finding.resource for finding in group}.values()
            usd = sum((known_usd(row) for row in owned), NOTHING)
            is_saved = task.state == Urgency.ADVICE and isinstance(rule.effect, Saves)
            depending = sum(map(_depending, owned))
            saving = usd if is_saved else NOTHING
            yield _weight(task, usd, depending, saving, hours_left(group[0])), task


def _rank(finding: Finding) -> tuple[bool, float, Decimal, int, int]:
    row, hours = finding.resource, hours_left(finding)
    return finding.severity != "critical", hours, -known_usd(row), -_depending(row), finding.pk


def _depending(row: Resource) -> int:
    """How much hangs on a resource: the subnets, targets or attachments that it lists."""
    facts = row.facts if isinstance(row.facts, dict) else {}
    return sum(len(value) for value in facts.values() if isinstance(value, list))


def _of_rule(rule: Rule, group: list[Finding], names: dict[str, str], *, is_new: bool) -> ToDo:
    first = group[0]
    about = reported(first.resource)
    return ToDo(
        rule.means,
        about,
        len({finding.resource_id for finding in group}) - 1,
        Urgency(first.severity),
        is_new,
        _evidence(rule, first, names),
        " ".join(rule.steps[:MAX_STEPS]),
        _effect(rule, group),
        about.link,
    )


def _evidence(rule: Rule, finding: Finding, names: dict[str, str]) -> str:
    metric = f"{rule.metric}: " if isinstance(rule, HealthRule) else ""
    part = named(finding.part, part_names(finding.resource, names))
    return f"{metric}{finding.why}" + (f" ({part})" if part else "")


def _effect(rule: Rule, findings: list[Finding]) -> str:
    if not isinstance(rule.effect, Saves):
        return rule.effect
    rows = {finding.resource_id: finding.resource for finding in findings}.values()
    costs = [(known_usd(row), row.usd is None) for row in rows]
    saving = sum((usd for usd, _ in costs), NOTHING)
    if not saving:
        return "Saves its monthly cost; the price list has no price for it."
    least = "at least " if any(usd and is_partial for usd, is_partial in costs) else ""
    unknown = sum(not usd and is_partial for usd, is_partial in costs)
    more = f" The cost of {unknown} more is not known." if unknown else ""
    return f"Saves {least}${money(saving)} a month.{more}"


def _instead(rule: Rule, row: Resource, period: Period) -> str:
    """What the rule advises for its first resource, with both prices, where both are known."""
    for choice, now_usd, then_usd in choices(row, int(period.end.timestamp())):
        if choice.rule == rule.id and now_usd is not None and then_usd is not None:
            prices = f"${_price(then_usd)} instead of ${_price(now_usd)}"
            return f" {row.name}: {choice.name}, {prices} ({choice.note})."
    return ""


def _price(usd: Decimal) -> str:
    """In cents; what is less than a cent, as exact as it is."""
    return money(usd) if cents(usd) == usd or usd >= 1 else f"{usd.normalize():f}"


def _of_plans(plans: Plans) -> Iterator[Weighed]:
    """What can no longer be built weighs what it costs, another plan what it saves."""
    for row in plans.news:
        told = row.told
        why = "; ".join(sentence.rstrip(".") for sentence in told.why) or "its inputs changed"
        task = ToDo(
            f"{row.name}: {told.headline}.", None, 0, Urgency.DECIDE, True, why, told.step,
            told.effect or "There is a plan again.", row.link,
        )  # fmt: skip
        at_stake = told.saves_usd if told.what == News.CHEAPER else told.before_usd
        yield _weight(task, at_stake or NOTHING), task


def _of_prices(news: Prices | None) -> Iterator[Weighed]:
    for moved in news.moved if news else ():
        if moved.is_flip and moved.after.option:
            task = ToDo(
                f"{moved.name}: {moved.after.option} is recommended now, no longer "
                f"{moved.before.option or 'nothing'}.",
                None, 0, Urgency.DECIDE, True, "; ".join(moved.because),
                "Review the comparison and the decision.",
                _difference(moved.before.usd, moved.after.usd) + _mix(moved.after), moved.link,
            )  # fmt: skip
            usd = (moved.after.usd or NOTHING) - (moved.before.usd or NOTHING)
            yield _weight(task, abs(usd)), task


def _difference(before: Decimal | None, after: Decimal | None) -> str:
    if before is None or after is None:
        return "Its cost is not known on both price lists."
    return f"{money(before)} USD a month before, {money(after)} now."


def _mix(side: Money) -> str:
    if side.mix_usd is None:
        return ""
    return f" Cheapest option per flow: {money(side.mix_usd)} USD a month."


def _of_blind(blind: list[Blind]) -> Iterator[Weighed]:
    """Accounts that answer nothing: what has one cause for all of them is one thing to do."""
    groups: dict[Trouble | str, list[Blind]] = defaultdict(list)
    for place in blind:
        cause = place.cause
        groups[cause if cause and cause.is_told_once else place.name].append(place)
    if len(groups) > MAX_BLIND:
        groups = {"": blind}
    for places in groups.values():
        task = _blind(places)
        yield _weight(task), task


def _blind(places: list[Blind]) -> ToDo:
    first, count = places[0], len(places)
    cause = first.cause
    names = f"{count} accounts or servers give" if count > 1 else f"{_place(first)} gives"
    is_one_cause = cause and {place.cause for place in places} == {cause}
    headline = f": {cause.headline}" if cause and is_one_cause else ""
    seen = [f"{_place(place)}: {place.why or 'no answer yet'}" for place in places[:MAX_BLIND]]
    more = [f"and {count - MAX_BLIND} more"] if count > MAX_BLIND else []
    step = "Check its role and Regions on the page Data collection."
    if cause and is_one_cause:
        step = f"For {cause.duty}: {' '.join(cause.steps[:MAX_STEPS])}"
    return ToDo(
        f"{names} no data{headline}.",
        None,
        0,
        Urgency.BLIND,
        False,
        "; ".join([*seen, *more]) if count > 1 else first.why or "no answer yet",
        step,
        "What happens there is seen again.",
        Link("collection"),
        first.since if count == 1 else None,
    )


def _place(place: Blind) -> str:
    return f"{place.name} in {', '.join(place.regions)}" if place.regions else place.name


def _of_denied(dark: Unseen) -> Iterator[Weighed]:
    if dark.refused:
        names = ", ".join(dark.refused)
        task = ToDo(
            "AWS denies permissions that collection needs.",
            None,
            0,
            Urgency.BLIND,
            False,
            f"access denied: {names}",
            "Add the policy statement shown on the account's page to its role.",
            "Resources whose state is unknown are evaluated.",
            Link("collection"),
        )
        yield _weight(task), task
