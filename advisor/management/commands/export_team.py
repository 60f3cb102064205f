from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from advisor.backup.team_export import export
from advisor.management import command
from advisor.management.named_team import team_called


class Command(command.Command):
    help = "Writes all that a team owns into a ZIP of JSON lines, without keys and secrets."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("team", help="its slug, or its name")
        parser.add_argument("--out", type=Path, required=True, help="the new file")

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["out"]
        with self.refusing(str(path)):
            team = team_called(options["team"])
            path.touch(mode=0o600, exist_ok=False)
            with path.open("wb") as file:
                for piece in export(team):
                    file.write(piece)
        self.stdout.write(f"{path}: all that {team.name} ({team.slug}) owns")
