"""The long lists of an answer, cut to what matters most, and how much more there is."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from connectivity.core.network.planned_network import Case
from connectivity.core.rules.rule import Hit, Rule, Severity
from costmodel.core.charges import Bools, Ints

FINDINGS, LATENCY, CELLS = "findings", "latency", "cells"
INCLUDES = (FINDINGS, LATENCY, CELLS)
"""What an answer gives whole when asked: every finding, every headline, every pair of AZs."""

MAX_FINDINGS = 20  # of a rule
MAX_HEADLINES = 200
RANKS = {severity: rank for rank, severity in enumerate(Severity)}  # the gravest first


class Excerpt(NamedTuple):
    """Findings as rule and flow, and how many others every rule has."""

    findings: list[tuple[Rule, int]]
    more: list[tuple[Rule, int]]


def excerpt(hits: Iterable[Hit], case: Case, *, whole: bool) -> Excerpt:
    """Of every rule the gravest findings first, of these the flows with the most GB; of each
    severity at least one."""
    by_id: dict[str, list[Hit]] = defaultdict(list)
    for hit in hits:
        by_id[hit.rule.id].append(hit)
    listed = Excerpt([], [])
    sizes = case.once(_by_size)
    for alike in by_id.values():
        rules = [hit.rule for hit in alike]
        rows = np.concatenate([hit.flows for hit in alike])
        of = np.repeat(np.arange(len(alike)), [len(hit.flows) for hit in alike])
        ranks = np.array([RANKS[rule.severity] for rule in rules])
        order = ranks[of] * len(sizes) + sizes[rows]
        shown = np.arange(len(order)) if whole else _chosen(order, of)
        shown = shown[np.argsort(order[shown], kind="stable")]
        pairs = zip(of[shown].tolist(), rows[shown].tolist(), strict=True)
        listed.findings.extend((rules[rule], row) for rule, row in pairs)
        more = np.bincount(of) - np.bincount(of[shown], minlength=len(rules))
        listed.more.extend((rule, n) for rule, n in zip(rules, more.tolist(), strict=True) if n)
    return listed


def _by_size(case: Case) -> Ints:
    """The place of every flow among all of them, the one with the most GB first."""
    places = np.empty(len(case.flows), dtype=np.int64)
    places[np.argsort(-case.flows.total, kind="stable")] = np.arange(len(places))
    return places


def _chosen(order: Ints, of: Ints) -> Ints:
    """The rows that are shown: the first of each rule, and then what comes first."""
    if len(order) <= MAX_FINDINGS:
        return np.arange(len(order))
    firsts = [rows[np.argmin(order[rows])] for rows in map(np.flatnonzero, _masks(of))]
    preferred = order.copy()
    preferred[firsts] = -1
    return np.argpartition(preferred, MAX_FINDINGS)[:MAX_FINDINGS]


def _masks(of: Ints) -> Iterator[Bools]:
    return (of == rule for rule in range(int(of[-1]) + 1))
