"""Where the database meets the core: load, compute, return. Nothing here stores anything."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from uuid import UUID

from connectivity import queries
from connectivity.core.comparison.compare import Comparison, Progress, compare
from connectivity.core.comparison.measurement_plan import Step, run_book
from connectivity.core.comparison.price_coverage import Lack, lacking
from connectivity.core.document.parser import read
from connectivity.core.latency.lookup import LatencySet
from connectivity.core.network.topology import Topology
from connectivity.core.option_parts.option import Option
from connectivity.core.options import OPTIONS
from connectivity.core.problems import DocumentRefused, Problem, did_you_mean
from connectivity.core.registered_document import topology
from connectivity.core.scenarios.what_if import WhatIf, what_if
from connectivity.models import TopologyVersion
from connectivity.reference import REFERENCE
from costmodel.core.price_list import PriceList
from costmodel.queries import price_list


class UnknownOption(ValueError):
    """An option was asked for that is not one."""


def compare_document(
    team_id: int | None,
    document: Any,
    *,
    options: Iterable[str] | None = None,
    prices: str | None = None,
    latencies: str | None = None,
    progress: Progress = lambda done, total: None,
) -> Comparison:
    """Every option, or those asked for, for a document's plain values.

    Raises:
        DocumentRefused: with every problem of the document.
        UnknownOption, UnknownPriceList, UnknownLatencies: say what there is.
    """
    wanted = options_by_key(options)
    parsed = topology(document)
    rests_on = price_list(team_id, prices), queries.latencies(team_id, latencies)
    return compare(parsed, *rests_on, wanted, progress)


def check_comparison(
    team_id: int | None, document: Any, *, options: Iterable[str] | None, prices: str | None
) -> None:
    """Raise what `compare_document` would raise, without comparing."""
    options_by_key(options)
    topology(document)
    price_list(team_id, prices)
    queries.latencies(team_id)


def lacking_prices(team_id: int, consumer: str, provider: str) -> list[Lack]:
    """Which options have no total between two Regions, or inside one, whatever the topology.

    Raises:
        UnknownPriceList: there is no list at all.
    """
    return lacking(price_list(team_id), consumer, provider)


Asked = tuple[tuple[str, str], ...]  # what-if keys and the texts of their values


class StoredTopologyRefused(DocumentRefused):
    """What an earlier release stored, and this one refuses; the editor mends it."""

    def __init__(self, uid: UUID, name: str, problems: Iterable[Problem]) -> None:
        super().__init__(problems)
        self.uid, self.name = uid, name


@dataclass(frozen=True)
class Answered:
    """A stored topology, perhaps with some inputs changed, compared."""

    version: TopologyVersion
    what_if: WhatIf
    comparison: Comparison


def compare_stored(
    team_id: int,
    uid: UUID,
    *,
    version: int | None = None,
    prices: str | None = None,
    latencies: str | None = None,
    asked: Asked = (),
    flow: str = "",
) -> Answered:
    """The comparison of a stored topology with some inputs changed, and what it rests on.

    Args:
        version, prices, latencies: which ones; the newest without.
        asked: what-if values as `core.what_if` reads them.
        flow: one whose what-if values are wanted, too.

    Raises:
        TopologyVersion.DoesNotExist: there is none, or it belongs to another team.
        NothingToCompare: it has reviews alone.
        UnknownPriceList, UnknownLatencies: say what there is.
    """
    row = queries.version(team_id, uid, version, without="document")
    if row.topology.is_reviews:
        raise queries.NothingToCompare(f"{row.topology.name} has reviews and no network")
    rests_on = price_list(team_id, prices), queries.latencies(team_id, latencies)
    names = tuple(dataset.name for dataset in rests_on)
    result, comparison = _compared(_Question(row.sha256, names, asked, flow, row.pk, rests_on))
    return Answered(row, result, comparison)


def kit_of(team_id: int, uid: UUID) -> tuple[TopologyVersion, list[Step]]:
    """The newest version of a topology, and the measurements that it lacks.

    Raises:
        TopologyVersion.DoesNotExist: there is none, or it belongs to another team.
    """
    answered = compare_stored(team_id, uid)
    return answered.version, run_book(answered.comparison)


@dataclass(frozen=True)
class _Question:
    """Everything that an answer depends on; equal questions have equal answers.

    Versions, price lists and latency sets never change, so their names stand for them.
    """

    sha256: str
    names: tuple[str, ...]
    asked: Asked
    flow: str
    version: int = field(compare=False)
    rests_on: tuple[PriceList, LatencySet] = field(compare=False)


@lru_cache(maxsize=8)
def _compared(question: _Question) -> tuple[WhatIf, Comparison]:
    """Kept in memory for the parts, exports and pictures of the page that was just looked at."""
    stored = _topology(question.sha256, question.version)
    result = what_if(stored, question.asked, question.flow)
    return result, compare(result.topology, *question.rests_on)


@lru_cache(maxsize=8)
def _topology(sha256: str, version: int) -> Topology:
    row = TopologyVersion.objects.select_related("topology").get(pk=version)
    try:
        return topology(row.document, is_plain=True)
    except DocumentRefused as error:
        raise StoredTopologyRefused(row.topology.uid, row.topology.name, error.problems) from error


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
        return tuple(OPTIONS)
    known = OPTIONS.by_key
    wanted = list(dict.fromkeys(keys))
    for key in wanted:
        if key not in known:
            there = did_you_mean(key, known) or f"; there are {', '.join(known)}"
            raise UnknownOption(f"no option is called {key!r}{there}")
    if not wanted:
        raise UnknownOption(f"no option is asked for; there are {', '.join(known)}")
    return tuple(known[key] for key in wanted)
