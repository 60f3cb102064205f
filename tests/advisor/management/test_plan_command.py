"""The command `plan`, and the plan in the table of `compare`."""

import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.factories import document, flow
from tests.thirty_flows import estate

pytestmark = pytest.mark.django_db


def ran(command: str, *arguments: str) -> str:
    out = io.StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


def refused(*arguments: str) -> list[str]:
    err = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("plan", *arguments, stdout=io.StringIO(), stderr=err)
    assert ended.value.code == 2
    return err.getvalue().splitlines()


def written(path: Path, topology: dict[str, Any]) -> str:
    file = path / "topology.json"
    file.write_text(json.dumps(topology), encoding="utf-8")
    return str(file)


def test_the_plan_as_json_has_the_contract_s_shape(shipped: None, tmp_path: Path) -> None:
    plan = json.loads(ran("plan", written(tmp_path, estate()), "--format", "json"))
    assert plan["topology"] == "acme"
    assert (plan["proven_optimal"], plan["gap_usd"]) == (True, "0.00")
    assert (len(plan["assignment"]), plan["infeasible_because"]) == (30, None)
    assert set(plan["assignment"][0]) == {"flow", "option", "because"}
    keys = {"monthly_usd", "operations_usd", "objects", "lines", "left_out", "price_list"}
    assert keys <= set(plan)
    for each in plan["baselines"]:
        if each["feasible"] and each["objective_usd"] and each["name"].startswith("all "):
            assert Decimal(plan["objective_usd"]) < Decimal(each["objective_usd"])


def test_the_plan_as_a_table_leads_with_cost_and_saving(shipped: None, tmp_path: Path) -> None:
    table = ran("plan", written(tmp_path, estate()))
    first, saving, today, proof, *rest = table.splitlines()
    assert first.startswith("acme: Plan: ")
    assert "%) less than PrivateLink for all flows" in saving
    assert "less than today's" in today
    assert "Proven" in proof
    assert any("Shares a peering with 1 other flow." in line for line in rest)
    assert any(line.startswith("all transit-gateway") for line in rest)


def test_the_table_of_a_comparison_leads_with_the_plan(shipped: None, tmp_path: Path) -> None:
    table = ran("compare", written(tmp_path, estate()))
    assert table.startswith("acme: Plan: ")
    alone = ran("compare", written(tmp_path, document(flow())))
    assert "Plan:" not in alone


def test_a_limit_of_resources_is_kept_or_the_conflict_told(shipped: None, tmp_path: Path) -> None:
    file = written(tmp_path, estate())
    plan = json.loads(ran("plan", file, "--max-objects", "20", "--format", "json"))
    assert sum(plan["objects"].values()) <= 20
    assert "at most 1 managed resources. Remedy: " in ran("plan", file, "--max-objects", "1")


def test_what_the_solver_is_given_must_make_sense(shipped: None, tmp_path: Path) -> None:
    file = written(tmp_path, document())
    lines = refused(file, "--time-limit", "0", "--max-objects", "-1")
    assert lines == [
        "--time-limit: is 0; seconds are above 0 and at most 86,400",
        "--max-objects: is -1; give 0 or more",
    ]
    assert refused(file, "--time-limit", "nan")[0].startswith("--time-limit: is nan")
    assert refused(file, "--options", "privatlink")[0].startswith("--options: no option is called")


def test_the_steps_from_today_lead_to_the_plan(shipped: None, tmp_path: Path) -> None:
    file = written(tmp_path, estate())
    assert "migration" not in json.loads(ran("plan", file, "--format", "json"))
    plan = json.loads(ran("plan", file, "--steps", "14", "--format", "json"))
    way = plan["migration"]
    assert way["days_per_step"] == 14
    assert way["plan_usd"] == way["steps"][-1]["objective_usd"] == plan["objective_usd"]
    assert Decimal(way["today_usd"]) - Decimal(way["saves_usd"]) == Decimal(way["plan_usd"])
    billed = sum(Decimal(each["plan_usd"]) for each in way["payers"])
    assert billed == pytest.approx(Decimal(plan["monthly_usd"]), abs=Decimal("0.05"))
    switched = [
        flow for step in way["steps"] if step["action"] == "switch" for flow in step["flows"]
    ]
    changed = {each["flow"]: each["option"] for each in plan["assignment"]}
    left = [each["name"] for each in estate()["flows"] if each["today"] != changed[each["name"]]]
    assert sorted(switched) == sorted(left)
    table = ran("plan", file, "--steps")
    assert "with 7 days after each step the steps cost" in table
    assert "USD less than staying as it is" in table
    assert "on the move has cost no more than staying" in table


def test_steps_need_flows_that_say_what_they_use(shipped: None, tmp_path: Path) -> None:
    file = written(tmp_path, document(flow()))
    assert json.loads(ran("plan", file, "--steps", "--format", "json"))["migration"] is None
    assert "No steps: they need a plan" in ran("plan", file, "--steps")
    assert refused(file, "--steps", "0") == ["--steps: is 0; give 1 to 365 days"]


def test_reasons_trade_offs_and_rates_are_told_on_demand(shipped: None, tmp_path: Path) -> None:
    file = written(tmp_path, estate())
    name = "labs-us-shop-us-29"
    table = ran("plan", file, "--frontiers", "--missing-rates", "--explain", name)
    assert f"{name}: privatelink. Without the flow the plan costs 2451.33 USD less" in table
    assert "next best: transit-gateway, 613.28 USD more" in table
    assert "transit-gateway with operations of one endpoint above 582.442 USD a month" in table
    assert "USD/month  managed resources" in table
    assert "privatelink-resource: in the plan with VpcResource-Provider-Bytes in us-east-1" in table
    asked = ran("plan", file, "--explain", name, "--format", "json")
    assert [each["flow"] for each in json.loads(asked)["explanation"]] == [name]
    assert "frontiers" not in json.loads(asked)


def test_only_flows_that_there_are_are_explained(shipped: None, tmp_path: Path) -> None:
    file = written(tmp_path, document(flow(name="orders")))
    assert refused(file, "--explain", "order") == [
        "explain[0]: no flow is called 'order'; did you mean 'orders'?"
    ]
