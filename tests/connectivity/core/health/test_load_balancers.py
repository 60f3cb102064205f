"""What the rules of load balancers say of points as CloudWatch would give them."""

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest

from connectivity.core.health.evaluation import HealthRule, Spread, State, shares, spread
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.load_balancing import empty
from connectivity.core.health.resource import OF, Answer, Resource
from connectivity.core.health.window_judging import Windows, judge


def rule(id: str) -> HealthRule:
    return next(rule for kind in KINDS.values() for rule in kind.rules if rule.id == id)


def steady(rule: HealthRule, part: float, base: float) -> State:
    """What is said of a share that has been the same for as long as the rule looks back."""
    share = shares(rule, {0: part}, [{0: base}]).get(0, np.nan)
    windows = Windows(0, rule.period, np.full(rule.m, share), 0)
    return judge(rule, windows, 0, None).verdict.state


@pytest.mark.parametrize(
    ("resets", "new", "state"),
    [
        (900, 0, State.WARNING),  # idle connections, and nobody opens another one
        (900, 2, State.WARNING),
        (900, 90_000, State.OK),
        (1, 3, State.OK),
        (9, 9, State.OK),
        (10, 100, State.WARNING),
        (0, 0, State.OK),
    ],
)
def test_resets_are_trouble_by_their_number_and_their_share(
    resets: float, new: float, state: State
) -> None:
    assert steady(rule("NLB-RESETS"), resets, new) is state


@pytest.mark.parametrize(
    ("errors", "requests", "state"),
    [
        (60, 0, State.WARNING),  # no request reached a target
        (60, 6_000, State.OK),
        (61, 6_000, State.WARNING),
        (4, 4, State.OK),
        (0, 0, State.OK),
    ],
)
@pytest.mark.parametrize("id", ["ALB-5XX", "ALB-CONNECT"])
def test_errors_are_trouble_by_their_number_and_their_share(
    id: str, errors: float, requests: float, state: State
) -> None:
    assert steady(rule(id), errors, requests) is state


def test_every_share_has_a_floor() -> None:
    of_shares = [rule for key in ("nlb", "alb") for rule in KINDS[key].rules if rule.base]
    assert of_shares
    assert all(rule.part_from for rule in of_shares)


OF_TEN = replace(rule("NLB-RESETS"), part_from=10)


def test_a_small_count_is_no_trouble_whatever_its_share() -> None:
    seen = shares(OF_TEN, {0: 1.0, 60: 9.0, 120: 10.0}, [{0: 3.0, 60: 9.0, 120: 40.0}])
    assert seen == {0: 0.0, 60: 0.0, 120: 25.0}


@pytest.mark.parametrize("base", [{0: 0.0}, {}])
def test_a_large_count_is_trouble_although_its_base_is_zero(base: dict[int, float]) -> None:
    """Idle connections are reset, and none is new."""
    assert shares(OF_TEN, {0: 900.0}, [base]) == {0: 90_000.0}
    assert shares(OF_TEN, {0: 9.0}, [base]) == {}
    assert shares(replace(OF_TEN, part_from=0), {0: 900.0}, [base]) == {}


def test_of_a_base_that_is_too_small_nothing_is_said() -> None:
    of_100 = replace(OF_TEN, base_from=100)
    assert shares(of_100, {0: 50.0, 60: 50.0}, [{0: 99.0, 60: 100.0}]) == {60: 50.0}


UNEVEN = replace(rule("NLB-UNEVEN"), spread=Spread("NewFlowCount", below=1), part_from=100)


@pytest.mark.parametrize(
    ("values", "new", "times"),
    [
        ((9_000.0, 40.0), 90.0, 225.0),
        ((9_000.0, 4_500.0), 0.0, 2.0),
        ((9_000.0, 0.0), 0.0, 9_000.0),  # no AZ has less than a flow to compare with
        ((9_000.0, 40.0), 91.0, None),  # 1 % is new: it evens out by itself
        ((99.0, 1.0), 0.0, 1.0),
        ((100.0, 1.0), 0.0, 100.0),
    ],
)
def test_parts_are_compared_while_little_is_new(
    values: tuple[float, ...], new: float, times: float | None
) -> None:
    seen = spread(UNEVEN, [{0: value} for value in values], {0: new})
    assert seen == ({} if times is None else {0: times})


