"""The way from today to a plan as plain values."""

from collections.abc import Iterator
from decimal import Decimal

from connectivity.core.as_json.values import Plain, usd_text
from connectivity.core.comparison.compare import Comparison
from connectivity.core.network.planned_network import Case
from connectivity.core.options import OPTIONS
from connectivity.core.plan.design.designs import Design
from connectivity.core.plan.design.joined import joining_pairs
from connectivity.core.plan.steps.migration import DAYS, Migration, Step, migration
from costmodel.core.bill import Bill
from costmodel.core.units import cents_of_parts

MAX_NAMED = 1_000  # flows of a step


def migrated(comparison: Comparison, design: Design | None, days: int = DAYS) -> Plain | None:
    """What to do from today to a design; None without one, where no flow says what it uses, or
    where VPC sharing joins other VPCs than today: workloads then move.

    Args:
        days: that the network stays as it is after each step.
    """
    case = comparison.case
    by_key = {option.key: option for option in OPTIONS}
    today = [None if flow.today is None else by_key[flow.today] for flow in case.topology.flows]
    if design is None or not any(today):
        return None
    if joining_pairs(case, today) != joining_pairs(case, design.options):
        return None
    way = migration(case, comparison.prices, today, design.options, days)
    return {
        "days_per_step": days,
        "today_usd": usd_text(way.today.total_usd) if way.is_whole else None,
        "plan_usd": usd_text(way.planned.total_usd),
        "saves_usd": usd_text(way.saves_usd),
        "extra_usd": usd_text(way.extra_usd),
        "payback_days": way.payback_days,
        "payers": list(_payers(case, way)),
        "steps": [_step(case, step) for step in way.steps],
    }


def _payers(case: Case, way: Migration) -> Iterator[Plain]:
    """Who pays before and after, without operations, which nobody is billed for; in cents that add
    up to the bills."""
    bills = way.today.bill, way.planned.bill
    before, after = (_by_account(case, bill) for bill in bills)
    order = {account.id: i for i, account in enumerate(case.topology.accounts)}
    for account in sorted(before.keys() | after.keys(), key=order.__getitem__):
        old, new = (usd.get(account, Decimal("0.00")) for usd in (before, after))
        yield {
            "account": account,
            "today_usd": str(old) if way.is_whole else None,
            "plan_usd": str(new),
        }


def _by_account(case: Case, bill: Bill) -> dict[str, Decimal]:
    accounts = case.topology.accounts
    return cents_of_parts({accounts[payer].id: usd for payer, usd in bill.by_payer().items()})


def _step(case: Case, step: Step) -> Plain:
    flows, accounts = case.topology.flows, case.topology.accounts
    return {
        "wave": step.wave,
        "action": step.action.value,
        "flows": [flows[row].name for row in step.flows[:MAX_NAMED].tolist()],
        "flow_count": len(step.flows),
        "objects": step.objects,
        "hours": [
            {
                "what": each.description,
                "region": each.region,
                "payer": accounts[each.payer].id,
                "usd": usd_text(each.usd),
            }
            for each in step.hours
        ],
        "objective_usd": usd_text(step.month.total_usd),
        "breaks": [{"rule": rule.id, "remedy": rule.remedy} for rule in step.breaks],
        "rollback": step.rollback,
    }
