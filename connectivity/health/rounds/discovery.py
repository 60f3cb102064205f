"""What there is: resources by Describe calls, and the plan of series by what CloudWatch lists."""

import hashlib
import json
from collections.abc import Collection as Collected
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import NamedTuple

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Least
from django.utils import timezone

from connectivity.clients import AwsError
from connectivity.clients.aws_errors import Refused
from connectivity.clients.cloudwatch import listed
from connectivity.clients.describing import Described, describe
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.resource import Reading, read_by
from connectivity.core.health.resource import Resource as Found
from connectivity.core.health.resource_type import Kind
from connectivity.core.health.series import Metric
from connectivity.core.health.series_selection import Listed, Planned, indexed, planned
from connectivity.health.accounts.aws_access import Asking, Outcome, access_to
from connectivity.health.accounts.aws_accounts import calls_in
from connectivity.health.lifecycle.retirement import retire
from connectivity.health.owners import owner_keys, owner_of
from connectivity.health.row_changes import store_changes
from connectivity.health.rows import found_of
from connectivity.models import Collection, Resource, Series

FIELDS = ("name", "key", "facts", "tags", "tagged_owner", "gone_at")  # that AWS may change
values_of = attrgetter(*FIELDS)


def discover(row: Collection, asking: Asking) -> Outcome:
    """Bring the resources of a Region up to date, and the series that are asked of them.

    What could not be read keeps what was known of it: refused, failed or half deleted is not gone.
    """
    account = row.account
    assert account is not None  # noqa: S101  for the type checker
    where = f"account {account.account}, {row.region}"
    described = describe(
        calls_in(row.region),
        lambda service: asking.client(access_to(account), service, row.region),
        where,
        lambda: asking.wait(account.account, row.region),
    )
    outcome = _outcome(described)
    readings = {
        kind.key: read_by(kind.read, described.answers, account.account, row.region)
        for kind in _fully_described(described)
    }
    is_broken_off = described.broken_off is not None
    listing = _listing(row, asking, where, readings, outcome, is_broken_off=is_broken_off)
    with transaction.atomic():
        if not Collection.objects.select_for_update().filter(pk=row.pk).exists():
            return Outcome(notes=["it is no longer monitored"])
        for key, reading in readings.items():
            keep(row, KINDS[key], reading.whole, {partly.id for partly in reading.partly})
        plan(row, indexed(listing.metrics), listing.unknown)
        _bring_forward(row, asking.now)
    return outcome


def _outcome(described: Described) -> Outcome:
    outcome = Outcome(calls=described.calls, refused=sorted(described.refused))
    for action, why in sorted((described.refused | described.failed).items()):
        outcome.note(why, action)
    if described.vanished:
        outcome.notes.append(
            f"{described.vanished:,} resources were deleted while they were described; they stay "
            "as they were until the next discovery"
        )
    if described.broken_off:
        outcome.fail(described.broken_off)
    elif described.failed:
        outcome.problem = str(next(iter(described.failed.values())))
    return outcome


class Listing(NamedTuple):
    """The metrics that CloudWatch lists, and the namespaces of which nobody knows."""

    metrics: list[Metric]
    unknown: set[str]


def _listing(
    row: Collection,
    asking: Asking,
    where: str,
    readings: Mapping[str, Reading],
    outcome: Outcome,
    *,
    is_broken_off: bool,
) -> Listing:
    """The metrics of the kinds of which something is there; the others are not asked for."""
    there = set(_present(row)) | {key for key, each in readings.items() if each.whole}
    listing = Listing([], set())
    for namespace in sorted({name for key in there for name in namespaces(KINDS[key])}):
        if is_broken_off:
            listing.unknown.add(namespace)
            continue
        try:
            listing.metrics.extend(_listed(row, asking, namespace, where))
        except AwsError as error:
            listing.unknown.add(namespace)
            if isinstance(error, Refused):
                outcome.refused = sorted({*outcome.refused, error.action})
                outcome.note(error, error.action)
            else:
                is_broken_off = error.breaks_off
                outcome.fail(error)
    return listing


def _present(row: Collection) -> Iterator[str]:
    """Kinds of which something is known that is asked by metrics of CloudWatch."""
    known = Resource.objects.filter(account=row.account, region=row.region, gone_at=None)
    yield from known.order_by().values_list("kind", flat=True).distinct()


def namespaces(kind: Kind) -> set[str]:
    """Where CloudWatch has the metrics of a kind."""
    if not kind.namespace or kind.queries:
        return set()
    return {kind.namespace, *(kind.elsewhere or ())}


def _bring_forward(row: Collection, now: int) -> None:
    """What has never been asked for is due now."""
    unasked = Series.objects.filter(
        resource__account=row.account, resource__region=row.region, mark=None, gone_at=None
    )
    tiers = set(unasked.values_list("tier", flat=True))
    lines = Collection.objects.filter(account=row.account, region=row.region, task__in=tiers)
    lines.update(due_at=Least(F("due_at"), Value(datetime.fromtimestamp(now, UTC))))


def _listed(row: Collection, asking: Asking, namespace: str, where: str) -> list[Metric]:
    """Raises: AwsError: not the whole list."""
    assert row.account is not None  # noqa: S101  for the type checker
    client = asking.client(access_to(row.account), "cloudwatch", row.region)
    account, region = row.account.account, row.region
    return list(listed(client, namespace, where, lambda: asking.wait(account, region)))


