"""The reviews of what manifests state: answers, what was read from where, what is to be given."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from connectivity.core.problems import DocumentRefused, Problem, Problems
from connectivity.core.reviewed_document import VERSION, ReviewedDocument, reviewed
from connectivity.core.reviewed_manifests.linking import problem_at, workloads_of
from connectivity.core.reviewed_manifests.patching import Patched, patches
from connectivity.core.reviewed_manifests.taking import ReadReview, read_reviews
from connectivity.core.reviewed_manifests.worklist import Wanted, wanted
from connectivity.core.reviewing.deployed.objects import KubeObject
from connectivity.core.reviewing.deployed.workload import Workload
from connectivity.core.reviewing.given import Given, given_for
from connectivity.core.reviewing.tables import Tables
from connectivity.core.reviews import REVIEWS


@dataclass(frozen=True)
class ReviewedManifests:
    """What the reviews say of the workloads of some manifests.

    Attributes:
        read: of the reviews that were answered: what was taken from where.
        given: what somebody gave beside the manifests.
        wanted: what is to be given. patches: what is advised, as manifests.
    """

    document: ReviewedDocument
    workloads: tuple[Workload, ...]
    read: tuple[ReadReview, ...]
    given: Given
    wanted: tuple[Wanted, ...]
    patches: tuple[Patched, ...]


def reviewed_manifests(
    name: str,
    objects: Collection[KubeObject],
    tables: Tables,
    *,
    only: Collection[str] = (),
    confirmed: Collection[str] = (),
    given: Given | None = None,
) -> ReviewedManifests:
    """The reviews that follow from the objects of a cluster.

    Args:
        name: what the answer is called.
        only, confirmed, given: as of a document of reviews.

    Raises:
        DocumentRefused: with every problem of the manifests, or of what is given, with its place.
    """
    problems, given = Problems(), given or {}
    workloads = workloads_of(objects, problems)
    read = read_reviews(workloads, REVIEWS.values(), problems)
    if not workloads and not problems:
        problem = "hold no Deployment, StatefulSet or DaemonSet: there is nothing to review"
        problems.append(Problem("manifests", problem))
    if problems:
        raise DocumentRefused(problems)
    told = _told(_document(name, read), tables, read, given, only, confirmed)
    answers = {answer.name: answer for answer in told.answers}
    told_of = tuple(entry for entry in read if entry.name in answers)
    return ReviewedManifests(
        told,
        tuple(workloads),
        told_of,
        given,
        tuple(wanted(told_of, answers)),
        tuple(patches(told_of, answers)),
    )


def _told(
    document: dict[str, Any],
    tables: Tables,
    read: Collection[ReadReview],
    given: Given,
    only: Collection[str],
    confirmed: Collection[str],
) -> ReviewedDocument:
    """The answers; a refusal says where in the manifests a value was read."""
    try:
        return reviewed(document, tables, only=only, confirmed=confirmed, given=given, is_open=True)
    except DocumentRefused as error:
        places = _places(read, given)
        raise DocumentRefused(_placed(each, places) for each in error.problems) from error


def _document(name: str, read: Collection[ReadReview]) -> dict[str, Any]:
    reviews = {
        entry.name: {key: setting.value for key, setting in entry.settings.items()}
        for entry in read
    }
    return {"version": VERSION, "name": name, "reviews": reviews}


def _places(read: Collection[ReadReview], given: Given) -> Mapping[str, Problem]:
    """By the path of an input in the document: where it was read, without what is wrong."""
    return {
        f"reviews.{entry.name}.{key}": problem_at(setting.spot, "")
        for entry in read
        for key, setting in entry.settings.items()
        if key not in given_for(entry.name, given)
    }


def _placed(problem: Problem, places: Mapping[str, Problem]) -> Problem:
    if place := places.get(problem.path):
        return Problem(place.path, problem.problem)
    return Problem(problem.path.removeprefix("reviews."), problem.problem)
