from typing import Any

from django.core.management.base import CommandParser

from advisor.management import comparing
from advisor.management.table import comparison_table
from connectivity.core.as_json.amounts import BOUNDS, PLAN
from connectivity.core.as_json.comparison import plain
from connectivity.core.as_json.excerpts import CELLS, FINDINGS, LATENCY
from connectivity.core.as_json.plan import planned, unasked
from connectivity.core.plan.search.cheapest import SECONDS


class Command(comparing.Command):
    help = "Compares every option for a topology document (JSON or YAML)."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--cells", action="store_true", help="latency of every pair of AZs")
        parser.add_argument("--all", action="store_true", help="every finding and every headline")
        parser.add_argument(
            "--plan",
            action="store_true",
            help=f"the cheapest plan also of more than {BOUNDS[PLAN].at_once:,} flows",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        comparison = self.compared(options)
        include = [FINDINGS, LATENCY] if options["all"] else []
        plan = unasked(comparison)
        if options["plan"] and plan is None:
            plan = planned(comparison, seconds=SECONDS)
        include = [*include, CELLS] if options["cells"] else include
        answer = plain(comparison, include=include, plan=plan)
        if options["format"] == "table":
            self.stdout.write(comparison_table(answer))
        else:
            self.write(answer, len(comparison.case.flows))
