"""Latency measurements of many tools: one file a tool, found by content.

A tool's file has `NAME`, `recognises(text)` and `read(text, hints)`, which gives runs in round
trips of microseconds or refuses with line and reason.
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, cast

from connectivity.core.problems import did_you_mean
from connectivity.importers.latency import unread
from connectivity.importers.latency.choice import chosen
from connectivity.importers.latency.run import Hints, Run, refuse
from connectivity.importers.latency.text import LARGEST, Text, decoded

__all__ = ["LARGEST", "TOOLS", "Hints", "Run", "Tool", "read_runs"]


class Tool(Protocol):
    """What a tool's file offers."""

    NAME: str

    def recognises(self, text: Text) -> bool:
        """Whether the file looks like this tool's."""

    def read(self, text: Text, hints: Hints) -> tuple[Run, ...]:
        """The runs of the file."""


_FOUND = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
TOOLS = {
    tool_module.NAME: cast(Tool, tool_module)
    for tool_module in _FOUND
    if hasattr(tool_module, "recognises")
}


def read_runs(data: bytes, tool: str = "auto", hints: Hints | None = None) -> tuple[Run, ...]:
    """What a file of measurements holds: runs of one host and one tag.

    Raises:
        DocumentRefused: no tool is known that writes such files, or the file cannot be used; every
            problem with its line.
    """
    text = decoded(data)
    if tool != "auto" and tool not in TOOLS:
        refuse(1, f"no tool is called {tool!r}{did_you_mean(tool, TOOLS)}; known: {known()}")
    matching = [
        tool_module
        for name, tool_module in TOOLS.items()
        if tool in ("auto", name) and tool_module.recognises(text)
    ]
    seen = unread.named(text) if tool == "auto" and not matching else None
    if seen:
        refuse(*seen)
    if not matching:
        remedy = f"known are {known()}" if tool == "auto" else "leave --tool out to have it found"
        expected = "any known tool" if tool == "auto" else tool
        refuse(1, f"this does not look like output of {expected}; {remedy}")
    if len(matching) > 1:
        names = " or ".join(tool_module.NAME for tool_module in matching)
        refuse(1, f"this may be output of {names}; say which with --tool")
    hints = hints or Hints()
    return chosen(matching[0].read(text, hints), hints)


def known() -> str:
    return ", ".join(TOOLS)
