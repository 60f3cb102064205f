"""What stores topologies and documents of reviews.

Each may be repeated: the same document makes no second version.
"""

import hashlib
import json
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from connectivity import models
from connectivity.core.as_json.amounts import require_answerable
from connectivity.core.problems import DocumentRefused, Problem
from connectivity.core.registered_document import storable_name
from connectivity.core.reviewed_document import is_reviews_alone

MAX_NAME = 200  # characters


class Conflict(Exception):
    """Somebody else saved a newer version in between."""

    def __init__(self, expected: int, newest: int) -> None:
        super().__init__(
            f"version {newest} was saved after version {expected}, on which this change is "
            f"based; review version {newest}, then change that one"
        )
        self.newest = newest


def create_topology(
    team_id: int,
    document: Any,
    *,
    author_id: int | None = None,
    scenario_of: models.Topology | None = None,
) -> models.TopologyVersion:
    """Store a document, a topology or one of reviews alone, perhaps as a scenario of another one.

    Raises:
        DocumentRefused: with every problem; nothing is stored.
    """
    require_answerable(document)
    name, is_reviews = storable_name(document), is_reviews_alone(document)
    with transaction.atomic():
        topology = models.Topology.objects.create(
            team_id=team_id, name=name, is_reviews=is_reviews, scenario_of=scenario_of
        )
        return _add(topology, 1, document, author_id)


def make_scenario(
    team_id: int, uid: UUID, name: str, *, author_id: int | None = None
) -> models.TopologyVersion:
    """A copy of a topology's newest version, to be changed by itself.

    Raises:
        models.Topology.DoesNotExist: there is none, or it belongs to another team.
        DocumentRefused: the name cannot be one.
    """
    origin = models.Topology.objects.get(team_id=team_id, uid=uid, deleted_at=None)
    document = origin.versions.all()[0].document
    named = document | {"name": name or f"{origin.name}, scenario"[:MAX_NAME]}
    return create_topology(team_id, named, author_id=author_id, scenario_of=origin)


def save_topology(
    team_id: int,
    uid: UUID,
    document: Any,
    *,
    author_id: int | None = None,
    expected: int | None = None,
) -> models.TopologyVersion:
    """Store a document as the next version of a topology; the newest one if nothing changed.

    Raises:
        DocumentRefused: with every problem; nothing is stored.
        models.Topology.DoesNotExist: there is none, or it belongs to another team.
        Conflict: the newest version is not the `expected` one.
    """
    require_answerable(document)
    name, is_reviews = storable_name(document), is_reviews_alone(document)
    with transaction.atomic():
        topologies = models.Topology.objects.filter(team_id=team_id, deleted_at=None)
        topology = topologies.select_for_update().get(uid=uid)
        newest = topology.versions.all()[0]
        if expected is not None and newest.number != expected:
            raise Conflict(expected, newest.number)
        _require_kind(topology, is_reviews)
        if newest.sha256 == sha256_of(document):
            return newest
        topology.name = name
        topology.save(update_fields=["name", "updated_at"])
        return _add(topology, newest.number + 1, document, author_id)


def _require_kind(topology: models.Topology, is_reviews: bool) -> None:
    """Raises DocumentRefused: the versions before are of another kind of document."""
    if topology.is_reviews != is_reviews:
        kinds = "a topology", "a document of reviews alone"
        problem = f"is {kinds[is_reviews]}, and its versions before are {kinds[not is_reviews]}"
        raise DocumentRefused([Problem("document", f"{problem}; store it as a new one")])


def delete_topology(team_id: int, uid: UUID) -> None:
    """Put a topology away. `restore_topology` brings it back."""
    _set_deleted(models.Topology.objects.get(team_id=team_id, uid=uid, deleted_at=None), True)


def restore_topology(team_id: int, uid: UUID) -> None:
    """Bring a deleted topology back."""
    _set_deleted(models.Topology.objects.get(team_id=team_id, uid=uid), False)


def _set_deleted(topology: models.Topology, is_deleted: bool) -> None:
    topology.deleted_at = timezone.now() if is_deleted else None
    topology.save(update_fields=["deleted_at"])


def sha256_of(document: Any) -> str:
    """The digest of a document, whatever the order of its keys."""
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _add(
    topology: models.Topology, number: int, document: Any, author_id: int | None
) -> models.TopologyVersion:
    return models.TopologyVersion.objects.create(
        topology=topology,
        number=number,
        document=document,
        sha256=sha256_of(document),
        author_id=author_id,
    )
