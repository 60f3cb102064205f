"""Editing 300 VPCs and 5,000 flows over HTTP, beside a trivial page of the same server.

A page of a table, the check of what is typed, a save of one changed cell, and the comparison of the
version that was saved. Starts gunicorn as `scripts/run` does, on loopback, with its own database.
"""

import statistics
import sys
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parent))
from over_http import asked, manage, milliseconds, serving
from pages import MAKE

FLOWS, VPCS, ROUNDS = 5_000, 300, 9
MOST = 60  # trivial pages


def main() -> None:
    with serving() as (port, environment):
        sizes = ((FLOWS, VPCS, 0),)
        session, uid = manage(
            environment, "shell", "--verbosity", "0", "-c", MAKE % (sizes,)
        ).split()
        measure(port, session, uid)


def measure(port: int, session: str, uid: str) -> None:
    csrf = "c" * 32
    headers = {"Cookie": f"sessionid={session}; csrftoken={csrf}", "X-CSRFToken": csrf}
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    trivial = asked(port, "GET", "/account/password/change/", b"", headers)
    editor, page = f"/topologies/{uid}/edit/", f"/topologies/{uid}/"
    see = asked(port, "GET", editor, b"", headers)
    trivial(), see(), asked(port, "GET", page, b"", headers)()
    rows: dict[str, list[float]] = {
        "trivial": [],
        "page": [],
        "check": [],
        "save": [],
        "compare": [],
    }
    for number in range(1, ROUNDS + 1):
        form = {"table": "flows", "version": number, "0.gb_per_month": 1_000 + number}
        typed = urlencode(form | {"here": "0", "shown": "gb_per_month"}).encode()
        check = asked(port, "POST", f"{editor}check/", typed, headers)
        save = asked(port, "POST", editor, urlencode(form).encode(), headers, status=302)
        compare = asked(port, "GET", page, b"", headers)
        rows["trivial"].append(statistics.median(milliseconds(trivial) for _ in range(5)))
        for name, ask in (("page", see), ("check", check), ("save", save), ("compare", compare)):
            rows[name].append(milliseconds(ask))
    base = statistics.median(rows.pop("trivial"))
    print(f"{FLOWS:,} flows, {VPCS} VPCs, beside a trivial page of {base:.1f} ms (at most {MOST}):")
    for name, times in rows.items():
        middle = statistics.median(times)
        print(f"  {name:<8} {middle:7.1f} ms, {middle / base:5.1f} times")


if __name__ == "__main__":
    main()
