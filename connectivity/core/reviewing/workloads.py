"""Which reviews a document asks for, with their inputs: of its own, or of services and flows."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from connectivity.core.problems import Problem, Problems, it_can_be
from connectivity.core.reviewing.review import Review

MAX_REVIEWS = 1_000  # of a document
MAX_NAME = 200  # characters of a label

FLOW_INPUTS = ("connections_per_second", "connection_seconds", "max_idle_seconds", "peak_gbps")
"""What a flow may say that reviews ask for."""

Traffic = Mapping[str, Any]


class AskedReview(NamedTuple):
    """One review with its inputs as they were given, or as they follow from flows.

    Attributes:
        name: `key`, `key/label`, or of a service or flow `key/<its name>(/label)`.
        path: where its inputs stand in the document.
        inputs: not yet checked.
    """

    name: str
    review: Review
    path: str
    inputs: Any


def asked_reviews(
    document: Mapping[str, Any], reviews: Mapping[str, Review], problems: Problems
) -> list[AskedReview]:
    """The reviews that a document asks for: its own, then those of services, then of flows.

    Names that are no review, and more than `MAX_REVIEWS`, are noted as problems.
    """
    asked = [
        *_of(document.get("reviews"), "reviews", "", {}, reviews, problems),
        *_of_entries("services", document, reviews, problems),
        *_of_entries("flows", document, reviews, problems),
    ]
    if len(asked) > MAX_REVIEWS:
        sentence = f"are {len(asked):,}; at most {MAX_REVIEWS:,} of a document are answered"
        problems.append(Problem("reviews", sentence))
        return []
    return asked


def _of_entries(
    key: str, document: Mapping[str, Any], reviews: Mapping[str, Review], problems: Problems
) -> Iterator[AskedReview]:
    for i, entry in enumerate(_mappings(document.get(key))):
        if entry.get("reviews") is not None:
            is_service = key == "services"
            traffic = to_service(document, entry.get("name")) if is_service else of_flow(entry)
            path, name = f"{key}[{i}].reviews", f"/{entry.get('name')}"
            yield from _of(entry["reviews"], path, name, traffic, reviews, problems)


def _of(
    value: Any,
    path: str,
    name: str,
    traffic: Traffic,
    reviews: Mapping[str, Review],
    problems: Problems,
) -> Iterator[AskedReview]:
    if value is None:
        return
    if not isinstance(value, dict):
        problems.append(Problem(path, "is not a mapping from reviews to their inputs"))
        return
    for full_key, inputs in value.items():
        key, _, label = str(full_key).partition("/")
        place = f"{path}.{full_key}"
        if key not in reviews:
            offer = it_can_be(key, reviews)
            problems.append(Problem(place, f"no review is called {key!r}{offer}"))
        elif not _is_label(label, str(full_key)):
            sentence = f"a label has 1 to {MAX_NAME} printable characters and no further /"
            problems.append(Problem(place, sentence))
        else:
            full_name = f"{key}{name}" + (f"/{label}" if label else "")
            review = reviews[key]
            yield AskedReview(full_name, review, place, _filled(review, inputs, traffic))


def _is_label(label: str, full_key: str) -> bool:
    if "/" not in full_key:
        return True
    return 0 < len(label) <= MAX_NAME and label.isprintable() and "/" not in label


def _filled(review: Review, inputs: Any, traffic: Traffic) -> Any:
    """The inputs, with those that the flows say where nobody did."""
    if not isinstance(inputs, dict | None):
        return inputs
    names = {entry.name for entry in review.inputs}
    stated = {name: value for name, value in (inputs or {}).items() if value is not None}
    return {name: value for name, value in traffic.items() if name in names} | stated


def of_flow(flow: Mapping[str, Any]) -> Traffic:
    """What a flow says of its connections.

    >>> of_flow({"connections_per_second": 5, "gb_per_month": 1})
    {'connections_per_second': 5}
    """
    return {name: flow[name] for name in FLOW_INPUTS if flow.get(name) is not None}


def to_service(document: Mapping[str, Any], service: Any) -> Traffic:
    """What the flows to a service say together.

    Connections and peaks add up, a connection's life is the mean over connections, the longest
    silence counts. A flow from several VPCs counts once for each. What none says is absent.

    >>> flows = [{"to": "api", "from": ["a", "b"], "connections_per_second": 5}]
    >>> to_service({"flows": flows}, "api")
    {'connections_per_second': 10}
    """
    flows = [flow for flow in _mappings(document.get("flows")) if flow.get("to") == service]
    sums = {name: _sum(flows, name) for name in ("connections_per_second", "peak_gbps")}
    together = {
        "connections_per_second": sums["connections_per_second"],
        "connection_seconds": _mean_life(flows),
        "max_idle_seconds": max(_stated(flows, "max_idle_seconds"), default=None),
        "peak_gbps": sums["peak_gbps"],
    }
    return {name: value for name, value in together.items() if value is not None}


def _sum(flows: Iterable[Mapping[str, Any]], name: str) -> float | None:
    values = [_count(flow) * flow[name] for flow in flows if _is_number(flow.get(name))]
    return sum(values) if values else None


def _mean_life(flows: Collection[Mapping[str, Any]]) -> float | None:
    """Of those flows that say how often and how long; without any connection, the longest."""
    both = [
        (_count(flow) * flow["connections_per_second"], flow["connection_seconds"])
        for flow in flows
        if _is_number(flow.get("connections_per_second"))
        and _is_number(flow.get("connection_seconds"))
    ]
    total = sum(rate for rate, _ in both)
    if total:
        return sum(rate * seconds for rate, seconds in both) / total
    return max(_stated(flows, "connection_seconds"), default=None)


def _stated(flows: Iterable[Mapping[str, Any]], name: str) -> list[float]:
    return [flow[name] for flow in flows if _is_number(flow.get(name))]


def _count(flow: Mapping[str, Any]) -> int:
    """From how many VPCs a flow comes."""
    consumers = flow.get("from")
    return len(consumers) if isinstance(consumers, list) else 1


def _is_number(value: Any) -> bool:
    return isinstance(value, float | int) and not isinstance(value, bool)


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
