from typing import Any

from django.core.management.base import CommandError, CommandParser

from advisor.management import command
from advisor.models import ApiToken, User
from advisor.sign_in import tokens


class Command(command.Command):
    help = "Makes an API token for a user and prints it once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("name", help="what the token is for")
        parser.add_argument("--scope", choices=ApiToken.Scope.values, default=ApiToken.Scope.READ)
        parser.add_argument("--days", type=int, default=365, help="until it expires")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"no user is called {options['username']!r}", returncode=2)
        name = options["name"]
        try:
            key = tokens.create(user, name, options["scope"], options["days"])
        except tokens.NameTaken as error:
            raise CommandError(f"{user} has a token {name!r} already", returncode=2) from error
        self.stdout.write(key)
