"""A few packets are no trouble, however few others there are; many are, however many there are."""

import pytest

from connectivity.core.health.evaluation import HealthRule, shares
from connectivity.core.health.kinds import KINDS
from tests.judged import verdict_at

END = 1_795_500_000 // 3_600 * 3_600


def rule_of(id: str) -> HealthRule:
    return next(rule for kind in KINDS.values() for rule in kind.rules if rule.id == id)


@pytest.mark.parametrize(
    ("id", "count", "whole", "state"),
    [
        ("TGW-BLACKHOLE", 1, 900, "ok"),
        ("TGW-NO-ROUTE", 9, 900, "ok"),
        ("TGW-NO-ROUTE", 10, 900, "warning"),
        ("TGW-NO-ROUTE", 10, 20_000, "ok"),
        ("TGW-NO-ROUTE", 500, 0, "warning"),  # all of them are dropped
        ("NAT-DROPS", 1, 2_000, "ok"),
        ("NAT-DROPS", 10, 2_000, "warning"),
        ("NAT-NO-ANSWER", 0, 1, "ok"),  # one attempt without an answer
        ("NAT-NO-ANSWER", 90, 100, "warning"),
        ("NAT-NO-ANSWER", 96, 100, "ok"),
    ],
)
def test_shares_have_a_floor(id: str, count: float, whole: float, state: str) -> None:
    rule = rule_of(id)
    moments = [END - rule.period * i for i in range(1, rule.m + 1)]
    points = shares(rule, dict.fromkeys(moments, count), [dict.fromkeys(moments, whole)])
    assert verdict_at(rule, points, END).state.value == state
