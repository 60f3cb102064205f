"""Backups of both databases, taken under writers, restored into either, refused when broken."""

import gzip
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import compress, islice
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.db.migrations.loader import MigrationLoader

from advisor.backup.file import BackupError, verified
from advisor.backup.table_values import LEFT_OUT
from tests.conftest import ROOT
from tests.ports import free_port
from tests.postgres import Postgres

pytestmark = pytest.mark.local

LATER = ("advisor", "0006_sign_ins")
FILL = "from tests.rows import Rows; Rows('a'); Rows('b')"
DIGESTS = (
    f"from tests.rows import digests; import json; print(json.dumps(digests{tuple(LEFT_OUT)}))"
)
WRITER = """
import sys
from django.db import transaction
from connectivity.models import Topology, TopologyVersion
from advisor.models import Team
team = Team.objects.default()
while True:
    with transaction.atomic():
        one = Topology.objects.create(team=team, name="written")
        TopologyVersion.objects.create(topology=one, number=1, document={}, sha256="0")
    print("written", flush=True)
"""

IDLE = """
from advisor.models import User
User.objects.count()
print("connected", flush=True)
input()
"""
WORKING = f"""
from django.db import transaction
with transaction.atomic():
{IDLE.replace(chr(10), chr(10) + "    ")}
"""
LOCK = """
from django.db import connection
cursor = connection.cursor()
cursor.execute("BEGIN")
cursor.execute("SELECT 1 FROM advisor_user FOR SHARE")
cursor.execute("PREPARE TRANSACTION 'left'")
"""
HEAD = b'{"format":1,"made_at":"","product":"","database":"","migrations":[],"tables":[%s]}\n'
HEADS = (
    b"[" * 200_000 + b"\n",
    HEAD % b'{"model":"a","columns":["b"],"rows":"1"}',
    HEAD % b'{"model":1,"columns":[],"rows":1}',
    HEAD % b'{"model":"a","columns":5,"rows":1}',
)
UNLOCK = """
from django.db import connection
connection.cursor().execute("ROLLBACK PREPARED 'left'")
"""


class Database(NamedTuple):
    """An installation: a folder, and a database in it or on a server."""

    var: Path
    url: str = ""

    def command(self, *arguments: str) -> tuple[list[str], dict[str, str]]:
        variables = {"ADVISOR_VAR": str(self.var), "SECRET_KEY": "k" * 40, "LOG_LEVEL": "ERROR"}
        variables["DATABASE_URL"] = self.url
        return [sys.executable, "manage.py", *arguments], os.environ | variables

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command, environment = self.command(*arguments)
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)

    def done(self, *arguments: str) -> str:
        ended = self.manage(*arguments)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def refused(self, *arguments: str) -> str:
        ended = self.manage(*arguments)
        assert (ended.returncode, ended.stdout) == (2, ""), ended.stderr
        return ended.stderr

    def shell(self, script: str) -> str:
        return self.done("shell", "--verbosity", "0", "-c", script)

    def digests(self) -> dict[str, str]:
        return json.loads(self.shell(DIGESTS))  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("backup")


@pytest.fixture(scope="module")
def filled(folder: Path) -> Database:
    """A row and more of every model, on SQLite."""
    database = _sqlite(folder, "filled")
    for command in ("migrate", "load_data"):
        database.done(command, "--verbosity", "0")
    database.shell(FILL)
    return database


@pytest.fixture(scope="module")
def digests(filled: Database) -> dict[str, str]:
    return filled.digests()


@pytest.fixture(scope="module")
def backup(folder: Path, filled: Database) -> Path:
    path = folder / "filled.backup"
    filled.done("backup", "--out", str(path))
    return path


@pytest.fixture(scope="module")
def postgres(folder: Path, backup: Path) -> Iterator[Database]:
    """The same on PostgreSQL, moved there by the backup."""
    own = Path(tempfile.mkdtemp())  # another run may close pytest's folders meanwhile
    server = Postgres(own)
    with (server.data / "postgresql.conf").open("a") as settings:
        settings.write("max_prepared_transactions = 2\n")
    server.start()
    try:
        database = Database(folder, server.url)
        assert "written by release" in database.done("restore", str(backup))
        yield database
    finally:
        server.stop()
        shutil.rmtree(own)


