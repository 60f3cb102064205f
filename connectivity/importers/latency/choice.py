"""Of a file with several hosts or tags: those that somebody asked for, and never all as one."""

import re
from collections.abc import Callable, Iterable, Sequence

from connectivity.importers.latency.run import Asked, Run, refuse, shown

MOST_NAMED = 10
URL = re.compile(r"[a-z]+://(?P<place>(?P<host>\[[^\]/]*\]|[^:/]*)[^/]*)")


def chosen(runs: Iterable[Run], asked: Asked) -> tuple[Run, ...]:
    """The runs of one host and one tag: asked for, or the only one.

    Raises:
        DocumentRefused: there are several and none is asked for, or none is what is asked for.
    """
    by_host = _of(tuple(runs), asked.host, "host", lambda run: run.host)
    return _of(by_host, asked.tag, "tag", lambda run: run.tag)


def _of(
    runs: Sequence[Run], wanted: str, kind: str, name_of: Callable[[Run], str]
) -> tuple[Run, ...]:
    lines: dict[str, int] = {}
    for run in runs:
        lines.setdefault(name_of(run), run.line)
    names = [name for name in lines if name]
    if wanted and not names:
        refuse(1, f"the file names no {kind}: leave --{kind} out")
    if wanted:
        known = {name for name in names if wanted in _words(name)}
        if len(known) == 1:
            return tuple(run for run in runs if name_of(run) in known)
        refuse(1, f"no {kind} is called {shown(wanted)}; there are {_listed(names)}")
    if len(lines) > 1:
        second = list(lines.values())[1]
        refuse(
            second,
            f"{len(lines)} {kind}s in one file, and one measurement is of one: say which with "
            f"--{kind}; there are {_listed(names)}",
        )
    return tuple(runs)


def _words(name: str) -> set[str]:
    """What it may be called: itself, name or address of `db (10.0.0.2)`, the host of an URL."""
    url = URL.match(name)
    return {name, *name.replace("(", " ").replace(")", " ").split(), *(url.groups() if url else ())}


def _listed(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(map(shown, names[:MOST_NAMED])) + (f" and {more} more" if more > 0 else "")
