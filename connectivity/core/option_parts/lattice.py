"""Rules of VPC Lattice's two forms, services and resources, which share their machinery.

The facts call them LAT-…; the contract uses LAT-01 for a latency budget, so ours are LTC-….
"""

from collections import Counter
from collections.abc import Callable

import numpy as np

from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts import services
from connectivity.core.rules.aws_docs import (
    BEST_PRACTICES,
    LATTICE_QUOTAS,
    LATTICE_SERVICES,
    LATTICE_TLS,
    NOT_VERIFIED,
    SAAS_OPTIONS,
)
from connectivity.core.rules.quotas import limit_rules
from connectivity.core.rules.rule import Rule, Severity
from costmodel.core.charges import Bools, Floats


def _regional(case: Case, row: int) -> str:
    regions = case.consumer(row).region, case.provider(row).region
    return f"VPC Lattice is Regional, and the flow is cross-Region: {regions[0]} to {regions[1]}"


def _one_way(case: Case, row: int) -> str:
    return (
        f"{case.provider(row).name} would initiate connections to {case.consumer(row).name}; "
        "only the consumer can"
    )


def _not_tcp(case: Case) -> Bools:
    return services.needed("icmp")(case) | services.protocol(services.UDP)(case)


def _tcp_alone(case: Case, row: int) -> str:
    is_udp = case.flows.protocol[row] == services.UDP
    reason = f"{case.service(row).name} uses UDP" if is_udp else "the flow needs ICMP"
    return f"{reason}; VPC Lattice supports TCP only"


def _client_ip(case: Case, row: int) -> str:
    return f"{case.service(row).name} sees an IP address of VPC Lattice, not the client's"


def _groups(case: Case, row: int) -> str:
    return "security groups of the other VPC cannot be referenced"


def _share(case: Case, row: int) -> str:
    owner, other = case.provider(row).account, case.consumer(row).account
    return f"account {owner} shares it with {other} by AWS RAM, and {other} accepts the share"


def _dns(case: Case, row: int) -> str:
    return (
        "clients use the name that AWS generates, unless there is a custom domain name, for which "
        "the VPCs of clients need a private hosted zone"
    )


SERVICES_OF_A_NETWORK = 500


def _services(case: Case) -> Floats:
    """For every VPC, the services that its Region's network offers to any flow."""
    used = {flow.service for flow in case.topology.flows if flow.service}
    vpcs = {vpc.name: vpc.region for vpc in case.topology.vpcs}
    counts = Counter(
        vpcs[service.vpc] for service in case.topology.services if service.name in used
    )
    return np.array([counts[vpc.region] for vpc in case.topology.vpcs], dtype=np.float64)


IDLE_S, MAX_IDLE_S = 60, 600  # of a service: by default, and at most after a change
MAX_CONNECTION_S = 600  # of any connection


def _idle_unknown(case: Case) -> Bools:
    return case.flows.to_service & np.isnan(case.column("max_idle_seconds"))


def _idle_unknown_detail(case: Case, row: int) -> str:
    return (
        f"connections idle for {IDLE_S} s are closed, unless you set the service's idle timeout "
        f"(up to {MAX_IDLE_S} s); max_idle_seconds is not known here"
    )


def _silent(case: Case) -> Bools:
    silence = case.column("max_idle_seconds")
    return case.flows.to_service & (silence > IDLE_S) & (silence <= MAX_IDLE_S)


def _idle(case: Case, row: int) -> str:
    silence = case.topology.flows[row].max_idle_seconds
    return (
        f"connections are idle for up to {silence:g} s: set the service's idle timeout, {IDLE_S} "
        f"s by default, to more than that (at most {MAX_IDLE_S} s)"
    )


def _lives(case: Case) -> Floats:
    """For every flow, seconds that a connection lives at least: also its longest silence."""
    silence = np.nan_to_num(case.column("max_idle_seconds"))
    return np.maximum(case.column("connection_seconds"), silence)


def _long(*protocols: int) -> Callable[[Case], Bools]:
    def check(case: Case) -> Bools:
        return services.protocol(*protocols)(case) & (case.once(_lives) > MAX_CONNECTION_S)

    return check


def _cut(case: Case, row: int) -> str:
    return (
        f"a connection lives {case.once(_lives)[row]:g} s, and VPC Lattice closes every TLS "
        f"passthrough connection after {MAX_CONNECTION_S} s"
    )


def _renewed(case: Case, row: int) -> str:
    return (
        f"a connection lives {case.once(_lives)[row]:g} s, and VPC Lattice accepts no new "
        f"request on it after {MAX_CONNECTION_S} s and closes it: clients must reconnect"
    )


SERVICE_TIMEOUTS: tuple[Rule, ...] = (
    Rule(
        "LTC-23",
        Severity.HARD,
        _long(services.TLS),
        _cut,
        LATTICE_TLS,
        remedy=("Let clients reconnect within ten minutes, or use an option that routes."),
    ),
    Rule("LTC-23", Severity.CONDITION, _long(services.HTTP), _renewed, LATTICE_SERVICES),
    Rule("LTC-22", Severity.CONDITION, _silent, _idle, LATTICE_SERVICES),
    Rule("LTC-22", Severity.WARNING, _idle_unknown, _idle_unknown_detail, LATTICE_SERVICES),
)
"""Of a service; what holds for resources was not read."""

LATTICE_RULES: tuple[Rule, ...] = (
    *limit_rules(
        "LTC-10",
        _services,
        SERVICES_OF_A_NETWORK,
        None,
        "the service network in the Region of {vpc} needs {count} services or resources",
        LATTICE_QUOTAS,
        of_hub=True,
        remedy="Request a quota increase, or split the services over several service networks.",
    ),
    Rule(
        "LTC-20",
        Severity.HARD,
        services.whole_vpc,
        services.only_listeners,
        BEST_PRACTICES,
        remedy="Name the service that the flow goes to; a whole VPC cannot be shared.",
    ),
    Rule(
        "LTC-01",
        Severity.HARD,
        services.cross_region,
        _regional,
        SAAS_OPTIONS,
        remedy=("Also offer the service in the consumer's Region, or use a cross-Region option."),
    ),
    Rule(
        "LTC-05",
        Severity.HARD,
        services.provider_initiates,
        _one_way,
        BEST_PRACTICES,
        remedy="Let the consumer initiate connections, or offer a service in the other direction "
        "as well.",
    ),
    Rule(
        "LTC-03",
        Severity.HARD,
        _not_tcp,
        _tcp_alone,
        BEST_PRACTICES,
        remedy="Use an option that routes, or use TCP.",
    ),
    Rule(
        "LTC-14",
        Severity.HARD,
        services.needed("client-ip"),
        _client_ip,
        BEST_PRACTICES,
        remedy="Read the client IP address from a header, or use an option that routes.",
    ),
    Rule(
        "LTC-21",
        Severity.HARD,
        services.needed("sg-reference"),
        _groups,
        NOT_VERIFIED,
        remedy="Use VPC Lattice auth policies, or allow CIDRs.",
    ),
    Rule("LTC-06", Severity.CONDITION, services.between_accounts, _share, SAAS_OPTIONS),
    Rule("LTC-17", Severity.CONDITION, services.needed("private-dns"), _dns, BEST_PRACTICES),
)
