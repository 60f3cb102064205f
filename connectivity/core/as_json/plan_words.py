"""A plan in sentences: what it costs, what it saves, how far it is proven."""

from collections import Counter
from decimal import Decimal

from connectivity.core.as_json.values import Plain
from connectivity.core.options import OPTIONS
from costmodel.core.units import money

SHORT = 9.5  # per cent, from which decimals say nothing


def plan_words(plan: Plain) -> list[str]:
    """The headline of a plan, or why there is none, a sentence each.

    Args:
        plan: the answer of contract section 5.
    """
    if plan["assignment"] is None:
        clash = plan["infeasible_because"]
        return [clash["sentence"] if clash else "No plan was found in the time given."]
    return [_cost(plan), _saving(plan), _today(plan), *breach_words(plan), proof_words(plan)]


def used_options(plan: Plain) -> list[tuple[str, int]]:
    """The names of the options that a plan uses and for how many flows, the most first."""
    known = OPTIONS.by_key
    counts = Counter(each["option"] for each in plan["assignment"] or ())
    return [(known[key].name, count) for key, count in counts.most_common()]


def counted(objects: dict[str, int]) -> str:
    """Managed resources by kind.

    >>> counted({"attachment": 2, "peering": 1})
    '2 attachments, 1 peering'
    """
    parts = (f"{count:,} {kind}{'s' if count > 1 else ''}" for kind, count in objects.items())
    return ", ".join(parts) or "none"


def breach_words(plan: Plain) -> list[str]:
    """What today's design breaks, a sentence a rule."""
    return [
        f"Today breaks {each['rule']} for {_flows(each)}: {each['detail'].rstrip('.')}."
        for each in plan["today_breaks"]
    ]


def _flows(breach: Plain) -> str:
    count = len(breach["flows"]) + breach["more_flows"]
    return breach["flows"][0] if count == 1 else f"{count:,} flows"


def share_words(saves: Decimal, of: Decimal) -> str:
    """A saving as a share of what it is compared with.

    >>> share_words(Decimal("3428.12"), Decimal("9311.32"))
    '37 %'
    >>> share_words(Decimal(1), Decimal(1)), share_words(Decimal(1), Decimal(300))
    ('100 %', '0.33 %')
    """
    share = abs(100 * saves / of) if of else Decimal(0)
    return f"{share:.0f} %" if share >= SHORT else f"{share:.2g} %"


def proof_words(plan: Plain) -> str:
    """Whether anything can be cheaper, in a sentence."""
    if plan["proven_optimal"]:
        within = "" if plan["max_objects"] is None else " within the allowed managed resources"
        return f"Proven: no assignment of the allowed options{within} costs less."
    gap = money(Decimal(plan["gap_usd"]))
    return f"Not proven in the time given: another design may cost up to {gap} USD less."


def _cost(plan: Plain) -> str:
    usd, operations = (Decimal(plan[key]) for key in ("objective_usd", "operations_usd"))
    options = ", ".join(f"{name} for {count:,}" for name, count in used_options(plan))
    with_operations = " with operations" if operations else ""
    count = sum(plan["objects"].values())
    return (
        f"Plan: {money(usd)} USD a month{with_operations}; flows by option: {options}; "
        f"{count:,} managed resource{'s' if count != 1 else ''}."
    )


def _saving(plan: Plain) -> str:
    if plan["saves_usd"] is None:
        return "No single option can be recommended for all flows."
    single, saves = OPTIONS.by_key[plan["best_single"]].name, Decimal(plan["saves_usd"])
    if saves > 0:
        share = share_words(saves, saves + Decimal(plan["objective_usd"]))
        return f"It costs {money(saves)} USD ({share}) less than {single} for all flows."
    if saves:
        return f"{single} for all flows costs {money(-saves)} USD less, with more resources."
    return f"{single} for all flows costs the same."


def _today(plan: Plain) -> str:
    if plan["change_usd"] is None:
        return "Today's bill is not known: not every flow states its option of today."
    change, today = Decimal(plan["change_usd"]), money(Decimal(plan["today_usd"]))
    if not change:
        return f"Its bill equals today's {today} USD."
    word = "less" if change < 0 else "more"
    share = share_words(change, Decimal(plan["today_usd"]))
    return f"Its bill is {money(abs(change))} USD ({share}) {word} than today's {today} USD."
