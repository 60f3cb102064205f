from typing import Any

from django.core.management.base import CommandError, CommandParser

from advisor.deletion import user_deletion
from advisor.management import command
from advisor.models import User
from advisor.teams import membership


class Command(command.Command):
    help = "Takes a person out of every team and out of the database; what it made stays there."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"no user is called {options['username']!r}", returncode=2)
        try:
            name = user_deletion.forget(user)
        except membership.TeamError as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(f"{options['username']} is forgotten; what it made stands under {name}")
