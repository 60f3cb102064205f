"""A rate that is missing and decides: below it the option is recommended, above it is not."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectivity.core.as_json.comparison import plain
from connectivity.core.comparison.compare import Comparison, compare
from connectivity.core.comparison.missing_prices import deciding
from connectivity.core.comparison.recommendation import recommended, unpriced
from connectivity.core.latency.lookup import LatencySet
from connectivity.core.network.topology import Topology
from connectivity.core.options.site_to_site_vpn import APPLIANCE
from connectivity.core.outlook.tipping_points import flips
from connectivity.core.registered_document import topology
from costmodel.core.charges import PriceName
from costmodel.core.price_list import EVERYWHERE, Key, PriceList
from costmodel.core.rates import stated
from tests import shipped
from tests.connectivity.core.test_properties import AZS, documents
from tests.factories import TEST_PRICES, document, flow, price_list

LISTED = price_list(
    TEST_PRICES.strip()
    + """
AWSDataTransfer DataTransfer-Out-Bytes - * - GB 0.09 10240:0.085
AmazonVPC PublicIPv4:InUseAddress - * - hour 0.005
AmazonVPC VpcEndpoint-Resource-Hours VpcResourceConsumer * - hour 0.02
AmazonVPC VpcEndpoint-Resource-Bytes VpcResourceConsumer * - GB 0.01
AmazonVPC VpcResource-Provider-Bytes - * - GB 0.006
AmazonVPC VPN-Usage-Hours:ipsec.1 CreateVpnConnection * - hour 0.05
AmazonEC2 NatGateway-Hours NatGateway * - hour 0.045
AmazonEC2 NatGateway-Bytes NatGateway * - GB 0.045
AWSELB LoadBalancerUsage LoadBalancing:Application * - hour 0.0225
AWSELB LCUUsage LoadBalancing:Application * - LCU-hour 0.008
VpcLattice Service-Hours - * - hour 0.025
VpcLattice Service-Bytes - * - GB 0.025
VpcLattice Requests - * - million-requests 0.1
AWSCloudWAN CoreNetworkEdge-Hours - * - hour 0.5
AWSCloudWAN CloudWAN-Attachment-Hours CloudWANVPC * - hour 0.065
AWSCloudWAN CloudWAN-Bytes CloudWANVPC * - GB 0.02
"""
)
APPLIANCE_HOUR = stated((APPLIANCE, EVERYWHERE, None), Decimal("0.1"), "hour")
ALL_PRICES = replace(LISTED, prices=(*LISTED.prices, APPLIANCE_HOUR))
NO_LATENCIES = LatencySet("none", "", ())
PUBLISHED = shipped.latencies()
RATES = [Decimal(usd) for usd in ("0", "0.000001", "0.0003", "0.004", "0.02", "0.05", "0.3", "9")]
ATTACHMENT = PriceName("AmazonVPC", "TransitGateway-Hours", "TransitGatewayVPC")
REGION = "us-east-1"


def without(prices: PriceList, *keys: Key) -> PriceList:
    """The list with a row for each Region in place of one for all, and some of them taken out."""
    rows = [
        replace(price, region=region)
        for price in prices.prices
        for region in (AZS if price.region == EVERYWHERE else [price.region])
        if (price.name, region, price.to_region) not in keys
    ]
    return PriceList("cut", "2026-01-01", tuple(rows))


def at(comparison: Comparison, key: Key, usd: Decimal) -> str | None:
    """What is really recommended with a rate put in."""
    prices = comparison.prices.with_in_force({key: stated(key, usd, "unit")})
    best = recommended(compare(comparison.case.topology, prices, comparison.latencies))
    return best.option.key if best else None


def paid_for(comparison: Comparison) -> list[Key]:
    """The prices of the options that may win; those of the best twice."""
    best = recommended(comparison)
    answers = [*comparison.candidates, *([best] if best else [])]
    lines = [line for answer in answers if answer.bill for line in answer.bill.lines]
    return [(line.price.name, line.region, line.to_region) for line in lines]


@st.composite
def lacking_one(draw: st.DrawFn) -> tuple[Topology, Key]:
    """A document, perhaps with budgets and costs of operations, and a price to take out."""
    doc: dict[str, Any] = draw(documents())
    costs = st.sampled_from([0, 1, 20, 400])
    kinds = ("peering", "attachment", "endpoint", "service")
    doc["operations_usd_per_object"] = {kind: draw(costs) for kind in kinds}
    if draw(st.booleans()):
        doc["p99_budget_us"] = draw(st.sampled_from([100, 400, 900]))
    may_share = draw(st.booleans())  # which pays the rate between AZs, as PrivateLink may
    for row in doc["flows"]:
        if may_share:
            row["options"] = ["vpc-sharing", "privatelink", "transit-gateway", "cloud-wan"]
        row["gb_per_month"] = draw(st.sampled_from([0, 3, 800, 25_000, 2_000_000]))
        row["requests_per_second"] = 10
    stored = topology(doc)
    used = paid_for(compare(stored, without(ALL_PRICES), NO_LATENCIES))
    return stored, draw(st.sampled_from(used or [(ATTACHMENT, REGION, None)]))


@given(pair=lacking_one(), has_figures=st.booleans())
def test_below_the_rate_it_is_recommended_and_above_it_is_not(
    pair: tuple[Topology, Key], has_figures: bool
) -> None:
    stored, key = pair
    figures = PUBLISHED if has_figures else NO_LATENCIES
    comparison = compare(stored, without(ALL_PRICES, key), figures)
    rates = deciding(comparison)
    of_gaps = [flip for flip in flips(comparison) if flip.kind == "gap"]
    assert len(of_gaps) == len(rates)
    winners = {usd: at(comparison, key, usd) for usd in RATES} if unpriced(comparison) else {}
    for option, rate in rates.items():
        assert rate.key == key
        near = rate.below * Decimal("1e-9")
        assert [flip.to for flip in of_gaps if flip.value == float(rate.below)] == [option]
        assert at(comparison, key, rate.below - near) == option
        assert at(comparison, key, rate.below + near) != option
    for usd, winner in winners.items():
        told = [key for key, rate in rates.items() if rate.above <= usd < rate.below]
        if recommended(comparison) is not None and winner in {
            candidate.option.key for candidate in unpriced(comparison)
        }:
            assert told == [winner]
        else:
            assert told in ([], [winner])


def hours_missing(**changes: Any) -> Comparison:
    """Only the gateway's hours are missing: 1,460 of them; the rest of its bill is 20.00."""
    options = ["transit-gateway", "privatelink"]
    network = topology(document(flow(cross_az_share=0, options=options, **changes)))
    return compare(network, without(ALL_PRICES, (ATTACHMENT, REGION, None)), NO_LATENCIES)


