"""Which reviews a document asks for, with their inputs: of its own, or of services and flows."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from connectivity.core.problems import Problem, Problems, it_can_be
from connectivity.core.reviewing.given import Given, given_for
from connectivity.core.reviewing.review import Review

MAX_REVIEWS = 1_000  # of a document
MAX_NAME = 200  # characters of a label

FLOW_INPUTS = ("connections_per_second", "connection_seconds", "max_idle_seconds", "peak_gbps")
"""What a flow may say that reviews ask for."""

Traffic = Mapping[str, Any]

LISTS = {"service": "services", "flow": "flows"}
"""What may carry reviews besides the document itself, and the list of it."""


class Carrier(NamedTuple):
    """What carries reviews: a service or flow by its name; of no kind: the document itself."""

    kind: str = ""  # a key of `LISTS`, or empty
    name: str = ""


class AskedReview(NamedTuple):
    """One review with its inputs as they were given, or as they follow from flows.

    Attributes:
        name: `key`, `key/label`, or of a service or flow `key/<its name>(/label)`.
        path: where its inputs stand in the document.
        inputs: not yet checked.
        carrier: what carries it.
        stated_as: its key there: `key` or `key/label`.
        from_flows: the inputs that follow from flows, since nobody stated them.
    """

    name: str
    review: Review
    path: str
    inputs: Any
    carrier: Carrier
    stated_as: str
    from_flows: frozenset[str]


def asked_reviews(
    document: Mapping[str, Any], reviews: Mapping[str, Review], problems: Problems
) -> list[AskedReview]:
    """The reviews that a document asks for: its own, then those of services, then of flows.

    Names that are no review, and more than `MAX_REVIEWS`, are noted as problems.
    """
    asked = [entry for place in _places(document) for entry in _of(place, reviews, problems)]
    if len(asked) > MAX_REVIEWS:
        sentence = f"are {len(asked):,}; at most {MAX_REVIEWS:,} of a document are answered"
        problems.append(Problem("reviews", sentence))
        return []
    return asked


class _Place(NamedTuple):
    """Reviews that something carries, and where they stand."""

    carrier: Carrier
    path: str
    reviews: Any
    traffic: Traffic


def _places(document: Mapping[str, Any]) -> Iterator[_Place]:
    yield _Place(Carrier(), "reviews", document.get("reviews"), {})
    for kind, key in LISTS.items():
        for i, entry in enumerate(mappings(document.get(key))):
            if entry.get("reviews") is not None:
                carrier = Carrier(kind, str(entry.get("name")))
                traffic = _traffic(document, kind, entry)
                yield _Place(carrier, f"{key}[{i}].reviews", entry["reviews"], traffic)


def _of(place: _Place, reviews: Mapping[str, Review], problems: Problems) -> Iterator[AskedReview]:
    if place.reviews is None:
        return
    if not isinstance(place.reviews, dict):
        problems.append(Problem(place.path, "is not a mapping from reviews to their inputs"))
        return
    for full_key, inputs in place.reviews.items():
        path = f"{place.path}.{full_key}"
        if problem := key_problem(str(full_key), reviews):
            problems.append(Problem(path, problem))
            continue
        key, _, label = str(full_key).partition("/")
        review, carrier = reviews[key], place.carrier
        parts = (key, *((carrier.name,) if carrier.kind else ()), *((label,) if label else ()))
        filled, from_flows = _filled(review, inputs, place.traffic)
        yield AskedReview("/".join(parts), review, path, filled, carrier, str(full_key), from_flows)


def key_problem(full_key: str, reviews: Mapping[str, Review]) -> str:
    """What is wrong with `key` or `key/label`; empty: nothing."""
    key, _, label = full_key.partition("/")
    if key not in reviews:
        return f"no review is called {key!r}{it_can_be(key, reviews)}"
    if not _is_label(label, full_key):
        return f"a label has 1 to {MAX_NAME} printable characters and no further /"
    return ""


def _is_label(label: str, full_key: str) -> bool:
    if "/" not in full_key:
        return True
    return 0 < len(label) <= MAX_NAME and label.isprintable() and "/" not in label


def _filled(review: Review, inputs: Any, traffic: Traffic) -> tuple[Any, frozenset[str]]:
    """The inputs, with those that the flows say where nobody did; and which these are."""
    if not isinstance(inputs, dict | None):
        return inputs, frozenset()
    stated = {name: value for name, value in (inputs or {}).items() if value is not None}
    told = {name: value for name, value in traffic_for(review, traffic) if name not in stated}
    return told | stated, frozenset(told)


def traffic_for(review: Review, traffic: Traffic) -> Iterator[tuple[str, Any]]:
    """What of the traffic is an input of a review."""
    names = {entry.name for entry in review.inputs}
    return ((name, value) for name, value in traffic.items() if name in names)


def traffic_of(document: Mapping[str, Any], carrier: Carrier) -> Traffic:
    """What flows say of what carries reviews; nothing of the document itself.

    Raises:
        LookupError: there is no such service or flow.
    """
    if not carrier.kind:
        return {}
    return _traffic(document, carrier.kind, entry_of(document, carrier))


def _traffic(document: Mapping[str, Any], kind: str, entry: Mapping[str, Any]) -> Traffic:
    return to_service(document, entry.get("name")) if kind == "service" else of_flow(entry)


def entry_of(document: Mapping[str, Any], carrier: Carrier) -> Mapping[str, Any]:
    """The service or flow that carries reviews, or the document itself.

    Raises:
        LookupError: there is none of that name.
    """
    if not carrier.kind:
        return document
    entries = mappings(document.get(LISTS[carrier.kind]))
    entry = next((entry for entry in entries if str(entry.get("name")) == carrier.name), None)
    if entry is None:
        raise LookupError(f"there is no {carrier.kind} {carrier.name!r}")
    return entry


def with_given(asked: AskedReview, given: Given) -> AskedReview:
    """A review with the inputs that are given in place of its own."""
    inputs = given_for(asked.name, given)
    if not inputs or not isinstance(asked.inputs, Mapping | None):
        return asked
    from_flows = asked.from_flows - inputs.keys()
    return asked._replace(inputs={**(asked.inputs or {}), **inputs}, from_flows=from_flows)


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
    flows = [flow for flow in mappings(document.get("flows")) if flow.get("to") == service]
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


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """The mappings of a list; of what is no list, none."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
