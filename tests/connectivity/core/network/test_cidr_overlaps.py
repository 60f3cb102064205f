"""Which VPCs overlap: one pass over all ranges finds what looking at every pair does."""

from ipaddress import ip_network
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from connectivity.core.network.cidr_overlaps import FEW, Overlap, overlaps, pair_overlaps
from connectivity.core.network.planned_network import case
from connectivity.core.network.topology import Network, Vpc
from connectivity.core.registered_document import topology
from tests.factories import document, flow, vpc

network = st.one_of(
    st.builds(
        lambda bits, length: ip_network((bits << 24, length), strict=False),
        st.integers(0, 15),
        st.integers(4, 12),
    ),
    st.builds(
        lambda bits, length: ip_network((bits << 120, length), strict=False),
        st.integers(0, 7),
        st.integers(4, 9),
    ),
)
ranges = st.lists(st.lists(network, min_size=1, max_size=3), min_size=2, max_size=6)


def vpc_of(number: int, cidrs: list[Network]) -> Vpc:
    return Vpc(f"v{number}", "111111111111", "us-east-1", tuple(cidrs), ("use1-az1",), 0, None)


def do_overlap(cidr: Network, other: Network) -> bool:
    return cidr.version == other.version and cidr.overlaps(other)


@given(cidrs=ranges)
def test_every_vpc_that_overlaps_another_is_found_with_a_true_overlap(
    cidrs: list[list[Network]],
) -> None:
    vpcs = {each.name: each for each in (vpc_of(*pair) for pair in enumerate(cidrs))}
    expected = {
        name
        for a, b in combinations(vpcs.values(), 2)
        if any(do_overlap(cidr, other) for cidr in a.cidrs for other in b.cidrs)
        for name in (a.name, b.name)
    }
    clashes = overlaps(vpcs.values())
    assert clashes.keys() == expected
    for name, overlap in clashes.items():
        assert (overlap.vpc, overlap.vpc == overlap.other) == (name, False)
        assert overlap.cidr in vpcs[name].cidrs
        assert overlap.other_cidr in vpcs[overlap.other].cidrs
        assert do_overlap(overlap.cidr, overlap.other_cidr)


def pairs_that_overlap(*theirs: str) -> list[Overlap]:
    """Of `clients`, which talks with `orders` and `other`, when `orders` has these ranges."""
    doc = document(
        flow(),
        flow(name="g", to="other"),
        vpcs=[
            vpc("clients", "111111111111", "10.0.0.0/16"),
            vpc("orders", "222222222222", theirs[0], cidrs=list(theirs)),
            vpc("other", "222222222222", "10.0.0.0/8"),
            vpc("apart", "222222222222", "10.0.0.0/8"),
        ],
    )
    return list(pair_overlaps(case(topology(doc))).values())


def test_of_two_vpcs_that_talk_the_overlap_is_told_from_the_firsts_side() -> None:
    assert [str(each) for each in pairs_that_overlap("10.1.0.0/16", "10.0.128.0/17")] == [
        "clients 10.0.0.0/16 overlaps orders 10.0.128.0/17",
        "clients 10.0.0.0/16 overlaps other 10.0.0.0/8",
    ]
    assert [each.other for each in pairs_that_overlap("10.1.0.0/16")] == ["other"]


def test_vpcs_of_many_ranges_are_compared_too() -> None:
    many = [f"172.16.{i}.0/24" for i in range(FEW)]
    assert [each.other for each in pairs_that_overlap(*many)] == ["other"]
    both = pairs_that_overlap(*many, "10.0.3.0/24")
    assert [str(each) for each in both] == [
        "clients 10.0.0.0/16 overlaps orders 10.0.3.0/24",
        "clients 10.0.0.0/16 overlaps other 10.0.0.0/8",
    ]