def test_the_rate_is_exact_and_said_everywhere() -> None:
    comparison = hours_missing()
    answer = plain(comparison)
    assert answer["recommended"] == "privatelink"
    assert answer["unpriced"] == ["transit-gateway"]
    (gap,) = next(
        option["gaps"] for option in answer["answers"] if option["option"] == "transit-gateway"
    )
    # PrivateLink costs 54.34; one cent less is cheaper: (54.335 - 20) / 1460
    assert (gap["wins_below_usd"], gap["quantity"]) == ("0.023517123287672", "1460.000")
    assert gap["wins_between_usd"] is None
    assert gap["elsewhere_usd"] == ["0.05", "0.05"]
    assert (
        "Transit Gateway would be recommended if TransitGateway-Hours (TransitGatewayVPC) in "
        "us-east-1 cost less than 0.02351 USD an hour; that price is not in the list (0.05 in 2 "
        "other Regions of the list)."
    ) in answer["because"]
    (flip,) = [flip for flip in answer["flips"] if flip["kind"] == "gap"]
    assert flip["to"] == "transit-gateway"
    assert flip["when"] == (
        "price of TransitGateway-Hours (TransitGatewayVPC) in us-east-1, which is not in the list, "
        "below 0.02351 USD per hour"
    )
    assert flip["now"] == "missing; 0.05 in 2 other Regions of the list"


def test_two_missing_prices_have_no_single_rate() -> None:
    options = ["transit-gateway", "privatelink"]
    network = topology(document(flow(cross_az_share=0, options=options)))
    processing = PriceName("AmazonVPC", "TransitGateway-Bytes", "TransitGatewayVPC")
    keys = [(name, REGION, None) for name in (ATTACHMENT, processing)]
    answer = plain(compare(network, without(ALL_PRICES, *keys), NO_LATENCIES))
    assert {gap["wins_below_usd"] for option in answer["answers"] for gap in option["gaps"]} == {
        None
    }
    # all of the gateway's bill is missing; PrivateLink costs 54.33, and half a cent is rounded up
    assert (
        "Not compared: Transit Gateway (2 prices are missing; cheaper than PrivateLink if they "
        "come to less than 54.32 USD a month)."
    ) in answer["because"]
    rate = {processing: "0.02"}  # 20.00
    for usd, option in (("0.023506", "transit-gateway"), ("0.0236", "privatelink")):
        rate[ATTACHMENT] = usd
        prices = without(ALL_PRICES, *keys).with_in_force(
            {(name, REGION, None): stated((name, REGION, None), Decimal(usd), "unit")
             for name, usd in rate.items()}
        )  # fmt: skip
        best = recommended(compare(network, prices, NO_LATENCIES))
        assert best is not None
        assert best.option.key == option


