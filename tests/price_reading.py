"""Price files from the bodies that tests make, read as `import_prices` reads them."""

import json
from pathlib import Path
from typing import Any

from connectivity.core.comparison.price_names import price_names
from costmodel.core.price_list import Price, Tier
from costmodel.importers.aws_price_list import OfferRead, read_offer
from costmodel.importers.needed import Needed
from tests import shipped

SAMPLES = Path(__file__).parent / "samples" / "prices"
HELD = {price.name for price in shipped.prices().prices}
NEEDED = Needed(price_names(), HELD)


def written(path: Path, body: Any) -> Path:
    if isinstance(body, bytes):
        path.write_bytes(body)
    else:
        path.write_text(body if isinstance(body, str) else json.dumps(body, indent=1))
    return path


def read(folder: Path, body: Any, needed: Needed = NEEDED) -> OfferRead:
    return read_offer(written(folder / "offer", body), needed)


def found(prices: list[Price]) -> dict[tuple[str, str, str, str | None], tuple[Tier, ...]]:
    return {
        (price.name.usage_type, price.name.operation, price.region, price.to_region): price.tiers
        for price in prices
    }
