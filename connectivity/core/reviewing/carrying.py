"""The reviews of a document as what carries them has them: one put in, changed or taken out."""

from collections.abc import Iterator, Mapping
from typing import Any

from connectivity.core.problems import DocumentRefused, Problem
from connectivity.core.reviewing.workloads import LISTS, Carrier, entry_of, mappings

REVIEWS = "reviews"

Inputs = Mapping[str, Any]


def carriers(document: Mapping[str, Any]) -> Iterator[Carrier]:
    """What can carry reviews in a topology: its services, then its flows."""
    return (carrier for carrier, _ in _entries(document))


def _entries(document: Mapping[str, Any]) -> Iterator[tuple[Carrier, Mapping[str, Any]]]:
    for kind, key in LISTS.items():
        for entry in mappings(document.get(key)):
            yield Carrier(kind, str(entry.get("name"))), entry


def stated_inputs(document: Mapping[str, Any], carrier: Carrier, stated_as: str) -> Inputs | None:
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
    inputs: Inputs | None,
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
        return {REVIEWS: {}, **changed}
    key = LISTS[carrier.kind]
    rows = [changed if row is entry else row for row in document[key]]
    return {**document, key: rows}


def _with(entry: Mapping[str, Any], stated_as: str, inputs: Inputs | None) -> dict[str, Any]:
    reviews = {key: value for key, value in (entry.get(REVIEWS) or {}).items() if key != stated_as}
    if inputs is not None:
        kept = list(entry.get(REVIEWS) or {})
        order = kept if stated_as in kept else [*kept, stated_as]
        reviews[stated_as] = dict(inputs)
        reviews = {key: reviews[key] for key in order}
    rest = {key: value for key, value in entry.items() if key != REVIEWS}
    return {**rest, REVIEWS: reviews} if reviews else rest


def reviews_by_name(document: Mapping[str, Any]) -> dict[str, Inputs]:
    """What is stated of every review of a document, by its carrier and key.

    >>> reviews_by_name({"flows": [{"name": "f", "reviews": {"nat": {"addresses": 2}}}]})
    {'flow f: nat': {'addresses': 2}}
    """
    return {
        f"{carrier.kind} {carrier.name}: {key}".removeprefix(" : "): inputs or {}
        for carrier, entry in ((Carrier(), document), *_entries(document))
        for key, inputs in (entry.get(REVIEWS) or {}).items()
    }


def without_reviews(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document without any review; what has none is the same object."""
    rest = {key: value for key, value in document.items() if key != REVIEWS}
    for key in LISTS.values():
        if any(REVIEWS in row for row in mappings(rest.get(key))):
            rows = mappings(rest[key])
            rest[key] = [{k: v for k, v in row.items() if k != REVIEWS} for row in rows]
    return rest
