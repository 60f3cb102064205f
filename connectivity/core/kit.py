"""A measurement kit: for the cells that a topology lacks, which hosts and which commands."""

from collections.abc import Iterator
from typing import NamedTuple

from connectivity.core.compare import Comparison
from connectivity.core.latency import BASELINE

CONTROL_PORT, DATA_PORT = 12865, 1234
SECONDS = 60  # at some 1,000 round trips a second and more: enough for a p99.9 between AZs
SELECTORS = (
    "MIN_LATENCY,MEAN_LATENCY,P50_LATENCY,P90_LATENCY,P99_LATENCY,MAX_LATENCY,STDDEV_LATENCY,"
    "THROUGHPUT,THROUGHPUT_UNITS,ELAPSED_TIME,REQUEST_SIZE,RESPONSE_SIZE"
)
SERVER = f"sudo chrt -f 50 netserver -D -p {CONTROL_PORT}"
BEHIND_LISTENERS = {"privatelink", "privatelink-resource", "public-internet"}
NOT_BY_NETPERF = {"vpc-lattice"}


class Step(NamedTuple):
    """One measurement that is missing."""

    option: str
    name: str
    from_az: str
    to_az: str
    client_vpc: str
    server_vpc: str
    before: str  # what must stand between the hosts
    server: str
    client: str
    file: str


def run_book(comparison: Comparison) -> list[Step]:
    """A step for every option, single VPC first, and pair of AZs that lacks an own measurement."""
    return sorted(_steps(comparison), key=lambda one: (one.option != BASELINE, one.option))


def _steps(comparison: Comparison) -> Iterator[Step]:
    seen: set[tuple[str, str, str]] = set()
    case = comparison.case
    for answer in comparison.answers:
        option = answer.option
        is_wanted = option.key == BASELINE or (answer.is_feasible and answer.is_allowed)
        if not is_wanted or option.key in NOT_BY_NETPERF:
            continue
        for row, flow in enumerate(case.topology.flows):
            consumer, provider = case.consumer(row), case.provider(row)
            theirs = case.service(row).azs if flow.service else provider.azs
            pairs = ((one, other) for one in consumer.azs for other in theirs)
            for one, other in pairs if consumer.region == provider.region else ():
                cell = (option.key, one, other)
                if cell in seen or comparison.latencies.read(*cell).basis == "measured":
                    continue
                seen.add(cell)
                yield _step(option.key, option.name, cell, consumer.name, provider.name)


def _step(key: str, name: str, cell: tuple[str, str, str], consumer: str, provider: str) -> Step:
    _, one, other = cell
    is_baseline = key == BASELINE
    before = "Both hosts in one VPC." if is_baseline else f"{name} between the two VPCs."
    host = "SERVER_ADDRESS"
    if key in BEHIND_LISTENERS:
        host = "ENDPOINT_ADDRESS" if key != "public-internet" else "LOAD_BALANCER_ADDRESS"
        before += (
            f" Two TCP listeners with the server as their target: {CONTROL_PORT} for netperf's "
            f"control connection, {DATA_PORT} for its data."
        )
    file = f"{key}-{one}-{other}.txt"
    client = (
        f"sudo chrt -f 50 netperf -H {host} -p {CONTROL_PORT} -t TCP_RR -l {SECONDS} -- "
        f"-P ,{DATA_PORT} -r 1,1 -k {SELECTORS} > {file}"
    )
    server_vpc = consumer if is_baseline else provider
    return Step(key, name, one, other, consumer, server_vpc, before, SERVER, client, file)
