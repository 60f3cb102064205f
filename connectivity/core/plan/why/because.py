"""Why each flow has the option that a plan gives it, in a sentence."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts.option import Objects, Option
from connectivity.core.plan.design.candidates import Candidate
from connectivity.core.plan.design.joined import joined, joining_pairs
from connectivity.core.plan.design.traced import traced_objects
from costmodel.core.charges import Ints

ALONE = "Shares nothing with other flows."
ONLY = "The only feasible option of this flow."


def because(case: Case, options: Sequence[Option], able: Sequence[Candidate]) -> list[str]:
    """What each flow's option shares with other flows, or that it is the only one.

    Args:
        options: the plan's, one for every flow.
        able: which flows may use each option.
    """
    usable = np.sum([candidate.usable for candidate in able], axis=0)
    parts = _shared(joined(case, joining_pairs(case, options)), options)
    return [
        " ".join([*([ONLY] if count == 1 else []), _words(parts[row])])
        for row, count in enumerate(usable.tolist())
    ]


def _shared(case: Case, options: Sequence[Option]) -> dict[int, list[str]]:
    """For every flow, what it shares with whom, in words."""
    rows: dict[Option, list[int]] = defaultdict(list)
    for row, option in enumerate(options):
        rows[option].append(row)
    shared: dict[int, list[str]] = defaultdict(list)
    for option, numbers in rows.items():
        for objects, flow in traced_objects(option, case.flows.rows(np.array(numbers))):
            for index, words in _of_kind(objects, flow):
                shared[numbers[index]].append(words)
    return shared


def _of_kind(objects: Objects, flow: Ints) -> list[tuple[int, str]]:
    """The flows that share objects of a kind, and how many with how many others."""
    pairs = np.unique(np.stack([objects.resource, flow]), axis=1)
    _, resource, users = np.unique(pairs[0], return_inverse=True, return_counts=True)
    others = users[resource] - 1
    sharing = pairs[1][others > 0]
    count = np.bincount(sharing)
    most = np.zeros(len(count), dtype=np.int64)
    np.maximum.at(most, sharing, others[others > 0])
    kind = objects.kind.key
    return [
        (index, _amount(kind, int(count[index]), int(most[index])))
        for index in np.flatnonzero(count).tolist()
    ]


def _amount(kind: str, count: int, others: int) -> str:
    flows = f"{others:,} other flow{'s' if others > 1 else ''}"
    if count == 1:
        return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind} with {flows}"
    return f"{count} {kind}s with up to {flows}"


def _words(parts: Sequence[str]) -> str:
    return f"Shares {' and '.join(parts)}." if parts else ALONE
