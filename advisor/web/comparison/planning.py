"""The plan of a view: made with the page where that is a matter of milliseconds."""

from connectivity.core.as_json.amounts import PLANS
from connectivity.core.as_json.plan import at_once
from connectivity.core.as_json.values import Plain
from connectivity.core.comparison.compare import Comparison
from connectivity.core.network.planned_network import Case

MAX_FLOWS = PLANS.at_once  # that are planned while somebody waits for a page
MANY_RESOURCES = 100  # whose work nobody should take for nothing


def is_planned(comparison: Comparison) -> bool:
    """A view of these flows has its plan at once; one flow needs none."""
    return 1 < len(comparison.case.flows) <= MAX_FLOWS


def plan_of(comparison: Comparison) -> Plain | None:
    """The plan of a view; None of one flow, and of so many that planning is a job."""
    return comparison.once(at_once) if is_planned(comparison) else None


def free_work(case: Case, objects: dict[str, int]) -> int:
    """How many resources there are, where they are many and nobody says what one costs to manage;
    else 0."""
    count = sum(objects.values())
    return 0 if case.topology.operations_usd or count < MANY_RESOURCES else count
