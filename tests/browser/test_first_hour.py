"""The first hour in a real browser: sign in, fill the form, read the answer."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import every_reader, follow, is_well

pytestmark = pytest.mark.browser

PAGES = [
    "/",
    "/topologies/new/",
    "/topologies/paste/",
    "/scenarios/",
    "/help/",
    "/account/tokens/",
    "/team/",
    "/team/zone/",
]


@every_reader
def test_from_sign_in_to_the_answer(reader: Page) -> None:
    reader.get_by_role("link", name="Compare two VPCs").click()
    reader.get_by_label("Name of this topology").fill("my two VPCs")
    reader.get_by_label("GB a month, both directions together").fill("102400")
    is_well(reader)
    reader.get_by_role("button", name="Compare").click()
    expect(reader.get_by_role("heading", level=1)).to_have_text("my two VPCs")
    expect(reader.get_by_role("heading", name="VPC peering")).to_be_visible()
    expect(reader.get_by_text("VPC peering is the cheapest option")).to_be_visible()
    expect(reader.locator("#options ~ table")).to_contain_text("$1,676.73")
    expect(reader.locator("#options ~ table")).to_contain_text("$2,121.00")
    for option in ("PrivateLink", "Transit Gateway", "VPC sharing"):
        reader.locator("summary", has_text=option).first.click()
    expect(reader.get_by_text("Data processed by the endpoint")).to_be_visible()
    reader.locator("summary", has_text="All AZ pairs").first.click()
    is_well(reader)


@every_reader
def test_every_page_is_well(reader: Page) -> None:
    for path in PAGES:
        reader.goto(path)
        is_well(reader)


@every_reader
def test_the_sign_in_page_is_well(reader: Page) -> None:
    reader.get_by_role("button", name="alice").click()
    reader.get_by_role("button", name="Sign out").click()
    expect(reader.get_by_role("heading", name="Sign in")).to_be_visible()
    is_well(reader)


def test_a_mistake_is_shown_at_its_field(reader: Page) -> None:
    reader.goto("/topologies/new/")
    field = reader.locator("#id_consumer_azs")
    field.fill("us-east-1a")
    reader.get_by_role("button", name="Compare").click()
    expect(reader.get_by_text("is an AZ name, which means another AZ")).to_be_visible()
    expect(field).to_have_attribute("aria-invalid", "true")
    is_well(reader)


def test_a_broken_document_is_refused_with_every_problem(reader: Page) -> None:
    reader.goto("/topologies/paste/")
    reader.get_by_label("Document, JSON or YAML").fill("version: 1\nname: x\nflos: []\n")
    reader.get_by_role("button", name="Store and compare").click()
    problems = reader.get_by_role("alert", name="Problems")
    expect(problems).to_contain_text("flos: is not a known key; did you mean 'flows'?")
    expect(problems).to_contain_text("vpcs: is required")
    is_well(reader)


def test_an_edit_a_version_and_an_undone_deletion(reader: Page) -> None:
    reader.goto("/topologies/new/")
    reader.get_by_role("button", name="Compare").click()
    reader.get_by_role("link", name="Document").click()
    box = reader.get_by_label("Document, JSON or YAML")
    box.fill(box.input_value().replace("102400", "1024"))
    is_well(reader)
    reader.get_by_role("button", name="Save and compare").click()
    expect(reader.get_by_text("Saved as version 2.")).to_be_visible()
    follow(reader, reader.get_by_role("link", name="Versions"))
    is_well(reader)
    reader.get_by_role("link", name="1", exact=True).click()
    expect(reader.get_by_text("102,400 GB", exact=False).first).to_be_visible()
    follow(reader, reader.get_by_role("link", name="Delete"))
    is_well(reader)
    follow(reader, reader.get_by_role("button", name="Delete"))
    is_well(reader)
    reader.get_by_role("button", name="Undo").click()
    expect(reader.get_by_text("The topology is restored.")).to_be_visible()


def test_everything_can_be_reached_by_keyboard(reader: Page) -> None:
    reader.goto("/topologies/new/")
    reader.keyboard.press("Tab")
    expect(reader.get_by_role("link", name="Skip to content")).to_be_focused()
    reader.locator("#id_name").focus()
    reader.keyboard.press("Enter")
    expect(reader.get_by_role("heading", level=1)).to_have_text("two-vpcs")
    summary = reader.locator("summary", has_text="Transit Gateway").first
    summary.focus()
    reader.keyboard.press("Enter")
    expect(reader.get_by_text("VPC attachment").first).to_be_visible()


def test_the_api_docs_work_offline(reader: Page) -> None:
    reader.goto("/api/v1/docs/")
    expect(reader.get_by_text("/api/v1/comparisons/")).to_be_visible(timeout=20_000)
