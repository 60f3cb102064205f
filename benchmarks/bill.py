"""`bill()` of a million flows, beside the plain loop over flows that it replaces.

Both give the same totals (checked). The loop asks each option for the charges of one flow, skips
things that are billed already, and adds up whole thousandths in dictionaries; it is run on a part
of the flows and scaled, since it is linear.
"""

import resource
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from itertools import starmap
from pathlib import Path
from typing import NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from connectivity.core.network.flow_arrays import MILLIONTHS, Flows, Side
from connectivity.core.option_parts.data_transfer import INTER_AZ, crossing_sent
from connectivity.core.option_parts.services import GB_PER_UNIT, NLB_NEW_PER_UNIT, NLB_OPEN_PER_UNIT
from connectivity.core.options import OPTIONS
from connectivity.core.options.privatelink import (
    CAPACITY_UNIT,
    DATA,
    ENDPOINT,
    LOAD_BALANCER,
)
from connectivity.core.options.transit_gateway import ATTACHMENT, PROCESSING
from connectivity.core.options.vpc_peering import IN, OUT
from costmodel.core.bill import bill
from costmodel.core.charges import Ints, PriceName
from costmodel.core.price_list import PriceList
from costmodel.importers import price_table

SHIPPED = max((Path(__file__).parents[1] / "costmodel" / "data").glob("prices_*.csv"))

FLOWS, LOOPED, VPCS, ACCOUNTS = 1_000_000, 50_000, 1_000, 200
REGION, MONTH = "us-east-1", 730_000  # thousandths of an hour
AZS = 3


class Row(NamedTuple):
    """One flow, as the loop sees it."""

    a: int
    b: int
    payer: int
    other: int
    request: int
    response: int
    crossing: int
    out: int
    back: int
    new: float
    active: float


def flows(count: int) -> Flows:
    """Random flows in one Region, by columns."""
    dice = np.random.default_rng(20261123)
    owner = dice.integers(ACCOUNTS, size=VPCS)
    consumer = dice.integers(VPCS, size=count)
    provider = (consumer + dice.integers(1, VPCS, size=count)) % VPCS
    nowhere = np.zeros(count, dtype=np.int64)
    total = dice.integers(20_000_000, size=count)
    response = np.rint(total * dice.random(count)).astype(np.int64)
    return Flows(
        consumer=Side(consumer, owner[consumer], nowhere, nowhere, consumer),
        provider=Side(provider, owner[provider], nowhere, nowhere, provider),
        hub=nowhere,
        service=provider,
        protocol=nowhere,
        cross_zone=np.zeros(count, dtype=np.bool_),
        existing_nlb=np.zeros(count, dtype=np.bool_),
        request=total - response,
        response=response,
        crossing=np.rint(total * dice.random(count)).astype(np.int64),
        new=dice.integers(100, size=count).astype(np.float64) * MILLIONTHS,
        active=dice.integers(10_000, size=count).astype(np.float64) * MILLIONTHS,
        requests=np.full(count, np.nan),
        az_lists=(("use1-az1", "use1-az2", "use1-az3"),),
    )


Charge = tuple[PriceName, int, int, object]  # price, payer, thousandths, what it is billed once for


def share(row: Row) -> Iterator[Charge]:
    yield INTER_AZ, row.payer, row.crossing, None
    yield INTER_AZ, row.other, row.crossing, None


def peer(row: Row) -> Iterator[Charge]:
    for who, out, back in ((row.payer, row.out, row.back), (row.other, row.back, row.out)):
        yield OUT, who, out, None
        yield IN, who, back, None


def attach(row: Row) -> Iterator[Charge]:
    for vpc, who, sent in ((row.a, row.payer, row.request), (row.b, row.other, row.response)):
        yield ATTACHMENT, who, MONTH, vpc
        yield PROCESSING, who, sent, None


