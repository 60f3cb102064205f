"""The price list that comes with the product."""

import json
import re
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from advisor.models import User
from connectivity.core.network.regions import AZ_PREFIXES
from connectivity.core.option_parts.data_transfer import INTER_AZ
from connectivity.core.options.privatelink import CAPACITY_UNIT, ENDPOINT
from connectivity.core.options.privatelink_resource import ENDPOINT as RESOURCE
from connectivity.core.options.privatelink_resource import PROVIDER_DATA
from connectivity.core.options.transit_gateway import ATTACHMENT, PROCESSING
from connectivity.core.options.vpc_peering import IN
from costmodel.core.charges import PriceName
from costmodel.core.overrides import Override
from costmodel.core.price_list import EVERYWHERE, PriceList
from costmodel.core.usage_types import INTER_REGION, REGION_PREFIXES, price_name
from costmodel.ingest import add_override, import_prices
from costmodel.models import Price
from costmodel.models import PriceList as PriceListRow
from costmodel.queries import price_list
from costmodel.shipped import load_shipped_prices
from tests.offers import offer, product

ALB_UNIT = PriceName("AWSELB", "LCUUsage", "LoadBalancing:Application")


def test_every_price_has_a_source_and_a_date(prices: PriceList) -> None:
    assert all(price.source and re.match(r"20\d\d", price.as_of) for price in prices.prices)


def test_no_two_prices_have_one_name_and_place(prices: PriceList) -> None:
    counts = Counter((price.name, price.region, price.to_region) for price in prices.prices)
    assert counts.most_common(1)[0][1] == 1


def test_every_region_is_known(prices: PriceList) -> None:
    regions = {price.region for price in prices.prices} | {
        price.to_region for price in prices.prices
    }
    assert regions - {EVERYWHERE, None} <= AZ_PREFIXES.keys() & REGION_PREFIXES.keys()


def test_what_is_billed_together_has_one_unit(prices: PriceList) -> None:
    units: dict[PriceName, set[str]] = defaultdict(set)
    for price in prices.prices:
        units[price.name].add(price.unit)
    assert {name: counted for name, counted in units.items() if len(counted) > 1} == {}
    hours = {name for name in units if name.usage_type.endswith("-Hours")}
    assert {unit for name in hours for unit in units[name]} == {"hour"}
    gb = {name for name in units if name.usage_type.endswith("-Bytes")}
    assert {unit for name in gb for unit in units[name]} == {"GB"}


def test_tiers_that_stop_short_are_continued_by_the_price_for_all_regions(
    prices: PriceList,
) -> None:
    short = [price for price in prices.prices if not price.reaches_the_end]
    assert short
    for price in short:
        in_force = prices.find(price.name, price.region)
        assert in_force is not None
        assert (in_force.region, in_force.reaches_the_end) == (EVERYWHERE, True)


def test_figures_that_were_read_are_there(prices: PriceList) -> None:
    seen = [
        (prices.find(ENDPOINT, "eu-central-1"), "0.012"),
        (prices.find(ATTACHMENT, "ap-southeast-7"), "0.06"),
        (prices.find(INTER_AZ, "af-south-1"), "0.01"),
        (prices.find(INTER_REGION, "us-east-1", "us-east-2"), "0.01"),
        (prices.find(INTER_REGION, "us-east-2", "us-east-1"), "0.01"),
        (prices.find(INTER_REGION, "ap-northeast-1", "us-east-1"), "0.09"),
        (prices.find(CAPACITY_UNIT, "ap-southeast-6"), "0.0063"),
        (prices.find(INTER_REGION, "ap-southeast-2", "ap-southeast-4"), "0.08"),
        (prices.find(INTER_REGION, "ap-southeast-2", "ap-southeast-1"), "0.098"),
        (prices.find(INTER_REGION, "eu-central-1", "ca-west-1"), "0.05"),
        (prices.find(ALB_UNIT, "eu-west-1"), "0.008"),
        (prices.find(ALB_UNIT, "eu-west-2"), "0.0084"),
        (prices.find(ALB_UNIT, "ca-central-1"), "0.0088"),
        (prices.find(IN, "eu-central-1"), "0.01"),
        (prices.find(RESOURCE, "us-east-1"), "0.02"),
    ]
    assert [str(price.tiers[0].usd) if price else None for price, _ in seen] == [
        usd for _, usd in seen
    ]


