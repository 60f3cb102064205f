from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction
from django.utils import timezone

from advisor.management import command
from advisor.models import Team
from connectivity.core.health.asking import USD_PER_METRIC
from connectivity.core.problems import DocumentRefused, Problem
from connectivity.core.reading import read
from connectivity.health import running
from connectivity.health.accounts import Wish, add_account
from connectivity.models import AwsAccount


class Command(command.Command):
    help = "Asks CloudWatch for what is due, and judges it; with --once everything, due or not."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="discover, collect all, judge, end")
        parser.add_argument("--accounts", help="a file that lists accounts to watch, YAML or JSON")
        self.add_format(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        team = Team.objects.default()
        if options["accounts"]:
            with self.refusing("--accounts"):
                register(team.pk, read(Path(options["accounts"]).read_bytes()))
        found = running.run_all(team.pk) if options["once"] else running.run_due()
        answer = {
            "calls": found.calls,
            "metrics": found.metrics,
            "points": found.points,
            "cost_usd": f"{found.metrics * USD_PER_METRIC:.5f}",
            "troubles": [*found.refused, *found.notes],
        }
        if options["format"] == "json":
            self.write_json(answer)
            return
        self.stdout.write(f"{timezone.now():%Y-%m-%d %H:%M} UTC")
        for name in ("calls", "metrics", "points", "cost_usd"):
            self.stdout.write(f"{name:9}{answer[name]:>12}")
        for one in (*found.refused, *found.notes):
            self.stdout.write(f"trouble: {one}")


def register(team_id: int, said: Any) -> None:
    """Watch the accounts of a list; those that are watched already are left as they are.

    Raises:
        DocumentRefused: with every problem; nothing is stored then.
    """
    if not isinstance(said, list):
        raise DocumentRefused([Problem("accounts", "is not a list of accounts")])
    wishes = [_wish(number, one) for number, one in enumerate(said)]
    twice = [one for one, count in Counter(wish.account for wish in wishes).items() if count > 1]
    if twice:
        raise DocumentRefused([Problem("accounts", f"{twice[0]} stands there twice")])
    known = set(
        AwsAccount.objects.filter(team_id=team_id, removed_at=None).values_list(
            "account", flat=True
        )
    )
    problems = []
    with transaction.atomic():
        for number, wish in enumerate(wishes):
            if wish.account not in known:
                try:
                    add_account(team_id, wish, uses_own=not wish.role_arn)
                except DocumentRefused as error:
                    place = f"accounts[{number}]"
                    problems += [Problem(f"{place}.{at}", said) for at, said in error.problems]
        if problems:
            raise DocumentRefused(problems)


def _wish(number: int, one: Any) -> Wish:
    fields = {"account", "name", "role_arn", "external_id", "regions"}
    place = f"accounts[{number}]"
    if not isinstance(one, dict) or not {"account", "regions"} <= one.keys():
        raise DocumentRefused([Problem(place, "needs account and regions")])
    if unknown := one.keys() - fields:
        problem = f"has no field {sorted(map(str, unknown))[0]!r}; there are {sorted(fields)}"
        raise DocumentRefused([Problem(place, problem)])
    regions = one["regions"]
    if not isinstance(regions, list):
        raise DocumentRefused([Problem(f"{place}.regions", "is not a list")])
    if isinstance(one["account"], int):
        problem = f"{one['account']} is a number; write it in quotes, as it stands"
        raise DocumentRefused([Problem(f"{place}.account", problem)])
    for name in fields - {"regions"}:
        if not isinstance(one.get(name) or "", str):
            raise DocumentRefused([Problem(f"{place}.{name}", "is not a text")])
    text = {name: str(one.get(name) or "") for name in fields - {"regions"}}
    return Wish(regions=tuple(map(str, regions)), **text)
