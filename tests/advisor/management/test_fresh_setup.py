"""Every command straight after `scripts/setup`, in a process of its own: it works, or refuses
without a traceback, and loads nothing that it does not use."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from connectivity.reference import REFERENCE
from tests.conftest import ROOT
from tests.factories import document, flow
from tests.offers import offer, product

REVIEWS_EXAMPLE = ROOT / "connectivity" / "data" / "reviews-example.yaml"
COMMANDS = ROOT / "advisor" / "management" / "commands"
PING = ROOT / "tests" / "samples" / "latency" / "ping_iputils.txt"
FILED = ("--from-az", "use1-az1", "--to-az", "use1-az2", "--option", "vpc-peering")
HEAVY = frozenset({
    "advisor.urls", "boto3", "celery", "django.test", "drf_spectacular.openapi", "highspy", "kombu",
    "plotly", "prometheus_client", "redis", "requests", "rest_framework.views",
})  # fmt: skip
SECRET = "a-key-that-only-the-tests-know-0123456789"
RUN = """
import atexit, os, runpy, sys
atexit.register(lambda: open(os.environ["LOADED"], "w").write(" ".join(sys.modules)))
runpy.run_path("manage.py", run_name="__main__")
"""


class Case(NamedTuple):
    arguments: tuple[str, ...]
    code: int
    words: str  # somewhere in what it prints
    uses: frozenset[str] = frozenset()  # of what is heavy


class Ended(NamedTuple):
    code: int
    out: str
    err: str
    loaded: set[str]


class Setup(NamedTuple):
    """A folder in which everything is as `scripts/setup` leaves it."""

    var: Path

    def run(self, *arguments: str, **environment: str) -> Ended:
        inherited = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL"}}
        loaded = self.var / "loaded"
        variables = {"ADVISOR_VAR": str(self.var), "SECRET_KEY": SECRET, "LOADED": str(loaded)}
        done = subprocess.run(
            [sys.executable, "-c", RUN, *arguments],
            cwd=ROOT,
            env=inherited | variables | environment,
            capture_output=True,
            text=True,
        )
        return Ended(done.returncode, done.stdout, done.stderr, set(loaded.read_text().split()))


@pytest.fixture(scope="module")
def setup(tmp_path_factory: pytest.TempPathFactory) -> Setup:
    prepared = Setup(tmp_path_factory.mktemp("var"))
    for command in ("migrate", "load_data"):
        assert prepared.run(command, "--verbosity", "0").code == 0
    (prepared.var / "offer.json").write_text(json.dumps(_offer()), encoding="utf-8")
    zones = {"AvailabilityZones": [_zone("us-east-1a", "use1-az1")]}
    (prepared.var / "zones.json").write_text(json.dumps(zones), encoding="utf-8")
    return prepared


def _offer() -> object:
    hours = product("H", "USE1-TransitGateway-Hours", "0.06", operation="TransitGatewayVPC")
    return offer("AmazonVPC", [hours])


def _zone(name: str, id: str) -> dict[str, str]:
    return {"ZoneName": name, "ZoneId": id, "RegionName": "us-east-1"}


CASES = {
    "backup": Case(("--out", "{var}/backup"), 0, "rows of"),
    "collect_health": Case(("--once",), 0, "cost_usd", frozenset({"boto3", "redis"})),
    "compare": Case((str(REFERENCE),), 0, "vpc-peering *", frozenset({"highspy"})),
    "create_token": Case(("nobody", "planner"), 2, "no user is called 'nobody'"),
    "delete_team": Case(("default",), 2, "say --yes"),
    "delete_user": Case(("nobody",), 2, "no user is called 'nobody'"),
    "export_team": Case(("default", "--out", "{var}/team.zip"), 0, "owns"),
    "fetch_prices": Case(("--region", "us-esat-1"), 2, "did you mean", frozenset({"boto3"})),
    "hand_over": Case(
        (str(REFERENCE), "--out", "{var}/handed-over"),
        0,
        "terraform/terraform.tfvars.example",
        frozenset({"highspy"}),
    ),
    "health": Case((), 0, "Nothing is monitored yet"),
    "import_latency": Case((str(PING), *FILED), 0, "stored"),
    "import_prices": Case(("{var}/offer.json",), 0, "is in force"),
    "import_zone_names": Case(("{var}/zones.json", "--account", "1" * 12), 0, "are known"),
    "load_data": Case((), 0, "price list shipped-"),
    "plan": Case((str(REFERENCE),), 0, "Proven", frozenset({"highspy"})),
    "restore": Case(("{var}/nothing",), 2, "No such file"),
    "review": Case((str(REVIEWS_EXAMPLE),), 0, "First to break: idle"),
    "runlocal": Case((), 2, "serves http", HEAVY),
    "weekly_report": Case(("--team", "default"), 0, "Default team", HEAVY),
}


def test_no_command_is_left_out() -> None:
    assert {file.stem for file in COMMANDS.glob("*.py")} - {"__init__"} == set(CASES)


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_command_works_straight_after_setup(setup: Setup, name: str) -> None:
    case = CASES[name]
    arguments = [argument.format(var=setup.var) for argument in case.arguments]
    more = {"ADVISOR_URL": "https://x"} if name == "runlocal" else {}
    ended = setup.run(name, *arguments, **more)
    assert "Traceback" not in ended.err
    assert "INFO fontTools" not in ended.err
    assert ended.code == case.code, ended.err
    assert case.words in ended.out + ended.err
    assert HEAVY & ended.loaded <= case.uses


ASKS_NO_TABLE = {"fetch_prices", "restore", "runlocal"}  # before it refuses what CASES gives it


@pytest.mark.parametrize("name", sorted(set(CASES) - ASKS_NO_TABLE))
def test_before_setup_a_command_says_how_the_database_is_prepared(
    tmp_path: Path, name: str
) -> None:
    arguments = [argument.format(var=tmp_path) for argument in CASES[name].arguments]
    ended = Setup(tmp_path).run(name, *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert "waits for migrations: run manage.py migrate" in ended.err
    assert len(ended.err.splitlines()) == 1


def test_a_database_that_does_not_answer_is_named_without_a_traceback(setup: Setup) -> None:
    ended = setup.run("health", DATABASE_URL="postgres://nobody@127.0.0.1:1/nothing")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("database: connection failed: ")
    assert len(ended.err.splitlines()) == 1


@pytest.mark.parametrize("name", ["import_latency", "import_zone_names", "weekly_report"])
def test_a_team_that_is_not_there_is_named(setup: Setup, name: str) -> None:
    arguments = [argument.format(var=setup.var) for argument in CASES[name].arguments]
    ended = setup.run(name, *arguments, "--team", "defualt")
    assert (ended.code, ended.err) == (
        2,
        "--team: no team is called 'defualt'; did you mean 'default'?\n",
    )


def test_a_dry_run_straight_after_setup_stores_nothing(setup: Setup) -> None:
    with sqlite3.connect(setup.var / "advisor.sqlite3") as database:
        before = database.execute("select count(*) from connectivity_latencyupload").fetchone()
        ended = setup.run("import_latency", str(PING), *FILED, "--dry-run", "--format", "json")
        assert (ended.code, json.loads(ended.out)["problems"]) == (0, [])
        after = database.execute("select count(*) from connectivity_latencyupload").fetchone()
    assert after == before


def test_the_solver_is_loaded_only_where_there_is_a_plan_to_make(setup: Setup) -> None:
    many = document(*(flow(name=f"f{i}") for i in range(1_001)))
    path = setup.var / "many.json"
    path.write_text(json.dumps(many), encoding="utf-8")
    ended = setup.run("compare", str(path), "--format", "json")
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["plan"] is None
    assert "highspy" not in ended.loaded
    ended = setup.run("compare", str(path), "--format", "json", "--plan")
    assert len(json.loads(ended.out)["plan"]["assignment"]) == 1_001
    assert "highspy" in ended.loaded
