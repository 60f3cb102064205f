"""Which reviews the services and flows of a topology suggest, and why."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from connectivity.core.reviewing.figure_words import filled
from connectivity.core.reviewing.formula import Formula, Value
from connectivity.core.reviewing.review import Review
from connectivity.core.reviewing.workloads import Carrier, Traffic, mappings, of_flow, to_service

REQUESTS, TODAY = "requests_per_second", "today"
FACTS = (
    "connections_per_second",
    "connection_seconds",
    "max_idle_seconds",
    "peak_gbps",
    REQUESTS,
    TODAY,
    "protocol",
    "existing_nlb",
)
"""What conditions of suggestions may name: of a service what its flows say together; `today` where
all of them say the same."""


class Suggested(NamedTuple):
    """A review that a service or flow suggests, since it says what it says."""

    carrier: Carrier
    review: Review
    because: str


def suggested(document: Mapping[str, Any], reviews: Mapping[str, Review]) -> Iterator[Suggested]:
    """The reviews that services, then flows, suggest and that these do not carry yet."""
    conditions = _conditions(reviews)
    for carrier, entry, facts in _workloads(document):
        carried = {str(key).partition("/")[0] for key in entry.get("reviews") or {}}
        for review, condition, because in conditions[carrier.kind]:
            if review.key not in carried and condition.holds(facts):
                yield Suggested(carrier, review, filled(because, facts))


def _conditions(
    reviews: Mapping[str, Review],
) -> Mapping[str, list[tuple[Review, Formula, str]]]:
    conditions = defaultdict[str, list[tuple[Review, Formula, str]]](list)
    for review in reviews.values():
        for suggestion in review.suggestions:
            condition = review.formula(suggestion.when)
            conditions[suggestion.carrier].append((review, condition, suggestion.because))
    return conditions


def _workloads(
    document: Mapping[str, Any],
) -> Iterator[tuple[Carrier, Mapping[str, Any], Mapping[str, Value]]]:
    to_each = defaultdict[str, list[Mapping[str, Any]]](list)
    for flow in mappings(document.get("flows")):
        to_each[str(flow.get("to"))].append(flow)
    protocols = {}
    for service in mappings(document.get("services")):
        name = str(service.get("name"))
        protocols[name] = service.get("protocol") or "tcp"
        flows = to_each[name]
        facts = _facts(to_service({"flows": flows}, name), flows, protocols[name])
        facts["existing_nlb"] = bool(service.get("existing_nlb"))
        yield Carrier("service", name), service, facts
    for flow in mappings(document.get("flows")):
        facts = _facts(of_flow(flow), [flow], protocols.get(str(flow.get("to"))))
        yield Carrier("flow", str(flow.get("name"))), flow, facts


def _facts(
    traffic: Traffic, flows: list[Mapping[str, Any]], protocol: str | None
) -> dict[str, Value]:
    rates = [flow[REQUESTS] for flow in flows if flow.get(REQUESTS) is not None]
    todays = {flow.get(TODAY) for flow in flows}
    facts: dict[str, Value] = dict.fromkeys(FACTS)
    facts |= {**traffic, "protocol": protocol}
    facts[REQUESTS] = sum(rates) if rates else None
    facts[TODAY] = todays.pop() if len(todays) == 1 else None
    return facts
