from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from advisor.management.refusals import refusing
from advisor.models import Team
from connectivity.measurements import name_zones


class Command(BaseCommand):
    help = "Keeps what an account calls its AZs (aws ec2 describe-availability-zones)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--account", required=True, help="12 digits")
        parser.add_argument("--team", default="default")

    def handle(self, *args: Any, **options: Any) -> None:
        with refusing(self.stderr, options["file"]):
            team_id = Team.objects.get(slug=options["team"]).pk
            count = name_zones(team_id, options["account"], Path(options["file"]).read_bytes())
            self.stdout.write(f"{count} AZ names of {options['account']} are known")
