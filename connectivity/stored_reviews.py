"""Reviews of stored documents: answered, and one of them saved as part of the next version."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from connectivity import queries
from connectivity.actions import save_topology
from connectivity.advice import StoredTopologyRefused
from connectivity.core.as_json.amounts import require_reviewable
from connectivity.core.problems import DocumentRefused
from connectivity.core.reviewed_document import ReviewedDocument, reviewed
from connectivity.core.reviewing.carrying import with_review
from connectivity.core.reviewing.tables import Tables
from connectivity.core.reviewing.workloads import Carrier
from connectivity.editing import Base
from connectivity.models import TopologyVersion
from connectivity.review_answers import tables_of

OF_CALLERS = ("only", "confirm")
"""Places of problems that are none of the stored document."""


class StoredReviews(NamedTuple):
    """The answers of a version's reviews, and what they looked up."""

    version: TopologyVersion
    document: ReviewedDocument
    tables: Tables


class ReviewChange(NamedTuple):
    """One review as it is to be stated; without inputs it is taken out."""

    carrier: Carrier
    stated_as: str  # `key` or `key/label`
    inputs: Mapping[str, Any] | None


def stored_reviews(
    team_id: int,
    uid: UUID,
    number: int | None = None,
    *,
    only: Collection[str] = (),
    confirmed: Collection[str] = (),
) -> StoredReviews:
    """The answers of the reviews of a version, the newest without a number.

    Raises:
        TopologyVersion.DoesNotExist: there is none, or it belongs to another team.
        StoredTopologyRefused: an earlier release stored it, and this one refuses it.
        DocumentRefused: it is too large to be reviewed here, or has no such review or input.
    """
    version = queries.version(team_id, uid, number)
    require_reviewable(version.document)
    tables = tables_of(team_id)
    try:
        document = reviewed(version.document, tables, only=only, confirmed=confirmed)
    except DocumentRefused as error:
        if any(problem.path in OF_CALLERS for problem in error.problems):
            raise
        stored = version.topology
        raise StoredTopologyRefused(stored.uid, stored.name, error.problems) from error
    return StoredReviews(version, document, tables)


def save_review(base: Base, change: ReviewChange, onto: int | None = None) -> TopologyVersion:
    """Store the change of one review as the next version.

    Args:
        onto: a newer version, which is known and into which only this review is put.

    Raises:
        DocumentRefused: with every problem; nothing is stored.
        Conflict: somebody saved a newer version than the one that the change rests on.
        TopologyVersion.DoesNotExist: there is none, or it belongs to another team.
    """
    version = queries.version(base.team_id, base.uid, onto or base.version)
    return save_topology(
        base.team_id,
        base.uid,
        with_review(version.document, *change),
        author_id=base.author_id,
        expected=version.number,
    )
