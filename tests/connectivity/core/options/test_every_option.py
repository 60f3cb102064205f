"""What holds for every option, so that a new one is tested by being there."""

import pytest

from connectivity.core.network.planned_network import case
from connectivity.core.option_parts.option import Option
from connectivity.core.options import OPTIONS
from connectivity.core.rules.rule import Rule, Severity
from tests.factories import topology_of

every_option = pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.key)


def test_every_key_is_the_contracts_in_its_order() -> None:
    assert [option.key for option in OPTIONS] == [
        "single-vpc",
        "vpc-sharing",
        "vpc-peering",
        "transit-gateway",
        "privatelink",
        "privatelink-resource",
        "vpc-lattice",
        "cloud-wan",
        "site-to-site-vpn",
        "public-internet",
    ]


def test_the_kinds_of_objects_are_the_contracts_in_its_order() -> None:
    kinds = ("peering", "attachment", "endpoint", "service", "region-peering")
    assert OPTIONS.vocabulary.objects == kinds


@every_option
def test_a_rule_is_there_once_for_each_severity(option: Option) -> None:
    rules = [(rule.id, rule.severity) for rule in option.rules]
    assert len(set(rules)) == len(rules)


@every_option
def test_every_rule_says_where_and_when_it_was_read(option: Option) -> None:
    assert all(rule.source and rule.as_of for rule in option.rules)


@every_option
def test_its_objects_are_of_the_kinds_that_it_says(option: Option) -> None:
    counted = option.count_objects(case(topology_of()).flows)
    assert set(counted) <= {kind.key for kind in option.makes}


@every_option
def test_a_rule_that_stands_in_the_way_says_what_would_lift_it(option: Option) -> None:
    in_the_way = {Severity.HARD, Severity.QUOTA}
    for rule in option.rules:
        assert rule.remedy.endswith(".") is (rule.severity in in_the_way), rule.id


@pytest.mark.parametrize(
    ("severity", "remedy"), [(Severity.HARD, ""), (Severity.QUOTA, ""), (Severity.WARNING, "Wait.")]
)
def test_a_remedy_that_is_missing_or_out_of_place_is_refused(
    severity: Severity, remedy: str
) -> None:
    with pytest.raises(ValueError, match="X-1: a rule has a remedy exactly where"):
        Rule("X-1", severity, lambda case: case.flows.same_region, lambda *_: "", "", remedy=remedy)
