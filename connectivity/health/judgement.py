"""What resources are: every rule on the points that are stored, and on the configuration."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q

from connectivity import points
from connectivity.core.health.evaluation import (
    Cause,
    HealthRule,
    Points,
    State,
    Verdict,
    judge,
    shares,
    worst,
)
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.request_planning import DELAY
from connectivity.core.health.resource import Estate
from connectivity.core.health.resource_type import ConfigurationRule, Kind
from connectivity.core.health.series import Tier
from connectivity.health.aws_accounts import moment
from connectivity.health.findings import Judged, RuleVerdict, follow
from connectivity.health.rows import found_of
from connectivity.health.rule_settings import Rules, rules_of
from connectivity.models import AwsAccount, Collection, PrometheusSource, Resource, Series

LOOK_BACK = 60  # points before those that a rule needs, to see since when it holds

Key = tuple[str, str, str, int, str]  # namespace, metric, statistic, period, part


@dataclass(frozen=True)
class _Line:
    """A series, and what is known of it."""

    row: Series
    points: Points


def judge_region(row: Collection, now: int) -> None:
    """Judge everything that a line of the collection covers, and let findings follow.

    One at a time for an account: a judgement from older points must not overwrite a newer one.
    """
    owners: Any = AwsAccount if row.account else PrometheusSource
    with transaction.atomic():
        owners.objects.select_for_update().get(pk=row.account_id or row.source_id)
        _judge(row, now)


def _judge(row: Collection, now: int) -> None:
    here = Q(account=row.account, source=row.source, region=row.region, gone_at=None)
    resources = list(Resource.objects.filter(here).select_related("account", "source"))
    rules = rules_of(row.team_id)
    lines = _lines(resources, rules.health, now)
    estate = _estate(row, now)
    judged = []
    for resource in resources:
        series = lines[resource.pk]
        marks = tuple(line.row.mark for line in series.values() if line.row.mark is not None)
        judged.append(
            Judged(resource, list(_verdicts(resource, series, rules, estate, now)), now, marks)
        )
    muted = follow(judged, now)
    for judgement in judged:
        _put(judgement, muted)
    fields = ["state", "rank", "why", "rule", "since", "data_until", "verdicts"]
    Resource.objects.bulk_update(resources, fields, batch_size=500)


def _estate(row: Collection, now: int) -> Estate:
    """Everything of the account, in whatever Region."""
    stored = Resource.objects.filter(account=row.account, source=row.source, gone_at=None)
    rows = stored.select_related("account", "source")
    return Estate(tuple(found_of(resource) for resource in rows), now)


def _lines(
    resources: Iterable[Resource], rules: dict[str, HealthRule], now: int
) -> dict[int, dict[Key, _Line]]:
    """The series of resources with the points that their rules look at."""
    rows = Series.objects.filter(resource__in=[resource.pk for resource in resources], gone_at=None)
    by_period: dict[int, list[Series]] = defaultdict(list)
    needed: dict[int, int] = defaultdict(int)
    for rule in rules.values():
        needed[rule.period] = max(needed[rule.period], rule.m)
    for row in rows:
        if row.period in needed and row.mark is not None:
            by_period[row.period].append(row)
    lines: dict[int, dict[Key, _Line]] = defaultdict(dict)
    for row in rows:
        lines[row.resource_id][_key(row)] = _Line(row, {})
    for period, group in by_period.items():
        newest = max(row.mark or 0 for row in group)
        # The oldest mark that is still judged by; what is overdue is unknown without its points.
        oldest = min((row.mark for row in group if row.mark == _end(row, now)), default=newest)
        start = (oldest or 0) - (needed[period] + LOOK_BACK) * period
        values = points.read(period, [row.pk for row in group], start, newest)
        for row in group:
            lines[row.resource_id][_key(row)] = _Line(row, values[row.pk])
    return lines


def _key(row: Series) -> Key:
    return row.namespace, row.metric, row.statistic, row.period, row.part


def _verdicts(
    resource: Resource,
    lines: dict[Key, _Line],
    rules: Rules,
    estate: Estate,
    now: int,
) -> Iterator[tuple[HealthRule | ConfigurationRule, str, Verdict]]:
    """Every rule with the part that it looks at and what it says."""
    kind = KINDS[resource.kind]
    for standard in kind.rules:
        if standard.id not in rules.off:
            rule = rules.health[standard.id]
            yield from ((rule, part, verdict) for part, verdict in _of_rule(kind, rule, lines, now))
    subject = found_of(resource)
    for check in kind.configuration:
        if check.id not in rules.off:
            detail = check.check(subject, estate)
            state = check.state if detail else State.OK
            yield check, "", Verdict(state, detail or "no rule is violated")


def _of_rule(
    kind: Kind, rule: HealthRule, lines: dict[Key, _Line], now: int
) -> Iterator[tuple[str, Verdict]]:
    namespace = rule.namespace or kind.namespace
    matching = [
        line
        for key, line in lines.items()
        if key[:4] == (namespace, rule.metric, rule.statistic, rule.period)
    ]
    if not matching:
        yield "", Verdict(State.UNKNOWN, kind.unlisted, cause=Cause.NOT_LISTED)
    for line in sorted(matching, key=lambda line: line.row.part):
        seen: Points | None = line.points
        if rule.base:
            keys = [
                (namespace, name, rule.statistic, rule.period, line.row.part) for name in rule.base
            ]
            bases = [lines[key].points for key in keys if key in lines]
            seen = shares(line.points, bases, rule.base_from) if bases else None
        if seen is None:
            yield line.row.part, Verdict(State.UNKNOWN, f"{rule.base[0]} is not listed")
        else:
            yield line.row.part, judge(rule, seen, line.row.mark, _end(line.row, now))


def _end(row: Series, now: int) -> int:
    """Up to where points must be there: the mark, unless that is overdue."""
    settled = (now - DELAY) // row.period * row.period
    patience = 2 * Tier(row.tier).seconds + row.period
    if row.mark is None or settled - row.mark > patience:
        return settled
    return row.mark


def _put(judged: Judged, muted: set[tuple[int, str, str]]) -> None:
    """What the pages read."""
    resource = judged.resource
    unmuted = [
        (rule, part, verdict)
        for rule, part, verdict in judged.verdicts
        if (resource.pk, rule.id, part) not in muted
    ]
    verdict = _verdict(KINDS[resource.kind], unmuted)
    rule = next((rule.id for rule, _, unmuted_verdict in unmuted if unmuted_verdict is verdict), "")
    if resource.state != verdict.state.value or resource.rule != rule:
        resource.since = moment(verdict.since) or moment(judged.now)
    resource.state, resource.rank = verdict.state.value, verdict.state.rank
    resource.rule = "" if verdict.state is State.OK else rule
    resource.why = _why(judged, unmuted, verdict)
    resource.data_until = max(judged.marks, default=None)
    resource.verdicts = [_plain(rule, part, verdict) for rule, part, verdict in judged.verdicts]


def _verdict(kind: Kind, unmuted: list[RuleVerdict]) -> Verdict:
    """The worst; where no metric of the kind was to be looked at, nothing is ok."""
    looked = [verdict for _, _, verdict in unmuted if verdict.cause is not Cause.NOT_LISTED]
    has_metrics = any(
        isinstance(rule, HealthRule) and verdict.cause is not Cause.NOT_LISTED
        for rule, _, verdict in unmuted
    )
    worst_verdict = worst(looked or [verdict for _, _, verdict in unmuted])
    if worst_verdict.state is not State.OK or has_metrics or not kind.rules:
        return worst_verdict
    quiet = "; CloudWatch publishes them only when there is traffic" if kind.is_quiet else ""
    return Verdict(State.UNKNOWN, kind.unlisted + quiet)


def _why(judged: Judged, unmuted: list[Any], verdict: Verdict) -> str:
    if verdict.state is State.OK:
        return "no violation by the rules that had data"
    source = next(
        ((rule, part) for rule, part, rule_verdict in unmuted if rule_verdict is verdict), None
    )
    if source is None:
        return verdict.why
    rule, part = source
    metric = f"{rule.metric} " if isinstance(rule, HealthRule) else ""
    where = f" ({part})" if part else ""
    return f"{rule.means} {metric}{verdict.why}{where}" if verdict.state.rank > 1 else verdict.why


def _plain(rule: HealthRule | ConfigurationRule, part: str, verdict: Verdict) -> dict[str, Any]:
    return {
        "rule": rule.id,
        "part": part,
        "state": verdict.state.value,
        "why": verdict.why,
        "value": verdict.value,
        "since": verdict.since,
    }
