"""What manifests do not say, each with the name by which it is given."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from connectivity.core.reviewed_manifests.taking import ReadReview
from connectivity.core.reviewing.answer import Answer
from connectivity.core.reviewing.inputs import Input


class Wanted(NamedTuple):
    """One input that is to be given.

    Attributes:
        name: `deployment/web.requests_per_second`, or of the whole cluster `kubernetes.nodes`.
        is_required: something is left out without it; else its usual value is taken.
        why: what the manifests leave open; empty where they have no field for it.
        reviews: that take it.
        limits: that are told once it is given, alone or with others.
    """

    name: str
    input: Input
    is_required: bool
    why: str
    reviews: tuple[str, ...]
    limits: tuple[str, ...]


def wanted(read: Iterable[ReadReview], answers: Mapping[str, Answer]) -> list[Wanted]:
    """What is to be given, in the order of the answers; what is of the cluster once."""
    entries: dict[str, Wanted] = {}
    for review in read:
        if answer := answers.get(review.name):
            for entry in _of(review, answer):
                before = entries.get(entry.name)
                entries[entry.name] = (
                    before._replace(reviews=before.reviews + entry.reviews) if before else entry
                )
    return sorted(entries.values(), key=lambda entry: not entry.is_required)


def _of(read: ReadReview, answer: Answer) -> Iterator[Wanted]:
    of_cluster = read.review.manifests.of_cluster if read.review.manifests else ()
    for entry in read.review.inputs:
        unsettled = read.unsettled.get(entry.name)
        is_required = entry.name in answer.given.missing
        if is_required or (unsettled and entry.name not in answer.given.stated):
            place = read.review.key if entry.name in of_cluster else read.name
            yield Wanted(
                f"{place}.{entry.name}",
                entry,
                is_required,
                unsettled.why if unsettled else "",
                (read.name,),
                tuple(limit for limit, names in answer.waits.items() if entry.name in names),
            )