def link(row: Row) -> Iterator[Charge]:
    yield ENDPOINT, row.payer, AZS * MONTH, (row.a, row.b)
    yield DATA, row.payer, row.request + row.response, None
    yield LOAD_BALANCER, row.other, MONTH, row.b


STEPS = {"vpc-sharing": share, "vpc-peering": peer, "transit-gateway": attach, "privatelink": link}


def looped(key: str, flow_arrays: Flows, prices: PriceList, pools: Ints) -> Decimal:
    """One option's bill, flow by flow: what `charges` and `bill` do, for one flow at a time."""
    sums: dict[tuple[PriceName, int], int] = defaultdict(int)
    loads: dict[tuple[int, int], list[float]] = defaultdict(lambda: [0, 0, 0])
    billed: set[tuple[PriceName, object]] = set()
    for row in rows(flow_arrays):
        for name, payer, amount, thing in STEPS[key](row):
            if thing is not None and (name, thing) in billed:
                continue
            billed.add((name, thing))
            sums[name, payer] += amount
        if key == "privatelink":
            load = loads[row.b, row.other]
            for i, more in enumerate((row.new, row.active, row.request + row.response)):
                load[i] += more
    for owner, amount in capacity(loads):
        sums[CAPACITY_UNIT, owner] += amount
    pooled: dict[tuple[PriceName, int], int] = defaultdict(int)
    for (name, payer), amount in sums.items():
        pooled[name, int(pools[payer])] += amount
    return sum((_priced(name, amount, prices) for (name, _), amount in pooled.items()), Decimal(0))


def capacity(loads: dict[tuple[int, int], list[float]]) -> Iterator[tuple[int, int]]:
    for (_, owner), (new, active, amount) in loads.items():
        units = max(new / NLB_NEW_PER_UNIT[0], active / NLB_OPEN_PER_UNIT[0], amount / GB_PER_UNIT)
        yield owner, round(float(units) * MONTH)


def rows(flow_arrays: Flows) -> Iterator[Row]:
    sent, back = crossing_sent(flow_arrays)
    columns = [
        flow_arrays.consumer.vpc,
        flow_arrays.provider.vpc,
        flow_arrays.consumer.account,
        flow_arrays.provider.account,
    ]
    columns += [flow_arrays.request, flow_arrays.response, flow_arrays.crossing, sent, back]
    lists = [column.tolist() for column in columns]
    return starmap(
        Row, zip(*lists, flow_arrays.new.tolist(), flow_arrays.active.tolist(), strict=True)
    )


def _priced(name: PriceName, amount: int, prices: PriceList) -> Decimal:
    price = prices.find(name, REGION)
    assert price is not None  # noqa: S101
    total = Decimal(0)
    for tier in price.tiers:
        within = min(amount, amount if tier.end is None else tier.end) - tier.start
        total += max(0, within) * tier.usd / 1000
    return total


def main() -> None:
    prices = PriceList("shipped", "", price_table.read(SHIPPED.read_text().splitlines()))
    many, pools = flows(FLOWS), np.arange(ACCOUNTS) // 10
    part = many.rows(np.arange(LOOPED))
    fast = slow = 0.0
    for option in (option for option in OPTIONS if option.key in STEPS):
        begin = time.perf_counter()
        usd = bill(option.charges(many), prices, [REGION], pools).usd
        middle = time.perf_counter()
        expected = looped(option.key, part, prices, pools)
        end = time.perf_counter()
        assert bill(option.charges(part), prices, [REGION], pools).usd == expected  # noqa: S101
        loop = (end - middle) * FLOWS / LOOPED
        fast, slow = fast + middle - begin, slow + loop
        print(
            f"{option.key:16} {usd:>20,.2f} USD   bill() {middle - begin:5.2f} s"
            f"   loop {loop:6.2f} s   ratio {loop / (middle - begin):5.1f}"
        )
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{FLOWS:,} flows x 4 options: bill() {fast:.2f} s, ratio {slow / fast:.1f}")
    print(f"at most {memory:.2f} GiB of memory")


if __name__ == "__main__":
    main()
