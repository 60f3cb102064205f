from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from advisor.handover.bundle import bundle
from advisor.handover.folder import require_empty, write_files
from advisor.management import command
from connectivity.advice import compare_document
from connectivity.core.document.parser import read
from connectivity.core.plan.search.cheapest import SECONDS
from connectivity.core.plan.search.plan import Plan, plan
from connectivity.core.problems import Problem
from connectivity.queries import UnknownLatencies
from costmodel.queries import UnknownPriceList

MAX_SECONDS = 86_400


class Command(command.Command):
    help = "Plans a topology document, and writes the plan as Terraform, a table and two pages."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the topology document (JSON or YAML)")
        parser.add_argument("--out", required=True, help="a folder that is not there yet, or empty")
        parser.add_argument("--price-list", help="by name; the newest one without it")
        words = f"for the plan; the best so far is handed over ({SECONDS:g})"
        parser.add_argument("--time-limit", type=float, default=SECONDS, help=f"seconds {words}")
        self.add_format(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        folder, seconds = Path(options["out"]), options["time_limit"]
        if not 0 < seconds <= MAX_SECONDS:
            words = f"is {seconds:g}; seconds are above 0 and at most {MAX_SECONDS:,}"
            self.refuse([Problem("--time-limit", words)])
        try:
            with self.refusing(options["file"]):
                result, files = _handed_over(options)
            with self.refusing(options["out"]):
                require_empty(folder)
                write_files(folder, files)
        except UnknownPriceList as error:
            self.refuse([Problem("--price-list", str(error))])
        except UnknownLatencies as error:
            self.refuse([Problem(options["file"], str(error))])
        self._tell(result, sorted(files), options)

    def _tell(self, result: Plan, names: list[str], options: dict[str, Any]) -> None:
        total = f"{result.design.total_usd:.2f}" if result.design else None
        answer = {"objective_usd": total, "proven_optimal": result.is_proven, "files": names}
        if options["format"] == "json":
            self.write_json(answer)
            return
        proven = "proven" if result.is_proven else "not proven"
        self.stdout.write(f"The plan costs {total} USD a month ({proven}). In {options['out']}:")
        for name in names:
            self.stdout.write(f"  {name}")


def _handed_over(options: dict[str, Any]) -> tuple[Plan, dict[str, bytes]]:
    """The plan, and the content of every file by its path."""
    document = read(Path(options["file"]).read_bytes())
    comparison = compare_document(None, document, prices=options["price_list"])
    result = plan(comparison, seconds=options["time_limit"])
    return result, bundle(comparison, result)
