"""Rules of VPC Lattice's two forms, services and resources, which share their machinery.

The facts call them LAT-…; the contract uses LAT-01 for a latency budget, so ours are LTC-….
"""

from collections import Counter

import numpy as np

from connectivity.core import services
from connectivity.core.case import Case
from connectivity.core.limits import limit_rules
from connectivity.core.rule import Rule, Severity
from connectivity.core.sources import BEST_PRACTICES, LATTICE_QUOTAS, NOT_VERIFIED, SAAS_OPTIONS
from costmodel.core.charges import Bools, Floats


def _regional(case: Case, row: int) -> str:
    ends = case.consumer(row).region, case.provider(row).region
    return f"VPC Lattice is Regional, and the flow goes from {ends[0]} to {ends[1]}"


def _one_way(case: Case, row: int) -> str:
    return (
        f"{case.provider(row).name} would open connections to {case.consumer(row).name}; only the "
        "consumer can"
    )


def _not_tcp(case: Case) -> Bools:
    return services.needed("icmp")(case) | services.protocol(services.UDP)(case)


def _tcp_alone(case: Case, row: int) -> str:
    is_udp = case.flows.protocol[row] == services.UDP
    what = f"{case.service(row).name} speaks UDP" if is_udp else "the flow needs ICMP"
    return f"{what}; VPC Lattice carries TCP alone"


def _client_ip(case: Case, row: int) -> str:
    return f"{case.service(row).name} sees an address of VPC Lattice, not the client's"


def _groups(case: Case, row: int) -> str:
    return "security groups of the other VPC cannot be referenced"


def _share(case: Case, row: int) -> str:
    ends = case.provider(row).account, case.consumer(row).account
    return f"account {ends[0]} shares it with {ends[1]} by AWS RAM, and {ends[1]} accepts the share"


def _dns(case: Case, row: int) -> str:
    return "a custom domain is verified and its hosted zone associated; else the name is AWS's own"


SERVICES_OF_A_NETWORK = 500


def _services(case: Case) -> Floats:
    """For every VPC, the services that its Region's network offers to any flow."""
    used = {flow.service for flow in case.topology.flows if flow.service}
    vpcs = {vpc.name: vpc.region for vpc in case.topology.vpcs}
    counts = Counter(vpcs[one.vpc] for one in case.topology.services if one.name in used)
    return np.array([counts[vpc.region] for vpc in case.topology.vpcs], dtype=np.float64)


LATTICE_RULES: tuple[Rule, ...] = (
    *limit_rules(
        "LTC-10",
        _services,
        SERVICES_OF_A_NETWORK,
        None,
        "the network in the Region of {vpc} needs {count} services or resources",
        LATTICE_QUOTAS,
        of_hub=True,
    ),
    Rule("LTC-20", Severity.HARD, services.whole_vpc, services.only_listeners, BEST_PRACTICES),
    Rule("LTC-01", Severity.HARD, services.apart, _regional, SAAS_OPTIONS),
    Rule("LTC-05", Severity.HARD, services.provider_initiates, _one_way, BEST_PRACTICES),
    Rule("LTC-03", Severity.HARD, _not_tcp, _tcp_alone, BEST_PRACTICES),
    Rule("LTC-14", Severity.HARD, services.needed("client-ip"), _client_ip, BEST_PRACTICES),
    Rule("LTC-21", Severity.HARD, services.needed("sg-reference"), _groups, NOT_VERIFIED),
    Rule("LTC-06", Severity.CONDITION, services.between_accounts, _share, SAAS_OPTIONS),
    Rule("LTC-17", Severity.CONDITION, services.needed("private-dns"), _dns, BEST_PRACTICES),
)
