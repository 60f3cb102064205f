"""Rules that hold whichever option is used: limits of a VPC and of a connection, and policies."""

from collections import Counter
from collections.abc import Callable, Iterable

import numpy as np

from connectivity.core.network.flow_arrays import MILLIONTHS
from connectivity.core.network.planned_network import Case
from connectivity.core.network.topology import Policy, Vpc
from connectivity.core.rules.aws_docs import BANDWIDTH, OWN_DOCUMENT, VPC_QUOTAS
from connectivity.core.rules.quotas import limit_rules
from connectivity.core.rules.rule import Growth, Rule, Severity
from costmodel.core.charges import Bools, Floats
from costmodel.core.units import figure

GBPS_OF_ONE_CONNECTION = 5
VPCS_PER_REGION = 5
CIDRS_PER_VPC, CIDRS_CEILING = 5, 50
SUBNETS_PER_VPC = 200
ROUTES_PER_TABLE, ROUTES_CEILING = 500, 1000  # IPv4 and IPv6 apart: CMN-15


def not_in_one_organization(case: Case) -> Bools:
    """The flows between two accounts of which none or one is known to be in an Organization, or
    both in different ones. Shape (flows,)."""
    flows = case.flows
    inside = np.array([bool(account.organization) for account in case.topology.accounts])
    same = case.pools[flows.consumer.account] == case.pools[flows.provider.account]
    together = same & inside[flows.consumer.account]
    return (flows.consumer.account != flows.provider.account) & ~together


def policy_rules(option: str) -> tuple[Rule, ...]:
    """The topology's own policies, as they concern one option."""

    def forbidding(case: Case, vpc: Vpc, other: Vpc) -> list[Policy]:
        between = case.policies.get(frozenset({vpc.environment, other.environment}), ())
        return [policy for policy in between if option in policy.forbid]

    def check(case: Case) -> Bools:
        if not any(option in policy.forbid for policy in case.topology.policies):
            return np.zeros(len(case.flows), dtype=np.bool_)
        width = len(case.topology.vpcs)
        pairs = (
            vpc * width + other
            for vpc, other in case.pairs
            if forbidding(case, case.vpc(vpc), case.vpc(other))
        )
        return np.isin(case.pair, list(pairs))

    def detail(case: Case, row: int) -> str:
        ours, theirs = case.consumer(row), case.provider(row)
        reasons = [policy.because for policy in forbidding(case, ours, theirs) if policy.because]
        because = f": {'; '.join(reasons)}" if reasons else ""
        environments = f"{ours.environment} and {theirs.environment}"
        return f"a policy forbids this option between {environments}{because}"

    return (
        Rule(
            "POLICY-01",
            Severity.HARD,
            check,
            detail,
            OWN_DOCUMENT,
            remedy="It is your own policy: change it in the document if it no longer applies.",
        ),
    )


def per_vpc(count: Callable[[Vpc], int]) -> Callable[[Case], Floats]:
    """Counts a number of every VPC. What it makes gives the shape (vpcs,)."""

    def counts(case: Case) -> Floats:
        return np.array([count(vpc) for vpc in case.topology.vpcs], dtype=np.float64)

    return counts


def _vpcs_beside(case: Case) -> Floats:
    """For every VPC, how many its account has in its Region."""
    where = [(vpc.account, vpc.region) for vpc in case.topology.vpcs]
    counts = Counter(where)
    return np.array([counts[place] for place in where], dtype=np.float64)


def _fast_connection(case: Case) -> Bools:
    """A single connection needs more than EC2 gives to one, as far as its number is known."""
    return case.column("peak_gbps") / case.once(_connections) > GBPS_OF_ONE_CONNECTION


def _connections(case: Case) -> Floats:
    return np.maximum(case.flows.active / MILLIONTHS, 1)


def _fast_detail(case: Case, row: int) -> str:
    peak, limit = case.topology.flows[row].peak_gbps, GBPS_OF_ONE_CONNECTION
    open_now = case.flows.active[row] / MILLIONTHS
    over = "if it is a single connection"
    if open_now:
        over = f"over {figure(open_now, 3)} open connections"
    return (
        f"{peak:g} Gbps {over} is more than the {limit} Gbps of a single flow outside a cluster "
        "placement group"
    )


def _fast_cross_region(case: Case) -> Bools:
    return ~case.flows.same_region & (case.column("peak_gbps") > GBPS_OF_ONE_CONNECTION)


def _cross_region_detail(case: Case, row: int) -> str:
    return (
        f"{case.topology.flows[row].peak_gbps:g} Gbps cross-Region: plan with 5 Gbps per "
        "instance, the conservative value where sources differ"
    )


def _cidr_rules(version: int) -> Iterable[Rule]:
    return limit_rules(
        "CMN-13",
        per_vpc(lambda vpc: sum(1 for cidr in vpc.cidrs if cidr.version == version)),
        CIDRS_PER_VPC,
        CIDRS_CEILING,
        "{vpc} has {count} " + f"IPv{version} CIDRs",
        VPC_QUOTAS,
        growth=Growth.NONE,
        remedy="Request a quota increase, or use fewer and wider CIDRs.",
    )


FLOW_RULES: tuple[Rule, ...] = (
    Rule("CMN-01", Severity.WARNING, _fast_connection, _fast_detail, BANDWIDTH),
    Rule("CMN-07", Severity.WARNING, _fast_cross_region, _cross_region_detail, BANDWIDTH),
)
"""Rules about connections, whichever option carries them."""

VPC_RULES: tuple[Rule, ...] = (
    *limit_rules(
        "CMN-12",
        _vpcs_beside,
        VPCS_PER_REGION,
        None,
        "the account of {vpc} has {count} VPCs in its Region",
        VPC_QUOTAS,
        remedy="Request a quota increase for VPCs in that Region before you build.",
    ),
    *_cidr_rules(4),
    *_cidr_rules(6),
    *limit_rules(
        "CMN-14",
        per_vpc(lambda vpc: vpc.subnets),
        SUBNETS_PER_VPC,
        None,
        "{vpc} has {count} subnets",
        VPC_QUOTAS,
        growth=Growth.NONE,
        remedy="Request a quota increase, or merge subnets.",
    ),
)
"""Rules about VPCs, for options that keep them apart."""
