"""Requests made of the API's schema by schemathesis, with all of its checks, as each caller.

`--examples` is about how many of a caller, `--caller` may be given several times. It talks to the
application in its own process, and to a database of SQLite for as long as it takes.
"""

import argparse
import logging
import os
import secrets
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "advisor.settings")
FOLDER = tempfile.TemporaryDirectory()
os.environ.setdefault("DATABASE_URL", f"sqlite:///{FOLDER.name}/benchmark.sqlite3")
os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))
os.environ.setdefault("CALLER_LIMITS", "token_per_minute=0,user_per_minute=0")

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402

from advisor.models import User  # noqa: E402
from connectivity.ingest import load_shipped_latencies  # noqa: E402
from costmodel.shipped import load_shipped_prices  # noqa: E402
from tests.callers import CALLERS, keys_of  # noqa: E402
from tests.doors import objects_of  # noqa: E402
from tests.fuzzing import PHASES, fuzzed, lines  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=20261126)
    parser.add_argument("--caller", action="append", choices=CALLERS)
    parser.add_argument("--phase", action="append", choices=("examples", *PHASES))
    parser.add_argument("--most-s", type=float, default=900, help="seconds for each caller")
    asked = parser.parse_args()
    logging.disable(logging.ERROR)
    call_command("migrate", verbosity=0)
    load_shipped_prices()
    load_shipped_latencies()
    user = User.objects.create_user("alice", password=secrets.token_urlsafe(20))
    objects = objects_of(user)
    failures = 0
    for caller in asked.caller or CALLERS:
        begun = time.monotonic()
        tally = fuzzed(
            objects,
            keys_of(caller, user),
            examples=asked.examples,
            seed=asked.seed,
            phases=asked.phase or PHASES,
            most_s=asked.most_s,
        )
        print(f"{caller}: {time.monotonic() - begun:.0f} s", *lines(tally), sep="\n", flush=True)
        failures += len(tally.failures) + len(tally.errors)
    return min(failures, 1)


if __name__ == "__main__":
    sys.exit(main())
