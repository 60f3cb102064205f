from typing import Any

from django.core.management.base import CommandParser

from advisor.management import comparing
from advisor.management.plan_table import plan_table
from connectivity.core.as_json.comparison import plan_answer
from connectivity.core.as_json.plan import planned
from connectivity.core.as_json.plan_besides import Besides
from connectivity.core.as_json.plan_explanation import flows_to_explain
from connectivity.core.plan.search.cheapest import SECONDS
from connectivity.core.plan.steps.migration import DAYS, MAX_DAYS
from connectivity.core.plan.why.explanation import MAX_FLOWS
from connectivity.core.problems import Problem

MAX_SECONDS = 86_400


class Command(comparing.Command):
    help = "Plans the cheapest option for every flow of a topology document (JSON or YAML)."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--max-objects", type=int, help="managed resources of the whole plan")
        parser.add_argument(
            "--time-limit",
            type=float,
            default=SECONDS,
            help=f"seconds after which the best plan so far is the answer ({SECONDS:g})",
        )

        parser.add_argument(
            "--steps",
            type=int,
            nargs="?",
            const=DAYS,
            metavar="DAYS",
            help=f"what to do from today, with so many days after each step ({DAYS})",
        )
        parser.add_argument(
            "--explain",
            nargs="*",
            metavar="FLOW",
            help=f"why these flows, or the {MAX_FLOWS} with the most GB, have their options",
        )
        parser.add_argument(
            "--frontiers",
            action="store_true",
            help="cost against managed resources, flows that change, and the slowest p99",
        )
        parser.add_argument(
            "--missing-rates",
            action="store_true",
            help="below which rate what lacks a price enters the plan",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        seconds, most, days = (options[key] for key in ("time_limit", "max_objects", "steps"))
        self._check(seconds, most, days)
        comparison = self.compared(options)
        explain = options["explain"]
        if explain is not None:
            with self.refusing():
                flows_to_explain(comparison.case.topology, explain or None)
        more = Besides(
            None if explain is None else tuple(explain),
            options["frontiers"],
            options["missing_rates"],
            days,
        )
        plan = planned(comparison, most, seconds=seconds, more=more)
        answer = plan_answer(comparison, plan)
        if options["format"] == "table":
            self.stdout.write(plan_table(answer))
        else:
            self.write(answer, len(comparison.case.flows))

    def _check(self, seconds: float, most: int | None, days: int | None) -> None:
        problems = []
        if not 0 < seconds <= MAX_SECONDS:
            limits = f"seconds are above 0 and at most {MAX_SECONDS:,}"
            problems.append(Problem("--time-limit", f"is {seconds:g}; {limits}"))
        if most is not None and most < 0:
            problems.append(Problem("--max-objects", f"is {most}; give 0 or more"))
        if days is not None and not 1 <= days <= MAX_DAYS:
            problems.append(Problem("--steps", f"is {days}; give 1 to {MAX_DAYS} days"))
        if problems:
            self.refuse(problems)
