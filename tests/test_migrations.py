"""Migrations: new ones work beside the release before; the first state of all comes to today's."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models.functions import Now
from django.db.utils import ConnectionHandler
from django_migration_linter.sql_analyser.analyser import (
    analyse_sql_statements,
    get_sql_analyser_class,
)
from environ import Env

from tests.postgres import Postgres

ROOT = Path(__file__).parent.parent
OURS = ("advisor", "connectivity", "costmodel")
RELEASED = {
    "advisor": "0008_requests_of_jobs",
    "connectivity": "0007_priced_by",
    "costmodel": "0003_overrides_of_operations_and_pairs",
}
"""The last that a release has, by app; later ones must let that release go on working."""
CONTRACTS: dict[tuple[str, str], frozenset[str]] = {
    ("connectivity", "0010_longer_external_ids"): frozenset({"ALTER_COLUMN"}),  # varchar grows
}
"""Second steps: what may be dropped, since no release that is still at work uses it."""


@pytest.fixture(scope="module")
def written() -> Iterator[BaseDatabaseWrapper]:
    """A PostgreSQL for which SQL is written down: where tables are large and locks matter."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:  # others work below it
        server = Postgres(Path(folder))
        server.start()
        settings = Env().db_url_config(server.url)
        database: BaseDatabaseWrapper = ConnectionHandler({"default": settings})["default"]
        yield database
        database.close()
        server.stop()


def problems(written: BaseDatabaseWrapper, migration: Migration, before: ProjectState) -> set[str]:
    """The codes of what breaks the release before, or locks a table for long."""
    with written.schema_editor(collect_sql=True, atomic=migration.atomic) as editor:
        migration.apply(before.clone(), editor, collect_sql=True)
        sql = [line for line in editor.collected_sql if not line.startswith("--")]
    if migration.atomic and written.features.can_rollback_ddl:
        sql = ["BEGIN;", *sql, "COMMIT;"]
    analyser = get_sql_analyser_class(written.settings_dict["ENGINE"])
    errors, _, warnings = analyse_sql_statements(analyser, sql)
    return {issue.code for issue in (*errors, *warnings)}


@pytest.mark.django_db
def test_a_new_migration_lets_the_release_before_go_on_working(
    written: BaseDatabaseWrapper,
) -> None:
    loader = MigrationLoader(None)
    for key, migration in sorted(loader.disk_migrations.items()):
        app, name = key
        if app not in OURS or name <= RELEASED[app]:
            continue
        before = loader.project_state(key, at_end=False)
        told = problems(written, migration, before) - CONTRACTS.get(key, frozenset())
        assert told == set(), f"{app} {name}: docs/upgrading.md says what to do instead"


def test_the_last_migrations_of_the_release_exist() -> None:
    for app, name in RELEASED.items():
        assert (ROOT / app / "migrations" / f"{name}.py").exists()
    for app, name in CONTRACTS:
        assert name > RELEASED[app]


INDEX = models.Index(fields=["kind"], name="by_kind")
FIELD = models.CharField(max_length=9, null=True)
CASES: dict[str, tuple[list[Operation], set[str]]] = {
    "a column is dropped": ([migrations.RemoveField("job", "heartbeat_at")], {"DROP_COLUMN"}),
    "a column has another name": (
        [migrations.RenameField("job", "kind", "sort")], {"RENAME_COLUMN"},
    ),
    "a table is dropped": ([migrations.DeleteModel("StoredReply")], {"DROP_TABLE"}),
    "a table has another name": (
        [migrations.AlterModelTable("storedreply", "replies")], {"RENAME_TABLE"},
    ),
    "a column must be filled by whoever knows it": (
        [migrations.AddField("job", "extra", models.CharField(max_length=9, default="x"))],
        {"NOT_NULL"},
    ),
    "a column may be empty": ([migrations.AddField("job", "extra", FIELD)], set()),
    "a column is filled by the database": (
        [migrations.AddField("job", "extra", models.DateTimeField(db_default=Now()))], set(),
    ),
    "an index locks a table": ([migrations.AddIndex("job", INDEX)], {"CREATE_INDEX"}),
    "an index is made beside the work": ([AddIndexConcurrently("job", INDEX)], set()),
    "a table is new": (
        [migrations.CreateModel("New", [("id", models.BigAutoField(primary_key=True))])], set(),
    ),
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("case", CASES)
def test_what_breaks_the_release_before_is_noticed(written: BaseDatabaseWrapper, case: str) -> None:
    operations, codes = CASES[case]
    migration = Migration("9999_new", "advisor")
    migration.operations = operations
    migration.atomic = not any(isinstance(each, AddIndexConcurrently) for each in operations)
    assert problems(written, migration, MigrationLoader(None).project_state()) == codes


FORWARD = """
import django, json, uuid
django.setup()
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

APPS = ("advisor", "connectivity", "costmodel")
for app in APPS:
    call_command("migrate", app, "0001", verbosity=0)
first = [(app, "0001_initial") for app in APPS]
then = MigrationExecutor(connection).loader.project_state(first).apps
team = then.get_model("advisor", "Team").objects.get_or_create(slug="default")[0]
User = then.get_model("advisor", "User")
user = User.objects.create(username="ada", email="ada@example.com", password="!")
then.get_model("advisor", "Membership").objects.create(team=team, user=user)
topology = then.get_model("connectivity", "Topology").objects.create(team=team, name="kept")
job = then.get_model("advisor", "Job").objects.create(
    team=team, user=user, kind="compare", arguments={"a": 1}, state="queued")
call_command("migrate", verbosity=0)
from advisor.models import Job, Membership, User
from connectivity.models import Topology
job, topology = Job.objects.get(), Topology.objects.get()
print(json.dumps({
    "job": [job.kind, job.arguments, job.state, job.request_id, job.losses, job.started_at],
    "topology": [topology.name, topology.team_id == job.team_id],
    "member": Membership.objects.filter(team=job.team).values_list("role", flat=True)[0],
    "missing": call_command("migrate", check_unapplied=True, verbosity=0),
}))
"""


def migrated(url: str, folder: Path) -> dict[str, Any]:
    own = {"DATABASE_URL": url, "ADVISOR_VAR": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", FORWARD], cwd=ROOT, env=os.environ | own,
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.local
def test_the_first_state_with_data_comes_to_todays(tmp_path: Path) -> None:
    kept = migrated(f"sqlite:///{tmp_path}/first.sqlite3", tmp_path)
    assert kept == {
        "job": ["compare", {"a": 1}, "queued", "", 0, None],
        "topology": ["kept", True],
        "member": "admin",
        "missing": None,
    }
