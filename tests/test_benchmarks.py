"""What the benchmarks measure still runs: the plain loop and `bill()` agree, on a small scale."""

import runpy
from typing import Any

import pytest

from tests.conftest import ROOT


def test_the_plain_loop_bills_what_bill_does(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names: dict[str, Any] = runpy.run_path(str(ROOT / "benchmarks" / "bill.py"))
    main = names["main"]
    monkeypatch.setitem(main.__globals__, "FLOWS", 2_000)
    monkeypatch.setitem(main.__globals__, "LOOPED", 200)
    main()
    assert "2,000 flows x 4 options" in capsys.readouterr().out
