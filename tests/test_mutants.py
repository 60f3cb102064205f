"""The list of changed lines that no test notices: it does not grow, and it is of today's code."""

from pathlib import Path
from types import ModuleType

import pytest

from benchmarks import mutants

MAX_SURVIVORS = 0  # of those that were tried
SOURCE = """
def chosen(rows, limit=3):
    def near(row):
        return row.size < limit and row.is_near
    best: int = max(1, len(rows))
    return [row for row in rows if near(row)], f"{1 + best}"

class Line:
    count: int = 4
    def usd(self):
        return 0 if self.free else self.rate * 2
"""


def test_expressions_of_functions_are_changed_and_nothing_of_signatures_and_texts() -> None:
    changes = [each.row.removeprefix("- `m.py` ") for each in mutants.mutants_of("m.py", SOURCE)]
    assert changes == [
        "`chosen.near`: `row.size < limit and row.is_near` -> `row.size < limit or row.is_near`",
        "`chosen.near`: `row.size < limit and row.is_near` -> `row.size < limit and "
        "row.size < limit`",
        "`chosen.near`: `row.size < limit` -> `row.size <= limit`",
        "`chosen`: `max(1, len(rows))` -> `min(1, len(rows))`",
        "`chosen`: `max(1, len(rows))` -> `max(2, len(rows))`",
        "`chosen`: `[row for row in rows if near(row)]` -> `[row for row in rows]`",
        "`Line.usd`: `0 if self.free else self.rate * 2` -> `self.rate * 2 if self.free "
        "else self.rate * 2`",
        "`Line.usd`: `0 if self.free else self.rate * 2` -> `0 if self.free else 0`",
        "`Line.usd`: `0 if self.free else self.rate * 2` -> `1 if self.free else self.rate * 2`",
        "`Line.usd`: `self.rate * 2` -> `self.rate / 2`",
        "`Line.usd`: `self.rate * 2` -> `self.rate * 3`",
    ]


@pytest.fixture
def living(tmp_path: Path) -> ModuleType:
    module = ModuleType("living")
    path = tmp_path / "living.py"
    path.write_text("def least(a, b):\n    return a if a < b else b\n", encoding="utf-8")
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), module.__dict__)  # noqa: S102
    return module


def test_a_function_that_lives_is_changed_where_it_is(living: ModuleType, tmp_path: Path) -> None:
    held = living.least  # as another module holds it that imported it by name
    source = (tmp_path / "living.py").read_text(encoding="utf-8")
    (other_branch, *_) = mutants.mutants_of("living.py", source)
    assert held(1, 2) == 1
    assert mutants.apply(other_branch, tmp_path)
    assert held(1, 2) == 2


def test_a_mutant_of_what_is_not_loaded_is_not_called_killed(tmp_path: Path) -> None:
    (mutant, *_) = mutants.mutants_of("nowhere.py", "def f(a):\n    return a + 1\n")
    assert not mutants.apply(mutant, tmp_path)


def test_the_list_of_survivors_does_not_grow() -> None:
    survivors = mutants.listed(mutants.SURVIVORS)
    assert len(survivors) <= MAX_SURVIVORS
    assert not survivors.keys() & mutants.listed(mutants.EQUIVALENT).keys()


def test_every_listed_mutant_is_one_of_todays_code() -> None:
    """A line that was changed since is tried again: benchmarks/mutants.py --again --write."""
    known = {mutant.row for mutant in mutants.every_mutant()}
    rows = {**mutants.listed(mutants.SURVIVORS), **mutants.listed(mutants.EQUIVALENT)}
    assert rows.keys() - known == set()


def test_what_is_called_equivalent_says_why() -> None:
    assert [row for row, why in mutants.listed(mutants.EQUIVALENT).items() if len(why) < 20] == []
