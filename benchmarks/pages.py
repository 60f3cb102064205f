"""The comparison page over HTTP, beside a trivial page of the same server behind the same login.

A first view reads, checks and compares a topology that this process has not seen; a what-if
changes an input, so that everything but the stored document is computed again; a view again finds
the comparison in memory. Starts gunicorn as `scripts/run` does, on a free port of loopback, with a
database of its own.
"""

import itertools
import statistics
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from over_http import asked, manage, milliseconds, serving

SIZES = ((30, 12, 25), (100, 20, 25), (5_000, 300, 7))  # flows, VPCs, rounds
MAKE = """
import sys
sys.path.insert(0, "benchmarks")
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, BACKEND_SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from advisor.models import User
from connectivity.actions import create_topology
from estates import document
user = User.objects.create_user("bench", password="bench")
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.create()
print(session.session_key)
for flows, vpcs, rounds in %r:
    topology = document(flows, vpcs)
    for i in range(rounds + 1):
        version = create_topology(user.team_id, topology | {"name": f"{flows} flows {i}"})
        print(version.topology.uid)
"""


def main() -> None:
    with serving() as (port, environment):
        printed = manage(environment, "shell", "--verbosity", "0", "-c", MAKE % (SIZES,)).split()
        headers = {"Cookie": f"sessionid={printed[0]}"}
        uids = iter(printed[1:])
        for flows, _, rounds in SIZES:
            round_uids = list(itertools.islice(uids, rounds + 1))
            measure(port, headers, flows, round_uids)


def measure(port: int, headers: dict[str, str], flows: int, uids: list[str]) -> None:
    def page(path: str) -> Callable[[], int]:
        return asked(port, "GET", path, b"", headers)

    trivial = page("/account/password/change/")
    trivial()
    page(f"/topologies/{uids[0]}/")()  # prices, latencies and templates are in memory from now on
    rows = []
    for i, uid in enumerate(uids[1:]):  # alternately, so that all meet the same machine
        base = statistics.median(milliseconds(trivial) for _ in range(5))
        first = milliseconds(page(f"/topologies/{uid}/"))
        again = milliseconds(page(f"/topologies/{uid}/"))
        changed = milliseconds(page(f"/topologies/{uid}/?gb={1000 + i}"))
        rows.append((base, first, changed, again))
    base, *others = (statistics.median(column) for column in zip(*rows, strict=True))
    print(f"{flows:,} flows, beside a trivial page of {base:.1f} ms:")
    for name, other in zip(("first view", "what-if", "view again"), others, strict=True):
        print(f"  {name:<10} {other:7.1f} ms, {other / base:5.1f} times")


if __name__ == "__main__":
    main()
