"""Health in a browser: both themes, wide and narrow, axe clean, no word on the console."""

import os
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from advisor.models import Membership, Role, User
from connectivity.health.accounts.aws_accounts import add_demo
from connectivity.health.rounds import scheduling
from tests.browser.conftest import every_reader, is_well

SCREENSHOTS = os.environ.get("ADVISOR_SCREENSHOTS")  # a folder, to renew those of the README


def estate(role: Role) -> None:
    """The made-up estate, collected, and a role for whoever looks."""
    user = User.objects.get(username="alice")
    Membership.objects.filter(user=user).update(role=role)
    add_demo(user.team_id)
    scheduling.run_all(user.team_id)


@every_reader
def test_from_the_overview_to_what_to_do(reader: Page) -> None:
    estate(Role.EDITOR)
    reader.goto("/")
    reader.get_by_role("link", name="Health").click()
    expect(reader.get_by_role("heading", name="Health")).to_be_visible()
    is_well(reader)
    is_light = reader.evaluate("matchMedia('(prefers-color-scheme: light)').matches")
    if SCREENSHOTS and is_light and reader.viewport_size == {"width": 1440, "height": 900}:
        reader.screenshot(path=Path(SCREENSHOTS) / "health.png")
    reader.get_by_role("link", name="egress-b").click()
    expect(
        reader.get_by_text("Find the destination with the most connections").first
    ).to_be_visible()
    chart = reader.locator(".chart").first
    chart.scroll_into_view_if_needed()
    expect(chart).to_have_class(re.compile("drawn"))
    is_well(reader)
    reader.get_by_role("button", name="Acknowledge NAT-OTHER-AZ").click()
    expect(reader.get_by_text("acknowledged", exact=True)).to_be_visible()
    reader.goto("/health/")
    reader.get_by_role("link", name="hub", exact=True).click()
    reader.get_by_role("link", name="Compare all options for this traffic").click()
    expect(reader.get_by_label("GB a month, both directions together")).not_to_have_value("102400")
    reader.get_by_role("button", name="Compare").click()
    expect(reader.get_by_role("heading", name="instead of hub")).to_be_visible()


@every_reader
def test_rules_collection_and_an_account(reader: Page) -> None:
    estate(Role.ADMIN)
    reader.goto("/health/rules/")
    expect(reader.get_by_text("NAT-PORTS", exact=True)).to_be_visible()
    is_well(reader)
    reader.goto("/health/collection/")
    expect(reader.get_by_text("demo data").first).to_be_visible()
    reader.get_by_text("Add an account").click()
    reader.get_by_label("Account ID").fill("123456789012")
    reader.get_by_label("Regions").fill("eu-west-1")
    is_well(reader)
    reader.get_by_role("button", name="Add", exact=True).click()
    expect(reader.get_by_role("heading", name="1. Create the role")).to_be_visible()
    reader.get_by_text("Show the Terraform").click()
    expect(reader.get_by_text('resource "aws_iam_role"').first).to_be_visible()
    is_well(reader)
