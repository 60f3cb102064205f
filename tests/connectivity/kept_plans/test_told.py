"""What is told of a plan, in words."""

from dataclasses import replace
from decimal import Decimal

from connectivity.core.as_json.dataclass_values import plain
from connectivity.core.plan.renewal.switch import Move, Switch
from connectivity.kept_plans.told import MOVES, Told, told

WAY = Switch(
    is_from_today=True, flows=5, steps=6, days=7, saves_usd=Decimal("90.5"),
    extra_usd=Decimal("18.07"), payback_days=48,
)  # fmt: skip
TOLD = Told(
    what="cheaper", version=3, since="2026-11-19", usd=Decimal("115.5"), kept_usd=Decimal("256.65"),
    before_usd=Decimal("256.65"), gap_usd=Decimal(0), why=["a"],
    moves=[Move("PrivateLink", "VPC peering", 4), Move("nothing", "PrivateLink", 1)], switch=WAY,
    no_plan="",
)  # fmt: skip


def test_what_is_stored_comes_back_as_it_was() -> None:
    for row in (TOLD, replace(TOLD, switch=None, usd=None, kept_usd=None)):
        again = told(plain(row))
        assert (again, again.effect) == (row, row.effect)


def test_a_switch_from_today_says_what_is_saved_and_when_it_is_paid_back() -> None:
    assert TOLD.headline == "another plan costs 141.15 USD a month less"
    assert (
        TOLD.step
        == "Move 4 flows from PrivateLink to VPC peering, 1 flow from nothing to PrivateLink."
    )
    assert TOLD.effect == (
        "115.50 USD a month instead of 256.65. That is 90.50 less than today's network. The switch "
        "from today's network takes 6 steps of 7 days and costs 18.07 USD more than staying, paid "
        "back 48 days after the first step."
    )


def test_what_is_dearer_than_today_is_not_paid_back() -> None:
    way = WAY._replace(saves_usd=Decimal(-2), payback_days=None)
    effect = replace(TOLD, switch=way).effect
    assert "That is 2.00 more than today's network." in effect
    assert effect.endswith("costs 18.07 USD more than staying, which is not paid back.")


def test_nothing_to_switch_and_workloads_that_move_are_said() -> None:
    still = replace(TOLD, switch=WAY._replace(steps=0, flows=0))
    assert still.effect.endswith("There is nothing to switch: today's network has it already.")
    assert replace(TOLD, switch=None).effect.endswith(MOVES)


def test_where_no_plan_is_left_somebody_decides() -> None:
    none = replace(TOLD, what="blocked", usd=None, no_plan="No option is left for a.")
    assert none.headline == "no plan is possible any more"
    assert none.step == "Decide which limit, price or flow gives way. No option is left for a."
    assert none.effect == ""


def test_many_moves_are_counted() -> None:
    moves = [Move("PrivateLink", f"option {i}", 2) for i in range(5)]
    assert replace(TOLD, moves=moves).step.endswith("to option 2, 4 flows otherwise.")
