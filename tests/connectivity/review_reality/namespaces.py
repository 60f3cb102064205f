"""A network of its own for an experiment: a process in new namespaces, which end with it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
FOLDER = "tests.connectivity.review_reality"
PATH = os.pathsep.join([os.environ["PATH"], "/usr/local/sbin", "/usr/sbin", "/sbin"])
ENTER = ("unshare", "--net", "--mount")
AS_ROOT_OF_ITS_OWN = (*ENTER, "--map-root-user")
FIRST = ("chrt", "--fifo", "1")  # an experiment measures time, whatever else runs here
UP = "ip link set lo up"
PAIR = "ip link add name near type veth peer name far"
TRACK = (
    "nft add table ip track; nft 'add chain ip track out { type filter hook output priority 0; }';"
    " nft add rule ip track out ct state new accept"
)
NEEDS = {
    "network": "true",
    "interfaces": f"{UP}; {PAIR}",
    "tracking": f"{UP}; {TRACK}; cat /proc/net/nf_conntrack",
    "switching users": "setpriv --reuid 33 --regid 33 --clear-groups true",
}
"""What experiments need, each with commands that work only where it is there."""


@cache
def enter() -> tuple[str, ...]:
    """The command that makes the namespaces: as root, else as a root of their own."""
    return ENTER if tried(ENTER, "true").returncode == 0 else AS_ROOT_OF_ITS_OWN


@cache
def first() -> tuple[str, ...]:
    """The command that puts a process before others, where that is allowed."""
    return FIRST if tried((), " ".join((*FIRST, "true"))).returncode == 0 else ()


def tried(command: tuple[str, ...], script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*command, "sh", "-ec", script],
        env={"PATH": PATH},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def lack(*needs: str) -> str:
    """Which of the needs this machine does not meet, in its own words; empty: none."""
    for need in ("network", *needs):
        done = tried(enter(), NEEDS[need])
        if done.returncode:
            return f"no {need} here: {done.stderr.strip().splitlines()[-1]}"
    return ""


def happens(experiment: str, seconds: float, /, **given: Any) -> Any:
    """What an experiment of this folder comes to in a network of its own.

    Args:
        experiment: a module that calls `answers`.
        seconds: after which it is ended, with everything that it has started.
    """
    process = subprocess.Popen(
        [*enter(), *first(), sys.executable, "-m", f"{FOLDER}.{experiment}"],
        cwd=ROOT,
        env={"PATH": PATH, "LC_ALL": "C.UTF-8"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        told, errors = process.communicate(json.dumps(given), timeout=seconds)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert process.returncode == 0, errors
    return json.loads(told)


def answers(experiment: Callable[..., Any]) -> None:
    """Run an experiment with what comes in as JSON, and write what it came to."""
    given = json.load(sys.stdin)
    sh(UP)
    sys.stdout.write(json.dumps(experiment(**given)))


def sh(script: str) -> str:
    return subprocess.run(
        ["sh", "-ec", script], check=True, stdout=subprocess.PIPE, text=True, timeout=60
    ).stdout


def set_parameters(parameters: dict[str, str]) -> None:
    """Kernel parameters of these namespaces."""
    for name, value in parameters.items():
        (Path("/proc/sys") / name.replace(".", "/")).write_text(value)
