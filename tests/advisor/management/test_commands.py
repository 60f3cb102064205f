"""The commands: what they print, and how they refuse."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from advisor.models import ApiToken, User
from connectivity.reference import REFERENCE
from costmodel.models import PriceList
from tests.broken import BROKEN, OVER_HTTP_ONLY
from tests.factories import document, flow, vpc

pytestmark = pytest.mark.django_db


def compared(*arguments: str) -> str:
    out = io.StringIO()
    call_command("compare", *arguments, stdout=out)
    return out.getvalue()


def refused(*arguments: str) -> list[str]:
    """The lines on standard error of a comparison that exits with 2 and prints nothing."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("compare", *arguments, stdout=out, stderr=err)
    assert (ended.value.code, out.getvalue()) == (2, "")
    return err.getvalue().splitlines()


def test_compare_the_reference_case_as_json(shipped: None) -> None:
    answer = json.loads(compared(str(REFERENCE), "--format", "json"))
    bills = {option["option"]: option["monthly_usd"] for option in answer["answers"]}
    assert bills["privatelink"] == "1676.73"
    assert bills["transit-gateway"] == "2121.00"
    assert (answer["recommended"], answer["topology_version"]) == ("vpc-peering", None)


def test_compare_as_a_table(shipped: None) -> None:
    table = compared(str(REFERENCE))
    assert "vpc-peering *" in table
    assert "1676.73" in table
    assert "paid by 222222222222: 630.83" in table


def test_a_table_says_what_is_missing_and_what_is_not_feasible(
    shipped: None, tmp_path: Path
) -> None:
    beijing = {"region": "cn-north-1", "azs": ["cnn1-az1"]}
    vpcs = [vpc | beijing for vpc in document()["vpcs"]]
    path = tmp_path / "topology.json"
    path.write_text(json.dumps(document(flow(initiated_by="both"), vpcs=vpcs)), encoding="utf-8")
    table = compared(str(path))
    assert "gap" in table
    assert "no price: LCUUsage LoadBalancing:Network in cn-north-1" in table
    assert "not feasible: PLN-01" in table


def test_compare_only_some_options_with_cells(shipped: None) -> None:
    arguments = ("--options", "privatelink, vpc-peering", "--cells", "--format", "json")
    answer = json.loads(compared(str(REFERENCE), *arguments))
    assert [answer["option"] for answer in answer["answers"]] == ["vpc-peering", "privatelink"]
    assert len(answer["answers"][0]["latency"]) == 9


def test_long_lists_are_cut_unless_all_is_asked_for(shipped: None, tmp_path: Path) -> None:
    topology = document(*(flow(name=f"f{i}", initiated_by="both") for i in range(210)))
    path = tmp_path / "topology.json"
    path.write_text(json.dumps(topology), encoding="utf-8")
    short, whole = (
        json.loads(compared(str(path), "--options", "privatelink", "--format", "json", *more))
        for more in ((), ("--all",))
    )
    (cut,), (all_of_it,) = short["answers"], whole["answers"]
    assert (len(cut["latency"]), cut["latency_more"]) == (200, 10)
    assert (len(all_of_it["latency"]), all_of_it["latency_more"]) == (210, 0)
    assert len([finding for finding in all_of_it["findings"] if finding["rule"] == "PLN-01"]) == 210
    assert {"rule": "PLN-01", "severity": "hard", "flows": 190} in cut["findings_more"]
    assert "PLN-01 hard (210 of 210 flows)" in compared(str(path), "--options", "privatelink")


def test_a_table_words_every_severity_of_a_rule(shipped: None, tmp_path: Path) -> None:
    """130 peers are too many even after an increase, 60 need one: both are said."""
    vpcs = [vpc(f"v{i}", "111111111111", f"10.{i}.0.0/16") for i in range(132)]
    pairs = [(i, 130) for i in range(130)] + [(i, 131) for i in range(60)]
    flows = [
        flow(**{"name": f"f{i}", "from": f"v{consumer}", "to": f"v{provider}"})
        for i, (consumer, provider) in enumerate(pairs)
    ]
    path = tmp_path / "topology.json"
    path.write_text(json.dumps(document(*flows, vpcs=vpcs, services=[])), encoding="utf-8")
    table = compared(str(path), "--options", "vpc-peering")
    assert "PEER-07 hard (130 of 190 flows): v130 " in table
    assert "PEER-07 quota (60 of 190 flows): v131 " in table


def test_compare_reads_standard_input(shipped: None, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(REFERENCE.read_bytes())

    monkeypatch.setattr("sys.stdin", Stdin)
    assert "vpc-peering *" in compared("-")


@pytest.mark.parametrize("name", sorted(set(BROKEN) - OVER_HTTP_ONLY))
def test_compare_refuses_a_broken_document(shipped: None, tmp_path: Path, name: str) -> None:
    data, expected = BROKEN[name]
    path = tmp_path / "broken"
    path.write_bytes(data)
    assert any(expected in line for line in refused(str(path)))


def test_compare_refuses_what_it_does_not_know(shipped: None) -> None:
    (line,) = refused(str(REFERENCE), "--options", "privatlink")
    assert line == "--options: no option is called 'privatlink'; did you mean 'privatelink'?"
    (line,) = refused(str(REFERENCE), "--price-list", "mine")
    assert line.startswith("--price-list: no price list is called 'mine'; there are: shipped-")
    (line,) = refused("/nowhere.yaml")
    assert "No such file" in line


def test_a_refused_file_of_measurements_is_said_in_a_hundred_lines(
    shipped: None, tmp_path: Path
) -> None:
    rows = [f"use1-az1,use1-az2,p{i},1" for i in range(500)]
    path = tmp_path / "cells.csv"
    path.write_text("\n".join(["source,dest,percentile,us", *rows, ""]), encoding="utf-8")
    err = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("import_latency", str(path), "--option", "vpc-peering", stderr=err)
    lines = err.getvalue().splitlines()
    assert (len(lines), lines[0].split(":")[0]) == (100, "line 2")
    assert lines[-1].startswith("problems: ")
    assert "more are not listed" in lines[-1]


def test_compare_says_how_to_load_prices(db: None) -> None:
    PriceList.objects.all().delete()
    (line,) = refused(str(REFERENCE))
    assert line == "--price-list: run manage.py load_data"


def test_a_token_is_printed_once(user: User) -> None:
    out = io.StringIO()
    call_command("create_token", "alice", "planner", "--scope", "write", stdout=out)
    token = ApiToken.objects.get()
    assert out.getvalue().startswith(token.token_key)
    assert (token.scope, token.team_id) == ("write", user.team_id)
    with pytest.raises(CommandError, match="has a token 'planner' already"):
        call_command("create_token", "alice", "planner")
    with pytest.raises(CommandError, match="no user is called 'bob'"):
        call_command("create_token", "bob", "planner")


def test_a_table_says_once_how_old_prices_are(shipped: None, tmp_path: Path) -> None:
    stockholm = {"region": "eu-north-1", "azs": ["eun1-az1"]}
    vpcs = [vpc | stockholm for vpc in document()["vpcs"]]
    path = tmp_path / "topology.json"
    path.write_text(json.dumps(document(vpcs=vpcs)), encoding="utf-8")
    table = compared(str(path))
    assert table.count("older than a year") == 1
    assert "manage.py fetch_prices --region eu-north-1 loads" in table
