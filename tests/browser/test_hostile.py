"""Hostile texts in a real Chromium: no dialog, no violation of the policy, no request elsewhere."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from advisor.models import ApiToken, Membership, Role, Team, User, Webhook
from connectivity.actions import create_topology
from connectivity.health.accounts.aws_accounts import add_demo
from connectivity.models import AwsAccount, Finding, Resource
from tests import hostile
from tests.advisor.test_hostile_texts import hostile_document
from tests.estate import health_finding

LINK = f'<a href="https://{hostile.HOST}/">bank</a>'
PAGES = (
    "/",
    "/topologies/{topology}/",
    "/topologies/{linked}/",
    "/topologies/{topology}/edit/",
    "/topologies/{topology}/print/",
    "/topologies/{topology}/plan/details/",
    "/scenarios/",
    "/health/",
    "/health/resources/{resource}/",
    "/health/collection/",
    "/team/",
    "/team/log/",
    "/account/tokens/",
)


def stored() -> dict[str, Any]:
    """A topology, a finding, a webhook, a token and a team with names that mean harm."""
    user = User.objects.get(username="alice")
    text = hostile.MARKUP
    Membership.objects.filter(user=user).update(role=Role.ADMIN)
    Team.objects.filter(pk=user.team_id).update(name=text)
    version = create_topology(user.team_id, hostile_document(text))
    linked = create_topology(user.team_id, hostile_document(LINK))
    finding = health_finding(user.team_id)
    add_demo(user.team_id)
    AwsAccount.objects.update(name=text)
    Resource.objects.update(name=text, why=text, aws_id=text)
    Finding.objects.update(why=text, part=text)
    Webhook.objects.create(team_id=user.team_id, name=text, url=hostile.ADDRESS)
    ApiToken.objects.create(user=user, team_id=user.team_id, name=text)
    uids = {"topology": version.topology.uid, "linked": linked.topology.uid}
    return uids | {"resource": finding.resource.uid}


LEADS_AWAY = """host => [...document.querySelectorAll('*')].flatMap(
    one => [one.getAttribute('href'), one.getAttribute('xlink:href'), one.getAttribute('src')]
).filter(one => one && !one.startsWith('data:') && new URL(one, location.href).host === host)"""


def charts_are_drawn(page: Page) -> None:
    """Plotly writes names, and knows links and bold in them."""
    chart = page.locator(".chart").first
    chart.scroll_into_view_if_needed()
    expect(chart).to_have_class(re.compile("drawn"))
    chart.hover()


def watched(page: Page) -> list[str]:
    """What happens on a page that must not."""
    happened: list[str] = []
    page.on(
        "dialog", lambda dialog: (happened.append(f"dialog {dialog.message}"), dialog.dismiss())
    )
    page.on("console", lambda message: happened.append(f"console {message.text}"))
    page.on("pageerror", lambda error: happened.append(f"error {error}"))
    page.on("popup", lambda other: happened.append(f"popup {other.url}"))
    page.on(
        "request",
        lambda request: happened.append(request.url) if hostile.HOST in request.url else None,
    )
    return happened


def test_nothing_of_somebody_elses_runs_in_a_browser(reader: Page) -> None:
    objects = stored()
    happened = watched(reader)
    for path in PAGES:
        response = reader.goto(path.format(**objects), wait_until="load")
        assert response is not None
        assert response.status == 200, path
        if path in PAGES[1:3]:
            charts_are_drawn(reader)
        assert hostile.HOST in reader.content(), path
        reader.keyboard.press("Tab")  # what waits for the focus
        assert reader.evaluate(LEADS_AWAY, hostile.HOST) == [], path
        assert happened == [], path


@pytest.mark.parametrize("text", [hostile.MARKUP, hostile.ADDRESS])
def test_the_browser_would_have_told(browser: Browser, text: str) -> None:
    """The same texts on a page that does not mind them."""
    context = browser.new_context()
    page = context.new_page()
    happened = watched(page)
    page.set_content(f"<a href=\"{text}\">x</a>{text}<input value='{text}'>", wait_until="load")
    page.wait_for_timeout(300)
    context.close()
    assert any(event.startswith("dialog") for event in happened)
