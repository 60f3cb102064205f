"""A plan as text for a terminal."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from advisor.management.plan_besides_table import besides_tables
from advisor.management.text_columns import aligned
from connectivity.core.as_json.plan_words import counted, plan_words
from costmodel.core.units import money

NAMED_FLOWS = 3


def plan_table(answer: dict[str, Any]) -> str:
    """The answer of contract section 5: headline, who uses what, baselines, what is left out."""
    parts = [
        plan_head(answer["topology"], answer),
        _assignment(answer),
        _baselines(answer),
        *besides_tables(answer),
        *_migration(answer),
        "\n".join(_footer(answer)),
    ]
    return "\n\n".join(part for part in parts if part)


def plan_head(name: str, plan: dict[str, Any]) -> str:
    """What a plan costs and saves, or why there is none and what would lift that."""
    first, *more = plan_words(plan)
    lines = [f"{name}: {first}", *(f"  {sentence}" for sentence in more)]
    lines += [f"  {reason}" for reason in _reasons(plan["infeasible_because"])]
    return "\n".join(lines)


def _reasons(clash: dict[str, Any] | None) -> Iterator[str]:
    for reason in clash["reasons"] if clash else ():
        where = ", ".join(filter(None, (reason["flow"], reason["option"], reason["rule"])))
        detail = reason["detail"].rstrip(".")
        yield f"{where}{': ' if where else ''}{detail}. Remedy: {reason['remedy']}"
    if clash and clash["more_reasons"]:
        yield f"and {clash['more_reasons']:,} more reasons"


def _assignment(plan: dict[str, Any]) -> str:
    """Flows of one option that share alike are a row."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in plan["assignment"] or ():
        groups[each["option"], each["because"]].append(each["flow"])
    if not groups:
        return ""
    rows = [
        (option, f"{len(flows):,}", _named(flows), because)
        for (option, because), flows in sorted(groups.items(), key=lambda group: -len(group[1]))
    ]
    return aligned([("option", "flows", "which", "because"), *rows], right={1})


def _named(flows: list[str]) -> str:
    more = len(flows) - NAMED_FLOWS
    return ", ".join(flows[:NAMED_FLOWS]) + (f" and {more:,} more" if more > 0 else "")


def _baselines(plan: dict[str, Any]) -> str:
    rows = [
        (each["name"], each["objective_usd"], counted(each["objects"]))
        for each in plan["baselines"]
        if each["feasible"] and each["objective_usd"]
    ]
    head = ("compared with", "USD/month with operations", "managed resources")
    return aligned([head, *rows], right={1}) if rows else ""


def _migration(answer: dict[str, Any]) -> Iterator[str]:
    """The steps from today, if they were asked for."""
    if "migration" not in answer:
        return
    way = answer["migration"]
    if way is None:
        yield (
            "No steps: they need a plan, flows that say in `today` what they use, and the VPCs "
            "that VPC sharing joins today; where it joins others, workloads move."
        )
        return
    head = ("wave", "step", "flows", "managed resources", "hours, USD/month", "USD/month after it")
    yield aligned([head, *map(_step, way["steps"])], right={0, 2, 4, 5})
    yield "\n".join(_payback(way))


def _step(step: dict[str, Any]) -> tuple[str, ...]:
    hours = sum((Decimal(each["usd"]) for each in step["hours"]), Decimal("0.00"))
    signs = {True: "+", False: "-"}
    things = ", ".join(
        signs[count > 0] + counted({kind: abs(count)}) for kind, count in step["objects"].items()
    )
    flows = f"{step['flow_count']:,}"
    return str(step["wave"]), step["action"], flows, things, f"{hours:+}", step["objective_usd"]


def _payback(way: dict[str, Any]) -> Iterator[str]:
    if way["extra_usd"] is not None:
        days = f"{way['days_per_step']} days after each step"
        extra = Decimal(way["extra_usd"])
        verb = "cost {} USD more" if extra >= 0 else "cost {} USD less"
        yield f"with {days} the steps {verb.format(money(abs(extra)))} than staying as it is"
    if way["payback_days"] is not None:
        yield f"from day {way['payback_days']:,} on the move has cost no more than staying"
    for step in way["steps"]:
        for rule in step["breaks"]:
            where = f"wave {step['wave']}, {step['action']}"
            yield f"{where}: breaks {rule['rule']} while both stand. Remedy: {rule['remedy']}"


def _footer(answer: dict[str, Any]) -> Iterable[str]:
    if answer["objects"]:
        yield f"managed resources: {counted(answer['objects'])}"
    for gap in answer["left_out"]:
        where = " to ".join(filter(None, (gap["region"], gap["to_region"])))
        name = " ".join(filter(None, (gap["usage_type"], gap["operation"])))
        yield f"left out for want of a price: {', '.join(gap['options'])} ({name} in {where})"
    prices = answer["price_list"]
    yield f"prices {prices['name']} as of {prices['as_of']}, engine {answer['engine']}"
    yield from answer["assumptions"]
