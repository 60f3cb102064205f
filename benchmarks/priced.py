"""In how many Regions each option can be priced at the shipped prices."""

import sys
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from connectivity.core.compare import compare
from connectivity.core.document import topology
from connectivity.core.latency import LatencySet
from connectivity.core.regions import AZ_PREFIXES
from costmodel.core.price_list import PriceList
from costmodel.importers import price_table

PRICES = Path(__file__).parent.parent / "costmodel" / "data" / "prices_2026-11-23.csv"


def two_vpcs(region: str) -> dict[str, object]:
    """An HTTP service and its client, both in one Region, crossing AZs."""
    azs = [f"{AZ_PREFIXES[region]}-az{i}" for i in (1, 2)]
    ends = [("ours", "111111111111", "10.0.0.0/16"), ("theirs", "222222222222", "10.1.0.0/16")]
    return {
        "version": 1,
        "name": region,
        "accounts": [{"id": id, "name": name, "organization": "o"} for name, id, _ in ends],
        "vpcs": [
            {"name": name, "account": id, "region": region, "cidrs": [cidr], "azs": azs}
            for name, id, cidr in ends
        ],
        "services": [{"name": "web", "vpc": "theirs", "port": 443, "protocol": "http"}],
        "flows": [
            {
                "name": "f",
                "from": "ours",
                "to": "web",
                "gb_per_month": 1000,
                "requests_per_second": 1000,
            }
        ],
    }


def main() -> None:
    prices = PriceList("shipped", "", price_table.read(PRICES.read_text().splitlines()))
    where: dict[str, list[str]] = defaultdict(list)
    for region in AZ_PREFIXES:
        for answer in compare(topology(two_vpcs(region)), prices, LatencySet("", "", ())).answers:
            if answer.usd is not None:
                where[answer.option.name].append(region)
    for name, regions in sorted(where.items(), key=lambda one: -len(one[1])):
        print(f"{name}: {len(regions)} ({', '.join(regions)})")


if __name__ == "__main__":
    main()
