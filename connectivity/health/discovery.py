"""What there is: resources by Describe calls, and the plan of series by what CloudWatch lists."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Least
from django.utils import timezone

from connectivity.clients.cloudwatch import listed
from connectivity.clients.describing import Described, describe
from connectivity.clients.sessions import Refused
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.resource import Resource as Found
from connectivity.core.health.resource_type import Kind
from connectivity.core.health.series import Metric
from connectivity.core.health.series_selection import Listed, Planned, indexed, planned
from connectivity.health.aws_access import Asking, Outcome, access_to
from connectivity.health.aws_accounts import calls_in
from connectivity.health.retirement import retire
from connectivity.health.rows import found_of
from connectivity.models import Collection, Resource, Series


def discover(row: Collection, asking: Asking) -> Outcome:
    """Bring the resources of a Region up to date, and the series that are asked of them.

    A kind whose calls were refused keeps what was known of it: refused is not gone.

    Raises:
        AwsError: nothing could be asked. Nothing is changed then.
    """
    account = row.account
    assert account is not None  # noqa: S101  for the type checker
    where = f"account {account.account}, {row.region}"
    described = describe(
        calls_in(row.region),
        lambda service: asking.client(access_to(account), service, row.region),
        where,
        lambda: asking.limiter.wait(f"{account.account}/{row.region}"),
    )
    refused = dict(described.refused)
    metrics: list[Metric] | None = None
    try:
        metrics = list(_listed(row, asking, where))
    except Refused as error:
        refused[error.action] = str(error)
    with transaction.atomic():
        if not Collection.objects.select_for_update().filter(pk=row.pk).exists():
            return Outcome(notes=["it is no longer monitored"])
        for kind in _fully_described(described):
            keep(row, kind, list(kind.read(described.answers, account.account, row.region)))
        if metrics is not None:
            plan(row, indexed(metrics))
        _bring_forward(row, asking.now)
    return Outcome(calls=described.calls, refused=sorted(refused))


def _bring_forward(row: Collection, now: int) -> None:
    """What has never been asked for is due now."""
    unasked = Series.objects.filter(
        resource__account=row.account, resource__region=row.region, mark=None, gone_at=None
    )
    tiers = set(unasked.values_list("tier", flat=True))
    lines = Collection.objects.filter(account=row.account, region=row.region, task__in=tiers)
    lines.update(due_at=Least(F("due_at"), Value(datetime.fromtimestamp(now, UTC))))


def _listed(row: Collection, asking: Asking, where: str) -> Iterator[Metric]:
    assert row.account is not None  # noqa: S101  for the type checker
    client = asking.client(access_to(row.account), "cloudwatch", row.region)
    kinds = [kind for kind in KINDS.values() if kind.namespace and not kind.queries]
    namespaces = {kind.namespace for kind in kinds} | {
        namespace for kind in kinds for namespace in (kind.elsewhere or ())
    }
    for namespace in sorted(namespaces):
        asking.limiter.wait(f"{row.account.account}/{row.region}")
        yield from listed(client, namespace, where)


def _fully_described(described: Described) -> Iterator[Kind]:
    """The kinds of which every call was answered."""
    for kind in KINDS.values():
        if kind.calls and all(call.operation in described.answers for call in kind.calls):
            yield kind


def keep(row: Collection, kind: Kind, resources: list[Found]) -> None:
    """Store the resources of one kind; those that no longer exist are gone from now on."""
    resources = list({resource.id: resource for resource in resources}.values())
    rows = [
        Resource(
            team_id=row.team_id,
            account=row.account,
            source=row.source,
            region=row.region,
            kind=kind.key,
            aws_id=resource.id,
            key=resource.key,
            name=resource.name[:300],
            facts=dict(resource.facts),
        )
        for resource in resources
    ]
    stored = Resource.objects.filter(
        account=row.account, source=row.source, region=row.region, kind=kind.key
    )
    existing = {resource.aws_id: resource for resource in stored}
    new = [resource for resource in rows if resource.aws_id not in existing]
    Resource.objects.bulk_create(new)
    changed = []
    for resource in rows:
        if old := existing.get(resource.aws_id):
            old.name, old.key, old.facts, old.gone_at = (
                resource.name,
                resource.key,
                resource.facts,
                None,
            )
            changed.append(old)
    Resource.objects.bulk_update(changed, ["name", "key", "facts", "gone_at"], batch_size=500)
    ids = {resource.aws_id for resource in rows}
    lost = [resource.pk for id, resource in existing.items() if id not in ids]
    retire(stored.filter(pk__in=lost), "it no longer exists")


class _Key(NamedTuple):
    resource: int
    digest: str
    statistic: str
    period: int


def plan(row: Collection, by_value: Listed) -> None:
    """The series of a Region's resources: new ones begin, those no longer listed rest."""
    resources = [
        resource
        for resource in Resource.objects.filter(
            account=row.account, region=row.region, gone_at=None
        ).select_related("account", "source")
        if KINDS[resource.kind].namespace
    ]
    wanted: dict[_Key, Series] = {}
    for resource in resources:
        series = [
            _series(resource, each)
            for each in planned(KINDS[resource.kind], found_of(resource), by_value)
        ]
        resource.is_listed = bool(series)
        wanted |= {_Key(resource.pk, s.digest, s.statistic, s.period): s for s in series}
    Resource.objects.bulk_update(resources, ["is_listed"], batch_size=500)
    store_plan([resource.pk for resource in resources], wanted.values())


def store_plan(resources: list[int], wanted: Iterable[Series]) -> None:
    """Store series of resources; those that are not wanted any more rest, with their points."""
    by_key = {
        _Key(series.resource_id, series.digest, series.statistic, series.period): series
        for series in wanted
    }
    existing = {
        _Key(series.resource_id, series.digest, series.statistic, series.period): series
        for series in Series.objects.filter(resource__in=resources)
    }
    Series.objects.bulk_create([series for key, series in by_key.items() if key not in existing])
    again = []
    for key, old in existing.items():
        if (new := by_key.get(key)) and (old.gone_at or old.tier != new.tier):
            old.gone_at, old.tier, old.part = None, new.tier, new.part
            again.append(old)
    Series.objects.bulk_update(again, ["gone_at", "tier", "part"], batch_size=500)
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
