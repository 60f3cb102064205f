"""Bills worked out by hand: see tests/golden/README.md."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from connectivity.core.comparison.answer import Answer
from connectivity.core.comparison.compare import Comparison, compare
from connectivity.core.latency.lookup import LatencySet
from connectivity.core.options import OPTIONS
from connectivity.core.registered_document import topology
from costmodel.core.units import cents
from tests.factories import price_list

FIRST = ("single-vpc", "vpc-sharing", "vpc-peering", "transit-gateway", "privatelink")
GOLDEN = sorted((Path(__file__).parents[2] / "golden").glob("*.yaml"))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden_bill(path: Path) -> None:
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    keys = case.get("options", FIRST)
    options = [option for option in OPTIONS if option.key in keys]
    assert len(options) == len(keys)
    comparison = compare(
        topology(case["topology"]), price_list(case["prices"]), LatencySet("none", "", ()), options
    )
    answers = {answer.option.key: answer for answer in comparison.answers}
    for key, expected in case["bills"].items():
        assert sorted(written(answers[key], comparison)) == sorted(expected.splitlines())
    for key, expected in case.get("payers", {}).items():
        assert payers(answers[key], comparison) == expected
    for key, answer in answers.items():
        if key != "single-vpc":
            assert hard_rules(answer) == case.get("hard", {}).get(key, [])


def written(answer: Answer, comparison: Comparison) -> list[str]:
    if answer.bill is None:
        return ["not priced"]
    accounts = comparison.case.topology.accounts
    lines = [
        f"{line.description}, {accounts[line.payer].id}: "
        f"{line.quantity.normalize():f} {line.price.unit} "
        f"x {line.rate} = {line.usd.normalize():f}"
        for line in answer.bill.lines
    ]
    gaps = [
        f"gap: {gap.price.usage_type} {gap.price.operation} in {gap.region} for {gap.needed_by}"
        for gap in answer.bill.gaps
    ]
    return [*lines, *gaps, "no total" if answer.usd is None else f"total {answer.usd}"]


def payers(answer: Answer, comparison: Comparison) -> dict[str, str]:
    assert answer.bill is not None
    accounts = comparison.case.topology.accounts
    return {accounts[i].id: str(cents(usd)) for i, usd in answer.bill.by_payer().items()}


def hard_rules(answer: Answer) -> list[Any]:
    return sorted({hit.rule.id for hit in answer.hits if hit.is_hard})
