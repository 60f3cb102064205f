"""Prices, jobs and latencies in a browser: both themes, wide and narrow, axe clean."""

import json
import threading
from pathlib import Path
from typing import Any

from django.db import connections
from playwright.sync_api import Page, expect

from advisor.jobs import runner
from advisor.models import Job, User
from connectivity.actions import create_topology
from connectivity.measurements import Filing, file_measurements
from costmodel.ingest import import_prices, services
from costmodel.models import PriceList
from tests.browser.conftest import every_reader, is_well
from tests.factories import document, flow
from tests.lists import ATTACHMENT, taken_out
from tests.offers import VPC, Files, offer, product, serving

SAMPLES = Path(__file__).parents[1] / "samples" / "latency"
KEYVAL = SAMPLES / "netperf_tcp_rr_keyval.txt"


def user() -> User:
    return User.objects.get(username="alice")


def worked(uid: str) -> None:
    """What a worker does, with a connection of its own that it closes."""
    try:
        runner.run(uid)
    finally:
        connections.close_all()


@every_reader
def test_prices_changes_and_a_price_of_ones_own(reader: Page, tmp_path: Path) -> None:
    topology = document(flow(cross_az_share=1, gb_per_month=102_400), name="crossing")
    create_topology(user().team_id, topology)
    cheap = product("B", "USE1-TransitGateway-Bytes", "0.001", operation="TransitGatewayVPC")
    body = offer("AmazonVPC", [cheap], publicationDate="2026-12-01T00:00:00Z")
    (tmp_path / "cut.json").write_text(json.dumps(body))
    old = PriceList.objects.get().name
    import_prices([tmp_path])
    reader.goto(f"/prices/?list={old}")
    is_well(reader)
    reader.get_by_role("link", name="What changed since").click()
    expect(reader.get_by_text("recommendation changes")).to_be_visible()
    expect(reader.get_by_text("0.02 to 0.001 USD per GB").first).to_be_visible()
    is_well(reader)
    reader.goto("/prices/?q=TransitGateway us-east-1")
    expect(reader.get_by_text("0.001").first).to_be_visible()
    reader.get_by_text("Add a price").click()
    reader.get_by_label("Percent").fill("-12")
    reader.get_by_label("Reason").fill("EDP 2026")
    is_well(reader)
    reader.get_by_role("button", name="Add", exact=True).click()
    expect(reader.get_by_text("EDP 2026").first).to_be_visible()
    reader.get_by_role("button", name="Deactivate your price for").click()
    expect(reader.get_by_text("without that price")).to_be_visible()


@every_reader
def test_a_regions_prices_load_with_a_moving_bar(reader: Page, settings: Any) -> None:
    files = Files()
    for service in services():
        files[f"/offers/v1.0/aws/{service}/current/region_index.json"] = b'{"regions": {}}'
    files.publish("AmazonVPC", "us-east-1", json.dumps(offer("AmazonVPC", VPC)).encode())
    reader.goto("/prices/")
    reader.get_by_label("Load from AWS").select_option("us-east-1")
    reader.get_by_role("button", name="Load this Region").click()
    expect(reader.get_by_role("heading", name="Waiting for a worker")).to_be_visible()
    is_well(reader)
    job = Job.objects.get()
    Job.objects.update(state=Job.State.RUNNING, done=420, total=1000)
    expect(reader.get_by_text("42 %").last).to_be_visible()
    is_well(reader)
    Job.objects.update(state=Job.State.QUEUED)
    with serving(files) as address:
        settings.AWS_PRICES_URL = address
        worker = threading.Thread(target=worked, args=[str(job.uid)])
        worker.start()
        worker.join()
    expect(reader.get_by_text("4 prices kept")).to_be_visible()
    is_well(reader)
    reader.goto("/jobs/")
    expect(reader.get_by_role("link", name="Prices from AWS")).to_be_visible()
    is_well(reader)


