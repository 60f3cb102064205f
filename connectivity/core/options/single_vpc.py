"""Both ends in one VPC of one account: the baseline of every latency, never offered across VPCs."""

from collections.abc import Iterator

import numpy as np

from connectivity.core.network.flow_arrays import Flows
from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts.option import Option, Standing, Term
from connectivity.core.rules.aws_docs import NOT_VERIFIED, SHARING
from connectivity.core.rules.rule import Rule, Severity
from connectivity.core.terraform.part import Part
from connectivity.core.terraform.values import Resource
from costmodel.core.charges import Bools, Charge


def charges(flows: Flows) -> Iterator[Charge]:
    """GB that cross AZs, at 0.01 USD and the like for each end, to the account of that end.

    Inside an AZ private addresses cost nothing, whichever accounts they belong to.
    Source: EC2 On-Demand Pricing, "Data Transfer within the same AWS Region",
    aws.amazon.com/ec2/pricing/on-demand, read 2026-11-25.
    """
    yield from ()


def resources(part: Part) -> Iterator[Resource]:
    """Nothing: it is what others are compared with, and no design has it."""
    yield from ()


def carries(flows: Flows) -> Bools:
    """Flows inside one Region. Shape (flows,)."""
    return np.zeros(len(flows), dtype=np.bool_)


def _regions_differ(case: Case) -> Bools:
    return ~case.flows.same_region


def _accounts_differ(case: Case) -> Bools:
    return case.flows.consumer.account != case.flows.provider.account


def _two_vpcs(case: Case) -> Bools:
    return ~_regions_differ(case) & ~_accounts_differ(case)


def _regions(case: Case, row: int) -> str:
    vpcs = case.consumer(row), case.provider(row)
    return f"{vpcs[0].name} is in {vpcs[0].region}, {vpcs[1].name} in {vpcs[1].region}"


def _accounts(case: Case, row: int) -> str:
    vpcs = case.consumer(row), case.provider(row)
    return (
        f"{vpcs[0].name} is in account {vpcs[0].account}, {vpcs[1].name} of {vpcs[1].account}; "
        "VPC sharing is how two accounts use one VPC"
    )


def _vpcs(case: Case, row: int) -> str:
    return f"{case.consumer(row).name} and {case.provider(row).name} are two VPCs"


OPTION = Option(
    key="single-vpc",
    name="Single VPC (baseline)",
    order=1,
    colour=1,
    help=Term(
        "Single VPC",
        "Consumer and provider in one VPC: the baseline against which every latency overhead is "
        "measured.",
        "https://docs.aws.amazon.com/vpc/latest/userguide/what-is-amazon-vpc.html",
        "Amazon VPC User Guide",
    ),
    charges=charges,
    resources=resources,
    carries=carries,
    rules=(
        Rule(
            "SVPC-01",
            Severity.HARD,
            _regions_differ,
            _regions,
            NOT_VERIFIED,
            remedy="It is the baseline; consumer and provider would have to be in one Region.",
        ),
        Rule(
            "SVPC-02",
            Severity.HARD,
            _accounts_differ,
            _accounts,
            SHARING,
            remedy="It is the baseline; VPC sharing is how two accounts use one VPC.",
        ),
        Rule(
            "BASE-01",
            Severity.HARD,
            _two_vpcs,
            _vpcs,
            NOT_VERIFIED,
            remedy="It is the baseline of every latency, not an option between two VPCs.",
        ),
    ),
    standing=Standing.BASELINE,
)
