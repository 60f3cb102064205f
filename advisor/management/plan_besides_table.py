"""What was asked of a plan besides, as text for a terminal: reasons, trade-offs, missing prices."""

from collections.abc import Iterator
from typing import Any

from advisor.management.text_columns import aligned
from connectivity.core.as_json.plan_words import counted

AXES = {"objects": "managed resources", "changes": "flows that change", "worst_p99": "p99, µs"}
UNKNOWN = "not known"


def besides_tables(answer: dict[str, Any]) -> Iterator[str]:
    """A paragraph each, of what the answer has."""
    for each in answer.get("explanation", ()):
        yield "\n".join(_explanation(each))
    frontiers = answer.get("frontiers", {})
    for axis, words in AXES.items():
        if frontiers.get(axis):
            yield _frontier(frontiers[axis], words)
    if answer.get("missing_rates"):
        yield "\n".join(map(_rate, answer["missing_rates"]))


def _explanation(each: dict[str, Any]) -> Iterator[str]:
    yield (
        f"{each['flow']}: {each['option']}. Without the flow the plan costs "
        f"{each['marginal_usd'] or UNKNOWN} USD less a month; alone it would cost "
        f"{each['alone_usd']} USD."
    )
    for thing in each["shared"]:
        count = len(thing["flows"]) + thing["more_flows"]
        flows = f"{count:,} other flow{'s' if count > 1 else ''}"
        yield f"  shares {thing['what']} ({thing['usd']} USD) with {flows}"
    if each["next_best"]:
        yield f"  next best: {each['next_best']}, {each['extra_usd']} USD more"
    elif each["complete"]:
        yield "  no other option has a plan"
    for flip in each["flips"]:
        yield f"  {flip['to']} with {flip['when']}"
    if not each["complete"]:
        yield "  not all was found out in the time given"


def _frontier(points: list[dict[str, Any]], words: str) -> str:
    rows = [
        (
            UNKNOWN if point["amount"] is None else f"{point['amount']:,.0f}",
            point["objective_usd"],
            counted(point["objects"]),
            "proven" if point["proven"] else "not proven",
        )
        for point in points
    ]
    return aligned([(words, "USD/month", "managed resources", ""), *rows], right={0, 1})


def _rate(rate: dict[str, Any]) -> str:
    where = " to ".join(filter(None, (rate["region"], rate["to_region"])))
    name = f"{' '.join(filter(None, (rate['usage_type'], rate['operation'])))} in {where}"
    options = ", ".join(rate["options"])
    if rate["needed"]:
        return f"no plan without a price of {name}"
    if rate["below_usd"] is None:
        why = "" if rate["proven"] else ", as far as was found out in the time given"
        return f"{options}: no rate of {name} alone brings it into the plan{why}"
    return f"{options}: in the plan with {name} below {rate['below_usd']} USD"
