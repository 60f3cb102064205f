"""Price lists in the database that lack something."""

from costmodel.core.charges import PriceName
from costmodel.core.price_list import EVERYWHERE
from costmodel.ingest import store_prices
from costmodel.models import PriceList
from costmodel.queries import price_list

ATTACHMENT = PriceName("AmazonVPC", "TransitGateway-Hours", "TransitGatewayVPC")


def taken_out(*names: PriceName, region: str) -> PriceList:
    """A newer list of AWS's in force, without some prices of a Region and of all Regions."""
    before = price_list(None)
    kept = [
        price
        for price in before.prices
        if price.name not in names or price.region not in (region, EVERYWHERE)
    ]
    assert len(kept) < len(before.prices)
    row = PriceList.objects.create(name=f"cut of {region}", as_of=before.as_of, sha256=region)
    store_prices(row, tuple(kept))
    return row
