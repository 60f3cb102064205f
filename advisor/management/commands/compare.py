import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from advisor.management import command
from advisor.management.table import comparison_table
from connectivity.advice import UnknownOption, compare_document
from connectivity.core.as_json.comparison import plain
from connectivity.core.as_json.excerpts import CELLS, FINDINGS, LATENCY
from connectivity.core.document.parser import read
from connectivity.core.problems import Problem
from connectivity.queries import UnknownLatencies
from costmodel.queries import UnknownPriceList

READABLE_FLOWS = 1_000  # JSON of more flows is written without indentation


class Command(command.Command):
    help = "Compares every option for a topology document (JSON or YAML)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the topology document; - reads standard input")
        parser.add_argument("--options", help="only these, e.g. vpc-peering,privatelink")
        parser.add_argument("--price-list", help="by name; the newest one without it")
        parser.add_argument("--cells", action="store_true", help="latency of every pair of AZs")
        parser.add_argument("--all", action="store_true", help="every finding and every headline")
        self.add_format(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with self.refusing(options["file"]):
                answer = self._answer(options)
        except UnknownOption as error:
            self.refuse([Problem("--options", str(error))])
        except UnknownPriceList as error:
            self.refuse([Problem("--price-list", str(error))])
        except UnknownLatencies as error:
            self.refuse([Problem(options["file"], str(error))])
        else:
            self._write(answer, options["format"])

    def _answer(self, options: dict[str, Any]) -> dict[str, Any]:
        path = options["file"]
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        wanted = options["options"]
        comparison = compare_document(
            None,
            read(data),
            options=None if wanted is None else [key.strip() for key in wanted.split(",")],
            prices=options["price_list"],
        )
        include = [FINDINGS, LATENCY] if options["all"] else []
        return plain(comparison, include=[*include, CELLS] if options["cells"] else include)

    def _write(self, answer: dict[str, Any], form: str) -> None:
        if form == "table":
            self.stdout.write(comparison_table(answer))
            return
        is_long = len(answer["mix"]["assignment"]) > READABLE_FLOWS
        self.write_json(answer, is_readable=not is_long)
