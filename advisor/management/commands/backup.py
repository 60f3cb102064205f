from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from advisor.backup.file import BackupError
from advisor.backup.writing import make
from advisor.management import command
from connectivity.core.problems import Problem


class Command(command.Command):
    help = (
        "Writes everything that is stored, as of one moment, into a new file; see docs/backup.md."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", type=Path, required=True, help="the new file")

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["out"]
        with self.refusing(str(path)):
            try:
                manifest, sha256 = make(path)
            except BackupError as error:
                self.refuse([Problem("backup", str(error))])
        self.stdout.write(
            f"{path}: {manifest.rows:,} rows of {len(manifest.tables)} tables, "
            f"{path.stat().st_size:,} bytes; its content has the sha256 {sha256}"
        )
