"""The table of scenarios: what AWS says, over HTTP, and what the product makes of it."""

import pytest

from advisor.models import User
from tests.connectivity.health.scenarios import SCENARIOS, run
from tests.connectivity.health.scenarios.model import OURS

pytestmark = pytest.mark.django_db


def test_each_scenario_is_judged_as_expected(user: User) -> None:
    """All in one account, so that it is asked once."""
    told, report = run(user.team_id)
    different = [
        f"{scenario.title}: {difference}"
        for scenario in SCENARIOS
        if (difference := told[scenario.title].differs_from(scenario))
    ]
    assert not different, "\n".join(different)
    failed = "CloudWatch failed for, and is queried again for, 1 metrics:"
    assert {note.partition(": ")[2] for note in report.notes} == {
        "CloudWatch denies access to 1 metrics: ErrorPortAllocation",
        f"{failed} ErrorPortAllocation",
        f"{failed} PacketsDropCount",
    }


def test_the_table_has_40_scenarios_and_a_page_of_aws_for_25() -> None:
    assert len(SCENARIOS) >= 40
    assert len({scenario.title for scenario in SCENARIOS}) == len(SCENARIOS)
    assert len([each for each in SCENARIOS if each.source != OURS]) >= 25
    assert all(each.source == OURS or "aws" in each.source for each in SCENARIOS)
