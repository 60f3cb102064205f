"""What holds for every option and every topology."""

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectivity.core.as_json.comparison import plain
from connectivity.core.comparison.compare import compare
from connectivity.core.latency.lookup import LatencySet
from connectivity.core.network.planned_network import case
from connectivity.core.option_parts.option import Option
from connectivity.core.options import OPTIONS
from connectivity.core.registered_document import topology
from costmodel.core.bill import Bill, bill
from tests.factories import account, document, price_list, vpc

PRICES = price_list()
NO_LATENCIES = LatencySet("none", "", ())
THOUSANDTH = Decimal("0.001")
PRICED = [option for option in OPTIONS if option.key != "single-vpc"]
AZS = {
    "us-east-1": ["use1-az1", "use1-az2", "use1-az3"],
    "us-east-2": ["use2-az1", "use2-az2"],
    "ap-northeast-1": ["apne1-az1", "apne1-az2", "apne1-az4"],
}

every_option = pytest.mark.parametrize("option", PRICED, ids=lambda option: option.key)
gb = st.integers(0, 2_000_000_000).map(lambda thousandths: thousandths / 1000)
share = st.integers(0, 20).map(lambda twentieths: twentieths / 20)


@st.composite
def flows(draw: st.DrawFn, name: str, vpcs: list[dict[str, Any]]) -> dict[str, Any]:
    consumer = draw(st.sampled_from(vpcs))
    provider = draw(st.sampled_from([candidate for candidate in vpcs if candidate is not consumer]))
    return {
        "name": name,
        "from": consumer["name"],
        "to": f"s-{provider['name']}",
        "gb_per_month": draw(gb),
        "response_share": draw(share),
        "connections_per_second": draw(st.integers(0, 5000)),
        "connection_seconds": draw(st.integers(0, 500)),
    }


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    accounts = [
        account(f"{i:012d}", organization=draw(st.sampled_from(["o-one", "o-two"])))
        for i in range(draw(st.integers(1, 3)))
    ]
    vpcs = []
    for i in range(draw(st.integers(2, 4))):
        region = draw(st.sampled_from(sorted(AZS)))
        owner = draw(st.sampled_from(accounts))["id"]
        azs = AZS[region][: draw(st.integers(1, len(AZS[region])))]
        vpcs.append(vpc(f"v{i}", owner, f"10.{i}.0.0/16", region=region, azs=azs))
    protocols = st.sampled_from(["tcp", "udp", "tls", "http"])
    services = [
        {
            "name": f"s-{provider['name']}",
            "vpc": provider["name"],
            "port": 443,
            "protocol": draw(protocols),
            "cross_zone": draw(st.booleans()),
            "existing_nlb": draw(st.booleans()),
        }
        for provider in vpcs
    ]
    rows = [draw(flows(f"f{i}", vpcs)) for i in range(draw(st.integers(1, 5)))]
    return document(*rows, accounts=accounts, vpcs=vpcs, services=services)


def bill_of(option: Option, doc: dict[str, Any]) -> Bill | None:
    network = case(topology(doc))
    if not option.carries(network.flows).all():
        return None
    return bill(option.charges(network.flows), PRICES, network.regions, network.pools)


@every_option
@given(doc=documents(), more=gb)
def test_more_traffic_never_costs_less(option: Option, doc: dict[str, Any], more: float) -> None:
    before = bill_of(option, doc)
    first, *others = doc["flows"]
    grown = first | {"gb_per_month": first["gb_per_month"] + more}
    after = bill_of(option, doc | {"flows": [grown, *others]})
    if before is not None and after is not None and before.usd is not None:
        assert after.usd is not None
        assert after.usd >= before.usd - Decimal("0.000001")


@every_option
@given(doc=documents(), seed=st.randoms(use_true_random=False))
def test_the_order_of_flows_never_matters(option: Option, doc: dict[str, Any], seed: Any) -> None:
    shuffled = list(doc["flows"])
    seed.shuffle(shuffled)
    before, after = bill_of(option, doc), bill_of(option, doc | {"flows": shuffled})
    assert before == after


@every_option
@given(doc=documents(), part=st.floats(0, 1))
def test_splitting_a_flow_changes_a_line_by_a_thousandth(
    option: Option, doc: dict[str, Any], part: float
) -> None:
    whole = bill_of(option, doc)
    first, *others = doc["flows"]
    kept = round(first["gb_per_month"] * part, 3)
    halves = [
        first | {"gb_per_month": kept},
        first | {"name": "other part", "gb_per_month": round(first["gb_per_month"] - kept, 3)},
    ]
    for name in ("connections_per_second",):
        halves[0][name], halves[1][name] = first[name] * 0.25, first[name] * 0.75
    split = bill_of(option, doc | {"flows": [*halves, *others]})
    if whole is None or split is None:
        assert whole is split
        return
    before, after = quantities(whole), quantities(split)
    assert all(abs(before[key] - after[key]) <= THOUSANDTH for key in before.keys() | after.keys())


def quantities(bill: Bill) -> Counter[Any]:
    sums: Counter[Any] = Counter()
    for line in bill.lines:
        sums[line.description, line.price, line.rate, line.region, line.to_region, line.payer] += (
            line.quantity  # type: ignore[assignment]
        )
    return sums


@given(doc=documents())
def test_lines_add_up_and_payers_are_accounts(doc: dict[str, Any]) -> None:
    answer = plain(compare(topology(doc), PRICES, NO_LATENCIES))
    ids = {owner["id"] for owner in doc["accounts"]}
    for candidate in answer["answers"]:
        lines = sum((Decimal(line["usd"]) for line in candidate["lines"]), Decimal(0))
        if candidate["monthly_usd"] is not None:
            assert abs(Decimal(candidate["monthly_usd"]) - lines) <= Decimal("0.0051")
            paid = sum((Decimal(payer["usd"]) for payer in candidate["payers"]), Decimal(0))
            assert paid == Decimal(candidate["monthly_usd"])
        assert {line["payer"] for line in candidate["lines"]} <= ids


@given(doc=documents())
def test_a_mix_is_never_dearer_alone_than_any_option(doc: dict[str, Any]) -> None:
    """Each flow's own choice is the cheapest of its candidates when it is alone."""
    for flow in doc["flows"]:
        answer = plain(compare(topology(doc | {"flows": [flow]}), PRICES, NO_LATENCIES))
        totals = [
            Decimal(candidate["monthly_usd"])
            for candidate in answer["answers"]
            if candidate["feasible"] and candidate["allowed"] and candidate["monthly_usd"]
        ]
        if totals:
            assert Decimal(answer["mix"]["monthly_usd"]) == min(totals)
