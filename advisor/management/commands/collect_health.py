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
from connectivity.health.accounts.aws_accounts import Wish, add_account
from connectivity.health.rounds import scheduling
from connectivity.models import AwsAccount

FIELDS = dict.fromkeys(("account", "name", "role_arn", "external_id", "contact", "regions"))
MAX_ACCOUNTS = 10_000
MAX_REGIONS = 100
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
        collected = scheduling.run_all(team.pk) if options["once"] else scheduling.run_due()
        answer = {
            "calls": collected.calls,
            "metrics": collected.metrics,
            "points": collected.points,
            "cost_usd": f"{collected.metrics * USD_PER_METRIC:.5f}",
            "troubles": [*collected.refused, *collected.notes],
        }
        if options["format"] == "json":
            self.write_json(answer)
            return
        self.stdout.write(f"{timezone.now():%Y-%m-%d %H:%M} UTC")
        for name in ("calls", "metrics", "points", "cost_usd"):
            self.stdout.write(f"{name:9}{answer[name]:>12}")
        for trouble in (*collected.refused, *collected.notes):
            self.stdout.write(f"trouble: {trouble}")


def register(team_id: int, entries: Any) -> None:
    """Watch the accounts of a list; those that are watched already are left as they are.

    Raises:
        DocumentRefused: with the problems; nothing is stored then.
    """
    if not isinstance(entries, list):
        raise DocumentRefused([Problem("accounts", "is not a list of accounts")])
    if len(entries) > MAX_ACCOUNTS:
        problem = f"lists {len(entries):,}; at most {MAX_ACCOUNTS:,} are read at once"
        raise DocumentRefused([Problem("accounts", problem)])
    problems = Problems()
    wishes = [
        (place, wish)
        for place, entry in _placed(entries)
        if (wish := _wish(place, entry, problems))
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


def _placed(entries: list[Any]) -> Iterator[tuple[str, Any]]:
    yield from ((f"accounts[{number}]", entry) for number, entry in enumerate(entries))


def _add(team_id: int, place: str, wish: Wish, problems: Problems) -> None:
    try:
        add_account(team_id, wish, uses_own=not wish.role_arn)
    except DocumentRefused as error:
        problems.extend(Problem(f"{place}.{at}", text) for at, text in error.problems)


def _wish(place: str, entry: Any, problems: Problems) -> Wish | None:
    """The account that an entry asks for; None where it cannot, which is noted."""
    if not isinstance(entry, dict) or not {"account", "regions"} <= entry.keys():
        problems.note(place, "needs account and regions")
        return None
    entry_problems = Problems(_entry_problems(place, entry))
    if entry_problems:
        problems.extend(entry_problems.listed)
        return None
    text = {name: str(entry.get(name) or "") for name in FIELDS if name != "regions"}
    return Wish(regions=tuple(entry["regions"]), **text)


def _entry_problems(place: str, entry: dict[str, Any]) -> Iterator[Problem]:
    for key in getattr(entry, "repeated", ()):
        yield Problem(f"{place}.{key[:SHOWN]}", "is written twice")
    for key in sorted(entry.keys() - FIELDS.keys()):
        yield Problem(place, f"has no field {shown(key)}; there are {', '.join(FIELDS)}")
    regions = entry["regions"]
    if not isinstance(regions, list) or not all(isinstance(region, str) for region in regions):
        yield Problem(f"{place}.regions", "is not a list of texts, such as [us-east-1]")
    elif len(regions) > MAX_REGIONS:
        yield Problem(f"{place}.regions", f"names {len(regions):,}; AWS has fewer")
    for name in FIELDS:
        value = entry.get(name)
        if name != "regions" and not isinstance(value or "", str):
            remedy = "; write it in quotes, as it stands" if isinstance(value, int) else ""
            yield Problem(f"{place}.{name}", f"is not a text{remedy}")


def shown(text: str) -> str:
    """A refused text, not longer than a line."""
    return repr(text if len(text) <= SHOWN else f"{text[:SHOWN]}…")
