"""What every rule says of a resource: all windows since the last time, and its configuration."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from connectivity import points
from connectivity.core.health.evaluation import (
    Cause,
    Derived,
    HealthRule,
    Points,
    Reading,
    State,
    Verdict,
    shares,
    spread,
)
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.resource import Estate
from connectivity.core.health.resource_type import HOUR, WEEK, ConfigurationRule
from connectivity.core.health.window_judging import Judgement, Spell, Values, Windows, judge
from connectivity.health.judging.rule_settings import Rules
from connectivity.health.judging.rule_sights import Look, Watched

RuleJudgement = tuple[HealthRule | ConfigurationRule, str, Judgement]


class Read(NamedTuple):
    """What is stored of the series that are looked at, by series."""

    values: Mapping[int, tuple[int, Values]]  # with the second at which they begin
    hours: Mapping[int, Points]  # of the weeks before, where a rule compares with them


def read(looks: Sequence[Look]) -> Read:
    """Everything that some looks need."""
    by_period: dict[int, list[Look]] = defaultdict(list)
    for look in looks:
        by_period[look.sight.rule.period].append(look)
    values: dict[int, tuple[int, Values]] = {}
    for period, group in by_period.items():
        begin, end = min(look.begin for look in group), max(look.end for look in group)
        ids = sorted({row.pk for look in group for row in look.sight.series})
        matrix = points.read_windows(period, ids, begin, end)
        values |= {id: (begin, row) for id, row in zip(ids, matrix, strict=True)}
    return Read(values, _hours_before([look for look in looks if look.sight.rule.weeks]))


def _hours_before(looks: Sequence[Look]) -> dict[int, dict[int, float]]:
    """The same hours of the weeks before, of the series that are compared with them."""
    hours: dict[int, dict[int, float]] = defaultdict(dict)
    statistics = {look.sight.series[0].pk: look.sight.series[0].statistic for look in looks}
    begin = min((look.begin for look in looks), default=0)
    end = max((look.end for look in looks), default=0)
    for back in range(1, 1 + max((look.sight.rule.weeks for look in looks), default=0)):
        first, last = (moment // HOUR * HOUR - back * WEEK for moment in (begin, end))
        for pk, values in points.read_hours(statistics, first, last + HOUR).items():
            hours[pk] |= values
    return hours


def judgements(
    each: Watched, stored: Read, rules: Rules, estate: Estate, now: int
) -> Iterator[RuleJudgement]:
    """Every rule with the part that it looks at, and what it says."""
    for look in each.looks:
        judgement = _judged(look, each, stored)
        if judgement is not None:
            yield look.sight.rule, look.sight.part, judgement
    for rule, part, _, blind in each.blind:
        if blind is not None:
            yield rule, part, Judgement(blind, until=each.before.until.get((rule.id, part)))
    for check in KINDS[each.resource.kind].configuration:
        if check.id not in rules.off:
            opened = each.before.opened.get((check.id, ""))
            detail = check.check(each.subject, estate)
            yield check, "", configured(check, detail, opened, now)


def _judged(look: Look, each: Watched, stored: Read) -> Judgement | None:
    """None where a rule is no matter of the resource."""
    rule, part = look.sight.rule, look.sight.part
    rows = list(_rows(look, stored))
    derived = _derived(look, rows, each, stored)
    if derived is None:
        return None
    if not derived.is_judged:
        verdict = Verdict(State.UNKNOWN, derived.note, cause=Cause.TOO_YOUNG)
        return Judgement(verdict, until=each.before.until.get((rule.id, part)))
    is_itself = not (rule.derive or rule.base or rule.spread)
    windows = rows[0] if is_itself else rows[0].with_points(derived.points)
    opened = each.before.opened.get((rule.id, part))
    judgement = _noted(judge(rule, windows, look.after, opened), derived.note)
    if look.late_s:
        late = Verdict(State.UNKNOWN, f"not collected for {look.late_s // 60:,} minutes")
        return replace(judgement, verdict=late)
    return judgement


def _rows(look: Look, stored: Read) -> Iterator[Windows]:
    """The series of a look, cut to the time that it needs."""
    for series in look.sight.series:
        begin, row = stored.values[series.pk]
        at = (look.begin - begin) // look.sight.rule.period
        cut = row[at : at + look.windows]
        yield Windows(look.begin, look.sight.rule.period, cut, look.asked_from)


def _derived(look: Look, rows: Sequence[Windows], each: Watched, stored: Read) -> Derived | None:
    """What is judged instead of a metric: its share of others, or what the rule makes of it."""
    rule, series = look.sight.rule, look.sight.series
    if rule.derive is not None:
        metrics = {
            row.metric: row_windows.points for row, row_windows in zip(series, rows, strict=True)
        }
        hours = stored.hours.get(series[0].pk, {})
        return rule.derive(rule, Reading(metrics, each.subject.facts, hours))
    if rule.spread or rule.base:
        first, *others = (row.points for row in rows)
        if rule.spread:
            return Derived(spread(rule, [first, *others[:-1]], others[-1]))
        return Derived(shares(rule, first, others))
    return Derived({})


def _noted(judgement: Judgement, note: str) -> Judgement:
    """With what a rule says beside its verdict."""
    if not note:
        return judgement
    verdict = replace(judgement.verdict, why=f"{judgement.verdict.why}; {note}")
    spells = tuple(
        replace(spell, why=f"{spell.why}; {note}") if spell.why else spell
        for spell in judgement.spells
    )
    return replace(judgement, verdict=verdict, spells=spells)


def configured(rule: ConfigurationRule, detail: str, opened: int | None, now: int) -> Judgement:
    """A configuration is violated from when it is seen so until it is seen otherwise."""
    if detail:
        verdict = Verdict(rule.severity.state, detail, since=opened, severity=rule.severity)
        tripped = now if opened is None else None
        began = now if opened is None else opened
        return Judgement(verdict, (Spell(began, tripped, None, now, detail, None),))
    why = "no rule is violated"
    over = () if opened is None else (Spell(opened, None, now, None, "", None, why),)
    return Judgement(Verdict(State.OK, why), over)
