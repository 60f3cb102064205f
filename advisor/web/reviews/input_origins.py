"""Where each input of a review came from, in words."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from connectivity.core.reviewing.figure_words import written
from connectivity.core.reviewing.formula import Value
from connectivity.core.reviewing.inputs import Given
from connectivity.core.reviewing.workloads import AskedReview, Carrier

DEFAULT, STATED = "default", "stated"
YES, NO = "yes", "no"


class InputRow(NamedTuple):
    """One input, its value in words, and where that came from."""

    name: str
    value: str
    origin: str


def origins(asked: AskedReview, given: Given) -> list[InputRow]:
    """The inputs that have a value, in the order of the review."""
    return [
        InputRow(
            entry.name,
            f"{value_words(value)} {entry.unit}".strip(),
            _origin(entry.name, asked, given),
        )
        for entry in asked.review.inputs
        if (value := given.values.get(entry.name)) is not None
    ]


def _origin(name: str, asked: AskedReview, given: Given) -> str:
    if name in asked.from_flows:
        return flow_words(asked.carrier)
    return DEFAULT if name in given.defaulted else STATED


def flow_words(carrier: Carrier) -> str:
    """What flows say of a service or of themselves."""
    if carrier.kind == "service":
        return f"from the flows to {carrier.name}"
    return f"from flow {carrier.name}"


def value_words(value: Value) -> str:
    """A value as people read it; a flag as yes or no."""
    if isinstance(value, bool):
        return _flag(value)
    return written(value)


def stated_texts(values: Mapping[str, Value]) -> dict[str, str]:
    """Values as a form shows them and reads them again, unchanged.

    >>> stated_texts({"addresses": 2, "destination_share": 0.25, "nitro_v6": True, "name": None})
    {'addresses': '2', 'destination_share': '0.25', 'nitro_v6': 'yes'}
    """
    known = {name: value for name, value in values.items() if value is not None}
    return {
        name: _flag(value) if isinstance(value, bool) else str(value)
        for name, value in known.items()
    }


def flow_texts(traffic: Iterable[tuple[str, float]]) -> dict[str, str]:
    """What flows say, in six digits: means have many more.

    >>> flow_texts([("connection_seconds", 100 / 3)])
    {'connection_seconds': '33.3333'}
    """
    return {name: f"{value:.6g}" for name, value in traffic}


def _text(value: Value) -> str:
    return _flag(value) if isinstance(value, bool) else str(value)


def _flag(value: bool) -> str:
    return YES if value else NO
