"""What resources are: judged batch by batch, each with its marks and findings in a transaction."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any

from django.db import transaction
from django.db.models import Q

from connectivity.core.health.evaluation import HealthRule, Severity, State, Verdict, worst
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.resource import Estate
from connectivity.core.health.resource_type import ConfigurationRule, Kind
from connectivity.core.health.window_judging import Judgement
from connectivity.health.accounts.aws_accounts import moment
from connectivity.health.judging.rule_judgement import judgements, read
from connectivity.health.judging.rule_settings import Rules, rules_of
from connectivity.health.judging.rule_sights import Before, Watched, watched
from connectivity.health.lifecycle.findings import Judged, Muted, follow, open_findings
from connectivity.health.row_changes import store_changes
from connectivity.health.rows import found_of
from connectivity.models import (
    AwsAccount,
    Collection,
    Finding,
    PrometheusSource,
    Resource,
    Series,
)

RESOURCES = 200  # of a batch
FIELDS = ("state", "rank", "why", "rule", "since", "data_until", "verdicts")
values_of = attrgetter(*FIELDS)
CELLS = 2_000_000  # values that are in memory at a time, of 8 bytes


def judge_region(row: Collection, now: int) -> None:
    """Judge every window that a line of the collection covers, and let findings follow.

    One judgement at a time for an account. What a batch judged stands with its marks: a round that
    is killed, or runs twice, skips nothing and judges nothing twice.
    """
    owners: Any = AwsAccount if row.account else PrometheusSource
    here = Q(account=row.account, source=row.source, region=row.region, gone_at=None)
    pks = list(Resource.objects.filter(here).order_by("pk").values_list("pk", flat=True))
    rules, estate = rules_of(row.team_id), _estate(row, now)
    for start in range(0, len(pks), RESOURCES):
        with transaction.atomic():
            owners.objects.select_for_update().get(pk=row.account_id or row.source_id)
            _judge(pks[start : start + RESOURCES], rules, estate, now)


def _estate(row: Collection, now: int) -> Estate:
    """Everything of the account, in whatever Region."""
    stored = Resource.objects.filter(account=row.account, source=row.source, gone_at=None)
    rows = stored.select_related("account", "source").defer("verdicts", "bill", "tags")
    return Estate(tuple(found_of(resource) for resource in rows.iterator()), now)


def _judge(pks: Sequence[int], rules: Rules, estate: Estate, now: int) -> None:
    resources = Resource.objects.filter(pk__in=pks, gone_at=None).order_by("pk")
    rows = list(resources.select_related("account", "source"))
    was = {row.pk: values_of(row) for row in rows}
    series: dict[int, list[Series]] = defaultdict(list)
    for line in Series.objects.filter(resource__in=pks, gone_at=None):
        series[line.resource_id].append(line)
    findings = open_findings(pks)
    before = _before(rows, findings.values())
    ready = [watched(row, series[row.pk], before[row.pk], rules, now) for row in rows]
    for chunk in _chunks(ready):
        values = read([look for each in chunk for look in each.looks])
        judged = [
            Judged(each.resource, list(judgements(each, values, rules, estate, now)))
            for each in chunk
        ]
        muted = follow(judged, findings, now)
        for each, judgement in zip(chunk, judged, strict=True):
            _put(judgement, each.marks, muted, now)
    changed = [row for row in rows if values_of(row) != was[row.pk]]
    store_changes(changed, FIELDS)


def _before(rows: Iterable[Resource], findings: Iterable[Finding]) -> dict[int, Before]:
    opened: dict[int, dict[tuple[str, str], int]] = defaultdict(dict)
    for finding in findings:
        key = finding.rule, finding.part
        opened[finding.resource_id][key] = int(finding.opened_at.timestamp())
    return {
        row.pk: Before(
            {(each["rule"], each["part"]): each.get("until") for each in row.verdicts},
            opened[row.pk],
        )
        for row in rows
    }


def _chunks(ready: Iterable[Watched]) -> Iterator[list[Watched]]:
    """Resources whose values fit into memory together; at least one."""
    chunk: list[Watched] = []
    count, longest = 0, 0
    for each in ready:
        queries = sum(len(look.sight.series) for look in each.looks)
        windows = max((look.windows for look in each.looks), default=0)
        if chunk and (count + queries) * max(longest, windows) > CELLS:
            yield chunk
            chunk, count, longest = [], 0, 0
        chunk.append(each)
        count, longest = count + queries, max(longest, windows)
    if chunk:
        yield chunk


def _put(judged: Judged, marks: Iterable[int], muted: set[Muted], now: int) -> None:
    """What the pages read, and up to where each rule has judged."""
    resource = judged.resource
    unmuted = [
        (rule, part, judgement.verdict)
        for rule, part, judgement in judged.judgements
        if (resource.pk, rule.cause, rule.severity) not in muted
    ]
    verdict = _verdict(KINDS[resource.kind], unmuted)
    rule = next((rule.id for rule, _, unmuted_verdict in unmuted if unmuted_verdict is verdict), "")
    if resource.state != verdict.state.value or resource.rule != rule:
        resource.since = moment(verdict.since) or moment(now)
    resource.state, resource.rank = verdict.state.value, verdict.state.rank
    resource.rule = "" if verdict.state is State.OK else rule
    resource.why = _why(unmuted, verdict)
    resource.data_until = max(marks, default=None)
    resource.verdicts = [_plain(*each) for each in judged.judgements]


RuleVerdict = tuple[HealthRule | ConfigurationRule, str, Verdict]


def _verdict(kind: Kind, unmuted: list[RuleVerdict]) -> Verdict:
    """The worst; where no metric of the kind was to be looked at, nothing is ok.

    Advice leaves a resource ok, and so does doubt about advice.
    """
    looked = [
        verdict
        for rule, _, verdict in unmuted
        if verdict.cause is None
        and (verdict.state is not State.UNKNOWN or rule.severity is not Severity.ADVICE)
    ]
    has_metrics = any(
        isinstance(rule, HealthRule) and verdict.cause is None for rule, _, verdict in unmuted
    )
    worst_verdict = worst(looked or [verdict for _, _, verdict in unmuted])
    if worst_verdict.state is not State.OK or has_metrics or not kind.rules:
        return worst_verdict
    quiet = "; CloudWatch publishes them only when there is traffic" if kind.is_quiet else ""
    return Verdict(State.UNKNOWN, kind.unlisted + quiet)


def _why(unmuted: list[RuleVerdict], verdict: Verdict) -> str:
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


def _plain(rule: HealthRule | ConfigurationRule, part: str, judgement: Judgement) -> dict[str, Any]:
    verdict = judgement.verdict
    return {
        "rule": rule.id,
        "part": part,
        "state": verdict.state.value,
        "severity": verdict.severity,
        "why": verdict.why,
        "value": verdict.value,
        "since": verdict.since,
        "until": judgement.until,
    }
