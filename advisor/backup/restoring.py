"""A database made of a backup: verified first, whole or not at all, brought up to date."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg
from django.apps import apps
from django.apps.registry import Apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DatabaseError, OperationalError, connection, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from advisor.backup import table_values
from advisor.backup.file import BackupError, Manifest, Reader, TableHead, verified
from advisor.models import User
from connectivity import points
from connectivity.models import HourPoint, Point, Topology

BATCH_ROWS, BATCH_BYTES = 2_000, 2**22
LOCK_WAIT_S = 5
STOP = "stop web, worker and beat, and restore again; nothing was changed"
UNFIT = (DatabaseError, ValidationError, ValueError, TypeError, OverflowError)
"""What a value is met with that no column takes."""
IN_PARTITIONS = {model._meta.db_table for model in (Point, HourPoint)}

Key = tuple[str, str]


def restore(path: Path, *, may_replace: bool) -> tuple[Manifest, str]:
    """Put what a file has in place of what the database has.

    Until all of it is there and counted, the database stays as it was.

    Raises:
        BackupError: the file is cut, altered or of a newer release; the database has data, and
            may not be replaced, or others are connected to it.
        OSError: the file cannot be read.
    """
    manifest, sha256 = verified(path)
    targets = _targets(manifest)
    if connection.vendor == "sqlite":
        _make(Path(connection.settings_dict["NAME"]))
    if not may_replace and (has := _data()):
        raise BackupError(
            f"the database has {has}: say --replace to put the backup in their place, or set "
            "DATABASE_URL or ADVISOR_VAR to another database"
        )
    reader = Reader(path)
    with _in_place_of_all(), reader.open():
        try:
            _load(reader, manifest, targets)
        except BackupError:
            raise
        except UNFIT as error:
            raise BackupError(
                f"{path} has a row that fits nothing ({error}); nothing was changed"
            ) from error
        if reader.finish() != sha256:
            raise BackupError(f"{path} changed while it was read; nothing was changed")
        call_command("migrate", verbosity=0, interactive=False)
    return manifest, sha256


def _targets(manifest: Manifest) -> list[Key]:
    """The last migration of each app that the backup has."""
    graph = MigrationLoader(None).graph
    applied = set(manifest.migrations)
    if unknown := sorted(applied - set(graph.nodes)):
        raise BackupError(
            f"the backup is of a newer release: this one ({len(graph.nodes)} migrations) does not "
            f"know {'.'.join(unknown[-1])}; install the release that wrote it, or a newer one"
        )
    return sorted(
        key
        for key in applied
        if not any(
            child.key in applied and child.key[0] == key[0]
            for child in graph.node_map[key].children
        )
    )


def _data() -> str:
    """What of worth the database has, in words; empty: nothing."""
    there = set(connection.introspection.table_names())
    counts = [
        (model._base_manager.count(), name)
        for model, name in ((User, "users"), (Topology, "topologies"))
        if model._meta.db_table in there
    ]
    return " and ".join(f"{count:,} {name}" for count, name in counts if count)


@contextmanager
def _in_place_of_all() -> Iterator[None]:
    """An empty database to fill; it takes the old one's place at the end, or not at all.

    Nobody else is connected meanwhile: a process that goes on after the rows were exchanged would
    write what it knows of the old ones into others that have the same keys now.
    """
    if connection.vendor == "sqlite":
        with _beside():
            yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            _refuse_company(cursor)
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_WAIT_S}s'")
            try:
                cursor.execute(_drop(cursor))
            except OperationalError as error:  # no lock, or a deadlock with whoever has it
                raise BackupError(f"tables of the database are locked: {STOP}") from error
            _refuse_company(cursor)  # whoever comes later has seen no row of the old ones
        yield


def _refuse_company(cursor: Any) -> None:
    """Raises: BackupError: other sessions are connected."""
    cursor.execute("SELECT pg_stat_clear_snapshot()")  # one is kept for a whole transaction
    cursor.execute(
        "SELECT count(*), string_agg(DISTINCT coalesce(host(client_addr), 'a socket'), ', ') "
        "FROM pg_stat_activity WHERE datname = current_database() "
        "AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    count, addresses = cursor.fetchone()
    if count:
        raise BackupError(
            f"the database has other sessions ({count:,}, from {addresses}; pg_stat_activity "
            f"lists them): {STOP}"
        )


def _drop(cursor: Any) -> str:
    ours = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    ours |= {
        MigrationRecorder.Migration._meta.db_table,
        str(settings.CACHES["default"]["LOCATION"]),
    }
    there = sorted(ours & set(connection.introspection.table_names(cursor)))
    names = ", ".join(connection.ops.quote_name(name) for name in there)
    return f"DROP TABLE {names} CASCADE" if there else "SELECT 1"


@contextmanager
def _beside() -> Iterator[None]:
    """A new file beside the database's own, which gets its content in one transaction."""
    live = str(connection.settings_dict["NAME"])
    beside = Path(f"{live}.restoring")
    connection.close()
    with _alone(live) as target:
        _remove(beside)
        _make(beside)
        connection.settings_dict["NAME"] = str(beside)
        try:
            yield
            connection.close()
            with closing(sqlite3.connect(beside)) as source:
                source.backup(target)
        finally:
            connection.close()
            connection.settings_dict["NAME"] = live
            _remove(beside)


