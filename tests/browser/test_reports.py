"""Reports in a browser: pages at both widths and themes; the mail at 600 and 360 px."""

import os
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from advisor.models import Membership, Recipient, Report, Role, Team, User
from advisor.reports import making
from advisor.reports.mail import html_of
from advisor.teams import membership
from connectivity.health.accounts.aws_accounts import add_demo
from connectivity.health.rounds import scheduling
from tests.browser.conftest import every_reader, is_well

SCREENSHOTS = os.environ.get("ADVISOR_SCREENSHOTS")  # a folder, to renew those of the README


def estate() -> Team:
    user = User.objects.get(username="alice")
    user.email = "alice@example.com"
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    Membership.objects.filter(user=user).update(role=Role.ADMIN)
    add_demo(user.team_id)
    scheduling.run_all(user.team_id)
    return Team.objects.get(pk=user.team_id)


@every_reader
def test_from_the_list_to_what_to_do(reader: Page) -> None:
    team = estate()
    period = team.schedule.last(team.reports_since)
    content = making.so_far(team)
    Report.objects.create(team=team, week=period.week, due_at=period.end, content=content)
    reader.goto("/")
    reader.get_by_role("link", name="Reports").click()
    expect(reader.get_by_role("heading", name="Weekly reports")).to_be_visible()
    is_well(reader)
    reader.get_by_role("button", name="Subscribe").click()
    expect(reader.get_by_text("receives the report from now on")).to_be_visible()
    reader.get_by_label("On").select_option("Friday")
    reader.get_by_role("button", name="Save").click()
    expect(reader.get_by_text("The next report is sent on Friday")).to_be_visible()
    reader.get_by_role("link", name=period.week).click()
    expect(reader.get_by_role("heading", name="What to do")).to_be_visible()
    is_well(reader)
    reader.get_by_role("link", name="NAT gateway egress-b").first.click()
    expect(reader.get_by_role("heading", name="egress-b")).to_be_visible()


@every_reader
def test_an_address_says_yes_and_leaves_by_buttons(reader: Page) -> None:
    """In a browser, whose Origin is checked."""
    team = estate()
    recipient = Recipient.objects.create(
        team=team, address="b@example.org", asked_at=timezone.now()
    )
    reader.goto(f"/reports/confirm/{recipient.confirm_key}/")
    is_well(reader)
    reader.get_by_role("button", name="Yes, send it").click()
    expect(reader.get_by_role("heading", name="You are subscribed")).to_be_visible()
    reader.goto(f"/reports/unsubscribe/{recipient.unsubscribe_key}/")
    reader.get_by_role("button", name="Unsubscribe").click()
    expect(reader.get_by_role("heading", name="You are unsubscribed")).to_be_visible()
    is_well(reader)


@every_reader
def test_somebody_with_an_account_joins_by_a_link(reader: Page) -> None:
    """In a browser, whose Origin is checked."""
    author = User.objects.get(username="alice")
    other = Team.objects.create(slug="other", name="Other team")
    invitation = membership.invite(other.pk, Role.VIEWER, "alice", author)
    reader.goto(f"/invitations/{invitation.key}/")
    reader.get_by_role("button", name="Join as alice").click()
    expect(reader.get_by_text("Welcome to Other team")).to_be_visible()


@every_reader
def test_a_preview_and_its_mail(reader: Page) -> None:
    estate()
    reader.goto("/reports/")
    reader.get_by_role("link", name="Preview", exact=True).click()
    expect(reader.get_by_text("It is not stored")).to_be_visible()
    is_well(reader)
    reader.get_by_role("link", name="As a mail").click()
    expect(reader.get_by_role("heading", name="What to do")).to_be_visible()
    is_well(reader)


@pytest.mark.parametrize("width", [600, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_mail_fits_and_is_readable(
    browser: Browser, shipped_live: User, width: int, scheme: str, tmp_path: Path
) -> None:
    """Every text has enough contrast on what is behind it, and nothing is wider than the window."""
    team = estate()
    link = "https://advisor.example/reports/"
    file = tmp_path / "mail.html"
    file.write_text(html_of(making.so_far(team), team.name, link, link), encoding="utf-8")
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto(file.as_uri())
    is_well(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    bars = page.locator("td.bar")
    assert bars.count() >= 3
    widths = [box["width"] for bar in bars.all() if (box := bar.bounding_box())]
    assert max(widths) > min(widths) > 0
    if SCREENSHOTS and (width, scheme) == (600, "light"):
        page.screenshot(path=Path(SCREENSHOTS) / "weekly-mail.png")
    context.close()