def _sqlite(folder: Path, name: str) -> Database:
    (folder / name).mkdir()
    return Database(folder / name)


def _lines(path: Path) -> list[bytes]:
    return gzip.decompress(path.read_bytes()).splitlines(keepends=True)


def _rows(path: Path, model: str) -> list[dict[str, Any]]:
    head, *rows = map(json.loads, _lines(path)[:-1])
    i = _index(head["tables"], model)
    first = sum(table["rows"] for table in head["tables"][:i])
    table = head["tables"][i]
    return [dict(zip(table["columns"], row, strict=True)) for row in rows[first:][: table["rows"]]]


def _rewritten(path: Path, to: Path, change: Any) -> Path:
    """A backup that says something else, and is whole."""
    lines = [json.loads(line) for line in _lines(path)[:-1]]
    changed = b"".join(json.dumps(line).encode() + b"\n" for line in change(lines))
    end = json.dumps({"sha256": hashlib.sha256(changed).hexdigest()}).encode() + b"\n"
    to.write_bytes(gzip.compress(changed + end))
    return to


def test_every_table_is_equal_after_moving_to_the_other_database_and_back(
    folder: Path, digests: dict[str, str], backup: Path, postgres: Database
) -> None:
    assert all(not digest.startswith("0 ") for digest in digests.values())
    assert backup.stat().st_mode & 0o777 == 0o600
    assert postgres.digests() == digests
    again, third = folder / "again.backup", _sqlite(folder, "third")
    postgres.done("backup", "--out", str(again))
    third.done("restore", str(again))
    assert third.digests() == digests
    assert (third.var / "advisor.sqlite3").stat().st_mode & 0o777 == 0o600


def test_no_file_is_written_over_and_none_is_left_half(filled: Database, backup: Path) -> None:
    before = backup.read_bytes()
    assert "is there already" in filled.refused("backup", "--out", str(backup))
    assert backup.read_bytes() == before
    nowhere = backup.parent / "no folder" / "file"
    assert "No such file" in filled.refused("backup", "--out", str(nowhere))
    assert list(backup.parent.glob("*.part")) == []


def test_no_session_is_in_a_backup(backup: Path) -> None:
    names = {table["model"] for table in json.loads(_lines(backup)[0])["tables"]}
    assert "advisor.user" in names
    assert not names & set(LEFT_OUT)


