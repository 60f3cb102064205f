"""What a price list lacks for two Regions, before a topology is known."""

import re

import pytest

from connectivity.core.comparison.price_coverage import gaps_of, lacking
from connectivity.core.network.regions import AZ_PREFIXES
from connectivity.core.options import OPTIONS
from costmodel.core.price_list import PriceList
from tests.conftest import ROOT
from tests.factories import price_list


def test_options_that_lack_the_same_prices_are_named_together(prices: PriceList) -> None:
    (transfer, *_) = lacking(prices, "ap-southeast-6", "us-east-1")
    assert transfer.options[:2] == ("VPC peering", "Transit Gateway")
    (gap,) = transfer.gaps
    assert (gap.price.usage_type, gap.region, gap.to_region) == (
        "AWS-Out-Bytes",
        "ap-southeast-6",
        "us-east-1",
    )


def test_both_kinds_of_load_balancer_are_asked_for() -> None:
    network_only = price_list(
        "AWSELB LoadBalancerUsage LoadBalancing:Network us-east-1 - hour 0.02\n"
    )
    gaps = gaps_of(network_only, "us-east-1", "us-east-1")["Public internet"]
    hours = [gap.price.operation for gap in gaps if gap.price.usage_type == "LoadBalancerUsage"]
    assert hours == ["LoadBalancing:Application"]


def test_what_cannot_be_is_not_called_unpriced(prices: PriceList) -> None:
    between = gaps_of(prices, "us-east-1", "eu-west-1")
    assert "VPC Lattice service" not in between  # it is Regional
    assert "Single VPC" not in between
    inside = gaps_of(prices, "us-east-1", "us-east-1")
    assert inside.keys() == {option.name for option in OPTIONS if option.key != "single-vpc"}


@pytest.mark.parametrize(
    "region", [region for region in AZ_PREFIXES if not region.startswith("cn-")]
)
def test_peering_and_a_transit_gateway_are_priced_in_every_region(
    prices: PriceList, region: str
) -> None:
    gaps = gaps_of(prices, region, region)
    assert [gaps[name] for name in ("VPC peering", "Transit Gateway", "PrivateLink")] == [()] * 3


def test_the_readme_says_how_many_regions_are_priced(prices: PriceList) -> None:
    """The pairs are counted by the command beside it alone, which takes a minute."""
    inside = {region: gaps_of(prices, region, region) for region in AZ_PREFIXES}
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    counts = re.search(
        r"Of (\d+) Regions, .* in (\d+) for VPC peering, VPC sharing, Transit Gateway and "
        r"PrivateLink .* in (\d+) for the public internet, in (\d+) for VPC Lattice and Cloud WAN",
        readme,
    )
    assert counts is not None
    assert inside["us-east-1"].keys() == {
        *("VPC peering", "VPC sharing", "Transit Gateway", "PrivateLink", "Public internet"),
        *("VPC Lattice service", "Cloud WAN", "PrivateLink resource endpoint", "Site-to-Site VPN"),
    }  # what the sentence speaks of
    names = ("VPC peering", "Public internet", "Cloud WAN")
    counted = [sum(not gaps[name] for gaps in inside.values()) for name in names]
    assert [int(group) for group in counts.groups()] == [len(AZ_PREFIXES), *counted]
    for same in ("VPC sharing", "Transit Gateway", "PrivateLink"):
        assert sum(not gaps[same] for gaps in inside.values()) == counted[0]
    assert sum(not gaps["VPC Lattice service"] for gaps in inside.values()) == counted[2]
    assert [r for r, gaps in inside.items() if not gaps["PrivateLink resource endpoint"]] == [
        "ap-northeast-1"
    ]
    assert all(gaps["Site-to-Site VPN"] for gaps in inside.values())
