"""The way from today to a plan, replayed step by step."""

import random
from decimal import Decimal
from typing import Any

import pytest

from connectivity.core.comparison.compare import Comparison, compare
from connectivity.core.option_parts.option import Option
from connectivity.core.options import OPTIONS
from connectivity.core.plan.design.designs import Choice, design_of
from connectivity.core.plan.design.standing import exceeded, standing
from connectivity.core.plan.steps.migration import Action, Migration, migration
from connectivity.core.plan.steps.waves import WAVES
from connectivity.core.registered_document import topology
from costmodel.core.charges import Kind
from costmodel.core.units import cents
from tests.connectivity.core.plan.instances import PRICES, instance
from tests.connectivity.core.plan.search.test_plan import NO_LATENCIES
from tests.factories import account, document, flow, price_list, vpc
from tests.profiles import sample

BY_KEY = {option.key: option for option in OPTIONS}
PEERING, TRANSIT_GATEWAY = BY_KEY["vpc-peering"], BY_KEY["transit-gateway"]
PRIVATELINK = BY_KEY["privatelink"]
MAX_PEERINGS = 125
KEYS = {"vpc-peering", "transit-gateway", "privatelink", "vpc-lattice"}
OWNER = "111111111111"
ATTACHMENT_USD = Decimal(730) * Decimal("0.05")


def compared(document: dict[str, Any]) -> Comparison:
    return compare(topology(document), price_list(PRICES), NO_LATENCIES)


def moved(document: dict[str, Any], today: Choice, planned: list[Option]) -> Migration:
    comparison = compared(document)
    return migration(comparison.case, comparison.prices, today, planned)


def estate(pairs: int) -> dict[str, Any]:
    """Flows of a VPC to so many others, each on its own."""
    vpcs = [vpc(f"v{i}", OWNER, f"10.{i}.0.0/16") for i in range(pairs + 1)]
    flows = [
        flow(name=f"f{i}", **{"from": "v0", "to": f"s{i}"}, gb_per_month=100 * i, cross_az_share=0)
        for i in range(1, pairs + 1)
    ]
    services = [{"name": f"s{i}", "vpc": f"v{i}", "port": 443} for i in range(1, pairs + 1)]
    return document(*flows, accounts=[account(OWNER)], vpcs=vpcs, services=services)


def designs(seed: int) -> tuple[Comparison, Choice, list[Option]]:
    """Two designs of a random estate in which flows between the same VPCs share a target."""
    comparison = compared(instance(seed, flows=8, options=4))
    dice = random.Random(seed)  # noqa: S311  not a secret
    case = comparison.case
    able = [
        [option for option in OPTIONS if option.key in KEYS and option.carries(case.flows)[row]]
        for row in range(len(case.flows))
    ]
    routed: list[dict[int, Option]] = [{}, {}]
    both: list[list[Option]] = [[], []]
    for row, options in enumerate(able):
        for targets, chosen in zip(routed, both, strict=True):
            option = dice.choice(options)
            if option.takes_route:
                option = targets.setdefault(int(case.pair[row]), option)
            chosen.append(option)
    today: list[Option | None] = [None if dice.random() < 0.1 else option for option in both[0]]
    return comparison, today, both[1]


@pytest.mark.parametrize("seed", sample(range(100), 10))
def test_no_flow_loses_its_path_and_each_state_is_billed_as_it_stands(seed: int) -> None:
    comparison, today, planned = designs(seed)
    case, prices = comparison.case, comparison.prices
    way = migration(case, prices, today, planned)
    here = standing(today)
    for step in way.steps:
        after = step.after
        assert after.has_every_path()
        for row, option in enumerate(here.used):
            if option is not None:
                assert after.used[row] is not None
                assert after.built[option][row] or step.action is Action.REMOVE
        is_same = after.used == here.used
        assert is_same == (step.action is not Action.SWITCH)
        here = after
    assert list(here.used) == list(planned)
    whole = design_of(comparison, planned)
    assert whole is not None
    assert sorted(way.planned.bill.lines, key=repr) == sorted(whole.bill.lines, key=repr)
    if way.steps:
        assert way.steps[-1].month.total_usd == way.planned.total_usd
        assert {k: v for k, v in way.steps[-1].month.objects.items() if v} == way.planned.objects


