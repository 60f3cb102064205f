"""What a Prometheus server knows of instances: the same resources, series and points as AWS's."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Min, Value
from django.db.models.functions import Coalesce, Least
from django.utils import timezone

from connectivity import points
from connectivity.clients.prometheus import instant, over
from connectivity.clients.web import checked
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.kinds.instance import NODES
from connectivity.core.health.series import Tier
from connectivity.core.problems import DocumentRefused, Problem
from connectivity.health.accounts.aws_access import Asking, Outcome
from connectivity.health.rounds.discovery import digest_of, keep, store_plan
from connectivity.models import Collection, PrometheusSource, Resource, Series

KIND = KINDS["instance"]
QUERIES = KIND.queries or {}
STEP = 60
SPAN_S = 3 * 3_600  # of one question, and how far back the first goes
Dims = list[list[str]]


def scrape(row: Collection, asking: Asking) -> Outcome:
    """Ask for the nodes and the points of every rule's metric since the last time.

    Raises:
        PrometheusError: the next try asks for the points since the last that were stored.
    """
    source = row.source
    assert source is not None  # noqa: S101  for the type checker
    nodes = instant(source.url, NODES)
    end = asking.now // STEP * STEP
    asked_series = Series.objects.filter(resource__source=source, gone_at=None).exclude(mark=None)
    oldest = asked_series.aggregate(oldest=Min("mark"))["oldest"] or 0
    first = max(oldest - 2 * STEP, end - points.KEEP_RAW) if oldest else end - SPAN_S
    outcome = Outcome(calls=1)
    for start in range(first, end, SPAN_S):
        stored = _span(row, nodes, start, min(start + SPAN_S, end))
        outcome.calls += len(QUERIES)
        outcome.points += stored
    return outcome


def _span(row: Collection, nodes: list[dict[str, Any]], start: int, end: int) -> int:
    """What was measured in a stretch of time; returns how many points were stored."""
    source = row.source
    assert source is not None  # noqa: S101  for the type checker
    answers = {
        metric: list(over(source.url, query, start, end, STEP)) for metric, query in QUERIES.items()
    }
    with transaction.atomic():
        keep(row, KIND, list(KIND.read({NODES: nodes}, source.name, "")))
        stored_nodes = Resource.objects.filter(source=source, gone_at=None)
        by_id = {node.aws_id: node for node in stored_nodes}
        planned = [
            series for metric in answers for series in _series(metric, answers[metric], by_id)
        ]
        store_plan([node.pk for node in by_id.values()], planned)
        return _store(source, answers, start, end)


def _series(
    metric: str, answer: list[dict[str, Any]], nodes: dict[str, Resource]
) -> Iterator[Series]:
    seen = set()
    for result in answer:
        node = nodes.get(result["metric"].get("instance", ""))
        dimensions = _dimensions(result["metric"])
        digest = digest_of(KIND.namespace, metric, dimensions)
        if node is not None and (node.pk, digest) not in seen:
            seen.add((node.pk, digest))
            yield Series(
                resource=node,
                namespace=KIND.namespace,
                metric=metric,
                dimensions=dimensions,
                digest=digest,
                statistic="Average",
                period=STEP,
                tier=Tier.QUARTER.value,
                part=result["metric"].get("device", ""),
            )


def _dimensions(labels: dict[str, str]) -> Dims:
    return [[name, labels[name]] for name in ("device", "instance") if name in labels]


def _store(
    source: PrometheusSource, answers: dict[str, list[dict[str, Any]]], start: int, end: int
) -> int:
    rows = Series.objects.filter(resource__source=source, gone_at=None)
    ids = {row.digest: row.pk for row in rows}
    samples = [
        (ids[digest], int(at), float(value))
        for metric, answer in answers.items()
        for result in answer
        if (digest := digest_of(KIND.namespace, metric, _dimensions(result["metric"]))) in ids
        for at, value in result["values"]
    ]
    dirty = Least(Coalesce(F("unrolled_from"), Value(start)), Value(start))
    rows.update(mark=end + STEP, unrolled_from=dirty)  # a value of now is whole
    new = list(rows.filter(begun=None).values_list("pk", flat=True))
    rows.filter(begun=None).update(begun=start)
    stored = points.store(samples, STEP)
    points.roll_up_of(new)  # which have no picture yet
    return stored


def add_source(team_id: int, name: str, url: str, allowed: list[str]) -> PrometheusSource:
    """Ask a server from now on.

    Raises:
        DocumentRefused: it has no name, or has one already.
        NotAllowed: its address must not be asked.
    """
    if not name.strip():
        raise DocumentRefused([Problem("name", "is empty")])
    checked(url, allowed)
    if PrometheusSource.objects.filter(team_id=team_id, name=name.strip()).exists():
        raise DocumentRefused(
            [Problem("name", f"there is already a server called {name.strip()!r}")]
        )
    with transaction.atomic():
        source = PrometheusSource.objects.create(
            team_id=team_id, name=name.strip(), url=url.strip()
        )
        Collection.objects.create(
            team_id=team_id, source=source, task=Tier.QUARTER.value, due_at=timezone.now()
        )
    return source


def remove_source(team_id: int, uid: UUID) -> PrometheusSource:
    """Ask it no more; what it told is forgotten, findings included.

    Raises:
        PrometheusSource.DoesNotExist: there is none, or it belongs to another team.
    """
    source = PrometheusSource.objects.get(team_id=team_id, uid=uid)
    source.delete()
    return source
