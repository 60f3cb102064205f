"""Address ranges of a VPC: whichever order they come in, and however many there are."""

from ipaddress import ip_network
from time import process_time

from hypothesis import given
from hypothesis import strategies as st

from connectivity.core.problems import DocumentRefused
from connectivity.core.registered_document import topology
from tests.factories import document, topology_of, vpc

four = st.builds(
    lambda bits, length: str(ip_network((bits << 20, length), strict=False)),
    st.integers(0, 63),
    st.integers(8, 14),
)
six = four.map(lambda text: f"2001:db8:{text.split('.')[1]}::/{text.split('/')[1]}").map(
    lambda text: str(ip_network(text, strict=False))
)
ranges = st.lists(st.one_of(four, six), min_size=1, max_size=12, unique=True)


@given(cidrs=ranges, subnet=st.one_of(four, six))
def test_overlaps_and_subnets_are_those_of_every_pair(cidrs: list[str], subnet: str) -> None:
    kept: list[object] = []
    clashing, networks = set(), list(map(ip_network, cidrs))
    for i, network in enumerate(networks):
        if any(network.overlaps(other) for other in kept):  # type: ignore[arg-type]
            clashing.add(f"vpcs[0].cidrs[{i}]")
        else:
            kept.append(network)
    inner = ip_network(subnet)
    inside = [outer for outer in kept if outer.version == inner.version and inner.subnet_of(outer)]  # type: ignore[attr-defined,arg-type]
    places = clashing | (set() if inside else {"vpcs[0].subnets[0].cidr"})
    assert problem_places(cidrs, subnet) == places


def problem_places(cidrs: list[str], subnet: str) -> set[str]:
    clients = vpc("clients", "111111111111", "", cidrs=cidrs)
    clients["subnets"] = [{"cidr": subnet, "az": "use1-az1"}]
    try:
        topology(document(vpcs=[clients, document()["vpcs"][1]]))
    except DocumentRefused as error:
        return {problem.path for problem in error.problems}
    return set()


def test_a_vpc_of_many_ranges_is_read_in_linear_time() -> None:
    cidrs = [f"11.{i // 256}.{i % 256}.0/28" for i in range(5_000)]
    orders = document()["vpcs"][1] | {"cidrs": cidrs}
    begin = process_time()
    network = topology_of(vpcs=[document()["vpcs"][0], orders])
    assert (len(network.vpcs[1].cidrs), process_time() - begin < 3) == (5_000, True)
