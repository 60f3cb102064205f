"""Price lists in the database: imports, fetches over HTTP, a team's own prices."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from django.core.management import call_command

from advisor.models import User
from costmodel import models, queries
from costmodel.clients import FAMILIES, FetchError, offer_files
from costmodel.core.charges import PriceName
from costmodel.core.overrides import Override
from costmodel.core.price_list import PriceList
from costmodel.fetching import fetch_prices, offers, query_prices
from costmodel.importers.offer_rows import OfferError
from costmodel.ingest import add_override, end_override, import_prices
from tests.conftest import ROOT
from tests.offers import TRANSFER, VPC, Files, large_ec2, offer, product, serving
from tests.price_reading import SAMPLES

ATTACHMENT = PriceName("AmazonVPC", "TransitGateway-Hours", "TransitGatewayVPC")


def usd(prices: PriceList, name: PriceName = ATTACHMENT, region: str = "us-east-1") -> Decimal:
    price = prices.find(name, region)
    assert price is not None
    return price.tiers[0].usd


def file(tmp_path: Path, rate: str = "0.0600000000", **head: str) -> Path:
    hours = product("TGWH", "USE1-TransitGateway-Hours", rate, operation="TransitGatewayVPC")
    path = tmp_path / f"vpc-{rate}.json"
    later = {"publicationDate": "2026-12-01T00:00:00Z"} | head
    path.write_text(json.dumps(offer("AmazonVPC", [hours, *VPC[1:]], **later)))
    return path


def test_an_import_is_a_new_list_over_the_newest_one(user: User, tmp_path: Path) -> None:
    before = queries.price_list(user.team_id)
    row = import_prices([file(tmp_path)])
    after = queries.price_list(user.team_id)
    assert (after.name, usd(before), usd(after)) == (row.name, Decimal("0.05"), Decimal("0.06"))
    balancer = PriceName("AWSELB", "LoadBalancerUsage", "LoadBalancing:Network")
    assert usd(after, balancer) == usd(before, balancer)
    assert (row.counts["kept"], row.as_of) == (4, "2026-12-01")
    queries._prices.cache_clear()
    assert usd(queries.price_list(user.team_id, before.name)) == Decimal("0.05")


def test_the_same_files_make_no_second_list(user: User, tmp_path: Path) -> None:
    first = import_prices([file(tmp_path)])
    assert import_prices([tmp_path]).pk == first.pk
    assert models.PriceList.objects.count() == 2


def test_an_older_file_does_not_undo_a_newer_price(user: User, tmp_path: Path) -> None:
    import_prices([file(tmp_path)])
    old = file(tmp_path, "0.0100000000", publicationDate="2020-01-01T00:00:00Z")
    out = StringIO()
    call_command("import_prices", str(old), stdout=out)
    assert usd(queries.price_list(user.team_id)) == Decimal("0.06")
    assert "4 of them are older than what was in force, which stays" in out.getvalue()


def test_a_file_that_is_refused_changes_nothing(user: User, tmp_path: Path) -> None:
    good = file(tmp_path)
    (tmp_path / "zz-half.json").write_text(good.read_text()[:-40])
    before = queries.price_list(user.team_id).name
    with pytest.raises(OfferError, match="zz-half.json"):
        import_prices([tmp_path])
    assert models.PriceList.objects.count() == 1
    assert queries.price_list(user.team_id).name == before


def test_saved_answers_and_offer_files_are_imported_together(user: User, tmp_path: Path) -> None:
    (tmp_path / "offer.json").write_bytes(file(tmp_path).read_bytes())
    for sample, name in (("get_products.json", "answer.jsonl"), ("offer_2016.json", "old.json")):
        (tmp_path / name).write_bytes((SAMPLES / sample).read_bytes())
    row = import_prices([tmp_path])
    prices = queries.price_list(user.team_id)
    volume = PriceName("AmazonEC2", "EBS:VolumeUsage.gp3")
    assert (prices.name, usd(prices)) == (row.name, Decimal("0.06"))
    price = prices.find(volume, "us-east-1")
    assert price is not None
    assert price.source == "AWS offer file AmazonEC2 20260925174521, SKU GP3"
    assert {reason["why"] for reason in row.counts["skipped"]} == {
        "free tier of the whole bill",
        "not a part of connectivity",
    }


def test_what_only_the_list_in_force_holds_is_brought_up_to_date(
    user: User, tmp_path: Path
) -> None:
    """Nothing is priced by a Network Firewall's hours; the shipped list has them."""
    hours = PriceName("AWSNetworkFirewall", "Endpoint-Hour")
    new = product("NFW", "USE1-Endpoint-Hour", "0.4", unit="Hrs")
    path = tmp_path / "firewall.json"
    body = offer("AWSNetworkFirewall", [new], publicationDate="2026-12-01T00:00:00Z")
    path.write_text(json.dumps(body))
    import_prices([path])
    assert usd(queries.price_list(user.team_id), hours) == Decimal("0.4")


