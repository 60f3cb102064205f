"""In how many Regions, and between how many, each option can be priced at the shipped prices."""

import sys
from collections import Counter, defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from connectivity.core.comparison.price_coverage import gaps_of
from connectivity.core.network.regions import AZ_PREFIXES
from costmodel.core.price_list import PriceList, is_commercial
from costmodel.importers import price_table

PRICES = max((Path(__file__).parent.parent / "costmodel" / "data").glob("prices_*.csv"))
MAX_LACKS = 3


def main() -> None:
    prices = PriceList("shipped", "", price_table.read(PRICES.read_text().splitlines()))
    inside: dict[str, list[str]] = defaultdict(list)
    between: Counter[str] = Counter()
    lacks: dict[str, Counter[str]] = defaultdict(Counter)
    commercial = [region for region in AZ_PREFIXES if is_commercial(region)]
    pairs = [(here, there) for here in commercial for there in commercial if here != there]
    for here, there in [*((region, region) for region in AZ_PREFIXES), *pairs]:
        for name, gaps in gaps_of(prices, here, there).items():
            for price in {gap.price for gap in gaps}:
                lacks[name][f"{price.usage_type} {price.operation}".strip()] += 1
            if not gaps and here == there:
                inside[name].append(here)
            between[name] += not gaps and here != there
    print(f"{PRICES.name}: {len(prices.prices):,} prices")
    print(f"{len(AZ_PREFIXES)} Regions, {len(pairs):,} ordered pairs of commercial ones")
    for name in sorted(lacks, key=lambda name: (-len(inside[name]), -between[name])):
        missing = sorted(AZ_PREFIXES.keys() - set(inside[name]))
        print(f"\n{name}: inside {len(inside[name])} Regions, between {between[name]:,} pairs")
        print(f"  not inside {', '.join(missing)}" if inside[name] else "  inside none")
        for usage, times in lacks[name].most_common(MAX_LACKS):
            print(f"  {usage} is missing {times:,} times")


if __name__ == "__main__":
    main()
