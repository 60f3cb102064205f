"""A plan with everything that is handed over, as files by their paths or as one archive."""

from advisor.handover.archive import as_zip
from advisor.handover.decision_pdf import decision_pdf
from advisor.handover.plan_csv import as_csv
from connectivity.core.as_json.amounts import AT_ONCE_S, PLANS
from connectivity.core.comparison.compare import Comparison
from connectivity.core.handover.decision import risks
from connectivity.core.handover.terraform import terraform
from connectivity.core.plan.search.plan import Plan, plan
from connectivity.core.problems import DocumentRefused, Problem

NO_PLAN = "have no plan, or none was known in the time; `manage.py plan` says which, and why"


def bundle(comparison: Comparison, result: Plan) -> dict[str, bytes]:
    """Terraform, the table and the two pages of a plan.

    Raises:
        DocumentRefused: there is no plan, or too much of it for one state of Terraform.
    """
    design = result.design
    if design is None:
        raise DocumentRefused([Problem("flows", NO_PLAN)])
    texts = terraform(comparison.case, design.options, risks(comparison, design))
    files = {f"terraform/{path}": text.encode() for path, text in texts.items()}
    files["plan.csv"] = as_csv(comparison, design).encode()
    files["decision.pdf"] = decision_pdf(comparison, result, design)
    return files


def packed(comparison: Comparison, folder: str) -> bytes:
    """The archive that somebody waits for: of the best plan that a few seconds find.

    Raises:
        DocumentRefused: there are too many flows for that, or there is no plan.
    """
    if not can_be_packed(comparison):
        words = (
            f"are {len(comparison.case.flows):,}; up to {PLANS.at_once:,} are handed over as a "
            "download: run manage.py hand_over on the file, which has no such limit"
        )
        raise DocumentRefused([Problem("flows", words)])
    return as_zip(bundle(comparison, plan(comparison, seconds=AT_ONCE_S)), folder)


def can_be_packed(comparison: Comparison) -> bool:
    """There are so few flows that somebody can wait for the archive."""
    return len(comparison.case.flows) <= PLANS.at_once
