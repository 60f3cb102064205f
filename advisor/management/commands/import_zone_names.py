from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from advisor.management import command
from advisor.management.named_team import DEFAULT, team_called
from connectivity.measurements import name_zones


class Command(command.Command):
    help = "Keeps what an account calls its AZs (aws ec2 describe-availability-zones)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--account", required=True, help="12 digits")
        parser.add_argument("--team", default=DEFAULT, help="slug of the team")

    def handle(self, *args: Any, **options: Any) -> None:
        with self.refusing(options["file"]):
            team_id = team_called(options["team"]).pk
            count = name_zones(team_id, options["account"], Path(options["file"]).read_bytes())
            self.stdout.write(f"{count} AZ names of {options['account']} are known")
