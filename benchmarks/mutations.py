"""Damaged files, as many as are asked for, through each door: counts, longest time, memory.

In the empty database that DATABASE_URL names, else in one of SQLite for as long as it takes.
"""

import os
import resource
import secrets
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "advisor.settings")
FOLDER = tempfile.TemporaryDirectory()
os.environ.setdefault("DATABASE_URL", f"sqlite:///{FOLDER.name}/benchmark.sqlite3")
os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402

from advisor.models import Team  # noqa: E402
from tests.mutations import doors, tried  # noqa: E402


def main(count: int, seed: int) -> None:
    call_command("migrate", verbosity=0)
    team, _ = Team.objects.get_or_create(slug="damaged", defaults={"name": "Damaged"})
    for door in doors(Path(FOLDER.name), team.pk):
        tally = tried(door, count, seed)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
        print(
            f"{door.name}: {tally.read:,} read, {tally.refused:,} refused, "
            f"longest {tally.longest_s:.2f} s, peak {peak:.0f} MB",
            flush=True,
        )


if __name__ == "__main__":
    numbers = [int(text) for text in sys.argv[1:]]
    main(*[*numbers, 1_000, 20261126][:1], *[*numbers[1:], 20261126][:1])