@pytest.mark.parametrize("seed", sample(range(100), 10))
def test_objects_and_hours_of_the_steps_lead_from_today_to_the_plan(seed: int) -> None:
    comparison, today, planned = designs(seed)
    way = migration(comparison.case, comparison.prices, today, planned)
    objects = dict(way.today.objects)
    hours = Decimal(0)
    for step in way.steps:
        amounts = [*step.objects.values(), *(each.usd for each in step.hours)]
        match step.action:
            case Action.BUILD:
                assert all(amount > 0 for amount in amounts)
            case Action.REMOVE:
                assert all(amount < 0 for amount in amounts)
            case Action.SWITCH:
                assert not amounts
        hours += sum((each.usd for each in step.hours), Decimal(0))
        for kind, count in step.objects.items():
            objects[kind] = objects.get(kind, 0) + count
    assert {kind: count for kind, count in objects.items() if count} == way.planned.objects
    change = [
        sum((line.usd for line in each.bill.lines if line.kind is Kind.HOURS), Decimal(0))
        for each in (way.planned, way.today)
    ]
    assert hours == change[0] - change[1]


def test_old_and_new_are_billed_together_until_the_old_is_removed() -> None:
    way = moved(estate(1), [TRANSIT_GATEWAY], [PEERING])
    assert [step.action for step in way.steps] == [Action.BUILD, Action.SWITCH, Action.REMOVE]
    build, switch, remove = way.steps
    assert build.objects == {"peering": 1}
    assert build.month.exact_usd == way.today.exact_usd
    assert switch.month.exact_usd == 2 * ATTACHMENT_USD + way.planned.exact_usd
    assert remove.objects == {"attachment": -2}
    assert sum(each.usd for each in remove.hours) == -2 * ATTACHMENT_USD
    assert remove.month.exact_usd == way.planned.exact_usd


def test_what_lets_most_end_for_each_flow_comes_first() -> None:
    """The hub's attachments of v1 to v3 end with a flow each, that of v0 with the last."""
    way = moved(estate(3), [TRANSIT_GATEWAY] * 3, [PEERING] * 3)
    removed = [step for step in way.steps if step.action is Action.REMOVE]
    assert [step.objects["attachment"] for step in removed] == [-1, -1, -2]
    assert [step.flows.tolist() for step in removed] == [[2], [1], [0]]  # GB on a hub cost most
    totals = [step.month.total_usd for step in removed]
    assert totals == sorted(totals, reverse=True)


def test_a_hub_that_others_stay_on_is_no_reason_to_leave_together() -> None:
    way = moved(estate(3), [TRANSIT_GATEWAY] * 3, [PEERING, PEERING, TRANSIT_GATEWAY])
    objects = [step.objects for step in way.steps if step.action is Action.REMOVE]
    assert objects == [{"attachment": -1}] * 2


def test_waves_are_few() -> None:
    way = moved(estate(30), [TRANSIT_GATEWAY] * 30, [PEERING] * 30)
    assert {step.wave for step in way.steps} == set(range(1, WAVES + 1))
    switched = [row for step in way.steps if step.action is Action.SWITCH for row in step.flows]
    assert sorted(switched) == list(range(30))


def test_flows_between_the_same_vpcs_switch_together() -> None:
    both = estate(1)
    both["flows"].append(both["flows"][0] | {"name": "again"})
    way = moved(both, [TRANSIT_GATEWAY] * 2, [PEERING] * 2)
    switches = [step.flows.tolist() for step in way.steps if step.action is Action.SWITCH]
    assert switches == [[0, 1]]


def test_nothing_to_do() -> None:
    way = moved(estate(2), [PEERING] * 2, [PEERING] * 2)
    assert way.steps == ()
    assert (way.saves_usd, way.extra_usd, way.payback_days) == (0, 0, None)


