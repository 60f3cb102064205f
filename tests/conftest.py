"""What every test may ask for: shipped prices and latencies. What needs Django is in product.py."""

from pathlib import Path

import pytest

from connectivity.core.latency.lookup import LatencySet
from costmodel.core.price_list import PriceList
from tests import profiles, shipped

ROOT = Path(__file__).parent.parent
NOT_SHOWN = "not shown"
DATABASE_FIXTURES = {"db", "transactional_db", "live_server"}

profiles.register()


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    parser.addoption(
        "--only-database",
        action="store_true",
        help="run only the tests that ask for a database",
    )
    if not pluginmanager.hasplugin("django"):
        parser.addini("DJANGO_SETTINGS_MODULE", "not used: the tests of both cores need no Django")


def pytest_configure(config: pytest.Config) -> None:
    if config.pluginmanager.hasplugin("django"):
        config.pluginmanager.import_plugin("tests.product")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell what this machine cannot show, such as a kernel without network namespaces."""
    for report in terminalreporter.getreports("passed"):
        for name, reason in report.user_properties:
            if name == NOT_SHOWN:
                terminalreporter.write_line(f"not shown here: {reason}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # The longest first: they would be what everybody waits for in the end.
    items.sort(key=lambda item: item.get_closest_marker("local") is None)
    if not config.getoption("--only-database"):
        return
    kept = [item for item in items if touches_the_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


def touches_the_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(fixtures & DATABASE_FIXTURES)


@pytest.fixture(scope="session")
def prices() -> PriceList:
    """The shipped price list."""
    return shipped.prices()


@pytest.fixture(scope="session")
def latencies() -> LatencySet:
    """The shipped latencies."""
    return shipped.latencies()
