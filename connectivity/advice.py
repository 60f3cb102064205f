"""Where the database meets the core: load, compute, return. Nothing here stores anything."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from uuid import UUID

from connectivity import queries
from connectivity.core.compare import Comparison, Progress, compare
from connectivity.core.document import topology
from connectivity.core.option import Option
from connectivity.core.options import OPTIONS
from connectivity.core.problems import did_you_mean
from connectivity.core.reading import read
from connectivity.core.topology import OPTION_KEYS
from connectivity.models import TopologyVersion
from connectivity.reference import REFERENCE
from costmodel.queries import price_list


class UnknownOption(ValueError):
    """An option was asked for that is not one, or that this release does not compute."""


def compare_document(
    team_id: int | None,
    document: Any,
    *,
    options: Iterable[str] | None = None,
    prices: str | None = None,
    progress: Progress = lambda done, total: None,
) -> Comparison:
    """Every option, or those asked for, for a document's plain values.

    Raises:
        DocumentRefused: with every problem of the document.
        UnknownOption, UnknownPriceList, UnknownLatencies: say what there is.
    """
    wanted = options_by_key(options)
    made = topology(document)
    return compare(made, price_list(team_id, prices), queries.latencies(team_id), wanted, progress)


def check_comparison(
    team_id: int | None, document: Any, *, options: Iterable[str] | None, prices: str | None
) -> None:
    """Raise what `compare_document` would raise, without comparing."""
    options_by_key(options)
    topology(document)
    price_list(team_id, prices)
    queries.latencies(team_id)


def compare_stored(
    team_id: int,
    uid: UUID,
    *,
    version: int | None = None,
    options: Iterable[str] | None = None,
    prices: str | None = None,
) -> tuple[Comparison, TopologyVersion]:
    """The comparison of a stored topology, and the version it rests on.

    Raises:
        TopologyVersion.DoesNotExist: there is none, or it belongs to another team.
        UnknownOption, UnknownPriceList, UnknownLatencies: say what there is.
    """
    row = queries.version(team_id, uid, version)
    return compare_document(team_id, row.document, options=options, prices=prices), row


def is_reference(document: Any) -> bool:
    """It says what the shipped reference case says, whose published figures are known.

    Whatever it is called, and however its numbers are written.
    """
    return bool({**document, "name": ""} == {**_reference(), "name": ""})


@lru_cache(maxsize=1)
def _reference() -> Any:
    return read(REFERENCE.read_bytes())


def options_by_key(keys: Iterable[str] | None) -> tuple[Option, ...]:
    """Options by their keys, all of them without any."""
    if keys is None:
        return OPTIONS
    known = {option.key: option for option in OPTIONS}
    wanted = list(dict.fromkeys(keys))
    for key in wanted:
        if key in OPTION_KEYS and key not in known:
            raise UnknownOption(
                f"{key!r} is not computed by this release; it has {', '.join(known)}"
            )
        if key not in known:
            there = did_you_mean(key, known) or f"; there are {', '.join(known)}"
            raise UnknownOption(f"no option is called {key!r}{there}")
    if not wanted:
        raise UnknownOption(f"no option is asked for; there are {', '.join(known)}")
    return tuple(known[key] for key in wanted)
