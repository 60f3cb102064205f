"""What the page says of the way from today, whatever the core answers."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.template.loader import render_to_string

from advisor.web.comparison.besides.way import Way
from connectivity.core.network.planned_network import Case
from tests.factories import case_of, flow

PAYER = "111111111111"
STEP: dict[str, Any] = {
    "wave": 1, "action": "build", "flows": ["f"], "flow_count": 1, "objects": {"peering": 1},
    "hours": [], "objective_usd": "120.00", "breaks": [], "rollback": "Delete it.",
}  # fmt: skip
SWITCH = STEP | {"action": "switch", "objects": {}, "objective_usd": "90.00"}
REMOVE = STEP | {
    "action": "remove", "objects": {"attachment": -2}, "objective_usd": "60.00",
    "hours": [{"what": "VPC attachment", "region": "us-east-1", "payer": PAYER, "usd": "-36.50"}],
}  # fmt: skip
PLAIN: dict[str, Any] = {
    "days_per_step": 7, "today_usd": "100.00", "plan_usd": "60.00", "saves_usd": "40.00",
    "extra_usd": "1.61", "payback_days": 23, "payers": [], "steps": [STEP, SWITCH, REMOVE],
}  # fmt: skip


@pytest.fixture(scope="module")
def case() -> Case:
    return case_of(flow(name="f"))


def text_of(case: Case, **changes: Any) -> str:
    way = Way(PLAIN | changes, case)
    behind = SimpleNamespace(
        way=way, has_today=True, was_asked=True, says_all_of_today="today_usd" in changes
    )
    context = {"behind": behind, "is_open": True}
    return " ".join(render_to_string("web/comparison/besides/_way.html", context).split())


def test_money_days_and_what_to_do(case: Case) -> None:
    text = text_of(case)
    assert "3 steps in 1 wave of flows" in text
    assert "<strong>$40.00 less</strong> than today" in text
    assert "Over 21 days, 7 for each step, the steps cost <strong>$1.61 more</strong>" in text
    assert "on day 23: from then on" in text
    assert "Create 1 peering for f." in text
    assert "Delete 2 attachments; the last to use it were f." in text
    assert "-$36.50 a month: VPC attachment, us-east-1" in text
    assert "<small>day 14 to 21</small>" in text
    assert "then $60.00 a month, -$40.00" in text


def test_what_breaks_meanwhile_is_named_with_its_remedy(case: Case) -> None:
    broken = STEP | {"breaks": [{"rule": "VPC-03", "remedy": "Ask AWS for more."}]}
    text = text_of(case, steps=[broken, SWITCH])
    assert '<span class="tag bad">breaks VPC-03</span> Ask AWS for more.' in text
    assert "After 1 step old and new together break a rule" in text
    assert "No rule is broken" in text_of(case)


def test_where_today_has_no_bill_nothing_is_compared(case: Case) -> None:
    unknown = {"today_usd": None, "saves_usd": None, "extra_usd": None, "payback_days": None}
    text = text_of(case, **unknown)
    assert "cannot be compared with today: a price of today" in text
    assert "then $60.00 a month<" in text
    assert "paid back" not in text.lower()


def test_what_saves_nothing_is_never_paid_back(case: Case) -> None:
    dearer = {"saves_usd": "-5.00", "plan_usd": "105.00", "payback_days": None}
    text = text_of(case, **dearer)
    assert "-$5.00" not in text
    assert "a month costs $5.00 more than today" in text
    assert "It is never paid back" in text
    at_once = text_of(case, payback_days=0, extra_usd="-9.00")
    assert "<strong>$9.00 less</strong> than staying" in at_once
    assert "from the first day on" in at_once


def test_nothing_to_do_and_nowhere_to_start(case: Case) -> None:
    assert "Nothing is to be done" in text_of(case, steps=[])
    moved = SimpleNamespace(way=None, has_today=True, was_asked=True)
    text = render_to_string("web/comparison/besides/_way.html", {"behind": moved})
    assert "Workloads then move to another VPC" in " ".join(text.split())
