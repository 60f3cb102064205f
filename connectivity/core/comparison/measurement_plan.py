"""A measurement kit: for the cells that a topology lacks, which hosts and which commands."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from connectivity.core.comparison.compare import Comparison
from connectivity.core.latency.lookup import BASELINE, region_of
from connectivity.core.network.topology import Vpc
from connectivity.core.option_parts.option import Netperf, Option

CONTROL_PORT, DATA_PORT = 12865, 1234
SECONDS = 60  # at some 1,000 round trips a second and more: enough for a p99.9 between AZs
SECONDS_FAR = 300  # at some 3 round trips a second and more: enough for a p99 between Regions
SELECTORS = (
    "MIN_LATENCY,MEAN_LATENCY,P50_LATENCY,P90_LATENCY,P99_LATENCY,MAX_LATENCY,STDDEV_LATENCY,"
    "THROUGHPUT,THROUGHPUT_UNITS,ELAPSED_TIME,REQUEST_SIZE,RESPONSE_SIZE"
)
SERVER = f"sudo chrt -f 50 netserver -D -p {CONTROL_PORT}"


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
    return sorted(_steps(comparison), key=lambda step: (step.option != BASELINE, step.option))


def _steps(comparison: Comparison) -> Iterator[Step]:
    seen: set[tuple[str, str, str]] = set()
    case = comparison.case
    for answer in comparison.answers:
        option = answer.option
        is_wanted = option.key == BASELINE or (answer.is_feasible and answer.is_allowed)
        if not is_wanted or option.netperf is None:
            continue
        for row, flow in enumerate(case.topology.flows):
            consumer, provider = case.consumer(row), case.provider(row)
            theirs = case.service(row).azs if flow.service else provider.azs
            for pair, azs in _pairs(option.key, consumer, provider, theirs):
                cell = (option.key, *pair)
                if cell in seen or comparison.latencies.read(option.key, *azs).basis == "measured":
                    continue
                seen.add(cell)
                yield _step(option, option.netperf, cell, consumer.name, provider.name)


Pair = tuple[str, str]


def _pairs(
    option: str, consumer: Vpc, provider: Vpc, theirs: tuple[str, ...]
) -> Iterator[tuple[Pair, Pair]]:
    """Between which AZs or Regions to measure, and a pair of AZs that says whether it was done.

    Between Regions a figure is filed for both Regions, from any AZ of them.
    """
    pairs = ((az, other) for az in consumer.azs for other in theirs)
    if consumer.region == provider.region:
        yield from ((pair, pair) for pair in pairs)
    elif option != BASELINE:
        yield (consumer.region, provider.region), next(pairs)


def _step(
    option: Option, netperf: Netperf, cell: tuple[str, str, str], consumer: str, provider: str
) -> Step:
    key, first, other = cell
    is_baseline = key == BASELINE
    before = "Both hosts in one VPC." if is_baseline else f"{option.name} between the two VPCs."
    if netperf.is_behind_listeners:
        before += (
            f" Two TCP listeners with the server as their target: {CONTROL_PORT} for netperf's "
            f"control connection, {DATA_PORT} for its data."
        )
    seconds = SECONDS if region_of(first) else SECONDS_FAR
    file = f"{key}-{first}-{other}.txt"
    client = (
        f"sudo chrt -f 50 netperf -H {netperf.host} -p {CONTROL_PORT} -t TCP_RR -l {seconds} -- "
        f"-P ,{DATA_PORT} -r 1,1 -k {SELECTORS} > {file}"
    )
    server_vpc = consumer if is_baseline else provider
    return Step(key, option.name, first, other, consumer, server_vpc, before, SERVER, client, file)


class Missing(NamedTuple):
    """Where one measurement of a single VPC gives options their p99."""

    region: str
    is_crossing: bool  # between two AZs of the Region, else inside one
    options: tuple[str, ...]  # the names of those that it gives one


def unmeasured(comparison: Comparison) -> list[Missing]:
    """The Regions inside which flows have no p99, though the overhead of options is known."""
    names: dict[tuple[str, bool], list[str]] = defaultdict(list)
    for answer in comparison.answers:
        for i in np.unique(answer.heads.of).tolist():
            reading, _, is_crossing = answer.heads.kinds[i]
            where, name = (region_of(reading.from_az), is_crossing), answer.option.name
            is_lacking = reading.us is None and reading.overhead_us is not None
            if is_lacking and where[0] == region_of(reading.to_az) and name not in names[where]:
                names[where].append(name)
    return [Missing(*where, tuple(options)) for where, options in sorted(names.items()) if options]