def _fully_described(described: Described) -> Iterator[Kind]:
    """The kinds of which every call that they need was answered."""
    for kind in KINDS.values():
        if kind.calls and all(
            call.operation in described.answers for call in kind.calls if call.is_needed
        ):
            yield kind


def keep(
    row: Collection, kind: Kind, resources: list[Found], unread: Collected[str] = frozenset()
) -> None:
    """Store the resources of one kind; those that no longer exist are gone from now on.

    Those of which something could not be read, by their IDs, stay as they were.
    """
    keys = owner_keys(row.team_id)
    resources = list({resource.id: resource for resource in resources}.values())
    rows = [_stored(row, kind, resource, keys) for resource in resources]
    stored = Resource.objects.filter(
        account=row.account, source=row.source, region=row.region, kind=kind.key
    )
    existing = {resource.aws_id: resource for resource in stored}
    new = [resource for resource in rows if resource.aws_id not in existing]
    Resource.objects.bulk_create(new)
    changed = []
    for resource, described in zip(rows, resources, strict=True):
        old = existing.get(resource.aws_id)
        if old is not None and described.tags is None:
            resource.tags, resource.tagged_owner = old.tags, old.tagged_owner
        if old is not None and values_of(old) != values_of(resource):
            for name in FIELDS:
                setattr(old, name, getattr(resource, name))
            changed.append(old)
    store_changes(changed, FIELDS)
    ids = {*unread, *(resource.aws_id for resource in rows)}
    lost = [resource.pk for id, resource in existing.items() if id not in ids]
    retire(stored.filter(pk__in=lost), "it no longer exists")


def _stored(row: Collection, kind: Kind, resource: Found, keys: Sequence[str]) -> Resource:
    return Resource(
        team_id=row.team_id,
        account=row.account,
        source=row.source,
        region=row.region,
        kind=kind.key,
        aws_id=resource.id,
        key=resource.key,
        name=resource.name[:300],
        facts=dict(resource.facts),
        tags=dict(resource.tags or {}),
        tagged_owner=owner_of(resource.tags or {}, keys),
    )


class _SeriesKey(NamedTuple):
    resource: int
    digest: str
    statistic: str
    period: int


def plan(row: Collection, by_value: Listed, unknown: Collected[str] = frozenset()) -> None:
    """The series of a Region's resources: new ones begin, those no longer listed rest.

    Where one of its namespaces could not be listed, a kind keeps the series that it has.
    """
    resources = [
        resource
        for resource in Resource.objects.filter(
            account=row.account, region=row.region, gone_at=None
        ).select_related("account", "source")
        if KINDS[resource.kind].namespace and not namespaces(KINDS[resource.kind]) & {*unknown}
    ]
    wanted: dict[_SeriesKey, Series] = {}
    relisted = []
    for resource in resources:
        series = [
            _series(resource, each)
            for each in planned(KINDS[resource.kind], found_of(resource), by_value)
        ]
        if resource.is_listed is not bool(series):
            resource.is_listed = bool(series)
            relisted.append(resource)
        wanted |= {_SeriesKey(resource.pk, s.digest, s.statistic, s.period): s for s in series}
    store_changes(relisted, ["is_listed"])
    store_plan([resource.pk for resource in resources], wanted.values())


def store_plan(resources: list[int], wanted: Iterable[Series]) -> None:
    """Store series of resources; those that are not wanted any more rest, with their points."""
    by_key = {
        _SeriesKey(series.resource_id, series.digest, series.statistic, series.period): series
        for series in wanted
    }
    existing = {
        _SeriesKey(series.resource_id, series.digest, series.statistic, series.period): series
        for series in Series.objects.filter(resource__in=resources)
    }
    Series.objects.bulk_create([series for key, series in by_key.items() if key not in existing])
    again = []
    for key, old in existing.items():
        if (new := by_key.get(key)) and (
            old.gone_at or (old.tier, old.part) != (new.tier, new.part)
        ):
            old.gone_at, old.tier, old.part = None, new.tier, new.part
            again.append(old)
    store_changes(again, ["gone_at", "tier", "part"])
    rest = [
        series.pk
        for key, series in existing.items()
        if key not in by_key and series.gone_at is None
    ]
    Series.objects.filter(pk__in=rest).update(gone_at=timezone.now())


def _series(resource: Resource, planned: Planned) -> Series:
    dimensions = [list(dimension) for dimension in planned.metric.dimensions]
    return Series(
        resource=resource,
        namespace=planned.metric.namespace,
        metric=planned.metric.name,
        dimensions=dimensions,
        digest=digest_of(planned.metric.namespace, planned.metric.name, dimensions),
        statistic=planned.statistic,
        period=planned.period,
        tier=planned.tier.value,
        part=planned.part[:200],
    )


def digest_of(namespace: str, name: str, dimensions: list[list[str]]) -> str:
    """What tells metrics apart, in one short text; dimensions are sorted by name."""
    identity = json.dumps([namespace, name, dimensions])
    return hashlib.sha256(identity.encode()).hexdigest()
