"""What every rule has to look at of a resource, and which windows it has not seen yet."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from connectivity import points
from connectivity.core.health.evaluation import Cause, HealthRule, Missing, State, Verdict
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.request_planning import ASKED_AGAIN, DELAY, FIRST
from connectivity.core.health.resource import Resource as Found
from connectivity.core.health.resource_type import DAY, HOUR, Kind
from connectivity.core.health.series import Tier
from connectivity.core.health.window_judging import needed_from
from connectivity.health.judging.rule_settings import Rules
from connectivity.health.rows import found_of
from connectivity.models import Resource, Series

PROMETHEUS = KINDS["instance"].namespace
SeriesKey = tuple[str, str, str, int, str]  # namespace, metric, statistic, period, part
RuleKey = tuple[str, str]  # rule, part


class Before(NamedTuple):
    """What was known of a resource when it was judged the last time."""

    until: Mapping[RuleKey, int | None]  # up to where, by what was judged at all
    opened: Mapping[RuleKey, int]  # when what is still open began


class Sight(NamedTuple):
    """What a rule has to look at, of one part: its metric's series first, then others it needs."""

    rule: HealthRule
    part: str
    series: tuple[Series, ...] = ()
    blind: Verdict | None = None  # why it cannot look


@dataclass(frozen=True)
class Look:
    """A rule and the windows that it has not seen yet."""

    sight: Sight
    after: int
    end: int
    asked_from: int
    late_s: int  # 0: it is collected as planned

    @property
    def begin(self) -> int:
        """From where on points are needed; the newest window is always looked at."""
        rule = self.sight.rule
        return needed_from(rule, min(self.after, self.end - rule.period))

    @property
    def windows(self) -> int:
        """How many it needs of each series."""
        return (self.end - self.begin) // self.sight.rule.period


@dataclass(frozen=True)
class Watched:
    """A resource with everything that is to be looked at."""

    resource: Resource
    subject: Found
    before: Before
    marks: tuple[int, ...]  # up to where its series are collected
    blind: tuple[Sight, ...]
    looks: tuple[Look, ...]


def watched(
    resource: Resource, series: Sequence[Series], before: Before, rules: Rules, now: int
) -> Watched:
    """A resource, made ready to be judged."""
    parts = frozenset(row.part for row in series)
    kind, subject = KINDS[resource.kind], replace(found_of(resource), parts=parts)
    by_key = {
        (row.namespace, row.metric, row.statistic, row.period, row.part): row for row in series
    }
    sights = list(_sights(kind, subject, by_key, rules))
    created = kind.since(subject)
    looks = []
    for sight in sights:
        if sight.blind is None:
            since = created.get(sight.part) or resource.found_at.timestamp()
            looks.append(_look(sight, int(since), before, now))
    blind = tuple(sight for sight in sights if sight.blind is not None)
    marks = tuple(row.mark for row in series if row.mark is not None)
    return Watched(resource, subject, before, marks, blind, tuple(looks))


def _sights(
    kind: Kind, subject: Found, series: Mapping[SeriesKey, Series], rules: Rules
) -> Iterator[Sight]:
    """Of every rule that decides something: with `by` it does where it tells parts apart."""
    parts = {rule.id: {part.name for part in kind.split(subject, rule)} for rule in kind.rules}
    others = frozenset[str]().union(*parts.values())
    for standard in kind.rules:
        if standard.id in rules.off or (standard.by and not parts[standard.id]):
            continue
        rule = rules.health[standard.id]
        own = [
            row
            for row in _own(kind, rule, series)
            if (row.part in parts[rule.id] if rule.by else row.part not in others)
        ]
        sights = list(_of_rule(kind, rule, own, series))
        not_listed = Verdict(State.UNKNOWN, kind.unlisted, cause=Cause.NOT_LISTED)
        yield from sights or (Sight(rule, "", (), not_listed),)


def _of_rule(
    kind: Kind, rule: HealthRule, own: list[Series], series: Mapping[SeriesKey, Series]
) -> Iterator[Sight]:
    """Each of its parts by itself, or all of them together where they are compared."""
    if rule.spread is None:
        yield from (_of_part(kind, rule, row, series) for row in own)
        return
    namespace = rule.namespace or kind.namespace
    new = series.get((namespace, rule.spread.new, "Sum", rule.period, ""))
    if new is not None and len(own) > 1:
        yield _seen(rule, "", (*own, new))


def _own(kind: Kind, rule: HealthRule, series: Mapping[SeriesKey, Series]) -> list[Series]:
    """The series of a rule's metric, part by part."""
    key = (rule.namespace or kind.namespace, rule.metric, rule.statistic, rule.period)
    own = [row for name, row in series.items() if name[:4] == key]
    return sorted(own, key=lambda row: row.part)


def _of_part(
    kind: Kind, rule: HealthRule, row: Series, series: Mapping[SeriesKey, Series]
) -> Sight:
    namespace = rule.namespace or kind.namespace
    names = rule.further if rule.derive else rule.base
    keys = [(namespace, name, rule.statistic, rule.period, row.part) for name in names]
    others = [series[key] for key in keys if key in series]
    if rule.base and not others:
        why = f"{rule.base[0]} is not listed"
        return Sight(rule, row.part, (), Verdict(State.UNKNOWN, why))
    return _seen(rule, row.part, (row, *others))


def _seen(rule: HealthRule, part: str, rows: tuple[Series, ...]) -> Sight:
    is_collected = all(row.mark is not None for row in rows)
    blind = None if is_collected else Verdict(State.UNKNOWN, "not collected yet")
    return Sight(rule, part, rows, blind)


def _look(sight: Sight, created: int, before: Before, now: int) -> Look:
    """The windows of a sight that settled since the last time.

    AWS's last points may still change; Prometheus's do not, and a day is not idle by a minute.
    """
    rule, series = sight.rule, sight.series
    period = rule.period
    settled = (now - DELAY) // period * period
    mark = min(row.mark or 0 for row in series)
    patience = 2 * max(Tier(row.tier).seconds for row in series) + period
    is_unsettled = period < HOUR and series[0].namespace != PROMETHEUS
    end = mark - ASKED_AGAIN * period if is_unsettled else mark
    after = before.until.get((rule.id, sight.part))
    if after is None:
        after = _first(sight, end, before)
    after = max(after, end - points.KEEP_RAW) if period < HOUR else after
    begun = max(row.begun or 0 for row in series)
    asked_from = max(begun, created) if rule.missing is Missing.ZERO else begun
    late_s = settled - mark if settled - mark > patience else 0
    return Look(sight, after // period * period, end, asked_from, late_s)


def _first(sight: Sight, end: int, before: Before) -> int:
    """From where on a rule that has judged nothing yet judges: what was asked for, or the newest.

    A rule that comes to a resource later, or anew, takes no longer than a first question does.
    """
    key, period = (sight.rule.id, sight.part), sight.rule.period
    newest = end - period
    if key in before.until or key in before.opened:
        return newest
    begun = sight.series[0].begun or 0
    return min(newest, max(begun, end - FIRST.get(period, DAY)) if before.until else begun)
