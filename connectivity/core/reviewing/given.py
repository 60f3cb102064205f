"""Inputs that are given beside a document, in place of what it states."""

from collections.abc import Mapping
from typing import Any

from connectivity.core.problems import Problem, Problems

Given = Mapping[str, Mapping[str, Any]]
"""Inputs by the name of a review, `nat/payments`, or by the key of all of its kind, `nat`."""

EXAMPLE = "deployment/web.requests_per_second"


def by_review(values: Mapping[str, Any], problems: Problems) -> Given:
    """Inputs whose names begin with that of their review; a name that does not is noted.

    >>> by_review({"nat/a.addresses": 2, "nat/a.peak_gbps": 1}, Problems())
    {'nat/a': {'addresses': 2, 'peak_gbps': 1}}
    """
    given: dict[str, dict[str, Any]] = {}
    for place, value in values.items():
        review, _, name = place.rpartition(".")
        if review and name:
            given.setdefault(review, {})[name] = value
        else:
            problem = f"{place!r:.80} is no review and input, such as {EXAMPLE}"
            problems.append(Problem("set", problem))
    return given


def given_for(name: str, given: Given) -> Mapping[str, Any]:
    """What is given for a review: for all of its key, and before that by its own name.

    >>> given_for("nat/a", {"nat": {"addresses": 2}, "nat/a": {"addresses": 3}})
    {'addresses': 3}
    """
    return {**given.get(name.partition("/")[0], {}), **given.get(name, {})}


def together(first: Given, then: Given) -> Given:
    """What two sources give; the second wins.

    >>> together({"nat": {"addresses": 1, "azs": 2}}, {"nat": {"addresses": 3}})
    {'nat': {'addresses': 3, 'azs': 2}}
    """
    return {name: {**first.get(name, {}), **then.get(name, {})} for name in {**first, **then}}
