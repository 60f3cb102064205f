"""Reviews of Kubernetes manifests as text for a terminal."""

from collections.abc import Iterator
from typing import Any

from advisor.management.review_table import review_table
from advisor.management.text_columns import aligned
from connectivity.core.reviewing.figure_words import written

USUAL = "Every other input has its usual value, which --inputs REVIEW lists."
ORIGINS = {"default": "by default", "given": "given"}


def manifest_table(answer: dict[str, Any]) -> str:
    """The answers, and then what was read from where, remarks, patches, what is to be given."""
    manifests = answer["manifests"]
    parts = [
        review_table(answer, _awaited(manifests)),
        _readings(manifests),
        "\n".join(_remarks(manifests)),
        "\n".join(_not_read(manifests)),
        "\n".join(_patches(manifests)),
        _worklist(manifests),
    ]
    return "\n\n".join(part for part in parts if part)


def _awaited(manifests: dict[str, Any]) -> dict[str, list[str]]:
    """What each review still needs."""
    awaited: dict[str, list[str]] = {}
    for entry in manifests["worklist"]:
        for name in entry["reviews"] if entry["required"] else ():
            awaited.setdefault(name, []).append(entry["set"].rpartition(".")[2])
    return awaited


def _readings(manifests: dict[str, Any]) -> str:
    rows = [
        (reading["review"], reading["input"], written(reading["value"]), _source(reading))
        for reading in manifests["readings"]
    ]
    if not rows:
        return ""
    table = aligned([("review", "input", "value", "from"), *rows], right=set())
    return f"What was read, and where:\n{_indented(table)}\n  {USUAL}"


def _source(reading: dict[str, Any]) -> str:
    place = f"{_place(reading)} {reading['field']}" if reading["file"] else ""
    words = [ORIGINS.get(reading["from"], ""), reading["note"]]
    note = ", ".join(word for word in words if word)
    return f"{place} ({note})".strip() if note else place


def _place(entry: dict[str, Any]) -> str:
    return f"{entry['file']}:{entry['line']}"


def _remarks(manifests: dict[str, Any]) -> Iterator[str]:
    lines = [
        f"  {workload['name']}: no Service names a port of its containers; {workload['container']} "
        "is taken as the one that serves"
        for workload in manifests["workloads"]
        if workload["container_is_guessed"]
    ]
    lines += [
        f"  {remark['review']}: {remark['says']} ({_place(remark)} {remark['field']})"
        for remark in manifests["remarks"]
    ]
    if lines:
        yield "Beside the reviews:"
        yield from lines


def _not_read(manifests: dict[str, Any]) -> Iterator[str]:
    if manifests["not_read"]:
        yield "Not read:"
    for entry in manifests["not_read"]:
        yield f"  {entry['count']} {entry['kind']} ({_place(entry)}): {entry['why']}"


def _patches(manifests: dict[str, Any]) -> Iterator[str]:
    if manifests["patches"]:
        yield "Patches, which --out writes:"
    for patch in manifests["patches"]:
        yield f"  {patch['name']}"
        yield from (f"    {reason}" for reason in patch["why"])


def _worklist(manifests: dict[str, Any]) -> str:
    """What is to be given, each as it is written behind --set."""
    rows = [
        (f"--set {entry['set']}=", _asks(entry), _effect(entry)) for entry in manifests["worklist"]
    ]
    if not rows:
        return "Nothing more is needed."
    table = aligned([("to be given", "what it is", "without it"), *rows], right=set())
    return f"What no manifest says:\n{_indented(table)}"


def _asks(entry: dict[str, Any]) -> str:
    unit = f" ({entry['unit']})" if entry["unit"] else ""
    choice = f": {', '.join(entry['words'])}" if entry["words"] else ""
    why = f"; {entry['why']}" if entry["why"] else ""
    return f"{entry['asks']}{unit}{choice}{why}"


def _effect(entry: dict[str, Any]) -> str:
    if not entry["required"]:
        return "the usual value is taken"
    limits = ", ".join(entry["limits"])
    return f"not told: {limits}" if limits else "what follows from it is not told"


def _indented(table: str) -> str:
    return "\n".join(f"  {line}" for line in table.splitlines())
