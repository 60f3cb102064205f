"""A backup: every row of one moment, while others go on writing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from advisor.backup import table_values
from advisor.backup.file import BackupError, Manifest, TableHead, writing
from connectivity.core.as_json.comparison import ENGINE


def make(path: Path) -> tuple[Manifest, str]:
    """Write everything that is stored into a new file; returns what is in it, and its digest.

    Raises:
        BackupError: the file is there already, or the database waits for migrations.
        OSError: it cannot be written.
    """
    with writing(path) as writer, _snapshot():
        models = table_values.kept(apps)
        manifest = Manifest(
            made_at=timezone.now().isoformat(),
            product=ENGINE,
            database=connection.vendor,
            migrations=tuple(_migrations()),
            tables=tuple(
                TableHead(
                    model._meta.label_lower,
                    table_values.columns(model),
                    model._base_manager.count(),
                )
                for model in models
            ),
        )
        writer.head(manifest)
        for model in models:
            for row in table_values.rows(model):
                writer.row(row)
        return manifest, writer.finish()


def _migrations() -> list[tuple[str, str]]:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise BackupError(
            "the database waits for migrations: run manage.py migrate first, or take the backup "
            "with the release that wrote it"
        )
    return sorted(executor.loader.applied_migrations)


@contextmanager
def _snapshot() -> Iterator[None]:
    """Reads see one moment; nobody who writes waits for it."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")  # Django's own transactions would keep writers out
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