@pytest.mark.parametrize("name", ["x" * 101, "a\0b", "a\nb"])
def test_a_list_is_not_called_what_cannot_be_stored(user: User, tmp_path: Path, name: str) -> None:
    with pytest.raises(OfferError, match="up to 100 characters that can be seen"):
        import_prices([file(tmp_path)], name)
    assert models.PriceList.objects.count() == 1


def test_a_name_is_taken_once(user: User, tmp_path: Path) -> None:
    import_prices([file(tmp_path)], "december")
    with pytest.raises(OfferError, match="called 'december' already"):
        import_prices([file(tmp_path, "0.0700000000")], "december")
    with pytest.raises(OfferError, match="no price file there"):
        import_prices([tmp_path / "nothing-here.txt"][:0])


@pytest.fixture
def published() -> Files:
    files = Files()
    for service in offers():
        files[f"/offers/v1.0/aws/{service}/current/region_index.json"] = b'{"regions": {}}'
    files.publish("AmazonVPC", "us-east-1", json.dumps(offer("AmazonVPC", VPC)).encode())
    transfer = json.dumps(offer("AWSDataTransfer", TRANSFER)).encode()
    files.publish("AWSDataTransfer", "us-east-1", transfer)
    return files


def test_fetching_takes_what_aws_publishes_and_says_what_it_does_not(
    user: User, published: Files
) -> None:
    told: list[tuple[int, int]] = []
    with serving(published) as address:
        row = fetch_prices(["us-east-1"], address, progress=lambda *at: told.append(at))
    assert row.counts["kept"] == 7
    absent = [
        reason["why"] for reason in row.counts["skipped"] if "publishes no file" in reason["why"]
    ]
    assert len(absent) == len(offers()) - 2
    assert told == sorted(told)


