"""A plan of before under the inputs of now: what is told of it is billed by hand."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from connectivity.core.comparison.compare import Comparison, compare
from connectivity.core.latency.lookup import LatencyCell, LatencySet
from connectivity.core.plan.renewal.causes import NOT_PROVEN, causes
from connectivity.core.plan.renewal.renewal import News, Renewal, is_worth, renewal
from connectivity.core.plan.renewal.switch import moves, switch
from connectivity.core.registered_document import topology
from costmodel.core.price_list import PriceList
from tests.factories import TEST_PRICES, account, document, flow, price_list, vpc

OWNER = "111111111111"
SECONDS = 10.0
HUB, LINK = "transit-gateway", "privatelink"
NOTHING = LatencySet("none", "", ())
HOUR = Decimal(730)
ENDPOINTS = "VpcEndpoint-Hours VpcEndpoint * - hour "
DEAR = price_list(TEST_PRICES.replace(f"{ENDPOINTS}0.01", f"{ENDPOINTS}0.05"))
CHEAP = price_list()
NO_ENDPOINTS = price_list(
    "\n".join(line for line in TEST_PRICES.split("\n") if ENDPOINTS not in line)
)
SPOKES = {"a": 100, "b": 200}


def estate(gb: dict[str, float] | None = None, **flows: Any) -> dict[str, Any]:
    """A hub VPC that asks a service in each spoke, by Transit Gateway or PrivateLink."""
    gb = gb or dict(SPOKES)
    options = {"cross_az_share": 0, "options": [HUB, LINK]} | flows
    return document(
        *(flow(name=name, **{"from": "hub", "to": f"{name}-api"}, gb_per_month=size, **options)
          for name, size in gb.items()),
        accounts=[account(OWNER)],
        vpcs=[vpc(name, OWNER, f"10.{i}.0.0/16") for i, name in enumerate(["hub", *gb])],
        services=[{"name": f"{name}-api", "vpc": name, "port": 443} for name in gb],
    )  # fmt: skip


def hub_usd(gb: float, vpcs: int = 3) -> Decimal:
    """Attachments, and GB."""
    return vpcs * HOUR * Decimal("0.05") + Decimal("0.02") * Decimal(gb)


def link_usd(gb: float, hourly: str, flows: int = 2) -> Decimal:
    """For each flow an endpoint in three AZs and an NLB; GB, and one capacity unit for each GB an
    hour."""
    each = 3 * HOUR * Decimal(hourly) + HOUR * Decimal("0.0225")
    return flows * each + Decimal(gb) * (Decimal("0.01") + Decimal("0.006"))


def compared(
    document: dict[str, Any], prices: PriceList = CHEAP, latencies: LatencySet = NOTHING
) -> Comparison:
    return compare(topology(document), prices, latencies)


def all_over(key: str, names: Any = SPOKES) -> dict[str, str]:
    return dict.fromkeys(names, key)


def told(result: Renewal, then: Comparison, now: Comparison) -> tuple[str, ...]:
    assert result.plan.design is not None
    return causes(then, now, result.choice, result.plan.design.options, was_proven=True)


def test_a_price_makes_another_plan_cheaper_by_what_the_bills_differ() -> None:
    then, now = compared(estate(), DEAR), compared(estate(), CHEAP)
    kept, best = hub_usd(300), link_usd(300, "0.01")
    result = renewal(all_over(HUB), now, SECONDS)
    assert result.kept is not None
    assert result.plan.design is not None
    assert (result.kept.exact_usd, result.plan.design.exact_usd) == (kept, best)
    assert (result.news, result.saves_usd) == (News.CHEAPER, round(kept - best, 2))
    assert told(result, then, now) == (
        "VpcEndpoint-Hours VpcEndpoint in all commercial Regions: 0.05 to 0.01 USD per hour",
    )
    assert moves(result.choice, result.plan.design.options) == [
        ("Transit Gateway", "PrivateLink", 2)
    ]


def test_what_did_not_change_is_silent() -> None:
    now = compared(estate(), DEAR)
    result = renewal(all_over(HUB), now, SECONDS)
    assert (result.news, result.problem, result.saves_usd) == (None, "", Decimal("0.00"))


def test_traffic_over_a_break_even_names_the_flow_and_not_a_price_that_changes_nothing() -> None:
    """Endpoints cost 0.016 USD a GB, the gateway 0.02; what a peering between Regions costs is in
    no bill."""
    grown = {"a": 100, "b": 200_000}
    elsewhere = price_list(TEST_PRICES.replace("ap-northeast-1 GB 0.02", "ap-northeast-1 GB 0.03"))
    then, now = compared(estate(), DEAR), compared(estate(grown), DEAR)
    result = renewal(all_over(HUB), now, SECONDS)
    (cause,) = told(result, then, now)
    assert cause == "b: 200 to 200,000 GB a month"
    assert result.plan.design is not None
    assert result.saves_usd == hub_usd(200_100) - result.plan.design.total_usd > 0
    then = replace(then, prices=elsewhere)
    assert told(result, then, now) == (cause,)


def test_a_saving_below_the_floor_is_no_news_until_it_has_added_up() -> None:
    assert not is_worth(Decimal("0.99"), Decimal(10))
    assert is_worth(Decimal(1), Decimal(100))
    assert not is_worth(Decimal("99.99"), Decimal(10_000))
    assert is_worth(Decimal(100), Decimal(1_000_000))


def test_a_measured_p99_above_its_budget_ends_a_plan_whatever_the_next_one_costs() -> None:
    slow = LatencySet(
        "ours", "2026-11-20",
        (LatencyCell(HUB, "use1-az1", "use1-az1", 900, 10, "measured", "2026-11-20", "", ""),),
    )  # fmt: skip
    asked = estate(p99_budget_us=500)
    result = renewal(all_over(HUB), compared(asked, DEAR, slow), SECONDS)
    assert result.news is News.BLOCKED
    first, second = result.obstacles
    assert first.startswith("a cannot use Transit Gateway: p99 900 µs (measured, use1-az1 to")
    assert first.endswith("above the budget of 500 µs.")
    assert second.startswith("b cannot use Transit Gateway")
    assert result.saves_usd == round(hub_usd(300) - link_usd(300, "0.05"), 2) < 0


def test_what_only_now_can_be_built_says_what_stood_in_the_way() -> None:
    slow = LatencySet(
        "ours", "2026-11-20",
        (LatencyCell(LINK, "use1-az1", "use1-az1", 900, 10, "measured", "2026-11-20", "", ""),),
    )  # fmt: skip
    asked = estate(p99_budget_us=500)
    then, now = compared(asked, CHEAP, slow), compared(asked, CHEAP)
    result = renewal(all_over(HUB), now, SECONDS)
    reasons = told(result, then, now)
    assert len(reasons) == 2
    assert reasons[0].startswith("Not possible before: a cannot use PrivateLink: p99 900 µs")


def test_a_missing_price_is_named_and_nothing_is_claimed() -> None:
    result = renewal(all_over(LINK), compared(estate(), NO_ENDPOINTS), SECONDS)
    assert (result.news, result.saves_usd) == (None, None)
    assert result.problem == (
        "the price list lacks VpcEndpoint-Hours in us-east-1, which its plan needs"
    )


def test_an_unproven_plan_claims_nothing_within_its_gap() -> None:
    now = compared(estate())
    result = renewal(all_over(HUB), now, SECONDS)
    saves = result.saves_usd
    assert saves is not None
    assert result.plan.design is not None
    bound = result.plan.design.exact_usd - saves - 1
    wide = replace(result, plan=replace(result.plan, bound_usd=float(bound)))
    assert wide.news is None
    assert wide.problem.startswith("another plan may cost up to ")
    assert "not proven in the time given" in wide.problem
    near = replace(result, plan=replace(result.plan, bound_usd=float(bound + 2)))
    assert near.news is News.CHEAPER


def test_what_was_cheaper_before_too_blames_no_price() -> None:
    then, now = compared(estate()), compared(estate({"a": 100, "b": 210}))
    result = renewal(all_over(HUB), now, SECONDS)
    assert result.plan.design is not None
    designs = result.choice, result.plan.design.options
    assert causes(then, now, *designs, was_proven=False) == (NOT_PROVEN,)


def test_a_new_flow_gets_what_is_cheapest_beside_the_plan() -> None:
    """Beside two attachments a third and its GB cost less than endpoints."""
    more = {"a": 100, "b": 200, "c": 50}
    result = renewal(all_over(HUB), compared(estate(more), DEAR), SECONDS)
    assert result.kept is not None
    assert result.kept.exact_usd == hub_usd(350, vpcs=4)
    assert (result.news, result.is_certain) == (None, True)
    cheaper = renewal(all_over(HUB), compared(estate(more), CHEAP), SECONDS)
    assert cheaper.news is News.CHEAPER


def test_new_flows_that_find_no_place_beside_a_plan_end_it() -> None:
    """A new spoke with the CIDR of another allows the hub alone, which takes only one of them."""
    more = estate({"a": 100, "b": 200, "c": 50})
    more["vpcs"][3]["cidrs"] = more["vpcs"][2]["cidrs"]
    more["flows"][2]["options"] = [HUB]
    result = renewal(all_over(HUB), compared(more, DEAR), SECONDS)
    assert result.news is News.BLOCKED
    assert result.obstacles == ("No option is left beside it for c.",)
    assert result.plan.design is not None
    more["flows"][1]["options"] = [HUB]
    none = renewal(all_over(HUB), compared(more, DEAR), SECONDS)
    assert (none.news, none.plan.design) == (News.BLOCKED, None)


def test_a_missing_price_beside_a_new_flow_is_no_obstacle() -> None:
    more = compared(estate({"a": 100, "b": 200, "c": 50}), NO_ENDPOINTS)
    result = renewal(all_over(LINK), more, SECONDS)
    assert (result.news, result.obstacles) == (None, ())
    assert result.problem.startswith("the price list lacks VpcEndpoint-Hours in us-east-1")


def test_without_any_plan_the_one_of_before_is_blocked() -> None:
    asked = estate(p99_budget_us=500)
    slow = LatencySet(
        "ours", "2026-11-20",
        tuple(
            LatencyCell(key, "use1-az1", "use1-az1", 900, 10, "measured", "2026-11-20", "", "")
            for key in (HUB, LINK)
        ),
    )  # fmt: skip
    result = renewal(all_over(HUB), compared(asked, DEAR, slow), SECONDS)
    assert (result.news, result.plan.design, result.saves_usd) == (News.BLOCKED, None, None)


def test_the_switch_costs_what_stands_twice_and_begins_with_today_where_all_flows_say_it() -> None:
    now = compared(estate(), CHEAP)
    result = renewal(all_over(HUB), now, SECONDS)
    assert result.plan.design is not None
    way = switch(now, result.choice, result.plan.design)
    assert way is not None
    assert (way.is_from_today, way.flows) == (False, 2)
    assert way.saves_usd == result.saves_usd
    assert way.payback_days is not None
    used = compared(estate(today=LINK), CHEAP)
    there = switch(used, result.choice, result.plan.design)
    assert there is not None
    assert (there.is_from_today, there.flows, there.steps, there.extra_usd) == (True, 0, 0, 0)