@contextmanager
def _alone(database: str) -> Iterator[sqlite3.Connection]:
    """A connection beside which there is no other; whoever opens the file waits until its end.

    The write-ahead log ends only where nobody else has the file open, and the lock of a
    transaction stays in this mode. Processes open the file again with a log.
    """
    with closing(sqlite3.connect(database, LOCK_WAIT_S, isolation_level=None)) as target:
        try:
            for step in (
                "PRAGMA locking_mode=EXCLUSIVE",
                "PRAGMA journal_mode=DELETE",
                "BEGIN EXCLUSIVE",
                "COMMIT",
            ):
                target.execute(step)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY":
                raise BackupError(f"{database} cannot be opened: {error}") from error
            raise BackupError(f"another process has {database} open: {STOP}") from error
        yield target


def _make(database: Path) -> None:
    """A new file is its owner's alone; one that is there stays as it is."""
    os.close(os.open(database, os.O_CREAT, 0o600))


def _remove(database: Path) -> None:
    for end in ("", "-wal", "-shm"):
        Path(f"{database}{end}").unlink(missing_ok=True)


def _load(reader: Reader, manifest: Manifest, targets: Sequence[Key]) -> None:
    """The schema of then, and every row."""
    then = MigrationExecutor(connection).migrate(list(targets)).apps
    there = {model._meta.label_lower: model for model in table_values.kept(then)}
    if missing := sorted({table.model for table in manifest.tables} - set(there)):
        raise BackupError(f"the backup has rows of {missing[0]}, for which there is no table here")
    with connection.constraint_checks_disabled(), transaction.atomic():
        _empty(then)
        _check_keys_later()
        for table in manifest.tables:
            model = there[table.model]
            _fill(reader, table, model)
            if model._base_manager.count() != table.rows:
                raise BackupError(f"{table.model} has not the {table.rows:,} rows of the backup")
        connection.check_constraints()
        resets = connection.ops.sequence_reset_sql(no_style(), list(there.values()))
        with connection.cursor() as cursor:
            for statement in resets:
                cursor.execute(statement)


def _check_keys_later() -> None:
    """Migrations leave foreign keys of PostgreSQL that are checked at once."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _empty(then: Apps) -> None:
    """Migrations write rows, too."""
    with connection.cursor() as cursor:
        for model in table_values.kept(then):
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608


def _fill(reader: Reader, table: TableHead, model: type[models.Model]) -> None:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    if unknown := [name for name in table.columns if name not in fields]:
        raise BackupError(f"the backup is altered: {table.model} has no column {unknown[0]}")
    read = table_values.readers(fields[name] for name in table.columns)
    names = [str(fields[name].column) for name in table.columns]
    rows = reader.rows(table)
    while batch := list(islice(_batch(rows), BATCH_ROWS)):
        values = [
            [convert(value) for convert, value in zip(read, row, strict=True)] for row in batch
        ]
        _insert(model._meta.db_table, names, values)


def _batch(rows: Iterator[tuple[int, list[Any]]]) -> Iterator[list[Any]]:
    """Rows up to about four megabytes."""
    size = 0
    for length, row in rows:
        yield row
        size += length
        if size >= BATCH_BYTES:
            return


def _insert(table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    quote = connection.ops.quote_name
    names = ", ".join(map(quote, columns))
    if table in IN_PARTITIONS:
        at = columns.index("at")
        points.make_partitions(table, {row[at] for row in rows})
    if connection.vendor == "postgresql":
        copy_in = f"COPY {quote(table)} ({names}) FROM STDIN"
        with (
            connection.wrap_database_errors,
            psycopg.Cursor(connection.connection) as cursor,
            cursor.copy(copy_in) as copy,
        ):
            for row in rows:
                copy.write_row(row)
    else:
        marks = ", ".join(["%s"] * len(columns))
        with connection.cursor() as inserting:
            inserting.executemany(f"INSERT INTO {quote(table)} ({names}) VALUES ({marks})", rows)  # noqa: S608
