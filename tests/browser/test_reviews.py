"""The pages of the reviews, as a reader meets them."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import every_reader, follow, is_well


@every_reader
def test_what_breaks_first_is_asked_and_answered(reader: Page) -> None:
    reader.goto("/reviews/")
    is_well(reader)
    follow(reader, reader.get_by_role("link", name="NAT gateway"))
    is_well(reader)
    reader.get_by_label("connections per second").fill("250")
    reader.get_by_label("connection seconds").fill("180")
    reader.get_by_label("keepalive seconds").fill("240000")
    follow(reader, reader.get_by_role("button", name="Show what breaks first"))
    expect(reader.get_by_text("240 s, given in ms?").first).to_be_visible()
    is_well(reader)
    follow(reader, reader.get_by_role("link", name="Take it as it is"))
    expect(reader.get_by_role("heading", name="Exceeded: idle")).to_be_visible()
    reader.get_by_text("The working: each formula").click()
    expect(reader.get_by_text("active_connections = connections_per_second")).to_be_visible()
    is_well(reader)