def test_a_cut_or_altered_file_is_refused_wherever_it_is(tmp_path: Path, backup: Path) -> None:
    data, broken = backup.read_bytes(), tmp_path / "broken"
    manifest, sha256 = verified(backup)
    assert (manifest.rows, len(sha256)) == (len(_lines(backup)) - 2, 64)
    for i in range(0, len(data), len(data) // 60):
        broken.write_bytes(data[:i])
        with pytest.raises(BackupError):
            verified(broken)
    for i in range(10, len(data), len(data) // 60):  # gzip's own head has a time, which is none
        broken.write_bytes(data[:i] + bytes([data[i] ^ 4]) + data[i + 1 :])
        with pytest.raises(BackupError):
            verified(broken)
    for text in (*HEADS, b"", b"{}\n", b'{"format": 2}\n', b'{"format": 1}\n', b"[]\n", b"\xff\n"):
        broken.write_bytes(gzip.compress(text))
        with pytest.raises(BackupError):
            verified(broken)
    lines = _lines(backup)
    for changed in (lines[:-1], [*lines[:9], *lines[10:]], [*lines, lines[-1]]):
        broken.write_bytes(gzip.compress(b"".join(changed)))
        with pytest.raises(BackupError):
            verified(broken)


def test_what_cannot_be_restored_changes_nothing(
    tmp_path: Path, filled: Database, digests: dict[str, str], backup: Path
) -> None:
    cut = tmp_path / "cut"
    cut.write_bytes(backup.read_bytes()[:-20])
    assert "nothing was changed" in filled.refused("restore", "--replace", str(cut))
    assert "nothing was changed" in filled.refused("restore", "--check", str(cut))
    assert "is whole" in filled.done("restore", "--check", str(backup))
    assert "the database has 2 users and 2 topologies: say --replace" in filled.refused(
        "restore", str(backup)
    )

    def newer(lines: list[Any]) -> list[Any]:
        lines[0]["migrations"].append(["advisor", "9999_later"])
        return lines

    later = _rewritten(backup, tmp_path / "later", newer)
    assert "advisor.9999_later; install the release" in filled.refused(
        "restore", "--replace", str(later)
    )
    assert filled.digests() == digests


@contextmanager
def _connected(database: Database, script: str) -> Iterator[None]:
    """Another process that has said by a line that it is connected, and stays so."""
    command, environment = database.command("shell", "--verbosity", "0", "-c", script)
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == b"connected\n"
            yield
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("kind", "problem"), [("sqlite", "another process has"), ("postgres", "other sessions (1,")]
)
@pytest.mark.parametrize("script", [IDLE, WORKING])
def test_nothing_is_restored_under_whoever_is_connected(
    backup: Path, request: pytest.FixtureRequest, kind: str, problem: str, script: str
) -> None:
    """It would go on with what it knows of rows that are others now; an idle one, too."""
    database: Database = request.getfixturevalue("filled" if kind == "sqlite" else kind)
    with _connected(database, script):
        refusal = database.refused("restore", "--replace", str(backup))
        assert problem in refusal
        assert "stop web, worker and beat" in refusal
    assert database.digests() == request.getfixturevalue("digests")
    assert list(database.var.glob("*.restoring*")) == []
    assert "is restored" in database.done("restore", "--replace", str(backup))
    assert database.digests() == request.getfixturevalue("digests")


def test_whoever_comes_while_a_file_is_restored_waits(
    tmp_path: Path, backup: Path, digests: dict[str, str]
) -> None:
    """What was written meanwhile would be lost without a word."""
    database = _sqlite(tmp_path, "meanwhile")
    database.done("restore", str(backup))
    command, environment = database.command("restore", "--replace", str(backup))
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE) as restoring:
        _until(lambda: bool(list(database.var.glob("*.restoring"))))
        with (
            closing(sqlite3.connect(database.var / "advisor.sqlite3", timeout=0)) as other,
            pytest.raises(sqlite3.OperationalError, match="locked"),
        ):
            other.execute("DELETE FROM advisor_user")
        assert restoring.wait(120) == 0
    assert database.digests() == digests


def test_a_server_that_is_away_is_told(folder: Path, backup: Path) -> None:
    away = Database(folder, f"postgres://postgres@127.0.0.1:{free_port()}/postgres")
    for options in ((), ("--replace",)):
        assert "database: cannot be used: connection failed" in away.refused(
            "restore", *options, str(backup)
        )


def test_locks_that_nobody_is_connected_for_are_told(
    backup: Path, postgres: Database, digests: dict[str, str]
) -> None:
    postgres.shell(LOCK)
    try:
        refusal = postgres.refused("restore", "--replace", str(backup))
        assert "tables of the database are locked" in refusal
    finally:
        postgres.shell(UNLOCK)
    assert postgres.digests() == digests


@pytest.mark.parametrize(
    ("kind", "model", "column", "value"),
    [
        ("postgres", "advisor.team", "name", "nul\0character"),  # SQLite takes it
        ("postgres", "advisor.team", "report_hour", 10**30),
        ("sqlite", "advisor.team", "report_hour", 10**30),
        ("postgres", "advisor.user", "date_joined", {"a": []}),
        ("sqlite", "advisor.user", "date_joined", {"a": []}),
        ("sqlite", "connectivity.latencyupload", "raw", "x"),
    ],
)
def test_a_value_that_no_column_takes_is_told(
    tmp_path: Path,
    backup: Path,
    request: pytest.FixtureRequest,
    kind: str,
    model: str,
    column: str,
    value: Any,
) -> None:
    database: Database = request.getfixturevalue("filled" if kind == "sqlite" else kind)

    def altered(lines: list[Any]) -> list[Any]:
        tables = lines[0]["tables"]
        at = _index(tables, model)
        row = lines[1 + sum(table["rows"] for table in tables[:at])]
        row[tables[at]["columns"].index(column)] = value
        return lines

    wrong = _rewritten(backup, tmp_path / "wrong", altered)
    refusal = database.refused("restore", "--replace", str(wrong))
    assert "nothing was changed" in refusal
    assert "Traceback" not in refusal
    assert database.digests() == request.getfixturevalue("digests")


