"""Both ends move into one VPC, whose subnets are shared with their accounts through AWS RAM."""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from connectivity.core.network.cidr_overlaps import pair_overlaps
from connectivity.core.network.flow_arrays import Flows
from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts.data_transfer import between_azs
from connectivity.core.option_parts.option import Option, Standing, Term
from connectivity.core.options.vpc_sharing.resources import resources
from connectivity.core.rules.aws_docs import BEST_PRACTICES, NOT_VERIFIED, SHARING, VPC_QUOTAS
from connectivity.core.rules.quotas import limit_rules
from connectivity.core.rules.rule import Rule, Severity, needs
from connectivity.core.rules.vpc_and_connection import not_in_one_organization
from costmodel.core.charges import Bools, Charge, Floats

PARTICIPANTS = 100
SUBNETS_SHARED = 100  # with one account


def charges(flows: Flows) -> Iterator[Charge]:
    """GB that cross AZs, for each end, to the participant whose interface it is.

    Sharing itself is free, and so is traffic inside an AZ, which is told by its AZ ID. What the
    owner of the VPC pays for all (gateways, endpoints) is no part of these flows.
    Source: VPC User Guide, "Billing and metering for owner and participants",
    docs.aws.amazon.com/vpc/latest/userguide/vpc-share-billing.html, read 2026-11-23.
    """
    yield from between_azs(flows)


def carries(flows: Flows) -> Bools:
    """Flows inside one Region. Shape (flows,)."""
    return flows.same_region


def _cross_region(case: Case) -> Bools:
    return ~case.flows.same_region


def _cross_region_detail(case: Case, row: int) -> str:
    vpcs = case.consumer(row), case.provider(row)
    return f"{vpcs[0].region} and {vpcs[1].region} differ; a subnet lies in one AZ of one Region"


def _organizations(case: Case, row: int) -> str:
    accounts = (case.account[case.consumer(row).account], case.account[case.provider(row).account])
    ours, theirs = (account.organization or "no Organization" for account in accounts)
    return (
        "subnets are shared inside one AWS Organization only: "
        f"account {accounts[0].id} is in {ours}, account {accounts[1].id} is in {theirs}"
    )


def _joined(case: Case) -> list[int]:
    """For every VPC, a number that is the same for all that move into one VPC."""
    group = list(range(len(case.topology.vpcs)))

    def root(vpc: int) -> int:
        while group[vpc] != vpc:
            group[vpc] = group[group[vpc]]
            vpc = group[vpc]
        return vpc

    for vpc, other in case.pairs:
        group[root(vpc)] = root(other)
    return [root(vpc) for vpc in range(len(group))]


def _participants(case: Case) -> Floats:
    """For every VPC, how many other accounts would share the VPC that it moves into."""
    group = case.once(_joined)
    accounts: dict[int, set[str]] = defaultdict(set)
    for group_of, vpc in zip(group, case.topology.vpcs, strict=True):
        accounts[group_of].add(vpc.account)
    return np.array([len(accounts[group_of]) - 1 for group_of in group], dtype=np.float64)


def _subnets(case: Case) -> Floats:
    """For every VPC, the known subnets of the VPC that it moves into."""
    group = np.array(case.once(_joined))
    return np.bincount(group, weights=[vpc.subnets for vpc in case.topology.vpcs])[group]


def _always(case: Case) -> Bools:
    return np.ones(len(case.flows), dtype=np.bool_)


def _move(case: Case, row: int) -> str:
    overlap = case.once(pair_overlaps).get(int(case.pair[row]))
    addresses = f"IP addresses change: {overlap}" if overlap else "no CIDRs overlap"
    names = f"{case.consumer(row).name} and {case.provider(row).name}"
    return f"the workloads of {names} move into one VPC; {addresses}"


def _two_accounts(case: Case) -> Bools:
    return case.flows.consumer.account != case.flows.provider.account


def _exhaustion(case: Case, row: int) -> str:
    accounts = case.consumer(row).account, case.provider(row).account
    return (
        f"accounts {' and '.join(accounts)} can exhaust each other's IP addresses and network "
        "interfaces"
    )


def _groups_across_accounts(case: Case) -> Bools:
    return needs("sg-reference")(case) & _two_accounts(case)


def _groups(case: Case, row: int) -> str:
    return (
        "older AWS pages say that security groups of another participant cannot be referenced; "
        "shared security groups (late 2024) should allow it within an Organization: test it first"
    )


OPTION = Option(
    key="vpc-sharing",
    name="VPC sharing",
    order=2,
    colour=2,
    help=Term(
        "VPC sharing",
        "One account owns a VPC and shares its subnets with other accounts of the Organization, "
        "which run their resources in them.",
        "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-sharing.html",
        "Amazon VPC User Guide",
    ),
    charges=charges,
    resources=resources,
    carries=carries,
    keeps_vpcs=False,
    rules=(
        Rule(
            "SHR-02",
            Severity.HARD,
            _cross_region,
            _cross_region_detail,
            NOT_VERIFIED,
            remedy="Move one side to the other's Region, or use a cross-Region option.",
        ),
        Rule(
            "SHR-01",
            Severity.HARD,
            not_in_one_organization,
            _organizations,
            SHARING,
            remedy="Move both accounts into one Organization.",
        ),
        *limit_rules(
            "SHR-03",
            _participants,
            PARTICIPANTS,
            None,
            "the VPC that {vpc} moves into would be shared with {count} accounts",
            VPC_QUOTAS,
            remedy="Request a quota increase, or split the VPC.",
        ),
        *limit_rules(
            "SHR-04",
            _subnets,
            SUBNETS_SHARED,
            None,
            "the VPC that {vpc} moves into would share {count} subnets with each account",
            VPC_QUOTAS,
            remedy="Request a quota increase, or use fewer and larger subnets.",
        ),
        Rule("SHR-12", Severity.CONDITION, _always, _move, SHARING),
        Rule("SHR-08", Severity.WARNING, _two_accounts, _exhaustion, VPC_QUOTAS),
        Rule("SHR-07", Severity.WARNING, _groups_across_accounts, _groups, BEST_PRACTICES),
    ),
    standing=Standing.NAMED,
    why_named="the workloads would have to move",
)
