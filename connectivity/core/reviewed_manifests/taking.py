"""The inputs of a workload's reviews, as far as its manifests state them."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from connectivity.core.problems import Problem, Problems
from connectivity.core.reviewed_manifests.linking import problem_at
from connectivity.core.reviewing.deployed.objects import Unusable
from connectivity.core.reviewing.deployed.settings import Remark, Setting, Unsettled
from connectivity.core.reviewing.deployed.workload import Workload
from connectivity.core.reviewing.review import Review


class ReadReview(NamedTuple):
    """A review of a workload, and what was read for it.

    Attributes:
        name: `<review>/<label of the workload>`.
        settings, unsettled: by input.
    """

    name: str
    review: Review
    workload: Workload
    settings: dict[str, Setting]
    unsettled: dict[str, Unsettled]
    remarks: tuple[Remark, ...]


def read_reviews(
    workloads: Iterable[Workload], reviews: Iterable[Review], problems: Problems
) -> list[ReadReview]:
    """The reviews that follow, workload by workload; what cannot be used is noted, each once."""
    told, noted = list(reviews), dict[Problem, None]()
    read = [
        entry
        for workload in workloads
        for review in told
        for entry in _read(workload, review, noted)
    ]
    problems.extend(noted)
    return read


def _read(workload: Workload, review: Review, noted: dict[Problem, None]) -> Iterator[ReadReview]:
    if review.manifests is None:
        return
    settings: dict[str, Setting] = {}
    unsettled: dict[str, Unsettled] = {}
    try:
        if not review.manifests.applies(workload):
            return
        remarks = tuple(review.manifests.remarks(workload))
    except Unusable as error:
        noted[problem_at(error.spot, error.problem)] = None
        return
    for name, read in review.manifests.inputs.items():
        try:
            value = read(workload)
        except Unusable as error:
            noted[problem_at(error.spot, error.problem)] = None
            continue
        if isinstance(value, Setting):
            settings[name] = value
        elif value is not None:
            unsettled[name] = value
    name = f"{review.key}/{workload.label}"
    yield ReadReview(name, review, workload, settings, unsettled, remarks)
