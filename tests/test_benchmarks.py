"""What the benchmarks measure still runs: the plain loop and `bill()` agree, on a small scale."""

import runpy
from typing import Any

import pytest

from connectivity.core.health.evaluation import HealthRule
from connectivity.core.health.kinds import KINDS
from tests.conftest import ROOT
from tests.profiles import sample


@pytest.mark.local
def test_accounts_that_hang_or_refuse_delay_no_other() -> None:
    """What `scripts/run` starts, against an AWS of our own; its processes are killed, too."""
    names: dict[str, Any] = runpy.run_path(str(ROOT / "benchmarks" / "accounts.py"))
    rounds, killed, torn = names["measure"](names["Sizes"](6, 1, 1))
    assert [each.missing for each in rounds] == [0] * 4
    assert all(max(each.late) <= names["LATEST_S"] for each in rounds[1:])
    assert killed > 1
    assert torn == 0


def test_the_plain_loop_bills_what_bill_does(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names: dict[str, Any] = runpy.run_path(str(ROOT / "benchmarks" / "bill.py"))
    main = names["main"]
    monkeypatch.setitem(main.__globals__, "FLOWS", 2_000)
    monkeypatch.setitem(main.__globals__, "LOOPED", 200)
    main()
    assert "2,000 flows x 4 options" in capsys.readouterr().out


@pytest.mark.parametrize(
    "rule", [rule for kind in KINDS.values() for rule in kind.rules], ids=lambda rule: rule.id
)
def test_each_event_of_n_periods_is_found_with_its_beginning(rule: HealthRule) -> None:
    """At every fifth phase of the rounds, in their rhythm and eight hours apart."""
    names: dict[str, Any] = runpy.run_path(str(ROOT / "benchmarks" / "detection.py"))
    assert list(names["wrong"]([rule], step=300)) == []


def test_no_design_is_cheaper_than_a_plan_and_no_baseline_either() -> None:
    names: dict[str, Any] = runpy.run_path(str(ROOT / "benchmarks" / "plan_truth.py"))
    assert list(names["differing"](sample(range(40), 3))) == []
    assert list(names["dearer"](sample(range(40), 3))) == []


def test_another_model_has_the_same_least_cost() -> None:
    """CP-SAT's, in whole numbers."""
    names: dict[str, Any] = runpy.run_path(str(ROOT / "benchmarks" / "plan_cp_sat.py"))
    spoken = list(names["verdicts"](names["estates"](6, 18, (8, 8, 40)), 60))
    assert [each.wrong for each in spoken] == [""] * 6
    assert all(each.is_equal for each in spoken)