@every_reader
def test_the_matrix_a_cell_and_an_upload(reader: Page) -> None:
    lost = (SAMPLES / "ping_iputils_all_lost.txt").read_bytes()
    where = Filing(source="use1-az2", destination="use1-az3", option="vpc-peering")
    file_measurements(user().team_id, "lost.txt", lost, where)
    reader.goto("/latency/?option=vpc-peering")
    expect(reader.get_by_role("link", name="lost")).to_be_visible()
    is_well(reader)
    reader.get_by_role("link", name="Upload a measurement").click()
    reader.get_by_label("File").set_input_files(KEYVAL)
    reader.get_by_label("From").fill("us-east-1a")
    reader.get_by_label("To", exact=True).fill("use1-az1")
    reader.get_by_role("button", name="Upload").click()
    expect(reader.get_by_text("is an AZ name")).to_be_visible()
    is_well(reader)
    reader.get_by_label("File").set_input_files(KEYVAL)
    reader.get_by_label("From").fill("use1-az1")
    reader.get_by_role("button", name="Upload").click()
    expect(reader.get_by_text("1 measurements of netperf stored")).to_be_visible()
    reader.get_by_role("link", name="148").click()
    expect(reader.get_by_text("40312").first).to_be_visible()
    is_well(reader)
    reader.get_by_text("Withdraw", exact=True).first.click()
    reader.get_by_label("Reason").fill("the wrong host")
    reader.get_by_role("button", name="Withdraw").click()
    expect(reader.get_by_text("the wrong host")).to_be_visible()


@every_reader
def test_the_kit(reader: Page) -> None:
    uid = create_topology(user().team_id, document()).topology.uid
    reader.goto(f"/topologies/{uid}/")
    reader.get_by_role("link", name="Measure").click()
    expect(reader.get_by_role("heading", name="Measure it yourself")).to_be_visible()
    expect(reader.get_by_text("netserver -D -p 12865").first).to_be_visible()
    is_well(reader)


@every_reader
def test_a_missing_price_is_stated_in_the_verdict_and_the_view_comes_back(reader: Page) -> None:
    taken_out(ATTACHMENT, region="us-east-1")
    options = ["transit-gateway", "privatelink"]
    topology = document(flow(cross_az_share=0, options=options), name="lacking")
    uid = create_topology(user().team_id, topology).topology.uid
    reader.goto(f"/topologies/{uid}/?gb=900")
    verdict = reader.get_by_label("Verdict")
    expect(verdict.get_by_role("heading", name="PrivateLink")).to_be_visible()
    expect(verdict.get_by_text("Transit Gateway would be recommended if").first).to_be_visible()
    verdict.get_by_text("Enter your own price for TransitGateway-Hours").click()
    is_well(reader)
    verdict.get_by_label("USD an hour").fill("0.01")
    verdict.get_by_role("button", name="Use this price").click()
    expect(verdict.get_by_role("heading", name="Transit Gateway")).to_be_visible()
    expect(reader.get_by_label("GB a month").first).to_have_value("900")
    expect(reader.get_by_text("1 price changed: TransitGateway-Hours")).to_be_visible()
    is_well(reader)


def test_prices_loaded_from_a_verdict_lead_back_to_it(reader: Page, settings: Any) -> None:
    taken_out(ATTACHMENT, region="us-east-1")
    options = ["transit-gateway", "privatelink"]
    topology = document(flow(cross_az_share=0, options=options), name="lacking")
    uid = create_topology(user().team_id, topology).topology.uid
    hours = product("H", "USE1-TransitGateway-Hours", "0.01", operation="TransitGatewayVPC")
    body = offer("AmazonVPC", [hours], publicationDate="2026-11-26T00:00:00Z")
    files = Files()
    for service in services():
        files[f"/offers/v1.0/aws/{service}/current/region_index.json"] = b'{"regions": {}}'
    files.publish("AmazonVPC", "us-east-1", json.dumps(body).encode())
    reader.goto(f"/topologies/{uid}/?gb=900")
    reader.get_by_role("button", name="Load the prices for us-east-1 from AWS").click()
    expect(reader.get_by_role("heading", name="Waiting for a worker")).to_be_visible()
    with serving(files) as address:
        settings.AWS_PRICES_URL = address
        worker = threading.Thread(target=worked, args=[str(Job.objects.get().uid)])
        worker.start()
        worker.join()
    verdict = reader.get_by_label("Verdict")
    expect(verdict.get_by_role("heading", name="Transit Gateway")).to_be_visible()
    expect(reader.get_by_label("GB a month").first).to_have_value("900")
    expect(reader.get_by_text("1 prices kept of")).to_be_visible()
