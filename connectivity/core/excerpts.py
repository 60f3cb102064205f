"""The long lists of an answer, cut to what matters most, and how much more there is."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from connectivity.core.case import Case
from connectivity.core.rule import Hit, Rule, Severity

FINDINGS, LATENCY, CELLS = "findings", "latency", "cells"
INCLUDES = (FINDINGS, LATENCY, CELLS)
"""What an answer gives whole when asked: every finding, every headline, every pair of AZs."""

MOST_FINDINGS = 20  # of a rule
MOST_HEADLINES = 200
RANKS = {severity: rank for rank, severity in enumerate(Severity)}  # the gravest first


class Excerpt(NamedTuple):
    """Findings as rule and flow, and how many others every rule has."""

    findings: list[tuple[Rule, int]]
    more: list[tuple[Rule, int]]


def excerpt(hits: Iterable[Hit], case: Case, *, whole: bool) -> Excerpt:
    """Of every rule the gravest findings first, of these the flows with the most GB."""
    by_id: dict[str, list[Hit]] = defaultdict(list)
    for hit in hits:
        by_id[hit.rule.id].append(hit)
    found = Excerpt([], [])
    for alike in by_id.values():
        rules = [hit.rule for hit in alike]
        rows = np.concatenate([hit.flows for hit in alike])
        of = np.repeat(np.arange(len(alike)), [len(hit.flows) for hit in alike])
        ranks = np.array([RANKS[rule.severity] for rule in rules])
        order = np.lexsort((rows, -case.flows.total[rows], ranks[of]))
        shown, others = (order, order[:0]) if whole else np.split(order, [MOST_FINDINGS])
        pairs = zip(of[shown].tolist(), rows[shown].tolist(), strict=True)
        found.findings.extend((rules[rule], row) for rule, row in pairs)
        counts = np.bincount(of[others], minlength=len(rules)).tolist()
        found.more.extend((rule, n) for rule, n in zip(rules, counts, strict=True) if n)
    return found
