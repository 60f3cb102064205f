from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db import OperationalError

from advisor.backup.file import BackupError, verified
from advisor.backup.restoring import restore
from advisor.management import command
from connectivity.core.problems import Problem


class Command(command.Command):
    help = "Puts a backup in place of what the database has; see docs/backup.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="that manage.py backup wrote")
        parser.add_argument(
            "--check", action="store_true", help="read the file, and change nothing"
        )
        parser.add_argument(
            "--replace", action="store_true", help="also where the database has users or topologies"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["file"]
        with self.refusing(str(path)):
            try:
                if options["check"]:
                    manifest, sha256 = verified(path)
                else:
                    manifest, sha256 = restore(path, may_replace=options["replace"])
            except BackupError as error:
                self.refuse([Problem("restore", str(error))])
            except OperationalError as error:
                self.refuse([Problem("database", f"cannot be used: {error}; nothing was changed")])
        done = "is whole" if options["check"] else "is restored"
        self.stdout.write(
            f"{path} {done}: {manifest.rows:,} rows of {len(manifest.tables)} tables as of "
            f"{manifest.made_at}, written by release {manifest.product} on {manifest.database}; "
            f"its content has the sha256 {sha256}"
        )
