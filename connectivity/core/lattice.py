"""Rules of VPC Lattice's two forms, services and resources, which share their machinery.

The facts call them LAT-…; the contract uses LAT-01 for a latency budget, so ours are LTC-….
"""

from connectivity.core import services
from connectivity.core.case import Case
from connectivity.core.rule import Rule, Severity
from connectivity.core.sources import BEST_PRACTICES, NOT_VERIFIED, SAAS_OPTIONS
from costmodel.core.charges import Bools


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


LATTICE_RULES: tuple[Rule, ...] = (
    Rule("LTC-20", Severity.HARD, services.whole_vpc, services.only_listeners, BEST_PRACTICES),
    Rule("LTC-01", Severity.HARD, services.apart, _regional, SAAS_OPTIONS),
    Rule("LTC-05", Severity.HARD, services.provider_initiates, _one_way, BEST_PRACTICES),
    Rule("LTC-03", Severity.HARD, _not_tcp, _tcp_alone, BEST_PRACTICES),
    Rule("LTC-14", Severity.HARD, services.needed("client-ip"), _client_ip, BEST_PRACTICES),
    Rule("LTC-21", Severity.HARD, services.needed("sg-reference"), _groups, NOT_VERIFIED),
    Rule("LTC-06", Severity.CONDITION, services.between_accounts, _share, SAAS_OPTIONS),
    Rule("LTC-17", Severity.CONDITION, services.needed("private-dns"), _dns, BEST_PRACTICES),
)