def _orphaned(lines: list[Any]) -> list[Any]:
    """The versions of topologies that are not there, on the last line but others."""
    tables = lines[0]["tables"]
    first = 1 + sum(table["rows"] for table in tables[: _index(tables, "connectivity.topology")])
    table = tables[_index(tables, "connectivity.topology")]
    rows, table["rows"] = table["rows"], 0
    return [*lines[:first], *lines[first + rows :]]


def _index(tables: list[dict[str, Any]], model: str) -> int:
    return [table["model"] for table in tables].index(model)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_restore_that_fails_half_way_leaves_what_was_there(
    tmp_path: Path, backup: Path, request: pytest.FixtureRequest, kind: str
) -> None:
    database: Database = request.getfixturevalue("filled" if kind == "sqlite" else kind)
    wrong = _rewritten(backup, tmp_path / "orphans", _orphaned)
    assert "fits nothing" in database.refused("restore", "--replace", str(wrong))
    assert database.digests() == request.getfixturevalue("digests")
    assert list(database.var.glob("*.restoring*")) == []


def test_an_older_backup_is_brought_up_to_date(
    tmp_path: Path, backup: Path, digests: dict[str, str]
) -> None:
    graph = MigrationLoader(None).graph
    then = [key for key in graph.nodes if LATER not in graph.forwards_plan(key)]
    models = graph.make_state(then, at_end=True).apps.get_models(include_auto_created=True)
    known = {
        model._meta.label_lower: {field.attname for field in model._meta.concrete_fields}
        for model in models
    }
    shorter = set()

    def older(lines: list[Any]) -> list[Any]:
        """As the release before the log of sign-ins wrote it."""
        head, rows = lines[0], iter(lines[1:])
        head["migrations"] = then
        kept = []
        tables, head["tables"] = head["tables"], []
        for table in tables:
            if table["model"] not in known:
                list(islice(rows, table["rows"]))
                shorter.add(table["model"])
                continue
            head["tables"].append(table)
            columns = [column in known[table["model"]] for column in table["columns"]]
            shorter.update([table["model"]] if not all(columns) else [])
            table["columns"] = [*compress(table["columns"], columns)]
            kept += [[*compress(row, columns)] for row in islice(rows, table["rows"])]
        return [head, *kept]

    old = _rewritten(backup, tmp_path / "old", older)
    database = _sqlite(tmp_path, "new")
    database.done("restore", str(old))
    after = database.digests()
    assert "advisor.auditentry" in shorter
    assert {name for name in digests if after[name] != digests[name]} <= shorter
    assert database.done("migrate", "--check") == ""


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_backup_under_writers_has_no_half_transaction(
    tmp_path: Path, filled: Database, request: pytest.FixtureRequest, kind: str
) -> None:
    if kind == "sqlite":
        source = _sqlite(tmp_path, "busy")
        shutil.copytree(filled.var, source.var, dirs_exist_ok=True)
    else:
        source = request.getfixturevalue("postgres")
    command, environment = source.command("shell", "--verbosity", "0", "-c", WRITER)
    path, log = tmp_path / "busy.backup", tmp_path / "written"
    with log.open("wb") as out:
        writer = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out)
    try:
        _wait_for_more(log, 0)
        source.done("backup", "--out", str(path))
        _wait_for_more(log, log.stat().st_size)
    finally:
        writer.kill()
        writer.wait(10)
    total = len(log.read_bytes().splitlines())
    topologies = {row["id"] for row in _rows(path, "connectivity.topology")}
    versions = [row["topology_id"] for row in _rows(path, "connectivity.topologyversion")]
    assert 2 < len(topologies) < total
    assert sorted(topologies) == sorted(versions)


def _wait_for_more(log: Path, size: int) -> None:
    _until(lambda: log.stat().st_size > size)


def _until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)
