"""What was asked besides a plan one after the other is one answer."""

import pytest

from connectivity.core.as_json import plan_parts
from connectivity.core.as_json.plan_parts import stopped_at, with_earlier
from connectivity.core.as_json.values import Plain

POINTS = {"objects": [{"amount": 1}]}


def explained(*flows: str, text: str = "") -> Plain:
    return {"explanation": [{"flow": flow, "text": text} for flow in flows]}


def test_the_newer_of_two_parts_counts_and_flows_are_put_together() -> None:
    earlier = explained("a", "b") | {"missing_rates": [1], "migration": None}
    both = with_earlier(earlier, explained("b", "c", text="anew") | {"missing_rates": []})
    texts = [(each["flow"], each["text"]) for each in both["explanation"]]
    assert texts == [("a", ""), ("b", "anew"), ("c", "anew")]
    assert both["missing_rates"] == []
    assert both["migration"] is None
    assert both["unfinished"] == []
    assert with_earlier({}, {}) == {"unfinished": []}


def test_the_flows_that_were_explained_last_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_parts, "MAX_EXPLAINED", 2)
    both = with_earlier(explained("a", "b"), explained("c"))
    assert [each["flow"] for each in both["explanation"]] == ["b", "c"]


def test_a_stopped_job_has_cut_its_points_unless_it_went_on_to_flows() -> None:
    cut = stopped_at({"part": "frontiers", "seconds": 3, "frontiers": POINTS})
    assert cut == {"frontiers": POINTS, "unfinished": ["frontiers"]}
    whole = stopped_at({"part": "explanation", "frontiers": POINTS, **explained()})
    assert whole["unfinished"] == []
    assert with_earlier(cut, explained("a"))["unfinished"] == ["frontiers"]
    assert with_earlier(cut, {"frontiers": POINTS})["unfinished"] == []
    assert with_earlier({"frontiers": POINTS}, cut)["unfinished"] == ["frontiers"]
