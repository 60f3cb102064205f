"""What holds for every health rule, so that a new one is tested by being there."""

import pytest

from connectivity.core.health.evaluation import HealthRule, Missing, Saves, State, Way, judge
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.resource_type import Kind

RULES = [rule for kind in KINDS.values() for rule in kind.rules]
END = 1_795_500_000 // 3_600 * 3_600
every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def points(rule: HealthRule, value: float, count: int) -> dict[int, float]:
    return {END - rule.period * (i + 1): value for i in range(count)}


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
    quiet = points(rule, rule.threshold, rule.m)
    loud = quiet | points(rule, beyond(rule), rule.n)
    assert judge(rule, quiet, END, END).state is State.OK
    assert judge(rule, loud, END, END).state is rule.state
    almost = quiet | points(rule, beyond(rule), rule.n - 1)
    assert judge(rule, almost, END, END).state is State.OK


@every_rule
def test_a_series_that_is_always_published_and_is_silent_is_unknown(rule: HealthRule) -> None:
    verdict = judge(rule, {}, END, END)
    assert verdict.state is (State.UNKNOWN if rule.missing is Missing.UNKNOWN else State.OK)


@every_rule
def test_nothing_that_was_not_collected_is_ok(rule: HealthRule) -> None:
    assert judge(rule, {}, None, END).state is State.UNKNOWN


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
        "EBS-IDLE",
        "EBS-UNATTACHED",
        "NAT-IDLE",
        "NAT-NO-ROUTE",
        "NLB-EMPTY",
        "VPCE-IDLE",
        "VPCE-UNUSED",
    }


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
