"""What holds for every health rule, so that a new one is tested by being there."""

import numpy as np
import pytest

from connectivity.core.health.evaluation import (
    HealthRule,
    Missing,
    Saves,
    Severity,
    State,
    Verdict,
    Way,
)
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.resource_type import Kind
from connectivity.core.health.window_judging import LOOK_FURTHER, Windows, judge

RULES = [rule for kind in KINDS.values() for rule in kind.rules]
END = 1_795_500_000 // 3_600 * 3_600
every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def said(rule: HealthRule, *values: tuple[float, int]) -> Verdict:
    """What it says of values, each so many times, the newest last."""
    series = np.concatenate([np.full(count, value) for value, count in values])
    begin = END - rule.period * len(series)
    return judge(rule, Windows(begin, rule.period, series, begin), begin, None).verdict


def beyond(rule: HealthRule) -> float:
    return rule.threshold + 1 if rule.way is Way.ABOVE else rule.threshold - 1


def test_ids_are_unique() -> None:
    ids = [rule.id for rule in RULES]
    assert sorted(set(ids)) == sorted(ids)


@every_rule
def test_it_says_where_it_was_read_what_it_means_and_what_to_do(rule: HealthRule) -> None:
    assert rule.source
    assert rule.means.endswith(".")
    assert rule.steps
    assert 1 <= rule.n <= rule.m


@every_rule
def test_it_speaks_at_n_points_and_not_before(rule: HealthRule) -> None:
    quiet, loud = rule.threshold, beyond(rule)
    assert said(rule, (quiet, rule.m)).severity is None
    assert said(rule, (quiet, rule.m), (loud, rule.n)).severity is rule.severity
    assert said(rule, (quiet, rule.m), (loud, rule.n - 1)).state is State.OK


@every_rule
def test_a_series_that_is_always_published_and_is_silent_is_unknown(rule: HealthRule) -> None:
    verdict = said(rule, (np.nan, rule.m + LOOK_FURTHER))
    is_idle = rule.missing is Missing.ZERO and rule.way is Way.BELOW
    assert verdict.state is (State.UNKNOWN if rule.missing is Missing.UNKNOWN else State.OK)
    assert verdict.severity is (rule.severity if is_idle else None)
    assert verdict.why.startswith("no data point in ")


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.key)
def test_every_rule_says_what_comes_of_its_steps(kind: Kind) -> None:
    for rule in kind.every_rule:
        assert isinstance(rule.effect, Saves) or rule.effect.endswith("."), rule.id


def test_what_nobody_needs_is_told_by_these_rules_alone() -> None:
    unused = {
        rule.id
        for kind in KINDS.values()
        for rule in kind.every_rule
        if rule.effect is Saves.WHOLE_COST
    }
    assert unused == {
        "ALB-EMPTY",
        "ALB-IDLE",
        "ALB-UNUSED",
        "EBS-IDLE",
        "EBS-UNATTACHED",
        "NAT-IDLE",
        "NAT-NO-ROUTE",
        "NLB-EMPTY",
        "NLB-IDLE",
        "NLB-UNUSED",
        "VPCE-IDLE",
        "VPCE-UNUSED",
    }


def test_these_rules_are_advice() -> None:
    advice = {
        rule.id
        for kind in KINDS.values()
        for rule in kind.every_rule
        if rule.severity is Severity.ADVICE
    }
    unused = {
        rule.id
        for kind in KINDS.values()
        for rule in kind.every_rule
        if rule.effect is Saves.WHOLE_COST
    }
    assert advice - unused == {
        "ALB-ONE-TARGET",
        "EBS-GP2",
        "GWE-NO-ROUTE",
        "NAT-NO-ENDPOINT",
        "NAT-OTHER-AZ",
        "NLB-BLOCKED-IN-ICMP",
        "NLB-BLOCKED-IN-TCP",
        "NLB-BLOCKED-IN-UDP",
        "NLB-CLIENT-RESETS",
        "NLB-ONE-AZ",
        "NLB-ONE-TARGET",
        "NLB-TARGET-RESETS",
        "TGW-IDLE",
        "TGW-UNUSED",
    }
    assert unused <= advice


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.key)
def test_a_kind_is_whole(kind: Kind) -> None:
    assert KINDS[kind.key] is kind
    assert kind.rules or kind.configuration
    assert {rule.kind for rule in (*kind.rules, *kind.configuration)} == {kind.key}
    assert not kind.rules or kind.namespace
    for configuration in kind.configuration:
        assert configuration.source
        assert configuration.means.endswith(".")
        assert configuration.steps
    of_rules = {rule.metric for rule in kind.rules}
    assert not kind.queries or of_rules == set(kind.queries)
