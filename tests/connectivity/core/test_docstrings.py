"""The cores say where their truth is from: every charge its pricing page, every function its shape.

Read from the source text, so that nothing has to run.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[3]
CORES = [*(ROOT / "connectivity/core").rglob("*.py"), *(ROOT / "costmodel/core").rglob("*.py")]
READ = re.compile(r"Source: .*\bread\s+\d{4}-\d\d-\d\d\b", re.DOTALL)
AWS = re.compile(r"\b(docs\.)?aws\.amazon\.com/")
ARRAYS = re.compile(r"\b(Floats|Ints|Bools)\b")


class Function(NamedTuple):
    """A public function or method of the cores."""

    id: str
    name: str
    returns: str
    doc: str
    raises: bool


def _public(path: Path) -> Iterator[Function]:
    place = path.relative_to(ROOT).as_posix()
    bodies = [("", ast.parse(path.read_text(encoding="utf-8")).body)]
    while bodies:
        owner, body = bodies.pop()
        for node in body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                bodies.append((f"{node.name}.", node.body))
            elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                returns = ast.unparse(node.returns) if node.returns else ""
                raises = any(isinstance(each, ast.Raise) for each in ast.walk(node))
                doc = ast.get_docstring(node) or ""
                yield Function(f"{place}:{owner}{node.name}", node.name, returns, doc, raises)


FUNCTIONS = [function for path in CORES for function in _public(path)]
CHARGES = [
    function
    for function in FUNCTIONS
    if re.search(r"\b(Charge|Metered|Hourly|Capacity)\]", function.returns)
    or function.name == "uses"
]


def test_every_option_and_every_priced_kind_is_looked_at() -> None:
    options = list((ROOT / "connectivity/core/options").iterdir())
    charges = [function for function in CHARGES if function.name == "charges"]
    assert len(charges) == len([path for path in options if path.stem[0] != "_"])
    assert len([function for function in CHARGES if function.name == "uses"]) >= 4


@pytest.mark.parametrize("function", CHARGES, ids=lambda function: function.id)
def test_what_is_billed_says_the_rule_aws_page_and_when_it_was_read(function: Function) -> None:
    assert READ.search(function.doc), "name AWS's pricing page and the date on which it was read"
    assert AWS.search(function.doc), "an address of AWS"
    rule = function.doc.partition("Source: ")[0]
    assert len(rule.split()) >= 8, "say the billing rule in words of your own"


def test_every_public_function_of_the_cores_says_what_it_gives() -> None:
    assert [function.id for function in FUNCTIONS if not function.doc] == []


def test_whoever_gives_an_array_says_its_shape() -> None:
    arrays = [function for function in FUNCTIONS if ARRAYS.search(function.returns)]
    assert len(arrays) > 40
    assert [each.id for each in arrays if "shape" not in each.doc.lower()] == []


def test_whoever_raises_says_what() -> None:
    assert [each.id for each in FUNCTIONS if each.raises and "Raise" not in each.doc] == []