@pytest.mark.parametrize(
    ("service", "body", "words"),
    [
        ("AmazonVPC", 500, "500"),
        ("AmazonVPC", b'{"formatVersion": "v1.0"', "cut or changed"),
        ("AmazonVPC", lambda: (500_000, iter([b"{"])), "IncompleteRead"),
    ],
)
def test_a_fetch_that_fails_changes_nothing(
    user: User, published: Files, service: str, body: object, words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("costmodel.clients.RETRIES", 0)
    published.publish(service, "us-east-1", body)
    with serving(published) as address, pytest.raises((FetchError, OfferError), match=words):
        fetch_prices(["us-east-1"], address)
    assert models.PriceList.objects.count() == 1


def test_a_server_that_stumbles_is_asked_again(user: User, published: Files) -> None:
    path = "/offers/v1.0/aws/AmazonVPC/20260925174521/us-east-1/index.json"
    whole, tries = published[path], []

    def stumble() -> tuple[int, Iterator[bytes]]:
        tries.append(1)
        return (len(whole), iter([whole])) if len(tries) > 1 else (0, iter([]))

    published[path] = stumble
    with serving(published) as address:
        with pytest.raises(OfferError, match="empty"):
            fetch_prices(["us-east-1"], address)
        assert fetch_prices(["us-east-1"], address).counts["kept"] == 7


LIMIT_KB = 200_000
AND_SAY_THE_PEAK = """
import sys
from pathlib import Path
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
status = Path("/proc/self/status").read_text().split()
print(status[status.index("VmHWM:") + 1], file=sys.stderr)
"""


def test_440_mb_over_http_stay_within_200_mb(tmp_path: Path) -> None:
    """The whole command, from the network to the database, in a process of its own."""
    files = Files()
    for service in offers():
        files[f"/offers/v1.0/aws/{service}/current/region_index.json"] = b'{"regions": {}}'
    files.publish("AmazonEC2", "eu-west-1", lambda: large_ec2(440))
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path / 'own.sqlite3'}"}
    run = [sys.executable, "manage.py"]
    for command in (["migrate", "-v", "0"], ["load_data"]):
        subprocess.run([*run, *command], cwd=ROOT, env=environment, check=True, capture_output=True)
    with serving(files) as address:
        fetch = ["fetch_prices", "--region", "eu-west-1", "--base-url", address]
        finished = subprocess.run(
            [sys.executable, "-c", AND_SAY_THE_PEAK, *fetch, "--format", "json"],
            cwd=ROOT,
            env=environment | {"DJANGO_SETTINGS_MODULE": "advisor.settings"},
            check=True,
            capture_output=True,
        )
    answer = json.loads(finished.stdout)
    assert answer["kept"] == 2
    assert answer["read"] > 100_000
    assert int(finished.stderr.split()[-1]) < LIMIT_KB


