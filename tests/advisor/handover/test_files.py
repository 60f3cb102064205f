"""A plan in files."""

import csv
import io
import random
import zipfile
from decimal import Decimal
from typing import Any

import pytest
from pypdf import PdfReader

from advisor.handover.archive import as_zip
from advisor.handover.decision_pdf import decision_pdf
from advisor.handover.plan_csv import as_csv
from connectivity.core.comparison.compare import Comparison, compare
from connectivity.core.handover.decision import alternatives, by_option, payers, risks
from connectivity.core.latency.lookup import LatencySet
from connectivity.core.plan.design.designs import Design
from connectivity.core.plan.search.plan import Plan, plan
from connectivity.core.registered_document import topology
from tests.connectivity.core.plan.instances import PRICES
from tests.factories import account, document, flow, price_list, vpc

NO_LATENCIES = LatencySet("none", "", ())
GREEK, RUSSIAN, CHINESE = "Παραγγελίες", "Заказы", "订单"


def estate(flows: int) -> dict[str, Any]:
    dice = random.Random(flows)  # noqa: S311  not a secret
    count = min(30, flows + 1)
    owners = [account(f"{i:012d}") for i in range(min(12, count))]
    names = [GREEK, RUSSIAN, CHINESE, *(f"{i}-vpc{'-long' * (i % 9)}" for i in range(3, count))]
    vpcs = [
        vpc(name, owners[i % len(owners)]["id"], f"10.{i}.0.0/16")
        for i, name in enumerate(names[:count])
    ]
    services = [
        {"name": f"s {each['name']}"[:60], "vpc": each["name"], "port": 443} for each in vpcs
    ]
    ends = [dice.sample(range(count), 2) for _ in range(flows)]
    rows = [
        flow(name=f"flow {i}", to=services[b]["name"], gb_per_month=dice.randint(1, 90_000))
        | {"from": vpcs[a]["name"]}
        for i, (a, b) in enumerate(ends)
    ]
    costs = {"peering": 3, "attachment": 1}
    return document(
        *rows, accounts=owners, vpcs=vpcs, services=services, operations_usd_per_object=costs
    )


def planned(flows: int) -> tuple[Comparison, Plan, Design]:
    comparison = compare(topology(estate(flows)), price_list(PRICES), NO_LATENCIES)
    result = plan(comparison, seconds=5)
    assert result.design
    return comparison, result, result.design


@pytest.mark.parametrize("flows", [2, 500])
def test_a_decision_has_two_pages_whatever_its_size(flows: int) -> None:
    comparison, result, design = planned(flows)
    pages = PdfReader(io.BytesIO(decision_pdf(comparison, result, design))).pages
    assert len(pages) == 2
    first, second = (page.extract_text() for page in pages)
    total = f"${design.total_usd:,.2f}"
    assert f"{total} a month for {flows:,} flows" in first
    assert result.best_single
    best = f"Against the best single option, {result.best_single.option.name} for all flows, it"
    assert result.saves_usd is not None
    saved = f"${result.saves_usd:,.2f} a month" if result.saves_usd else "nothing"
    assert f"{best} saves {saved}." in first.replace("\n", " ")
    for heading in ("The plan: an option for every flow", "who pays AWS", "against other designs"):
        assert heading in first
    for heading in ("Risks", "What would change it", "The flows with the most traffic"):
        assert heading in second
    for each in by_option(comparison, design):
        assert each.option.name in first
    nearest = alternatives(comparison, design)[0]
    assert f"{nearest.flow} on {nearest.option.name} instead:" in second
    assert "Page 1 of 2" in first
    assert "Page 2 of 2" in second


def pictured(given: dict[str, Any]) -> list[str]:
    """The texts of the pages."""
    comparison = compare(topology(given), price_list(PRICES), NO_LATENCIES)
    result = plan(comparison, seconds=5)
    assert result.design
    pages = PdfReader(io.BytesIO(decision_pdf(comparison, result, result.design))).pages
    return [page.extract_text() for page in pages]


def test_today_stands_beside_the_plan_where_something_is_used_today() -> None:
    flows = [
        flow(name=name, today="transit-gateway", options=[option, "transit-gateway"])
        for name, option in (("f", "vpc-peering"), ("g", "vpc-peering"))
    ]
    first, _ = pictured(document(*flows))
    whole = first.split("Before and after")[1]
    for label in ("today", "the plan", "clients", "orders", "Transit Gateway", "VPC peering"):
        assert label in whole
    assert "Before and after" not in "".join(pictured(document(flow())))


def test_a_design_has_the_names_of_options_in_a_decision() -> None:
    first, _ = pictured(document(flow(today="transit-gateway")))
    assert "Transit Gateway for all flows" in first
    assert "what is used today" in first
    assert "transit-gateway" not in first


def test_names_of_other_scripts_are_there_and_what_the_font_lacks_is_said() -> None:
    comparison, result, design = planned(2)
    text = PdfReader(io.BytesIO(decision_pdf(comparison, result, design))).pages[1].extract_text()
    assert GREEK in text
    assert RUSSIAN in text
    assert CHINESE not in text
    assert "? stands for letters that the font lacks" in text


def test_who_pays_adds_up_to_the_bill() -> None:
    comparison, _, design = planned(60)
    parts = payers(comparison, design)
    assert design.bill.usd is not None
    assert sum(usd for _, usd in parts) == round(design.bill.usd, 2)
    assert [usd for _, usd in parts] == sorted((usd for _, usd in parts), reverse=True)


def test_an_alternative_costs_what_its_design_is_billed_and_never_less_than_a_proven_plan() -> None:
    comparison, result, design = planned(8)
    assert result.is_proven
    known = alternatives(comparison, design)
    assert known
    assert all(each.extra_usd >= 0 for each in known)
    assert [each.extra_usd for each in known] == sorted(each.extra_usd for each in known)


def test_risks_are_those_of_the_options_in_use() -> None:
    comparison, _, design = planned(8)
    known = risks(comparison, design)
    assert known
    assert {risk.option for risk in known} <= set(design.options)
    assert all(risk.severity != "hard" for risk in known)


def test_the_spreadsheet_has_every_flow_and_every_line() -> None:
    comparison, _, design = planned(8)
    text = as_csv(comparison, design)
    flows, lines = (list(csv.reader(io.StringIO(part))) for part in text.split("\r\n\r\n"))
    assert flows[0] == ["flow", "from", "to", "option", "gb_per_month"]
    assert [row[3] for row in flows[1:]] == [option.key for option in design.options]
    assert [row[0] for row in flows[1:]] == [f"flow {i}" for i in range(8)]
    given = [each.gb for each in comparison.case.topology.flows]
    assert [float(row[4]) for row in flows[1:]] == given
    usd = lines[0].index("usd")
    assert design.bill.usd is not None
    billed = sum(Decimal(row[usd]) for row in lines[1:])
    assert abs(billed - design.bill.usd) < Decimal("0.0001")


def test_a_name_is_no_formula_of_a_spreadsheet() -> None:
    given = document(flow(name="=1+1"))
    comparison = compare(topology(given), price_list(PRICES), NO_LATENCIES)
    design = plan(comparison).design
    assert design
    assert as_csv(comparison, design).splitlines()[1].startswith('"\'=1+1"')


def test_the_same_files_give_the_same_archive() -> None:
    files = {"b/main.tf": b"b\n", "a.md": "ü\n".encode()}
    packed = as_zip(files, "plan")
    assert packed == as_zip(dict(reversed(files.items())), "plan")
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.namelist() == ["plan/a.md", "plan/b/main.tf"]
        assert archive.read("plan/a.md").decode() == "ü\n"
