import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from advisor.management import command
from advisor.management.named_team import DEFAULT, team_called
from advisor.management.text_columns import aligned
from connectivity.importers.latency import TOOLS, Run
from connectivity.measurements import Filing, answer, file_measurements, read_measurements
from costmodel.core.units import figure


class Command(command.Command):
    help = "Reads a tool's output and files its round trips under an option and a pair of AZs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the output of the tool; - reads standard input")
        parser.add_argument("--from-az", default="", help="AZ ID or Region of the client")
        parser.add_argument("--to-az", default="", help="AZ ID or Region of the server")
        parser.add_argument(
            "--option", default="", help="how they were connected, e.g. vpc-peering"
        )
        parser.add_argument("--tool", default="auto", help=f"auto, or one of {', '.join(TOOLS)}")
        parser.add_argument("--unit", help="of a file without units: ns, us, ms or s")
        parser.add_argument("--columns", default="", help="of values without a header, by commas")
        parser.add_argument("--statistic", help="of a file that does not say it: p50, p99, mean …")
        parser.add_argument("--host", default="", help="which one of a file with several hosts")
        parser.add_argument(
            "--tag", default="", help="which one of a file with several tags or series"
        )
        parser.add_argument("--instance-type", default="", help="of both ends, e.g. c5n.xlarge")
        parser.add_argument("--account", default="", help="whose AZ names are used")
        parser.add_argument("--team", default=DEFAULT, help="slug of the team that measured")
        parser.add_argument("--dry-run", action="store_true", help="read and print, store nothing")
        self.add_format(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["file"]
        filing = Filing(
            source=options["from_az"],
            destination=options["to_az"],
            option=options["option"],
            tool=options["tool"],
            unit=options["unit"],
            columns=tuple(filter(None, options["columns"].split(","))),
            statistic=options["statistic"],
            host=options["host"],
            tag=options["tag"],
            instance_type=options["instance_type"],
            account=options["account"],
        )
        with self.refusing(path):
            data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
            team_id = team_called(options["team"]).pk
            if options["dry_run"]:
                runs = read_measurements(team_id, data, filing)
                outcome = "read, not stored (--dry-run)"
            else:
                filed = file_measurements(team_id, Path(path).name, data, filing)
                runs = filed.runs
                outcome = "stored" if filed.is_new else "was stored before; nothing new"
            self._write(runs, outcome, options["format"])

    def _write(self, runs: tuple[Run, ...], outcome: str, form: str) -> None:
        if form == "json":
            self.write_json(answer(runs))
            return
        head = ("from", "to", "option", "tool", "p50 µs", "p99 µs", "mean µs", "samples", "note")
        rows = [head] + [
            (
                run.source,
                run.destination,
                run.option or "-",
                f"{run.tool} {run.test}",
                *(_figure(run.figures.get(name)) for name in ("p50", "p99", "mean")),
                "not said" if run.samples is None else f"{run.samples:,}",
                "; ".join(("all lost",) if run.is_lost else (run.direction_note, *run.notes)),
            )
            for run in runs
        ]
        self.stdout.write(aligned(rows, right={4, 5, 6, 7}))
        self.stdout.write(f"{len(runs)} measurement{'s' if len(runs) > 1 else ''}: {outcome}")
        for problem in answer(runs)["problems"]:
            self.stderr.write(f"warning: {problem['path']}: {problem['problem']}")


def _figure(us: float | None) -> str:
    return "-" if us is None else figure(us)
