"""Changed expressions of both cores that no test of theirs notices.

    .venv/bin/python benchmarks/mutants.py --sample 400 --seed 1 --write
    .venv/bin/python benchmarks/mutants.py --again --write

The first changes one expression at a time inside the functions that price, judge and recommend, and
runs the tests that execute the function, the cheapest first, until one fails. The second tries
again what docs/mutants.md lists as survivors. Two mutants run at a time, each bounded in processor
time and memory. Constants of modules and texts are left alone.
"""

import argparse
import ast
import gc
import json
import os
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from types import CodeType, FrameType, FunctionType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

ROOT = Path(__file__).resolve().parents[1]
REPORT = ROOT / "docs" / "mutants.md"
RUN, SURVIVORS, EQUIVALENT = "The last run", "Survivors", "Equivalent"
CORES = ["tests/costmodel/core", "tests/connectivity/core", "costmodel/core", "connectivity/core"]
UNUSED = ("django", "schemathesis", "playwright")
TARGETS = (
    "costmodel/core/*.py",
    "connectivity/core/options/**/*.py",
    "connectivity/core/option_parts/[!_]*.py",
    "connectivity/core/rules/[!_]*.py",
    "connectivity/core/latency/[!_]*.py",
    "connectivity/core/network/cidr_overlaps.py",
    *(
        f"connectivity/core/comparison/{name}.py"
        for name in ("answer", "combined_bill", "compare", "per_flow_mix", "recommendation")
    ),
)
SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip
CALLS = {
    "min": "max", "max": "min", "any": "all", "all": "any", "minimum": "maximum",
    "maximum": "minimum",
}  # fmt: skip
MAX_SECONDS = 90  # of processor time, for all the tests of one mutant
MAX_BYTES = 4 * 2**30
AT_A_TIME = 2
SURVIVED, KILLED, NOT_APPLIED, BROKEN = range(4)
Contexts = dict[str, dict[str, Any]]  # by test: its seconds, and the functions that it executes


@dataclass(frozen=True)
class Mutant:
    """One expression of a function, as it is and as it is changed."""

    path: str
    source: str
    number: int  # among those of its module
    function: str
    before: str
    after: str

    @property
    def row(self) -> str:
        """As it stands in docs/mutants.md, which names it by nothing else."""
        return f"- `{self.path}` `{self.function}`: `{self.before}` -> `{self.after}`"

    def tree(self) -> ast.Module:
        """The module with the changed expression."""
        tree = ast.parse(self.source)
        next(islice(_changed(tree), self.number, None))
        return ast.fix_missing_locations(tree)


def mutants_of(path: str, source: str) -> Iterator[Mutant]:
    """Every mutant of a module, in the order of its expressions."""
    for number, words in enumerate(_changed(ast.parse(source))):
        yield Mutant(path, source, number, *words)


def _changed(tree: ast.Module) -> Iterator[tuple[str, str, str]]:
    """The function, the expression as it was and as it is in the tree until the next one."""
    for function, node, shown in _expressions(tree, ""):
        before = ast.unparse(shown)
        for owner, field, value in _changes(node):
            kept = getattr(owner, field)
            setattr(owner, field, value)
            yield function, before, ast.unparse(shown)
            setattr(owner, field, kept)


def _expressions(
    node: ast.AST, function: str, around: ast.expr | None = None
) -> Iterator[tuple[str, ast.expr, ast.expr]]:
    """What stands inside functions and is neither part of a signature nor of a text: the function,
    the expression, and what shows it best, which is for a bare number what it stands in."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.ClassDef):
            within = f"{function}.{child.name}".lstrip(".")
            inside = child.body if _is_within_a_function(child, function) else _methods(child)
            yield from _expressions(ast.Module(inside, []), within)
        elif isinstance(child, ast.AnnAssign):
            yield from _expressions(ast.Tuple([child.value] if child.value else []), function)
        elif not isinstance(child, ast.JoinedStr):
            shown = around
            if isinstance(child, ast.expr):
                shown = around if around and isinstance(child, ast.Constant) else child
                if function:
                    yield function, child, shown
            yield from _expressions(child, function, shown)


def _is_within_a_function(child: ast.FunctionDef | ast.ClassDef, function: str) -> bool:
    return isinstance(child, ast.FunctionDef) or bool(function)


def _methods(child: ast.FunctionDef | ast.ClassDef) -> list[ast.stmt]:
    return [part for part in child.body if isinstance(part, ast.FunctionDef)]


def _changes(node: ast.expr) -> Iterator[tuple[ast.AST, str, object]]:
    """What may be put where: the node itself or a part of it, the field, its other value."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in SWAPS:
            yield node, "ops", [SWAPS[type(op)]()]
        case ast.BinOp(op=op) | ast.BoolOp(op=op) if type(op) in SWAPS:
            yield node, "op", SWAPS[type(op)]()
        case ast.UnaryOp(op=ast.Not() | ast.Invert()):
            yield node, "op", ast.UAdd()
        case ast.Constant(value=bool() as value):
            yield node, "value", not value
        case ast.Constant(value=int() | float() as value):
            yield node, "value", value + 1
    yield from _left_out(node)