def test_what_cannot_win_at_any_rate_is_said_without_one() -> None:
    comparison = hours_missing(gb_per_month=100_000)
    assert deciding(comparison) == {}
    assert (
        "Not cheaper even if the missing prices were 0: Transit Gateway."
        in (plain(comparison)["because"])
    )


def test_without_any_total_each_option_is_named_with_what_it_lacks() -> None:
    network = topology(document(flow(options=["transit-gateway", "privatelink"])))
    hours = PriceName("AmazonVPC", "VpcEndpoint-Hours", "VpcEndpoint")
    keys = [(name, REGION, None) for name in (ATTACHMENT, hours)]
    answer = plain(compare(network, without(ALL_PRICES, *keys), NO_LATENCIES))
    assert answer["recommended"] is None
    assert answer["unpriced"] == ["transit-gateway", "privatelink"]
    assert (
        "Every option that is feasible and allowed for every flow lacks a price. Transit Gateway "
        "lacks TransitGateway-Hours (TransitGatewayVPC) in us-east-1. PrivateLink lacks "
        "VpcEndpoint-Hours (VpcEndpoint) in us-east-1."
    ) in answer["because"]


def test_an_amount_that_nobody_stated_is_no_rate() -> None:
    services = [{"name": "api", "vpc": "orders", "port": 443, "protocol": "http"}]
    options = ["vpc-lattice", "transit-gateway"]
    network = topology(document(flow(options=options), services=services))
    answer = plain(compare(network, without(ALL_PRICES), NO_LATENCIES))
    gaps = next(option["gaps"] for option in answer["answers"] if option["option"] == "vpc-lattice")
    assert [(gap["wins_below_usd"], gap["quantity"]) for gap in gaps] == [(None, None)]
    assert (
        "Not compared: VPC Lattice service (Requests, as requests_per_second is not given)"
        in (answer["because"])
    )


def test_the_appliance_of_a_vpn_is_a_rate_too() -> None:
    options = ["site-to-site-vpn", "transit-gateway"]
    network = topology(document(flow(gb_per_month=10, options=options)))
    comparison = compare(network, LISTED, NO_LATENCIES)
    rate = deciding(comparison)["site-to-site-vpn"]
    assert at(comparison, rate.key, rate.below * Decimal("0.999")) == "site-to-site-vpn"
    assert at(comparison, rate.key, rate.below * Decimal("1.001")) == "transit-gateway"


@pytest.mark.parametrize("gb", [1000, 30_000])
def test_unpriced_is_only_what_is_feasible_and_allowed(gb: int) -> None:
    """Sharing needs the price too, and no flow allows it; what is not feasible is not unpriced."""
    inter_az = PriceName("AWSDataTransfer", "DataTransfer-Regional-Bytes")
    network = topology(document(flow(cross_az_share=1, gb_per_month=gb)))
    answer = plain(compare(network, without(ALL_PRICES, (inter_az, REGION, None)), NO_LATENCIES))
    gapped = {option["option"] for option in answer["answers"] if option["gaps"]}
    assert "vpc-sharing" in gapped
    assert "vpc-sharing" not in answer["unpriced"]
    assert set(answer["unpriced"]) == {
        option["option"]
        for option in answer["answers"]
        if option["feasible"] and option["allowed"] and option["monthly_usd"] is None
    }


def test_options_that_lack_the_same_rate_win_one_after_the_other() -> None:
    """Sharing pays it for more bytes than PrivateLink, whose other lines cost 54.34."""
    options = ["vpc-sharing", "privatelink", "transit-gateway"]
    services = [{"name": "api", "vpc": "orders", "port": 443, "cross_zone": True}]
    doc = document(
        flow(cross_az_share=1, options=options),
        services=services,
        operations_usd_per_object={"attachment": 200},
    )
    inter_az = PriceName("AWSDataTransfer", "DataTransfer-Regional-Bytes")
    prices = without(ALL_PRICES, (inter_az, REGION, None))
    comparison = compare(topology(doc), prices, NO_LATENCIES)
    answer = plain(comparison)
    gaps = {option["option"]: option["gaps"] for option in answer["answers"]}
    (sharing, other), (endpoint,) = gaps["vpc-sharing"], gaps["privatelink"]
    low, high = endpoint["wins_between_usd"]
    assert endpoint["wins_below_usd"] is None
    assert sharing["wins_below_usd"] == other["wins_below_usd"] == low
    for usd, option in (("0", "vpc-sharing"), (low, "privatelink"), (high, "transit-gateway")):
        assert at(comparison, (inter_az, REGION, None), Decimal(usd) + Decimal("0.001")) == option
    assert "VPC sharing would be recommended if " in answer["because"]
    assert (
        "PrivateLink would be recommended if DataTransfer-Regional-Bytes in us-east-1 cost "
        in (answer["because"])
    )
    assert "between 0.0815" in answer["because"]
