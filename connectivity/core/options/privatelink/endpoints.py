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


def _places(ours: AzList, theirs: AzList) -> int:
    if ours[0].split("-")[0] == theirs[0].split("-")[0]:  # AZ IDs of one Region
        return len(set(ours) & set(theirs))
    return len(set(ours) - NOT_ACROSS_REGIONS)


def carries(flows: Flows) -> Bools:
    """A listener is reachable, a whole VPC is not; and an endpoint needs an AZ to stand in.

    Shape (flows,).
    """
    return flows.to_service & (endpoint_azs(flows) > 0)