def _left_out(node: ast.expr) -> Iterator[tuple[ast.AST, str, object]]:
    """The same where a branch, a condition or an end is left out, or is the other one."""
    match node:
        case ast.BoolOp(values=values):
            yield node, "values", values[:-1] if len(values) > 2 else [values[0]] * 2
        case ast.Call(func=ast.Name(id=name) as called) if name in CALLS:
            yield called, "id", CALLS[name]
        case ast.Call(func=ast.Attribute(attr=name) as called) if name in CALLS:
            yield called, "attr", CALLS[name]
        case ast.IfExp(body=body, orelse=orelse):
            yield node, "body", orelse
            yield node, "orelse", body
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
            for part in node.generators:
                for i in range(len(part.ifs)):
                    yield part, "ifs", part.ifs[:i] + part.ifs[i + 1 :]


def apply(mutant: Mutant, root: Path = ROOT) -> bool:
    """Give the mutant's code to the functions of its module that live; False: none of them has
    the function."""
    file = str(root / mutant.path)
    codes: dict[tuple[str, int], list[CodeType]] = {}
    for code in _codes(compile(mutant.tree(), file, "exec")):
        codes.setdefault((code.co_qualname, code.co_firstlineno), []).append(code)
    is_applied = False
    for function in gc.get_objects():
        if type(function) is FunctionType and function.__code__.co_filename == file:
            live = function.__code__
            match codes.get((live.co_qualname, live.co_firstlineno), []):
                case [code] if code.co_freevars == live.co_freevars:
                    function.__code__ = code
                    is_applied |= _plain(live).startswith(mutant.function)
                    is_applied |= mutant.function.startswith(f"{_plain(live)}.")
    return is_applied


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _plain(code: CodeType) -> str:
    return code.co_qualname.replace(".<locals>", "")


class Run:
    """A plugin of pytest: it collects once and, instead of running, forks for every mutant."""

    def __init__(self, mutants: list[Mutant], contexts: Path, minutes: float) -> None:
        self._mutants, self._file = mutants, contexts
        self._end = time.monotonic() + 60 * minutes
        self._running: dict[int, Mutant] = {}
        self.killed: list[Mutant] = []
        self.survivors: list[Mutant] = []
        self.not_executed: list[Mutant] = []
        self.broken: list[Mutant] = []  # out of time or memory

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items if not _is_timed(item)}
        contexts = self._contexts(list(items.values()))
        for mutant in self._mutants:
            if time.monotonic() > self._end:
                break
            if len(self._running) == AT_A_TIME:
                self._reap()
            chosen = _chosen(mutant, items, contexts)
            if not chosen:
                self.not_executed.append(mutant)
                continue
            self._running[_forked(lambda tried=mutant, tests=chosen: _try(tried, tests))] = mutant
        while self._running:
            self._reap()
        return True

    @property
    def count(self) -> int:
        return sum(map(len, (self.killed, self.survivors, self.not_executed, self.broken)))

    def _reap(self) -> None:
        pid, status = os.wait()
        mutant = self._running.pop(pid)
        code = os.waitstatus_to_exitcode(status)
        kept = {SURVIVED: self.survivors, KILLED: self.killed, NOT_APPLIED: self.not_executed}
        kept.get(code, self.broken).append(mutant)
        print(len(self.killed), "killed", flush=True)
        if code != KILLED:
            print(code, mutant.row, flush=True)

    def _contexts(self, items: list[pytest.Item]) -> Contexts:
        """Which test executes which functions, from a run that is not changed."""
        if not self._file.exists():
            pid = _forked(lambda: _write_contexts(self._file, items))
            os.waitpid(pid, 0)
        read: Contexts = json.loads(self._file.read_text(encoding="utf-8"))
        return read


def _is_timed(item: pytest.Item) -> bool:
    """It measures time, which says nothing on a machine that is busy."""
    function = getattr(item, "function", None)
    names = function.__code__.co_names if isinstance(function, FunctionType) else ()
    return bool({"process_time", "perf_counter"} & set(names))


def _traced(item: pytest.Item) -> tuple[str, dict[str, Any]]:
    seen: set[CodeType] = set()

    def trace(frame: FrameType, event: str, argument: object) -> None:
        seen.add(frame.f_code)

    begin = time.process_time()
    sys.settrace(trace)
    is_failed = _fails(item)
    sys.settrace(None)
    if is_failed:
        raise RuntimeError(f"{item.nodeid} fails before anything is changed")
    ours = {
        f"{Path(code.co_filename).relative_to(ROOT)} {_plain(code)}"
        for code in seen
        if code.co_filename.startswith((f"{ROOT}/costmodel/", f"{ROOT}/connectivity/"))
    }
    return item.nodeid, {"seconds": time.process_time() - begin, "functions": sorted(ours)}


