"""The repository as an object: budgets, documented settings, contracts."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command

from advisor.environment.secret_files import FROM_FILES

ROOT = Path(__file__).parent.parent
PACKAGES = ("advisor", "connectivity", "costmodel")
MODULES = [
    path
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
    if "migrations" not in path.parts
]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
NAMELESS = {"each", "found", "item", "made", "mine", "n", "one", "said", "some", "what"}
NAMED = {"ids": lambda path: str(path.relative_to(ROOT))}


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            yield node


@pytest.mark.parametrize("path", MODULES, **NAMED)
def test_modules_and_functions_keep_their_budgets(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300
    long = [
        function.name
        for function in functions(path)
        if (function.end_lineno or 0) - function.lineno + 1 > 40
    ]
    assert long == []


@pytest.mark.parametrize("path", TEMPLATES, **NAMED)
def test_templates_keep_their_budget(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 120
    assert [line for line in lines if len(line) > 160] == []


@pytest.mark.parametrize("path", TEMPLATES, **NAMED)
def test_a_loop_of_a_template_names_what_it_runs_over(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    names = re.findall(r"\{% for ([\w, ]+) in ", text) + re.findall(r" (\w+)=", text)
    assert NAMELESS.isdisjoint(re.findall(r"\w+", " ".join(names)))


@pytest.mark.parametrize(
    "path", [template for template in TEMPLATES if template.name.startswith("_")], **NAMED
)
def test_a_partial_states_its_context_and_is_included_with_only(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("{# ")
    name = path.relative_to(ROOT / "templates")
    uses = [
        line
        for other in TEMPLATES
        for line in other.read_text(encoding="utf-8").splitlines()
        if f'include "{name}"' in line
    ]
    assert uses
    assert all(" only %}" in line for line in uses)


@pytest.mark.parametrize("path", TEMPLATES, **NAMED)
def test_no_inline_script_or_style(path: Path) -> None:
    """In mails styles stand inline: old clients know nothing else."""
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*src=)| on(click|load|change|submit|input)=", text)
    assert path.parent.name == "mail" or not re.search(r"<style| style=", text)


@pytest.mark.parametrize(
    "path", [module for module in MODULES if "core" in module.relative_to(ROOT).parts], **NAMED
)
def test_modules_of_the_core_say_what_they_are_about(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_every_variable_that_is_read_is_documented() -> None:
    settings = (ROOT / "advisor" / "settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'(?:env\.\w+|flag)\(\s*"([A-Z_]+)"', settings))
    read |= {f"{name}_FILE" for name in FROM_FILES}
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert read == set(re.findall(r"^([A-Z_]+)=", example, re.M))
    docs = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert read == set(re.findall(r"^\| `([A-Z_]+)`", docs, re.M))


def test_every_test_that_the_threat_model_names_is_there() -> None:
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ")][1:]
    named = [re.findall(r"`([\w/]+\.py)::(\w+)`", row) for row in rows]
    assert len(rows) > 30
    assert all(named)
    for path, name in sum(named, []):
        source = ast.parse((ROOT / "tests" / path).read_text(encoding="utf-8"))
        functions = {node.name for node in source.body if isinstance(node, ast.FunctionDef)}
        assert name in functions, name


SILENT_NAMES = {"one", "found", "said", "made", "some", "what", "mine"}
LEFT = {"advisor": 0, "benchmarks": 0, "connectivity": 0, "costmodel": 0, "tests": 0}
"""How many names of a package still do not say what their value is: only ever less."""


def fields_of_classes(tree: ast.Module) -> Iterator[ast.AST]:
    """Their words may be those of the API, of the database or of stored reports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for statement in node.body:
                if isinstance(statement, ast.Assign | ast.AnnAssign):
                    yield from ast.walk(statement)


def silent_names(path: Path) -> Iterator[str]:
    """Variables, parameters and loop names that do not say what their value is, by place."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    fields = set(fields_of_classes(tree))
    for node in ast.walk(tree):
        is_stored = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        if isinstance(node, ast.arg) or (is_stored and node not in fields):
            name = node.arg if isinstance(node, ast.arg) else node.id
            if name in SILENT_NAMES:
                yield f"{path.relative_to(ROOT)}:{node.lineno} {name}"


@pytest.mark.parametrize("package", LEFT)
def test_a_name_is_the_noun_of_its_value(package: str) -> None:
    paths = sorted((ROOT / package).rglob("*.py"))
    names = [name for path in paths for name in silent_names(path)]
    assert len(names) <= LEFT[package], "\n".join(names)


def test_a_name_in_a_template_is_the_noun_of_its_value() -> None:
    for path in sorted((ROOT / "templates").rglob("*.*")):
        text = path.read_text(encoding="utf-8")
        loops = re.findall(r"{% for ([\w, ]+?) in ", text)
        names = {name for loop in loops for name in re.split(r", ?", loop)}
        names |= {
            name
            for tag in re.findall(r"{% with (.+?) %}", text)
            for name in re.findall(r"(\w+)=", tag)
        }
        assert not names & SILENT_NAMES, path


def test_nothing_is_left_for_later() -> None:
    words = "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX", "coming" + " soon"))
    files = [*MODULES, *TEMPLATES, *(ROOT / "scripts").iterdir()]
    unfinished = [str(file) for file in files if re.search(words, file.read_text(encoding="utf-8"))]
    assert unfinished == []


def test_requirements_name_no_registry() -> None:
    for path in ROOT.glob("requirements*"):
        assert "://" not in path.read_text(encoding="utf-8")


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy"],
        ["lint-imports"],
    ],
    ids=lambda command: " ".join(command),
)
def test_lint_types_and_contracts(command: list[str]) -> None:
    program = Path(sys.executable).parent / command[0]
    done = subprocess.run([program, *command[1:]], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