def test_what_was_not_read_is_missing(prices: PriceList) -> None:
    assert prices.find(ATTACHMENT, "cn-north-1") is None
    assert prices.find(PROVIDER_DATA, "us-east-1") is None
    assert prices.find(INTER_REGION, "ap-southeast-6", "us-east-1") is None


def test_weak_figures_are_marked(prices: PriceList) -> None:
    price = prices.find(INTER_AZ, "ap-southeast-4")
    assert price is not None
    assert price.weak
    resource = prices.find(RESOURCE, "us-east-1")
    assert resource is not None
    assert not resource.weak


@pytest.mark.parametrize("region", ["cn-north-1", "cn-northwest-1"])
def test_no_price_for_all_regions_reaches_china(prices: PriceList, region: str) -> None:
    for_all = {price.name for price in prices.prices if price.region == EVERYWHERE}
    assert for_all
    assert [name for name in for_all if prices.find(name, region)] == []


def test_the_database_gives_the_same_list(shipped: None, prices: PriceList) -> None:
    stored = price_list(None)
    assert stored.prices == prices.prices


def test_loading_twice_stores_once(shipped: None) -> None:
    before = Price.objects.count()
    load_shipped_prices()
    assert (PriceListRow.objects.count(), Price.objects.count()) == (1, before)


OLD_RELEASE = """service,usage_type,operation,region,to_region,unit,from,to,usd,as_of,weak,source
AmazonVPC,TransitGateway-Hours,TransitGatewayVPC,us-east-1,,hour,0,,0.04,2026-01-01,,old
AmazonVPC,TransitGateway-Bytes,TransitGatewayVPC,us-east-1,,GB,0,,0.5,2026-01-01,,old
"""


@pytest.fixture
def old_release(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation that has the price list of an older release, and no other."""
    PriceListRow.objects.all().delete()
    path = tmp_path / "prices_2026-01-02.csv"
    path.write_text(OLD_RELEASE)
    with monkeypatch.context() as older:
        older.setattr("costmodel.shipped.SHIPPED", path)
        load_shipped_prices()


def attachment_usd(team_id: int | None = None, name: str | None = None) -> str | None:
    price = price_list(team_id, name).find(ATTACHMENT, "us-east-1")
    return None if price is None else f"{price.tiers[0].usd.normalize():f}"


def test_a_new_release_is_a_newer_list_and_the_old_one_stays(old_release: None) -> None:
    old = price_list(None).name
    assert attachment_usd() == "0.04"
    load_shipped_prices()
    load_shipped_prices()
    assert PriceListRow.objects.count() == 2
    assert (attachment_usd(), attachment_usd(name=old)) == ("0.05", "0.04")


def test_a_new_release_keeps_what_was_imported_and_own_prices(
    old_release: None, user: User, tmp_path: Path
) -> None:
    hours = product(
        "TGWH", "USE1-TransitGateway-Hours", "0.0600000000", operation="TransitGatewayVPC"
    )
    later = {"publicationDate": "2026-12-01T00:00:00Z"}
    file = tmp_path / "offer.json"
    file.write_text(json.dumps(offer("AmazonVPC", [hours], **later)))
    PriceListRow.objects.filter(as_of="2026-11-25").delete()  # that of the fixture
    import_prices([file])
    half = Override("AmazonVPC", "", "", Decimal(-50), None, "contract")
    add_override(user.team_id, half, user.pk)
    assert attachment_usd(user.team_id) == "0.03"
    load_shipped_prices()
    assert attachment_usd() == "0.06"  # AWS's own file of December, not the release's 0.05
    processing = price_list(None).find(PROCESSING, "us-east-1")
    assert processing is not None
    assert processing.tiers[0].usd == Decimal("0.02")  # the release's, not the old one's 0.5
    assert attachment_usd(user.team_id) == "0.03"
    before = PriceListRow.objects.count()
    load_shipped_prices()
    import_prices([file])
    assert PriceListRow.objects.count() == before


def test_no_two_prices_of_a_region_have_the_same_name(prices: PriceList) -> None:
    """A bar of "what moves the cost", and a flip, name one price each."""
    names = Counter(
        (price.region, price_name(price.name, price.region, price.to_region))
        for price in prices.prices
    )
    assert [name for name, count in names.items() if count > 1] == []
