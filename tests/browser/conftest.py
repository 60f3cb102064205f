"""A real Chromium. Without one the tests are skipped, and said so; CI makes that a failure."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from advisor.models import User
from connectivity.ingest import load_shipped_latencies
from costmodel.shipped import load_shipped_prices

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


expect.set_options(timeout=20_000)  # ms: charts are megabytes, and two suites share a machine

READERS = [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]
every_reader = pytest.mark.parametrize(
    "reader", READERS, indirect=True, ids=lambda screen: f"{screen[0]}-{screen[1]}"
)


def is_well(page: Page) -> None:
    """axe finds nothing, and nothing sticks out to the right."""
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    widths = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1]


def follow(page: Page, control: Locator) -> None:
    """Clicks what leads to another page and waits for that page: axe would read the one that is
    being left."""
    with page.expect_event("load"):
        control.click()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    if CHROMIUM is None:
        if os.environ.get("ADVISOR_TEST_BROWSER") == "required":
            pytest.fail("no Chromium on PATH, and ADVISOR_TEST_BROWSER says that it is required")
        pytest.skip("no Chromium on PATH: install it to run the browser tests")
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    return browser_type_launch_args | {"executable_path": CHROMIUM, "args": [*FLAGS, *root]}


@pytest.fixture
def shipped_live(committed: None) -> User:
    load_shipped_prices()
    load_shipped_latencies()
    return User.objects.create_user("alice", password="correct horse battery")


@pytest.fixture
def reader(
    browser: Browser, live_server: Any, shipped_live: User, request: pytest.FixtureRequest
) -> Iterator[Page]:
    """A signed-in page of the asked-for width and theme, which must stay free of complaints."""
    width, theme = getattr(request, "param", (1440, "light"))
    context = browser.new_context(
        base_url=live_server.url,
        viewport={"width": width, "height": 900},
        color_scheme=theme,
        reduced_motion="reduce",
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/")
    page.get_by_label("Login").fill("alice")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Sign in").click()
    yield page
    context.close()
    assert complaints == []
