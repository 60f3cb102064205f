from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser

from advisor.management import command
from advisor.models import ApiToken, User


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
        if user.auth_token_set.filter(name=options["name"]).exists():
            raise CommandError(f"{user} has a token {options['name']!r} already", returncode=2)
        _, key = ApiToken.objects.create(
            user=user,
            expiry=timedelta(days=options["days"]),
            name=options["name"],
            scope=options["scope"],
            team_id=user.team_id,
        )
        self.stdout.write(key)
