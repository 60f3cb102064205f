"""The data that comes with the product, read without a database."""

from functools import cache
from pathlib import Path

from connectivity.core.latency.lookup import LatencySet
from connectivity.importers import latency_table
from costmodel.core.price_list import PriceList
from costmodel.importers import price_table

ROOT = Path(__file__).parents[1]
PRICES = max((ROOT / "costmodel" / "data").glob("prices_*.csv"))
LATENCIES = max((ROOT / "connectivity" / "data").glob("option_p99_*.csv"))


@cache
def prices() -> PriceList:
    lines = PRICES.read_text(encoding="utf-8").splitlines()
    return PriceList("shipped", PRICES.stem.removeprefix("prices_"), price_table.read(lines))


@cache
def latencies() -> LatencySet:
    lines = LATENCIES.read_text(encoding="utf-8").splitlines()
    return LatencySet("shipped", "2020", latency_table.read(lines))