def test_parts_are_compared_where_all_of_them_are_known() -> None:
    assert spread(UNEVEN, [{0: 900.0, 60: 900.0}, {60: 90.0}], {}) == {60: 10.0}
    assert spread(UNEVEN, [], {}) == {}


def test_only_a_load_balancer_of_which_every_group_is_empty_has_no_use() -> None:
    group, full = {"name": "old", "targets": []}, {"name": "new", "targets": ["i-1"]}
    nothing = {"groups": [group, group | {"name": "older"}]}
    of = partial(Resource, "nlb", "arn", "orders", "111111111111", "us-east-1", "key")
    assert empty(of(nothing)) == "no target is registered in old, older"
    assert empty(of({"groups": [group, full]})) == ""
    assert empty(of({"groups": []})) == ""


class Looked(dict[str, Any]):
    """An item that counts how often somebody looks into it."""

    count = 0

    def __getitem__(self, name: str) -> Any:
        Looked.count += 1
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        Looked.count += 1
        return super().get(name, default)


def estate_of(count: int) -> dict[str, Answer]:
    """So many of each kind of load balancer, each with a group, a target and its instance."""
    arns = [f"x/net/{i}/{i}" for i in range(count)] + [f"x/app/{i}/{i}" for i in range(count)]
    types = {"net": "network", "app": "application"}
    answers: dict[str, list[dict[str, Any]]] = {
        "DescribeLoadBalancers": [
            {"LoadBalancerArn": arn, "LoadBalancerName": arn, "Type": types[arn[2:5]]}
            for arn in arns
        ],
        "DescribeLoadBalancerAttributes": [{"Key": "a", "Value": "1", OF: arn} for arn in arns],
        "DescribeTargetGroups": [
            {"TargetGroupArn": f"g:{arn}", "TargetGroupName": arn, "Protocol": "TCP",
             "LoadBalancerArns": [arn]}
            for arn in arns
        ],
        "DescribeTargetGroupAttributes": [
            {"Key": "a", "Value": "1", OF: f"g:{arn}"} for arn in arns
        ],
        "DescribeTargetHealth": [{"Target": {"Id": f"i-{arn}"}, OF: f"g:{arn}"} for arn in arns],
        "DescribeListeners": [
            {"ListenerArn": f"l:{arn}", "Port": 443, "Protocol": "TCP", OF: arn} for arn in arns
        ],
        "DescribeListenerAttributes": [{"Key": "a", "Value": "1", OF: f"l:{a}"} for a in arns],
        "DescribeTags": [
            {"ResourceArn": arn, "Tags": [{"Key": "Owner", "Value": arn}]} for arn in arns
        ],
        "DescribeSubnets": [
            {"AvailabilityZone": arn, "AvailabilityZoneId": arn} for arn in arns
        ],
        "DescribeNetworkInterfaces": [{"Attachment": {"InstanceId": f"i-{arn}"}} for arn in arns],
        "DescribeInstances": [
            {"Instances": [{"InstanceId": f"i-{arn}", "InstanceType": arn}]} for arn in arns
        ],
        "DescribeInstanceTypes": [
            {"InstanceType": arn, "NetworkInfo": {
                "ConnectionTrackingConfiguration": {"DefaultTcpEstablishedTimeout": 350}}}
            for arn in arns
        ],
    }  # fmt: skip
    return {name: Answer(map(Looked, items)) for name, items in answers.items()}


@pytest.mark.parametrize("key", ["nlb", "alb"])
def test_twice_the_load_balancers_are_read_with_twice_the_looks(key: str) -> None:
    looks = []
    for count in (50, 100):
        answers = estate_of(count)
        Looked.count = 0
        resources = list(KINDS[key].read(answers, "1", "us-east-1"))
        looks.append(Looked.count)
        assert len(resources) == count
        assert all(row.tags == {"Owner": row.name} for row in resources)
        assert {row.facts["groups"][0]["eni_idle_s"] for row in resources} == {350}
    assert looks[1] <= 2.1 * looks[0]
