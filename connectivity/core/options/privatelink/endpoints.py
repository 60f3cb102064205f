"""Where an interface endpoint can stand."""

from connectivity.core.network.flow_arrays import AzList, Flows
from costmodel.core.charges import Bools, Ints

NOT_ACROSS_REGIONS = frozenset({"use1-az3", "usw1-az2", "apne1-az3", "apne2-az2", "apne2-az4"})
"""AZs without cross-Region access: PLN-22."""


def endpoint_azs(flows: Flows) -> Ints:
    """In how many AZs each flow's endpoint has an interface.

    In one Region those that the VPC and the service both have; across Regions all of the VPC's
    that can.

    Shape (flows,).
    """

    return flows.count_azs(_places)


def standing(ours: AzList, theirs: AzList) -> set[str]:
    """The AZs in which the endpoint of a VPC has an interface, by the AZs of both ends.

    >>> sorted(standing(("use1-az1", "use1-az3"), ("use2-az1",)))
    ['use1-az1']
    """
    if ours[0].split("-")[0] == theirs[0].split("-")[0]:  # AZ IDs of one Region
        return set(ours) & set(theirs)
    return set(ours) - NOT_ACROSS_REGIONS


def _places(ours: AzList, theirs: AzList) -> int:
    return len(standing(ours, theirs))


def carries(flows: Flows) -> Bools:
    """A listener is reachable, a whole VPC is not; and an endpoint needs an AZ to stand in.

    Shape (flows,).
    """
    return flows.to_service & (endpoint_azs(flows) > 0)
