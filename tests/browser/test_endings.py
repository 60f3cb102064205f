"""How teams and people end, and what is kept: pages that are well for every reader."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from advisor.models import Membership, Role, ShareLink, Team, User
from connectivity.actions import create_topology
from tests.browser.conftest import every_reader, follow, is_well
from tests.factories import document

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def shared(shipped_live: User) -> User:
    """A member, and a link of somebody who left."""
    version = create_topology(shipped_live.team_id, document(), author_id=shipped_live.pk)
    robert = User.objects.create_user("robert", password="correct horse battery")
    gone = User.objects.create_user("gone", password="correct horse battery")
    Membership.objects.filter(user=gone).delete()
    Membership.objects.filter(user=robert).update(role=Role.VIEWER)
    until = timezone.now() + timedelta(days=1)
    ShareLink.objects.create(
        team_id=shipped_live.team_id, version=version, query="", author=gone, expires_at=until
    )
    return shipped_live


@every_reader
def test_a_team_is_let_go_and_kept(shared: User, reader: Page) -> None:
    reader.goto("/team/")
    expect(reader.get_by_text("gone, no longer a member")).to_be_visible()
    is_well(reader)
    follow(reader, reader.get_by_role("link", name="Data retention"))
    is_well(reader)
    reader.goto("/team/")
    reader.get_by_text("Rename the team").scroll_into_view_if_needed()
    reader.get_by_role("link", name="Delete the team").click()
    reader.get_by_label("Name of the team").fill("Default")
    reader.get_by_role("button", name="Delete in 7 days").click()
    expect(reader.get_by_text("not the name Default team.")).to_be_visible()
    is_well(reader)
    reader.get_by_label("Name of the team").fill("Default team")
    reader.get_by_role("button", name="Delete in 7 days").click()
    expect(reader.get_by_text("This team will be deleted on")).to_be_visible()
    is_well(reader)
    assert Team.objects.get().closes_at is not None
    reader.get_by_role("button", name="Cancel the deletion").click()
    expect(reader.get_by_text("Default team is kept.")).to_be_visible()


@every_reader
def test_an_account_is_deleted_by_its_owner(shared: User, reader: Page) -> None:
    reader.goto("/account/delete/")
    reader.get_by_label("Password").fill("correct horse battery")
    reader.get_by_role("button", name="Confirm").click()
    expect(reader.get_by_text("alice is the last admin of Default team")).to_be_visible()
    is_well(reader)
    Membership.objects.update(role=Role.ADMIN)
    reader.goto("/account/delete/")
    reader.get_by_label("Your user name").fill("alice")
    is_well(reader)
    reader.get_by_role("button", name="Delete my account").click()
    expect(reader.get_by_text("Your account is deleted.")).to_be_visible()
    assert not User.objects.filter(username="alice").exists()
