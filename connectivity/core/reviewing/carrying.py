"""The reviews of a document as what carries them has them: one put in, changed or taken out."""

from collections.abc import Iterator, Mapping
from typing import Any

from connectivity.core.problems import DocumentRefused, Problem
from connectivity.core.reviewing.workloads import LISTS, Carrier, entry_of, mappings

REVIEWS = "reviews"


def carriers(document: Mapping[str, Any]) -> Iterator[Carrier]:
    """What can carry reviews in a topology: its services, then its flows."""
    for kind, key in LISTS.items():
        for entry in mappings(document.get(key)):
            yield Carrier(kind, str(entry.get("name")))


def stated_inputs(
    document: Mapping[str, Any], carrier: Carrier, stated_as: str
) -> Mapping[str, Any] | None:
    """What the document states of one review; None where it has no such review.

    Raises:
        LookupError: there is no such service or flow.
    """
    reviews = entry_of(document, carrier).get(REVIEWS) or {}
    return (reviews[stated_as] or {}) if stated_as in reviews else None


def with_review(
    document: Mapping[str, Any],
    carrier: Carrier,
    stated_as: str,
    inputs: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """The document with one review of a carrier as these inputs state it; None: without it.

    >>> with_review({"flows": [{"name": "f"}]}, Carrier("flow", "f"), "nat", {"addresses": 2})
    {'flows': [{'name': 'f', 'reviews': {'nat': {'addresses': 2}}}]}

    Raises:
        DocumentRefused: there is no such service or flow any more.
    """
    try:
        entry = entry_of(document, carrier)
    except LookupError as error:
        problem = "is not in this version any more; choose another service or flow"
        raise DocumentRefused([Problem(f"{carrier.kind} {carrier.name}", problem)]) from error
    changed = _with(entry, stated_as, inputs)
    if not carrier.kind:
        return changed
    key = LISTS[carrier.kind]
    rows = [changed if row is entry else row for row in document[key]]
    return {**document, key: rows}


def _with(
    entry: Mapping[str, Any], stated_as: str, inputs: Mapping[str, Any] | None
) -> dict[str, Any]:
    reviews = {key: value for key, value in (entry.get(REVIEWS) or {}).items() if key != stated_as}
    if inputs is not None:
        kept = list(entry.get(REVIEWS) or {})
        order = kept if stated_as in kept else [*kept, stated_as]
        reviews[stated_as] = dict(inputs)
        reviews = {key: reviews[key] for key in order}
    rest = {key: value for key, value in entry.items() if key != REVIEWS}
    return {**rest, REVIEWS: reviews} if reviews else rest