def _chosen(mutant: Mutant, items: dict[str, pytest.Item], contexts: Contexts) -> list[pytest.Item]:
    """The tests that execute the function, the cheapest first; before them those that are new."""
    place = f"{mutant.path} {mutant.function}"
    seconds = {
        nodeid: contexts[nodeid]["seconds"] if nodeid in contexts else 0.0
        for nodeid in items
        if nodeid not in contexts or place in contexts[nodeid]["functions"]
    }
    return [items[nodeid] for nodeid in sorted(seconds, key=lambda nodeid: seconds[nodeid])]


def _fails(item: pytest.Item) -> bool:
    return any(report.failed for report in runtestprotocol(item, nextitem=None, log=False))


def _forked(work: Callable[[], int]) -> int:
    """The process that does some work and ends with its result."""
    pid = os.fork()
    if pid:
        return pid
    code = BROKEN
    try:
        code = work()
    finally:
        os._exit(code)


def _try(mutant: Mutant, items: list[pytest.Item]) -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MAX_BYTES, MAX_BYTES))
    if not apply(mutant):
        return NOT_APPLIED
    return KILLED if any(map(_fails, items)) else SURVIVED


def _write_contexts(path: Path, items: list[pytest.Item]) -> int:
    path.write_text(json.dumps(dict(map(_traced, items))), encoding="utf-8")
    return SURVIVED


def every_mutant() -> list[Mutant]:
    paths = sorted({path for pattern in TARGETS for path in ROOT.glob(pattern)})
    return [
        mutant
        for path in paths
        for mutant in mutants_of(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
    ]


def listed(heading: str) -> dict[str, str]:
    """What stands below a heading of docs/mutants.md, each with its reason, if there is one."""
    section = REPORT.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("- `")]
    ends = [row.rindex("`") + 1 for row in rows]
    return {row[:end]: row[end:].lstrip(": ") for row, end in zip(rows, ends, strict=True)}


def write(survivors: list[Mutant], words: str, *, is_again: bool) -> None:
    """Put a run into docs/mutants.md; what was judged to be equivalent there stays."""
    text = REPORT.read_text(encoding="utf-8")
    begin, end = text.index(f"## {RUN}\n"), text.index(f"## {EQUIVALENT}\n")
    if is_again:
        before = text[begin : text.index(f"## {SURVIVORS}\n")].removeprefix(f"## {RUN}\n").strip()
        words = f"{before}\n\nAgain: {words}"
    rows = sorted({mutant.row for mutant in survivors})
    body = "\n".join([f"## {RUN}", "", words, "", f"## {SURVIVORS}", "", *rows, "", ""])
    REPORT.write_text(text[:begin] + body + text[end:], encoding="utf-8")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Mutants of both cores that survive their tests.")
    parser.add_argument("--sample", type=int, default=400, help="how many mutants")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument("--minutes", type=float, default=180, help="begin no mutant after that")
    parser.add_argument("--only", help="those in whose row of the list this stands")
    parser.add_argument("--again", action="store_true", help="those that survived the last run")
    parser.add_argument("--write", action="store_true", help="into docs/mutants.md")
    parser.add_argument("--contexts", type=Path, help="keep here which test executes what")
    parser.add_argument("--tests", nargs="+", default=CORES)
    return parser.parse_args()


def _tried(asked: argparse.Namespace) -> list[Mutant]:
    every = every_mutant()
    if asked.only:
        return [mutant for mutant in every if asked.only in mutant.row]
    if asked.again:
        before = listed(SURVIVORS)
        return [mutant for mutant in every if mutant.row in before]
    dice = random.Random(asked.seed)  # noqa: S311  not a secret
    return dice.sample(every, len(every))[: asked.sample]


def main() -> int:
    """The number of survivors that are not known to be equivalent."""
    asked = _asked()
    os.chdir(ROOT)
    tried = _tried(asked)
    with TemporaryDirectory() as folder:
        run = Run(tried, asked.contexts or Path(folder) / "contexts.json", asked.minutes)
        options = [text for name in UNUSED for text in ("-p", f"no:{name}")]
        pytest.main(["-q", "-n", "0", *options, *asked.tests], plugins=[run])
    equivalent = listed(EQUIVALENT)
    survivors = [mutant for mutant in run.survivors if mutant.row not in equivalent]
    words = (
        f"{datetime.now(UTC):%Y-%m-%d}, seed {asked.seed}: of {run.count} mutants "
        f"{len(run.killed)} were killed, {len(run.broken)} ran out of time or memory, "
        f"{len(survivors)} survived, "
        f"{len(run.survivors) - len(survivors)} are equivalent, and {len(run.not_executed)} stand "
        "in functions that no test executes after import."
    )
    print(words)
    if asked.write:
        write(survivors, words, is_again=asked.again)
    return len(survivors)


if __name__ == "__main__":
    main()
