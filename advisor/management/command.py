"""What our commands have in common: a fast start, one way to refuse, JSON or a table."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from advisor.text.encoding import as_json
from connectivity.core.problems import DocumentRefused, Problem

REFUSED = 2


class Command(BaseCommand):
    """Starts without Django's checks, which load every page; `manage.py check` runs them."""

    requires_system_checks = ()

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Ends the command where no database answers, or one that is not prepared."""
        try:
            return super().execute(*args, **options)
        except DatabaseError:
            if problem := _problem_of_database():
                self.refuse([problem])
            raise

    def add_format(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=["json", "table"], default="table")

    def write_json(self, answer: Any, *, is_readable: bool = True) -> None:
        self.stdout.write(as_json(answer, is_readable=is_readable).decode())

    @contextmanager
    def refusing(self, place: str = "") -> Iterator[None]:
        """Ends the command where what it was given is refused."""
        try:
            yield
        except DocumentRefused as error:
            self.refuse(error.problems)
        except OSError as error:
            self.refuse([Problem(place or "file", error.strerror or str(error))])

    def refuse(self, problems: Iterable[Problem]) -> NoReturn:
        """Every problem on standard error, exit status 2."""
        for problem in problems:
            self.stderr.write(str(problem))
        sys.exit(REFUSED)


def _problem_of_database() -> Problem | None:
    try:
        executor = MigrationExecutor(connection)
    except OperationalError as error:
        return Problem("database", str(error).splitlines()[0])
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return None
    return Problem("database", "it waits for migrations: run manage.py migrate, then load_data")
