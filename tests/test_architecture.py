"""The map agrees with the tree."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectivity.core.options import OPTIONS

ROOT = Path(__file__).parent.parent
ADVISOR = ROOT / "advisor"
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
PLACES = re.findall(r"`((?:advisor|connectivity|costmodel|templates)/[\w/.]*)`", ARCHITECTURE)
FLOORS = re.findall(r"^\| `connectivity/core/(\w+)/` \|", ARCHITECTURE, re.M)


@pytest.mark.parametrize("place", sorted(set(PLACES)))
def test_every_place_that_is_named_is_there(place: str) -> None:
    assert (ROOT / place).exists()


def test_every_room_of_the_core_is_named() -> None:
    rooms = {init.parent.name for init in (ROOT / "connectivity" / "core").glob("*/__init__.py")}
    assert set(FLOORS) == rooms


def test_the_rooms_stand_in_the_order_of_the_contract() -> None:
    contracts = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    layers = contracts.partition('containers = ["connectivity.core"]')[2].partition("exhaustive")[0]
    order = [name for name in re.findall(r"\w+", layers) if name in FLOORS]
    assert order == FLOORS


def test_the_rooms_of_the_plan_stand_in_the_order_of_the_contract() -> None:
    named = re.findall(r"^\| `connectivity/core/plan/(\w+)/` \|", ARCHITECTURE, re.M)
    contracts = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    layers = contracts.partition('containers = ["connectivity.core.plan"]')[2]
    assert named == re.findall(r"\w+", layers.partition("exhaustive")[0].partition("=")[2])
    assert set(named) <= set(
        re.findall(r"\w+", README.partition("    plan/ ")[2].partition("\n")[0])
    )


def test_the_modules_of_the_money_are_named_in_the_order_of_the_contract() -> None:
    contracts = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    layers = contracts.partition('containers = ["costmodel.core"]')[2].partition("exhaustive")[0]
    order = re.findall(r"\w+", layers.partition("=")[2])
    assert re.findall(r"^\| `costmodel/core/(\w+)\.py` \|", ARCHITECTURE, re.M) == order


def test_the_rooms_of_the_doors_stand_in_the_order_of_the_contract() -> None:
    table = ARCHITECTURE.partition("## The rooms of the doors")[2].partition("\n## ")[0]
    rows = [line.partition(" |")[0] for line in table.splitlines() if line.startswith("| `")]
    named = [name for row in rows for name in re.findall(r"`advisor/(\w+)/`", row)]
    contracts = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    layers = contracts.partition('containers = ["advisor"]')[2].partition("exhaustive")[0]
    rooms = {init.parent.name for init in ADVISOR.glob("*/__init__.py")} - {"migrations"}
    ranks = {
        name: rank
        for rank, line in enumerate(layers.partition("=")[2].splitlines())
        for name in re.findall(r"\w+", line)
    }
    assert set(named) == rooms
    assert [ranks[name] for name in named] == sorted(ranks[name] for name in named)


def test_every_area_of_pages_has_its_addresses_and_templates() -> None:
    areas = {urls.parent.name for urls in (ROOT / "advisor" / "web").glob("*/urls.py")}
    folders = {folder.name for folder in (ROOT / "templates" / "web").iterdir() if folder.is_dir()}
    assert areas == folders - {"partials"}


def test_every_area_of_the_api_has_its_addresses_and_serializers() -> None:
    api = ADVISOR / "api"
    urls = (api / "urls.py").read_text(encoding="utf-8")
    areas = {views.parent.name for views in api.glob("*/views.py")}
    for area in areas:
        assert (api / area / "serializers.py").exists()
        assert f'include("advisor.api.{area}.urls")' in urls
    assert {path.name for path in api.glob("*.py")} == {"__init__.py", "urls.py"}


def test_the_map_of_the_readme_names_every_room() -> None:
    map_of_the_core = README.partition("core/ ")[2].partition("No Django")[0]
    rooms = set(FLOORS) - {"health"}  # it has a line of its own
    assert rooms <= set(re.findall(r"\w+", map_of_the_core))


def test_the_readme_names_every_option() -> None:
    readme = " ".join(README.split()).lower()
    options = readme.partition("side by side, for ")[2].partition(":")[0]
    names = [OPTIONS.by_key[key].name.lower() for key in OPTIONS.vocabulary.offered]
    assert re.split(r"(?:, | and )(?:an? |the )?", options) == names


DOORS = [
    path
    for room in ("web", "api", "middleware", "templatetags")
    for path in (ADVISOR / room).rglob("*.py")
]

OWN_TABLES = {
    ADVISOR / "api" / "http" / "idempotency.py",  # keeps the answers that it gave
    ADVISOR / "api" / "metrics" / "installation.py",  # counts rows of every team
}


def _tables_asked(source: str) -> Iterator[str]:
    """Imported names whose tables a module asks by itself."""
    nodes = list(ast.walk(ast.parse(source)))
    names = {
        alias.asname or alias.name
        for node in nodes
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    for node in nodes:
        if isinstance(node, ast.Attribute) and node.attr == "objects":
            root = node.value
            while isinstance(root, ast.Attribute):
                root = root.value
            if isinstance(root, ast.Name) and root.id in names:
                yield root.id


def test_no_door_asks_a_table_by_itself() -> None:
    asked = "from connectivity.queries import Topology\nTopology.objects.all()\n"
    assert list(_tables_asked(asked)) == ["Topology"]
    for path in set(DOORS) - OWN_TABLES:
        assert list(_tables_asked(path.read_text(encoding="utf-8"))) == [], path
