"""The end of a team: asked for by an admin, undone within a week, then done in small batches.

Nothing of another team goes with it, nor of the lists that all share: whatever has a path of owners
to the team goes, and nothing else (`OWNED`).
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from graphlib import TopologicalSorter
from typing import Any

from auditlog.context import disable_auditlog
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils import timezone

from advisor.models import ApiToken, AuditEntry, Event, Job, Membership, Team, User
from connectivity import points
from connectivity.models import Series

logger = logging.getLogger(__name__)

DAYS = 7  # in which every admin may say that the team stays
BATCH, FEW = 500, 20  # rows deleted at a time; where a row may have megabytes
HEAVY = (models.BinaryField, models.JSONField)
DELETED = 2  # the audit log's word for it
FIRST = (Membership, ApiToken)  # nobody sees half of a team
NAMES = {
    "connectivity.topology": "topologies",
    "connectivity.topologyversion": "versions of topologies",
    "connectivity.measurement": "measurements",
    "connectivity.awsaccount": "watched accounts",
    "connectivity.resource": "watched resources",
    "connectivity.finding": "findings",
    "connectivity.incident": "incidents",
    "costmodel.pricelist": "price lists of its own",
    "costmodel.priceoverride": "own prices",
    "advisor.report": "weekly reports",
    "advisor.recipient": "addresses that get the report",
    "advisor.sharelink": "shared links",
    "advisor.webhook": "webhooks",
    "advisor.apitoken": "API tokens",
    "advisor.membership": "memberships (the people keep their accounts)",
    "advisor.job": "jobs",
    "advisor.auditentry": "entries of the audit log",
}
"""What people count; what hangs on it goes with it."""


class TooLate(ValueError):
    """The team is being deleted."""


@cache
def owned() -> tuple[tuple[type[models.Model], str], ...]:
    """Every model below a team with the path to it, whatever refers to another before that one."""
    paths: dict[type[models.Model], str] = {}
    nearest: list[tuple[type[models.Model], str]] = [(Team, "")]
    for owner, path in nearest:
        relations: Any = owner._meta.get_fields(include_hidden=True)
        for relation in relations:
            child: Any = relation.related_model
            if _is_owner(relation) and child not in paths:
                paths[child] = f"{relation.field.name}__{path}".removesuffix("__")
                nearest.append((child, paths[child]))
    order: TopologicalSorter[type[models.Model]] = TopologicalSorter(dict.fromkeys(paths, ()))
    for child in paths:
        for field in child._meta.concrete_fields:
            target: Any = field.related_model
            if target in paths and target is not child:
                order.add(target, child)
    return tuple((model, paths[model]) for model in order.static_order())


def _is_owner(relation: Any) -> bool:
    """Rows at the other end refer to this model, and go with it."""
    is_referred_to = relation.auto_created and not relation.concrete
    return is_referred_to and relation.on_delete is models.CASCADE


def contents(team: Team) -> list[tuple[str, int]]:
    """What goes with a team, as people count it; what there is none of is left out."""
    paths = {model._meta.label_lower: (model, path) for model, path in owned()}
    counts = []
    for label, name in NAMES.items():
        model, path = paths[label]
        counts.append((name, _rows(model, path, team.pk).count()))
    return [(name, count) for name, count in counts if count]


def close(team: Team, user: User | None, *, at_once: bool = False) -> Team:
    """Let a team be deleted in a week; until then it works on, and each admin may keep it."""
    with transaction.atomic():
        row = Team.objects.select_for_update().get(pk=team.pk)
        wait = timedelta(0) if at_once else timedelta(days=DAYS)
        if row.closes_at is None or at_once:
            row.closes_at, row.closed_by = timezone.now() + wait, user
            row.save(update_fields=["closes_at", "closed_by"])
    return row


def keep(team: Team) -> Team:
    """The team stays.

    Raises:
        TooLate: its deletion has begun.
    """
    with transaction.atomic():
        row = Team.objects.select_for_update().get(pk=team.pk)
        if _has_begun(row):
            raise TooLate(f"{row.name} is being deleted, which cannot be undone.")
        row.closes_at = row.closed_by = None
        row.save(update_fields=["closes_at", "closed_by"])
    return row


def due(now: datetime) -> list[int]:
    return list(Team.objects.filter(closes_at__lte=now).values_list("pk", flat=True))


def delete(team_id: int) -> int:
    """Delete a team that is due with all that it owns; returns how many rows went.

    Broken off, it goes on when it is called again: the team itself goes last.
    """
    with disable_auditlog():
        team, count = _begin(team_id)
        if team is None:
            return 0
        count += sum(_empty(model, path, team_id) for model, path in owned())
        with transaction.atomic():
            Team.objects.select_for_update().filter(pk=team_id).delete()
    logger.info("team %s is deleted, with %d rows that it owned", team.slug, count)
    return count


@transaction.atomic
def _begin(team_id: int) -> tuple[Team | None, int]:
    """A team that is due, of which nobody is a member any more, and how many rows that took.

    It is noted with all that the team has, and from then on there is no way back.
    """
    due_teams = Team.objects.select_for_update().filter(closes_at__lte=timezone.now())
    team = due_teams.filter(pk=team_id).first()
    if team is None or _has_begun(team):
        return team, 0
    _note(team, contents(team))
    unfinished = Job.objects.filter(team=team, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    unfinished.update(state=Job.State.CANCELLED, finished_at=timezone.now())
    first = [(model, path) for model, path in owned() if model in FIRST]
    return team, sum(_rows(model, path, team_id).delete()[0] for model, path in first)


def _has_begun(team: Team) -> bool:
    """Its end stands in the log, in the entry that belongs to no team."""
    noted = AuditEntry.objects.filter(event=Event.TEAM_DELETED, team=None)
    return bool(noted.filter(object_id=team.pk, object_pk=str(team.pk)).exists())


def _rows(model: type[models.Model], path: str, team_id: int) -> "models.QuerySet[Any]":
    return model._base_manager.filter(**{path: team_id}).order_by()


def _empty(model: type[models.Model], path: str, team_id: int) -> int:
    is_heavy = any(isinstance(field, HEAVY) for field in model._meta.concrete_fields)
    count = 0
    for keys in _batches(model, path, team_id, FEW if is_heavy else BATCH):
        if model is Series:
            points.forget_series(keys)
        model._base_manager.filter(pk__in=keys).delete()
        count += len(keys)
    return count


def _batches(
    model: type[models.Model], path: str, team_id: int, size: int
) -> Iterator[Sequence[int]]:
    """The newest first: what is built on another row goes before it."""
    while True:
        rows = _rows(model, path, team_id).order_by("-pk")
        keys = list(rows.values_list("pk", flat=True)[:size])
        if not keys:
            return
        yield keys


def _note(team: Team, counts: Sequence[tuple[str, int]]) -> None:
    """An entry that belongs to no team, and so outlives this one."""
    AuditEntry.objects.create(
        content_type=ContentType.objects.get_for_model(Team),
        object_pk=str(team.pk),
        object_id=team.pk,
        object_repr=f"{team.name} ({team.slug})",
        action=DELETED,
        event=Event.TEAM_DELETED,
        actor_id=team.closed_by_id,
        door="browser" if team.closed_by_id else "command line",
        team=None,
        changes={name: [str(count), "0"] for name, count in counts},
    )
