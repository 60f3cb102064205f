from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction
from django.utils import timezone

from advisor.management import command
from advisor.models import Team
from connectivity.core.document.parser import read
from connectivity.core.health.request_planning import USD_PER_METRIC
from connectivity.core.problems import DocumentRefused, Problem, Problems
from connectivity.health import scheduling
from connectivity.health.aws_accounts import Wish, add_account
from connectivity.models import AwsAccount

FIELDS = dict.fromkeys(("account", "name", "role_arn", "external_id", "regions"))
MOST_ACCOUNTS = 10_000
MOST_REGIONS = 100
SHOWN = 60  # characters


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
        found = scheduling.run_all(team.pk) if options["once"] else scheduling.run_due()
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
        DocumentRefused: with the problems; nothing is stored then.
    """
    if not isinstance(said, list):
        raise DocumentRefused([Problem("accounts", "is not a list of accounts")])
    if len(said) > MOST_ACCOUNTS:
        problem = f"lists {len(said):,}; at most {MOST_ACCOUNTS:,} are read at once"
        raise DocumentRefused([Problem("accounts", problem)])
    problems = Problems()
    wishes = [
        (place, wish) for place, one in _placed(said) if (wish := _wish(place, one, problems))
    ]
    counts = Counter(wish.account for _, wish in wishes)
    for twice in (account for account, count in counts.items() if count > 1):
        problems.note("accounts", f"{shown(twice)[1:-1]} stands there twice")
    if problems:
        raise DocumentRefused(problems)
    watched = AwsAccount.objects.filter(team_id=team_id, removed_at=None)
    known = set(watched.values_list("account", flat=True))
    with transaction.atomic():
        for place, wish in wishes:
            if wish.account not in known:
                _add(team_id, place, wish, problems)
        if problems:
            raise DocumentRefused(problems)


def _placed(said: list[Any]) -> Iterator[tuple[str, Any]]:
    yield from ((f"accounts[{number}]", one) for number, one in enumerate(said))


def _add(team_id: int, place: str, wish: Wish, problems: Problems) -> None:
    try:
        add_account(team_id, wish, uses_own=not wish.role_arn)
    except DocumentRefused as error:
        problems.extend(Problem(f"{place}.{at}", said) for at, said in error.problems)


def _wish(place: str, one: Any, problems: Problems) -> Wish | None:
    """The account that an entry asks for; None where it cannot, which is noted."""
    if not isinstance(one, dict) or not {"account", "regions"} <= one.keys():
        problems.note(place, "needs account and regions")
        return None
    found = Problems(_entry_problems(place, one))
    if found:
        problems.extend(found.listed)
        return None
    text = {name: str(one.get(name) or "") for name in FIELDS if name != "regions"}
    return Wish(regions=tuple(one["regions"]), **text)


def _entry_problems(place: str, one: dict[str, Any]) -> Iterator[Problem]:
    for key in getattr(one, "repeated", ()):
        yield Problem(f"{place}.{key[:SHOWN]}", "is written twice")
    for key in sorted(one.keys() - FIELDS.keys()):
        yield Problem(place, f"has no field {shown(key)}; there are {', '.join(FIELDS)}")
    regions = one["regions"]
    if not isinstance(regions, list) or not all(isinstance(region, str) for region in regions):
        yield Problem(f"{place}.regions", "is not a list of texts, such as [us-east-1]")
    elif len(regions) > MOST_REGIONS:
        yield Problem(f"{place}.regions", f"names {len(regions):,}; AWS has fewer")
    for name in FIELDS:
        value = one.get(name)
        if name != "regions" and not isinstance(value or "", str):
            remedy = "; write it in quotes, as it stands" if isinstance(value, int) else ""
            yield Problem(f"{place}.{name}", f"is not a text{remedy}")


def shown(text: str) -> str:
    """A refused text, not longer than a line."""
    return repr(text if len(text) <= SHOWN else f"{text[:SHOWN]}…")
