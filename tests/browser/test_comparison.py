"""The comparison page in a real browser, in both themes, wide and narrow."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from advisor.models import User
from connectivity.actions import create_topology
from connectivity.core.as_json.comparison import ENGINE
from tests.browser.conftest import every_reader, follow, is_well
from tests.thirty_flows import estate

pytestmark = pytest.mark.browser

SCREENSHOTS = os.environ.get("ADVISOR_SCREENSHOTS")


def compare(reader: Page, **fields: str) -> None:
    """Fill the form of the first hour, and wait for the answer."""
    reader.goto("/topologies/new/")
    for name, value in fields.items():
        reader.locator(f"#id_{name}").fill(value)
    reader.get_by_role("button", name="Compare").click()
    expect(reader.locator("#verdict")).to_be_visible()


def picture(reader: Page, name: str) -> None:
    """Written only when ADVISOR_SCREENSHOTS names a folder."""
    if SCREENSHOTS:
        reader.screenshot(path=Path(SCREENSHOTS) / f"{name}.png")


def set_input(reader: Page, name: str, value: str) -> None:
    """Type into the what-if panel, and wait until the page has answered."""
    field = reader.locator(f"#what-if-{name}")
    field.focus()
    reader.keyboard.press("Control+A")
    reader.keyboard.type(value)
    with reader.expect_response(lambda reply: "/topologies/" in reply.url):
        reader.keyboard.press("Tab")
    expect(reader.get_by_role("list", name="Changed inputs")).to_be_visible()


@every_reader
def test_a_what_if_changes_the_answer_without_a_reload(reader: Page) -> None:
    compare(reader)
    expect(reader.locator("#verdict")).to_have_text("VPC peering")
    reader.evaluate("window.still_here = true")
    set_input(reader, "crossing", "100")
    expect(reader.locator("#verdict")).to_have_text("PrivateLink")
    expect(reader.locator("#what-if-connections")).to_be_focused()
    set_input(reader, "gb", "500000")
    expect(reader.get_by_text("2 inputs changed")).to_be_visible()
    assert reader.evaluate("window.still_here") is True
    assert {"crossing=100", "gb=500000", "version=1", f"engine={ENGINE}"} <= set(
        reader.url.split("?")[1].split("&")
    )
    money = reader.locator("#privatelink strong", has_text="$").first.inner_text()
    is_well(reader)
    reader.goto(reader.url)
    expect(reader.locator("#privatelink strong", has_text="$").first).to_have_text(money)
    reader.get_by_label("Undo Traffic").click()
    expect(reader.get_by_text("1 input changed")).to_be_visible()
    reader.get_by_role("link", name="Discard the changes").click()
    expect(reader.locator("#verdict")).to_have_text("VPC peering")
    reader.go_back()
    expect(reader.get_by_text("1 input changed")).to_be_visible()


@every_reader
def test_charts_are_drawn_in_the_themes_colours(reader: Page) -> None:
    compare(reader, crossing_percent="30")
    for chart in ("cost-latency", "money", "breakeven-gb", "breakeven-crossing"):
        place = reader.locator(f"#chart-of-{chart}")
        place.scroll_into_view_if_needed()
        expect(place.locator(".main-svg").first).to_be_visible()
    ink = reader.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--ink-2')")
    tick = reader.locator("#chart-of-money .xtick text").first
    assert tick.evaluate("one => getComputedStyle(one).fill") == as_rgb(ink.strip())
    layers = reader.locator("#chart-of-money .main-svg").first
    assert layers.evaluate("one => getComputedStyle(one).position") == "absolute"
    expect(reader.get_by_text("81.9 %")).to_be_visible()
    is_well(reader)


def as_rgb(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgb({red}, {green}, {blue})"


@every_reader
def test_the_picture_is_drawn_or_listed(reader: Page) -> None:
    compare(reader)
    width = (reader.viewport_size or {"width": 0})["width"]
    if width > 720:
        expect(reader.locator("svg.topology")).to_be_visible()
        expect(reader.locator("svg.topology .flow")).to_have_count(1)
    else:
        expect(reader.locator("svg.topology")).not_to_be_visible()
    reader.locator("summary", has_text="Flows as a list").click()
    expect(reader.get_by_role("cell", name="102,400").first).to_be_visible()


@every_reader
def test_scenarios_side_by_side(reader: Page) -> None:
    compare(reader)
    set_input(reader, "gb", "204800")
    reader.get_by_role("link", name="Compare with another").click()
    reader.get_by_label("Topology or version").select_option(
        label="two-vpcs, version 1, without its changes"
    )
    reader.get_by_role("button", name="Add", exact=True).click()
    expect(reader.get_by_text("What differs")).to_be_visible()
    expect(reader.get_by_role("row", name=re.compile("^GB a month"))).to_contain_text("-102,400")
    is_well(reader)


@every_reader
def test_a_shared_link_is_read_without_an_account(reader: Page) -> None:
    compare(reader)
    reader.get_by_role("link", name="Share", exact=True).click()
    follow(reader, reader.get_by_role("button", name="Create a link"))
    is_well(reader)
    address = reader.get_by_label("Link to version 1").input_value()
    reader.context.clear_cookies()
    reader.goto(address)
    expect(reader.get_by_text("read-only link, expires")).to_be_visible()
    expect(reader.locator("#verdict")).to_have_text("VPC peering")
    expect(reader.get_by_role("link", name="Edit")).to_have_count(0)
    is_well(reader)


@every_reader
def test_the_print_view_is_one_page(reader: Page) -> None:
    compare(reader)
    reader.get_by_role("link", name="Print view").click()
    expect(reader.get_by_text("Data processed by the endpoint")).to_be_visible()
    expect(reader.get_by_role("navigation")).to_have_count(0)
    is_well(reader)


@every_reader
def test_options_are_sorted_and_opened(reader: Page) -> None:
    compare(reader)
    with reader.expect_response(lambda reply: "sort=name" in reply.url):
        is_wide = (reader.viewport_size or {"width": 0})["width"] > 720
        name = "Option" if is_wide else "name"
        reader.get_by_role("link", name=name, exact=True).click()
    expect(reader.locator(".options tbody").first).to_contain_text("Cloud WAN")
    reader.locator("#single-vpc summary").first.click()
    expect(reader.locator("#single-vpc")).to_contain_text("SVPC-02")
    expect(reader.locator("#single-vpc")).to_contain_text("VPC sharing is how two accounts use")
    is_well(reader)


@every_reader
def test_a_term_is_explained_where_it_stands(reader: Page) -> None:
    compare(reader)
    reader.get_by_role("button", name="What is Frontier?").click()
    expect(reader.get_by_text("The options that no other beats")).to_be_visible()
    reader.keyboard.press("Escape")
    expect(reader.get_by_text("The options that no other beats")).not_to_be_visible()


def test_everything_works_by_keyboard(reader: Page) -> None:
    compare(reader)
    reader.locator("#what-if-crossing").focus()
    reader.keyboard.press("Control+A")
    reader.keyboard.type("95")
    with reader.expect_response(lambda reply: "/topologies/" in reply.url):
        reader.keyboard.press("Enter")
    expect(reader.locator("#verdict")).to_have_text("PrivateLink")
    reader.get_by_label("Undo Cross-AZ share").focus()
    reader.keyboard.press("Enter")
    expect(reader.locator("#verdict")).to_have_text("VPC peering")
    summary = reader.locator("#transit-gateway summary").first
    summary.focus()
    reader.keyboard.press("Space")
    expect(reader.get_by_text("Data processed by the transit gateway").first).to_be_visible()


def test_without_a_script_a_what_if_is_a_form(reader: Page) -> None:
    compare(reader)
    context = reader.context.browser.new_context(  # type: ignore[union-attr]
        base_url=re.sub(r"/topologies.*", "", reader.url),
        java_script_enabled=False,
        storage_state=reader.context.storage_state(),
    )
    plain = context.new_page()
    plain.goto(reader.url)
    plain.locator("#what-if-crossing").fill("100")
    plain.get_by_role("button", name="Show", exact=True).click()
    expect(plain.locator("#verdict")).to_have_text("PrivateLink")
    context.close()


def test_markdown_is_copied(reader: Page) -> None:
    compare(reader)
    reader.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reader.get_by_role("link", name="Markdown").click()
    expect(reader.get_by_text("Copied as a Markdown table.")).to_be_visible()
    text = reader.evaluate("navigator.clipboard.readText()")
    assert "| VPC peering | 0.00 |" in text


def test_az_ids_follow_the_region(reader: Page) -> None:
    reader.goto("/topologies/new/")
    reader.locator("#id_consumer_region").select_option("eu-west-1")
    expect(reader.locator("#id_consumer_azs")).to_have_value("euw1-az1, euw1-az2, euw1-az3")


def test_pictures_for_the_readme(reader: Page) -> None:
    compare(reader, name="reference-100tb")
    expect(reader.get_by_text("Published figures compared with ours")).to_be_visible()
    picture(reader, "comparison")
    set_input(reader, "crossing", "90")
    reader.locator("#chart-of-breakeven-crossing").scroll_into_view_if_needed()
    expect(reader.locator("#chart-of-breakeven-crossing .main-svg").first).to_be_visible()
    expect(reader.locator("#chart-of-cost-latency .main-svg").first).to_be_visible()
    if SCREENSHOTS:
        reader.locator(".charts").screenshot(path=Path(SCREENSHOTS) / "charts.png")
    reader.get_by_role("link", name="Compare with another").click()
    reader.get_by_label("Topology or version").select_option(index=0)
    reader.get_by_role("button", name="Add", exact=True).click()
    expect(reader.get_by_text("What differs")).to_be_visible()
    picture(reader, "scenarios")


@every_reader
def test_several_flows_lead_with_their_plan(reader: Page, shipped_live: User) -> None:
    topology = estate()
    topology["flows"][5]["today"] = "vpc-peering"
    uid = create_topology(shipped_live.team_id, topology).topology.uid
    reader.goto(f"/topologies/{uid}/")
    headline = "$19,412.59 a month: VPC peering for 25 flows and PrivateLink for 5"
    expect(reader.locator("#verdict")).to_have_text(headline)
    expect(reader.get_by_text("Today breaks POLICY-01")).to_be_visible()
    figures, rest = (
        reader.locator(place).bounding_box() for place in (".verdict .key", ".verdict .rest")
    )
    assert figures
    assert rest
    assert figures["y"] + figures["height"] <= rest["y"]  # money first, on every screen
    reader.locator("summary", has_text="Load or enter the missing prices").click()
    expect(reader.get_by_role("button", name="Load the prices for eu-west-1")).to_be_visible()
    reader.get_by_role("link", name="The option of each flow").click()
    reader.locator("summary", has_text="Option of each flow").click()
    expect(reader.get_by_text("web-us to hub-eu-api")).to_be_visible()
    reader.locator("summary", has_text="Bill and payers of the plan").click()
    expect(reader.get_by_text("Charges of a month, the largest first")).to_be_visible()
    is_well(reader)
    set_input(reader, "gb", "10916.4")
    expect(reader.locator("#verdict")).not_to_have_text(headline)
    expect(reader.get_by_text("Cheapest plan, proven")).to_be_visible()


@every_reader
def test_it_looks_ahead_when_one_comes_there(reader: Page) -> None:
    reader.goto("/topologies/new/")
    reader.get_by_role("button", name="Compare").click()
    reader.wait_for_url("**/topologies/*-*/**")
    reader.wait_for_load_state("networkidle")  # charts above it have their height by then
    reader.locator("#outlook").scroll_into_view_if_needed()
    reader.mouse.wheel(0, 20)
    expect(reader.get_by_role("heading", name="Quota headroom")).to_be_visible(timeout=20_000)
    expect(reader.get_by_text("PEER-07").last).to_be_visible()
    reader.get_by_label("new VPCs a month").fill("7")
    reader.locator("#headroom ~ form").get_by_role("button", name="Show").click()
    expect(reader.get_by_text("in 7 months").first).to_be_visible()
    is_well(reader)