def test_the_commands_refuse_with_status_2(
    user: User, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.json").write_text("{}")
    for command in (
        ["import_prices", str(tmp_path / "bad.json")],
        ["import_prices", str(tmp_path / "none.json")],
        ["fetch_prices", "--region", "us-esat-1"],
    ):
        with pytest.raises(SystemExit) as stop:
            call_command(*command)
        assert stop.value.code == 2
    errors = capfd.readouterr().err
    assert "formatVersion is 'missing'" in errors
    assert "'us-esat-1' is not a known Region; did you mean" in errors


def override(**changes: object) -> Override:
    rule = {"service": "AmazonVPC", "usage_type": "", "region": "", "percent": None, "usd": None}
    return Override(**{**rule, "reason": "EDP of 2026", **changes})  # type: ignore[arg-type]


def test_a_teams_own_prices_lie_over_the_list_with_their_reason(
    user: User, stranger: User, tmp_path: Path
) -> None:
    add_override(user.team_id, override(percent=Decimal(-10)), user.pk)
    add_override(
        user.team_id, override(usage_type="TransitGateway-Bytes", usd=Decimal("0.015")), user.pk
    )
    own = queries.price_list(user.team_id)
    processing = ATTACHMENT._replace(usage_type="TransitGateway-Bytes")
    assert (usd(own), usd(own, processing)) == (Decimal("0.0450"), Decimal("0.015"))
    price = own.find(ATTACHMENT, "us-east-1")
    assert price is not None
    assert price.source.startswith("your own (-10 %: EDP of 2026), instead of ")
    assert usd(queries.price_list(stranger.team_id)) == Decimal("0.05")
    import_prices([file(tmp_path)])
    assert usd(queries.price_list(user.team_id)) == Decimal("0.054")


def test_an_override_ends_and_older_lists_keep_it(user: User) -> None:
    row = add_override(user.team_id, override(percent=Decimal(-50)), user.pk)
    stored = models.PriceOverride.objects.get()
    with pytest.raises(models.PriceOverride.DoesNotExist):
        end_override(user.team_id + 1000, stored.uid, None)
    end_override(user.team_id, stored.uid, user.pk)
    assert usd(queries.price_list(user.team_id)) == Decimal("0.05")
    queries._prices.cache_clear()
    assert usd(queries.price_list(user.team_id, row.name)) == Decimal("0.025")


def test_what_differs_between_two_lists(user: User, tmp_path: Path) -> None:
    before = queries.price_list(user.team_id).name
    row = import_prices([file(tmp_path)])
    changed = queries.price_changes(user.team_id, before, row.name)
    assert [
        (change.old.tiers[0].usd, change.new.tiers[0].usd)
        for change in changed
        if change.old and change.new
    ][:1] == [(Decimal("0.05"), Decimal("0.06"))]


def item(described: dict[str, Any], **head: str) -> str:
    """A product as GetProducts gives it: a JSON text."""
    whole = offer("AmazonVPC", [described])
    metadata = {name: whole[name] for name in ("version", "publicationDate")} | head
    terms = {"OnDemand": whole["terms"]["OnDemand"][described["sku"]]}
    return json.dumps(metadata | {"product": whole["products"][described["sku"]], "terms": terms})


@pytest.fixture
def pricing() -> Iterator[tuple[Any, Stubber]]:
    keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    client = boto3.client("pricing", region_name="us-east-1", **keys)
    with Stubber(client) as stub:
        yield client, stub


def test_the_price_list_api_gives_the_same_prices(user: User, pricing: tuple[Any, Stubber]) -> None:
    client, stub = pricing
    for service in offers():
        products = [item(described) for described in VPC] if service == "AmazonVPC" else []
        field = "fromRegionCode" if service == "AWSDataTransfer" else "regionCode"
        filters = [{"Type": "TERM_MATCH", "Field": field, "Value": "us-east-1"}]
        asked = {"ServiceCode": service, "Filters": filters}
        for family in FAMILIES.get(service, ()):
            narrowed = {"Type": "TERM_MATCH", "Field": "productFamily", "Value": family}
            narrow = asked | {"Filters": [*filters, narrowed]}
            stub.add_response("get_products", {"PriceList": []}, narrow)
        if service in FAMILIES:
            continue
        if products:
            first = {"PriceList": products[:2], "NextToken": "more", "FormatVersion": "aws_v1"}
            stub.add_response("get_products", first, asked)
            asked = asked | {"NextToken": "more"}
            products = products[2:]
        stub.add_response("get_products", {"PriceList": products}, asked)
    row = query_prices(["us-east-1"], client=client)
    assert (row.counts["kept"], row.as_of) == (4, "2026-11-25")
    assert {reason["why"] for reason in row.counts["skipped"]} == {
        "free tier of the whole bill",
        "not a part of connectivity",
    }


@pytest.mark.parametrize(
    ("code", "words"), [("AccessDeniedException", "allow pricing:GetProducts"), ("Down", "Down")]
)
def test_a_refused_api_changes_nothing(
    user: User, pricing: tuple[Any, Stubber], code: str, words: str
) -> None:
    client, stub = pricing
    stub.add_client_error("get_products", code)
    with pytest.raises(FetchError, match=words):
        query_prices(["us-east-1"], client=client)
    assert models.PriceList.objects.count() == 1


def test_an_item_that_is_no_product_is_refused(user: User, pricing: tuple[Any, Stubber]) -> None:
    client, stub = pricing
    stub.add_response("get_products", {"PriceList": ['{"product": {}}']})
    with pytest.raises(OfferError, match="not a product as AWS documents it"):
        query_prices(["us-east-1"], client=client)


def test_without_a_way_to_aws_it_says_what_to_do_instead() -> None:
    with (
        pytest.raises(FetchError, match="127.0.0.1 cannot be read: it does not answer.*import_pr"),
        offer_files(("AmazonVPC",), ["us-east-1"], "http://127.0.0.1:9", lambda d, t: None),
    ):
        pass


def test_a_list_is_read_in_one_query(
    shipped: None, django_assert_num_queries: Any, user: User
) -> None:
    queries._prices.cache_clear()
    with django_assert_num_queries(3):  # which list, its row, its prices with their tiers
        queries.price_list(None)
