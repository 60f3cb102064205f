"""Why a design cannot be built, in words."""

from typing import Any

from connectivity.core.options import OPTIONS
from connectivity.core.plan.renewal.obstacles import TOGETHER, no_design, obstacles
from tests.connectivity.core.plan.renewal.test_renewal import HUB, LINK, compared, estate
from tests.factories import document, flow

BY_KEY = OPTIONS.by_key


def blocked(document: dict[str, Any], *keys: str) -> tuple[str, ...]:
    return obstacles(compared(document), [BY_KEY[key] for key in keys])


def overlapping(**flows: Any) -> dict[str, Any]:
    """The VPCs of both spokes have one CIDR, which no hub takes."""
    asked = estate(**flows)
    asked["vpcs"][2]["cidrs"] = asked["vpcs"][1]["cidrs"]
    return asked


def test_what_can_be_built_has_no_obstacle() -> None:
    assert blocked(estate(), HUB, LINK) == ()
    assert blocked(overlapping(), HUB, LINK) == ()


def test_what_flows_break_together_is_said_once() -> None:
    (reason,) = blocked(overlapping(), HUB, HUB)
    assert reason.startswith("The flows over Transit Gateway together: ")
    assert "10.1.0.0/16" in reason


def test_an_option_that_a_flow_no_longer_allows_is_named() -> None:
    (first, second) = blocked(estate(options=[LINK]), HUB, HUB)
    assert first == "a cannot use Transit Gateway: it no longer allows it."
    assert second.startswith("b cannot use Transit Gateway")


def test_beyond_three_the_rest_is_counted() -> None:
    many = {f"s{i}": 100.0 for i in range(6)}
    reasons = blocked(estate(many, options=[LINK]), *[HUB] * 6)
    assert (len(reasons), reasons[-1]) == (4, "And 3 more.")


def test_two_targets_of_one_route_are_an_obstacle() -> None:
    asked = document(
        flow(name="f", cross_az_share=0), flow(name="g", to="orders", cross_az_share=0)
    )
    assert blocked(asked, "vpc-peering", HUB) == (TOGETHER,)


def test_without_any_design_the_conflict_is_a_sentence() -> None:
    words = no_design(compared(overlapping(options=[HUB])), 10.0)
    assert words == "Of these flows each could have an option, but not all of them together: a, b."