def test_a_new_flow_is_built_and_switched_and_cannot_be_compared_with_today() -> None:
    way = moved(estate(2), [PEERING, None], [PEERING, TRANSIT_GATEWAY])
    assert [step.action for step in way.steps] == [Action.BUILD, Action.SWITCH]
    assert way.saves_usd is way.payback_days is None


def overlapping(*connections: dict[str, Any]) -> dict[str, Any]:
    """Twins with one range, each with a flow to the hub's VPC."""
    both = estate(2)
    both["vpcs"][2]["cidrs"] = both["vpcs"][1]["cidrs"]
    return both | {"connections": list(connections)}


def test_vpcs_that_overlap_follow_each_other_on_a_hub() -> None:
    both = overlapping()
    way = moved(both, [PRIVATELINK, TRANSIT_GATEWAY], [TRANSIT_GATEWAY, PRIVATELINK])
    assert [step.flows.tolist() for step in way.steps] == [[1], [1], [1], [0], [0], [0]]
    assert not any(step.breaks for step in way.steps)
    case = compared(both).case
    assert not any(exceeded(case, step.after) for step in way.steps)


def test_what_cannot_stand_together_is_named() -> None:
    """v0 has all peerings that it may, and of v1 and v2 only one may be on a hub."""
    both = overlapping()
    others = [vpc(f"w{i}", OWNER, f"172.16.{i}.0/24") for i in range(MAX_PEERINGS - 1)]
    both["vpcs"] += others
    both["connections"] = [
        {"kind": "peering", "id": f"pcx-{each['name']}", "between": ["v0", each["name"]]}
        for each in others
    ]
    way = moved(both, [TRANSIT_GATEWAY, PEERING], [PEERING, TRANSIT_GATEWAY])
    broken = [{rule.id for rule in step.breaks} for step in way.steps]
    assert set().union(*broken) in ({"PEER-07"}, {"TGW-05"})
    assert broken[-1] == set()


def beyond_usd(way: Migration, day: int) -> Decimal:
    """What a day's end has cost beyond staying."""
    left, sum_usd = day, Decimal(0)
    for step in way.steps:
        days = min(left, way.days)
        left -= days
        sum_usd += (step.month.exact_usd - way.today.exact_usd) * days * 12 / 365
    return sum_usd + (way.planned.exact_usd - way.today.exact_usd) * left * 12 / 365


@pytest.mark.parametrize("days", [1, 7, 30])
@pytest.mark.parametrize("seed", sample(range(100, 200), 8))
def test_after_the_payback_it_has_cost_no_more_than_staying(seed: int, days: int) -> None:
    comparison, today, planned = designs(seed)
    case, prices = comparison.case, comparison.prices
    way = migration(case, prices, today, planned, days=days)
    whole = len(way.steps) * days
    assert way.is_whole == (None not in today and not way.today.bill.gaps)
    assert way.extra_usd == (cents(beyond_usd(way, whole)) if way.is_whole else None)
    payback = way.payback_days
    if payback is None:
        assert not way.is_whole or way.planned.exact_usd >= way.today.exact_usd
        return
    assert beyond_usd(way, payback) <= 0
    assert all(beyond_usd(way, day) <= 0 for day in range(payback, whole + days, days))
    if payback > whole:
        assert beyond_usd(way, payback - 1) > 0
    elif payback:
        assert beyond_usd(way, payback - days) > 0


def test_where_workloads_move_to_another_vpc_there_are_no_steps() -> None:
    sharing = BY_KEY["vpc-sharing"]
    for today, planned in ((TRANSIT_GATEWAY, sharing), (sharing, TRANSIT_GATEWAY)):
        with pytest.raises(ValueError, match="joins other VPCs"):
            moved(estate(2), [today] * 2, [planned] * 2)
    assert moved(estate(2), [sharing, PEERING], [sharing, TRANSIT_GATEWAY]).steps


def test_what_lacks_a_price_today_is_not_compared() -> None:
    """Its bill would be 0, and every plan dearer."""
    today = (BY_KEY["site-to-site-vpn"],) * 2
    way = moved(estate(2), today, [PEERING] * 2)
    assert way.today.bill.gaps
    assert not way.is_whole
    assert way.saves_usd is way.extra_usd is way.payback_days is None
