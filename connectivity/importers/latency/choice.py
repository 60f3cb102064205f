"""Of a file with several hosts or tags: the one that somebody asked for, and never all as one."""

import re
from collections.abc import Iterable, Mapping

from connectivity.importers.latency.run import Hints, Run, refuse, shown

MAX_NAMED = 10
URL = re.compile(r"[a-z]+://(?P<place>(?P<host>\[[^\]/]*\]|[^:/]*)[^/]*)")


def chosen(runs: Iterable[Run], hints: Hints) -> tuple[Run, ...]:
    """The runs of one host and one tag: asked for, or the only one.

    Raises:
        DocumentRefused: there are several and none is asked for, or none is what is asked for.
    """
    candidates = tuple(runs)
    host = the_host(_lines((run.host, run.line) for run in candidates), hints)
    candidates = tuple(run for run in candidates if run.host == host)
    tag = the_tag(_lines((run.tag, run.line) for run in candidates), hints)
    return tuple(run for run in candidates if run.tag == tag)


def the_host(lines: Mapping[str, int], hints: Hints) -> str:
    """Which of the hosts, each with its first line; raises as `chosen` does. For readers that
    need not look at the others."""
    return _the(lines, hints.host, "host")


def the_tag(lines: Mapping[str, int], hints: Hints) -> str:
    """Which of the tags, likewise."""
    return _the(lines, hints.tag, "tag")


def _lines(named: Iterable[tuple[str, int]]) -> dict[str, int]:
    lines: dict[str, int] = {}
    for name, line in named:
        lines.setdefault(name, line)
    return lines


def _the(lines: Mapping[str, int], wanted: str, kind: str) -> str:
    names = [name for name in lines if name]
    if wanted and not names:
        refuse(1, f"the file names no {kind}: leave --{kind} out")
    if wanted:
        known = [name for name in names if wanted == name] or [
            name for name in names if wanted in _words(name)
        ]
        if len(known) != 1:
            refuse(1, f"no {kind} is called {shown(wanted)}; there are {_listed(names)}")
        return known[0]
    if len(lines) > 1:
        second = list(lines.values())[1]
        refuse(
            second,
            f"{len(lines)} {kind}s in one file, and one measurement is of one: say which with "
            f"--{kind}; there are {_listed(names)}",
        )
    return next(iter(lines), "")


def _words(name: str) -> set[str]:
    """What it may be called: name or address of `db (10.0.0.2)`, the host of an URL."""
    url = URL.match(name)
    return {*name.replace("(", " ").replace(")", " ").split(), *(url.groups() if url else ())}


def _listed(names: list[str]) -> str:
    more = len(names) - MAX_NAMED
    return ", ".join(map(shown, names[:MAX_NAMED])) + (f" and {more} more" if more > 0 else "")
