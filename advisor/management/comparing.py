"""What the commands have in common that compare the topology of a file."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from advisor.management import command
from connectivity.advice import UnknownOption, compare_document
from connectivity.core.comparison.compare import Comparison
from connectivity.core.document.parser import read
from connectivity.core.problems import Problem
from connectivity.queries import UnknownLatencies
from costmodel.queries import UnknownPriceList

READABLE_FLOWS = 1_000  # JSON of more flows is written without indentation


class Command(command.Command):
    """Reads a topology document, and refuses what cannot be compared."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the topology document; - reads standard input")
        parser.add_argument("--options", help="only these, e.g. vpc-peering,privatelink")
        parser.add_argument("--price-list", help="by name; the newest one without it")
        self.add_format(parser)

    def compared(self, options: dict[str, Any]) -> Comparison:
        """The comparison that was asked for; ends the command where it is refused."""
        try:
            with self.refusing(options["file"]):
                return _compared(options)
        except UnknownOption as error:
            self.refuse([Problem("--options", str(error))])
        except UnknownPriceList as error:
            self.refuse([Problem("--price-list", str(error))])
        except UnknownLatencies as error:
            self.refuse([Problem(options["file"], str(error))])

    def write(self, answer: dict[str, Any], flows: int) -> None:
        self.write_json(answer, is_readable=flows <= READABLE_FLOWS)


def _compared(options: dict[str, Any]) -> Comparison:
    path, wanted = options["file"], options["options"]
    data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    return compare_document(
        None,
        read(data),
        options=None if wanted is None else [key.strip() for key in wanted.split(",")],
        prices=options["price_list"],
    )
