"""A throw-away option: a leased line from each VPC to a place where all meet.

Its charges are made up. It is here to be added: what it needs anywhere else is a fault.
"""

from collections.abc import Iterator

import numpy as np

from connectivity.core.network.flow_arrays import Flows
from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts.option import Netperf, ObjectKind, Objects, Option, Term
from connectivity.core.rules.quotas import limit_rules
from connectivity.core.rules.rule import Rule, Severity
from connectivity.core.terraform.part import Part
from connectivity.core.terraform.values import Note, Resource, Value
from costmodel.core.charges import Bools, Charge, Floats, Hourly, Metered, PriceName

PORT = PriceName("LeasedLine", "Port-Hours")
SENT = PriceName("LeasedLine", "Sent-Bytes", "Light")
CIRCUIT = ObjectKind("circuit", 99)


def charges(flows: Flows) -> Iterator[Charge]:
    """Made up: an hour of a port for each VPC, and a GB for what each end sends."""
    ends = flows.ends
    yield Hourly("Port of the circuit", PORT, ends.region, ends.account, resource=ends.vpc)
    for sender, sent in ((flows.consumer, flows.request), (flows.provider, flows.response)):
        yield Metered("Sent into the circuit", SENT, sender.region, sender.account, sent)


def objects(flows: Flows) -> Iterator[Objects]:
    yield Objects(CIRCUIT, flows.ends.account, flows.ends.vpc)


def resources(part: Part) -> Iterator[Resource | Note]:
    for vpc in part.vpcs:
        body: dict[str, Value] = {"bandwidth": "1Gbps", "location": "FRA", "name": part.name(vpc)}
        yield Resource(vpc.account, "aws_dx_connection", part.name(vpc), body, vpc.region)
    yield Note(part.hub, "light the fibre")


def _circuits(case: Case) -> Floats:
    return np.full(len(case.topology.vpcs), 11.0)


def _fast(case: Case) -> Bools:
    return case.column("peak_gbps") > 1


def _too_fast(case: Case, row: int) -> str:
    return f"{case.topology.flows[row].peak_gbps:g} Gbps do not fit through a port of 1 Gbps"


OPTION = Option(
    key="leased-line",
    name="Leased line",
    order=99,
    colour=3,
    help=Term("Leased line", "Light in a fibre that somebody lets.", "", ""),
    charges=charges,
    resources=resources,
    makes=(CIRCUIT,),
    objects=objects,
    rules=(
        *limit_rules(
            "DX-01",
            _circuits,
            10,
            None,
            "the location of {vpc} needs {count} circuits",
            "made up",
            remedy="Ask the partner for a second location.",
        ),
        Rule("DX-02", Severity.HARD, _fast, _too_fast, "made up", remedy="Lease a faster port."),
    ),
    assumes=("A circuit is leased by the month and dark at night.",),
    netperf=Netperf("ROUTER_ADDRESS"),
)
