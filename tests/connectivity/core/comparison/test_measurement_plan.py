"""Which measurements a topology lacks, and what they would tell."""

import pytest

from connectivity.core.comparison.compare import Comparison, compare
from connectivity.core.comparison.measurement_plan import Missing, run_book, unmeasured
from connectivity.core.latency.lookup import LatencyCell, LatencySet
from connectivity.core.registered_document import topology
from tests.factories import document, flow, price_list, vpc

OHIO = ["use2-az1", "use2-az2", "use2-az3"]


def estate(share: float = 0.5) -> dict[str, object]:
    """Two VPCs in Ohio and one in Frankfurt."""
    vpcs = [
        vpc("clients", "111111111111", "10.0.0.0/16", region="us-east-2", azs=OHIO),
        vpc("orders", "222222222222", "10.1.0.0/16", region="us-east-2", azs=OHIO),
        vpc("far", "222222222222", "10.2.0.0/16", region="eu-central-1", azs=["euc1-az1"]),
    ]
    flows = flow(cross_az_share=share), flow(name="far", to="far")
    return document(*flows, vpcs=vpcs)


def compared(known: LatencySet, share: float = 0.5) -> Comparison:
    return compare(topology(estate(share)), price_list(), known)


def with_own(known: LatencySet, *own: LatencyCell) -> LatencySet:
    return LatencySet("own", "2026", (*known.cells, *own))


@pytest.mark.parametrize(
    ("share", "pair"), [(0.5, ("use2-az3", "use2-az1")), (0, ("use2-az2", "use2-az2"))]
)
def test_one_measurement_gives_the_named_options_their_p99(
    latencies: LatencySet, share: float, pair: tuple[str, str]
) -> None:
    """What the page promises is what happens."""
    before = compared(latencies, share)
    promised = ("VPC sharing", "VPC peering", "Transit Gateway", "PrivateLink")
    (missing,) = unmeasured(before)
    assert (missing.region, missing.is_crossing) == ("us-east-2", bool(share))
    assert set(missing.options) == set(promised)
    own = LatencyCell("single-vpc", *pair, 700, 70, "measured", "2026-11-20", "netperf")
    after = compared(with_own(latencies, own), share)
    assert unmeasured(after) == []
    for answer in after.answers:
        near = answer.heads.reading(0)
        assert (near.us is not None) == (answer.option.name in {*promised, "Single VPC (baseline)"})
        assert answer.heads.reading(1).us is None


def test_where_nothing_is_missing_nothing_is_promised(latencies: LatencySet) -> None:
    assert unmeasured(compare(topology(document()), price_list(), latencies)) == []
    nothing = LatencySet("none", "", ())
    assert unmeasured(compared(nothing)) == []  # no overhead is known either


def test_both_kinds_of_pairs_are_told_apart(latencies: LatencySet) -> None:
    doc = estate()
    doc["flows"] = [flow(name="a", cross_az_share=0), flow(name="b", cross_az_share=1)]
    comparison = compare(topology(doc), price_list(), latencies)
    where = [(pair.region, pair.is_crossing) for pair in unmeasured(comparison)]
    assert where == [("us-east-2", False), ("us-east-2", True)]
    assert isinstance(unmeasured(comparison)[0], Missing)


def test_between_regions_every_option_is_measured_once_for_both_regions(
    latencies: LatencySet,
) -> None:
    steps = run_book(compared(latencies))
    far = [step for step in steps if step.client_vpc == "clients" and step.server_vpc == "far"]
    assert {(step.from_az, step.to_az) for step in far} == {("us-east-2", "eu-central-1")}
    assert "single-vpc" not in {step.option for step in far}
    peering = next(step for step in far if step.option == "vpc-peering")
    assert "-l 300 " in peering.client  # at 110 ms a minute would be too few for a p99
    assert [step.option for step in far].count("vpc-peering") == 1
    own = LatencyCell(
        "vpc-peering", "us-east-2", "eu-central-1", 99_000, 900, "measured", "2026", "netperf"
    )
    left = run_book(compared(with_own(latencies, own)))
    assert ("vpc-peering", "us-east-2") not in {(step.option, step.from_az) for step in left}
