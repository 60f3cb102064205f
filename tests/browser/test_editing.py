"""Editing an estate in a real browser: problems as one types, paste, conflict, undo, roles."""

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from advisor.models import Membership, Role, User
from connectivity.actions import create_topology, save_topology
from connectivity.core.document.parser import read
from connectivity.models import Topology
from connectivity.reference import REFERENCE
from tests.browser.conftest import every_reader, follow, is_well
from tests.factories import document, flow

pytestmark = pytest.mark.browser
SCREENSHOTS = os.environ.get("ADVISOR_SCREENSHOTS")  # a folder, to renew those of the README


@pytest.fixture
def estate(shipped_live: User) -> Topology:
    topology = document(*(flow(name=f"f{i}", gb_per_month=i * 100) for i in range(1, 61)))
    return create_topology(shipped_live.team_id, topology).topology


@every_reader
def test_a_problem_is_said_as_one_types_and_a_save_can_be_undone(
    estate: Topology, reader: Page
) -> None:
    reader.goto(f"/topologies/{estate.uid}/edit/?q=f1")
    is_well(reader)
    field = reader.get_by_label("To, a service or VPC, row 1", exact=True)
    field.fill("apy")
    expect(reader.get_by_text("did you mean 'api'?")).to_be_visible()
    expect(reader.locator("#problem-count")).to_have_text("1 problem: it cannot be saved yet")
    is_well(reader)
    field.fill("api")
    expect(reader.locator("#problem-count")).to_have_text("No problems")
    reader.get_by_label("GB a month, row 1", exact=True).fill("12,345")
    reader.get_by_role("button", name="Save", exact=True).click()
    expect(reader.get_by_text("Version 2 is saved.")).to_be_visible()
    is_well(reader)
    reader.get_by_role("link", name="What changed").click()
    expect(reader.get_by_text("100 → 12345")).to_be_visible()
    is_well(reader)
    reader.goto(f"/topologies/{estate.uid}/edit/")
    reader.get_by_role("button", name="Undo").click()
    expect(reader.get_by_text("Version 1 is back, as version 3.")).to_be_visible()


@every_reader
def test_a_spreadsheet_is_pasted_and_what_is_wrong_is_said(estate: Topology, reader: Page) -> None:
    reader.goto(f"/topologies/{estate.uid}/edit/?table=flows")
    follow(reader, reader.get_by_role("link", name="Paste from a spreadsheet"))
    is_well(reader)
    reader.get_by_label("Rows", exact=True).fill("name\tgb\nf1\t7")
    reader.get_by_role("button", name="Save").click()
    expect(reader.get_by_text("no column is called 'gb'")).to_be_visible()
    is_well(reader)
    reader.get_by_label("Rows", exact=True).fill("name\tgb_per_month\nf1\t7\nf2\t8")
    reader.get_by_role("button", name="Save").click()
    expect(reader.get_by_label("GB a month, row 2", exact=True)).to_have_value("8")


def test_what_was_typed_is_not_left_behind_without_a_word(estate: Topology, reader: Page) -> None:
    reader.goto(f"/topologies/{estate.uid}/edit/")
    reader.get_by_label("GB a month, row 1", exact=True).fill("42")
    asked: list[str] = []
    reader.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    reader.get_by_role("link", name="VPCs").click()
    expect(reader.get_by_label("Region, row 1", exact=True)).to_be_visible()
    assert asked == ["beforeunload"]


def test_two_people_edit_and_nothing_is_lost(
    estate: Topology, reader: Page, shipped_live: User
) -> None:
    reader.goto(f"/topologies/{estate.uid}/edit/")
    reader.get_by_label("GB a month, row 1", exact=True).fill("42")
    others = document(flow(name="f1", gb_per_month=1), name="changed by somebody else")
    save_topology(shipped_live.team_id, estate.uid, others)
    reader.get_by_role("button", name="Save", exact=True).click()
    expect(reader.get_by_text("version 2 was saved in the meantime")).to_be_visible()
    expect(reader.get_by_label("GB a month, row 1", exact=True)).to_have_value("42")


@every_reader
def test_team_pages_are_well(reader: Page) -> None:
    for path in ("/team/", "/team/log/", "/account/2fa/", "/account/password/change/"):
        reader.goto(path)
        is_well(reader)


def test_a_viewer_reads_and_is_offered_nothing_to_change(
    estate: Topology, reader: Page, shipped_live: User
) -> None:
    Membership.objects.filter(user=shipped_live).update(role=Role.VIEWER)
    reader.goto(f"/topologies/{estate.uid}/")
    expect(reader.get_by_role("heading", level=1)).to_have_text("ordinary")
    for name in ("Edit", "Delete", "Share", "New comparison"):
        expect(reader.get_by_role("link", name=name, exact=True)).to_have_count(0)


def test_an_invited_person_makes_an_account(reader: Page, browser: Any, live_server: Any) -> None:
    reader.goto("/team/")
    reader.get_by_label("For whom").fill("Bob")
    reader.get_by_role("button", name="Create invitation").click()
    link = reader.get_by_label("Link for Bob").input_value()
    other = browser.new_context(base_url=live_server.url).new_page()
    other.goto(link)
    is_well(other)
    follow(other, other.get_by_role("link", name="Create an account"))
    is_well(other)
    other.get_by_label("Username").fill("bob")
    other.get_by_label("Password", exact=False).first.fill("correct horse battery")
    other.get_by_role("button", name="Sign Up").click()
    expect(other.get_by_role("button", name="bob")).to_be_visible()
    other.context.close()


def test_the_picture_of_the_readme(reader: Page, shipped_live: User) -> None:
    """A version, edited, with a problem beside its field."""
    topology = create_topology(shipped_live.team_id, read(REFERENCE.read_bytes())).topology
    reader.set_viewport_size({"width": 1240, "height": 640})
    reader.goto(f"/topologies/{topology.uid}/edit/")
    reader.get_by_label("To, a service or VPC, row 1", exact=True).fill("order-api")
    expect(reader.get_by_text("did you mean 'orders-api'?")).to_be_visible()
    if SCREENSHOTS:
        reader.screenshot(path=Path(SCREENSHOTS) / "editor.png")
