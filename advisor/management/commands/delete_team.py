from typing import Any

from django.core.management.base import CommandParser

from advisor.deletion import team_deletion
from advisor.management import command
from advisor.management.named_team import team_called
from connectivity.core.problems import Problem


class Command(command.Command):
    help = "Deletes a team with all that it owns, at once; without --yes it says what would go."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("team", help="its slug, or its name")
        parser.add_argument("--yes", action="store_true", help="really delete it")

    def handle(self, *args: Any, **options: Any) -> None:
        with self.refusing():
            team = team_called(options["team"])
        counts = team_deletion.contents(team)
        lines = "".join(f"\n  {count:,} {name}" for name, count in counts)
        if not options["yes"]:
            self.refuse([Problem(team.slug, f"with it go:{lines}\nsay --yes to delete it")])
        team_deletion.close(team, None, at_once=True)
        team_deletion.delete(team.pk)
        self.stdout.write(f"{team.name} ({team.slug}) is deleted; with it went:{lines}")
