"""What holds for every option that makes one service reachable, and not the whole VPC."""

from collections.abc import Callable

import numpy as np

from connectivity.core.network.flow_arrays import MILLIONTHS, Flows
from connectivity.core.network.planned_network import Case
from connectivity.core.network.topology import PROTOCOLS
from connectivity.core.rules.rule import needs
from costmodel.core.charges import Bools, Floats, Ints
from costmodel.core.units import HOURS_PER_MONTH, THOUSANDTHS

TCP, UDP, TLS, HTTP = range(len(PROTOCOLS))
GB_PER_UNIT = HOURS_PER_MONTH * THOUSANDTHS  # 1 GB an hour, in thousandths of a GB a month
SECONDS_PER_HOUR = 3_600

# What one capacity unit of a Network Load Balancer carries, by protocol: tcp udp tls http, which it
# counts as tcp; and one of an Application Load Balancer. New connections a second, and open ones,
# in millionths. Source: ELB pricing page, read 2026-09.
NLB_NEW_PER_UNIT = np.array([800, 400, 50, 800]) * MILLIONTHS
NLB_OPEN_PER_UNIT = np.array([100_000, 50_000, 3_000, 100_000]) * MILLIONTHS
ALB_NEW_PER_UNIT, ALB_OPEN_PER_UNIT = 25 * MILLIONTHS, 3_000 * MILLIONTHS


def carries(flows: Flows) -> Bools:
    """A listener can be reached, a whole VPC cannot. Shape (flows,)."""
    return flows.to_service


def az_counts(flows: Flows, azs: Ints) -> Ints:
    """How many AZs the AZ lists with these indices have. Shape of `azs`."""
    return np.array([len(azs) for azs in flows.az_lists], dtype=np.int64)[azs]


def whole_vpc(case: Case) -> Bools:
    """The flows to a whole VPC. Shape (flows,)."""
    return ~case.flows.to_service


def only_listeners(case: Case, row: int) -> str:
    """Why a whole VPC cannot be reached, in words."""
    vpc = case.provider(row).name
    return f"the flow goes to the whole VPC {vpc}; only a service's listeners can be reached"


def cross_region(case: Case) -> Bools:
    """The flows to a service in another Region. Shape (flows,)."""
    return case.flows.to_service & ~case.flows.same_region


def between_accounts(case: Case) -> Bools:
    """The flows to a service of another account. Shape (flows,)."""
    flows = case.flows
    return flows.to_service & (flows.consumer.account != flows.provider.account)


def protocol(*which: int) -> Callable[[Case], Bools]:
    """The flows to services of these protocols. What it makes gives the shape (flows,)."""

    def check(case: Case) -> Bools:
        return case.flows.to_service & np.isin(case.flows.protocol, which)

    return check


def needed(need: str) -> Callable[[Case], Bools]:
    """The flows to services that need something. What it makes gives the shape (flows,)."""

    def check(case: Case) -> Bools:
        return needs(need)(case) & case.flows.to_service

    return check


def provider_initiates(case: Case) -> Bools:
    """The flows to services that the provider begins, alone or too. Shape (flows,)."""
    provider = np.array([flow.initiated_by != "consumer" for flow in case.topology.flows])
    return case.flows.to_service & provider


def by_service(case: Case, values: Floats) -> Floats:
    """For every flow, the sum of what is known over the flows to its service. Shape (flows,)."""
    flows = case.flows
    sums = np.bincount(flows.service + 1, weights=np.nan_to_num(values))
    return (sums[flows.service + 1] * flows.to_service).astype(np.float64)


def open_connections(case: Case) -> Floats:
    """Open connections of every flow. Shape (flows,)."""
    return case.flows.active / MILLIONTHS
