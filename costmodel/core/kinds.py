"""Adding up what a bill is made of, by the kind of its charges."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from costmodel.core.bill import Line
from costmodel.core.charges import Kind


def usd_by_kind(lines: Iterable[Line]) -> dict[Kind, Decimal]:
    """USD of every kind that costs anything, unrounded, in the order of the kinds."""
    sums: dict[Kind, Decimal] = defaultdict(Decimal)
    for line in lines:
        sums[line.kind] += line.usd
    return {kind: sums[kind] for kind in Kind if sums.get(kind)}
