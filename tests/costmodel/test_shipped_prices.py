"""The price list that comes with the product."""

from connectivity.core.options.privatelink import CAPACITY_UNIT, DATA, ENDPOINT
from connectivity.core.options.transit_gateway import ATTACHMENT
from connectivity.core.transfer import INTER_AZ
from costmodel.core.price_list import PriceList
from costmodel.core.usage_types import INTER_REGION
from costmodel.models import Price
from costmodel.models import PriceList as PriceListRow
from costmodel.queries import price_list


def test_every_price_has_a_source_and_most_a_date(prices: PriceList) -> None:
    assert all(price.source for price in prices.prices)
    assert sum(1 for price in prices.prices if not price.as_of) <= 4


def test_figures_that_were_read_are_there(prices: PriceList) -> None:
    seen = [
        (prices.find(ENDPOINT, "eu-central-1"), "0.012"),
        (prices.find(ATTACHMENT, "ap-southeast-7"), "0.06"),
        (prices.find(INTER_AZ, "af-south-1"), "0.01"),
        (prices.find(INTER_REGION, "us-east-1", "us-east-2"), "0.01"),
        (prices.find(INTER_REGION, "us-east-2", "us-east-1"), "0.01"),
        (prices.find(INTER_REGION, "ap-northeast-1", "us-east-1"), "0.09"),
        (prices.find(CAPACITY_UNIT, "ap-southeast-6"), "0.0063"),
    ]
    assert [str(price.tiers[0].usd) if price else None for price, _ in seen] == [
        usd for _, usd in seen
    ]


def test_what_was_not_read_is_missing(prices: PriceList) -> None:
    assert prices.find(ATTACHMENT, "eu-west-1") is None
    assert prices.find(CAPACITY_UNIT, "us-east-2") is None


def test_weak_figures_are_marked(prices: PriceList) -> None:
    price = prices.find(ATTACHMENT, "ap-south-1")
    assert price is not None
    assert price.weak


def test_endpoint_tiers_come_from_the_price_for_all_regions(prices: PriceList) -> None:
    price = prices.find(DATA, "sa-east-1")
    assert price is not None
    assert (price.region, len(price.tiers)) == ("*", 3)


def test_the_database_gives_the_same_list(shipped: None, prices: PriceList) -> None:
    stored = price_list(None)
    assert stored.prices == prices.prices


def test_loading_twice_stores_once(shipped: None) -> None:
    from costmodel.ingest import load_shipped_prices

    before = Price.objects.count()
    load_shipped_prices()
    assert (PriceListRow.objects.count(), Price.objects.count()) == (1, before)
