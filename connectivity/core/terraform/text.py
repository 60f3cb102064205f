"""Values as the text of Terraform, laid out as `terraform fmt` lays it out."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from connectivity.core.terraform.values import Expression, Input, Nested, Ref, Value

WIDTH = 100
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
OPENING = re.compile(r"((?<!\$)\$+|(?<!%)%+)\{")  # of a template, in a run of the same sign
Resolve = Callable[[Ref | Input], str]


def quoted(text: str) -> str:
    r"""A string of Terraform that says nothing but the text.

    >>> print(quoted('a "b" ${c} %{d}'))
    "a \"b\" $${c} %%{d}"
    """
    escaped = "".join(ESCAPES.get(letter, letter) for letter in text)
    return f'"{OPENING.sub(_no_opening, plain(escaped))}"'


def _no_opening(match: re.Match[str]) -> str:
    """Signs before the last are values of their own: how Terraform reads `$$${` is not clear."""
    sign = match[1][0]
    return f'${{"{sign}"}}' * (len(match[1]) - 1) + f"{sign}{sign}{{"


def plain(text: str) -> str:
    r"""A text without line breaks and control characters: what a comment may hold.

    >>> plain("a\nb")
    'a b'
    """
    return UNPRINTABLE.sub(" ", text)


def unresolved(reference: Ref | Input) -> str:
    """For values that refer to nothing.

    Raises:
        ValueError: one refers to something.
    """
    raise ValueError(f"nothing may be referred to here: {reference}")


def value_text(value: Value, resolve: Resolve = unresolved, indent: int = 0) -> str:
    """A value as text; the lines after its first are indented by so many steps.

    Raises:
        TypeError: it is a nested block, which has no value.

    >>> print(value_text({"a": ["b", 1, 0.5, True]}))
    {
      a = ["b", 1, 0.5, true]
    }
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{Decimal(repr(value)):f}"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, Ref | Input):
        return resolve(value)
    if isinstance(value, Expression):
        parts = tuple(value_text(part, resolve, indent) for part in value.parts)
        return value.template % parts
    if isinstance(value, Nested):
        raise TypeError("a nested block is no value")
    return _collection(value, resolve, indent)


def _collection(value: list[Value] | dict[str, Value], resolve: Resolve, indent: int) -> str:
    inner = "  " * (indent + 1)
    if isinstance(value, dict):
        if not value:
            return "{}"
        lines = [
            (key if IDENTIFIER.fullmatch(key) else quoted(key), each) for key, each in value.items()
        ]
        return "\n".join(["{", *_aligned(lines, resolve, indent + 1), f"{'  ' * indent}}}"])
    texts = [value_text(each, resolve, indent + 1) for each in value]
    line = f"[{', '.join(texts)}]"
    if len(line) <= WIDTH and "\n" not in line:
        return line
    return "\n".join(["[", *(f"{inner}{text}," for text in texts), f"{'  ' * indent}]"])


def _aligned(pairs: list[tuple[str, Value]], resolve: Resolve, indent: int) -> list[str]:
    """`name = value` lines; the signs of lines that follow one another stand in one column."""
    texts = [(name, value_text(value, resolve, indent)) for name, value in pairs]
    lines: list[str] = []
    run: list[tuple[str, str]] = []
    for name, text in texts:
        if "\n" in text:
            lines += [*_run(run, indent), f"{'  ' * indent}{name} = {text}"]
            run = []
        else:
            run.append((name, text))
    return lines + _run(run, indent)


def _run(run: list[tuple[str, str]], indent: int) -> list[str]:
    width = max((len(name) for name, _ in run), default=0)
    return [f"{'  ' * indent}{name:<{width}} = {text}" for name, text in run]


def block(
    head: str, body: Mapping[str, Value], resolve: Resolve = unresolved, indent: int = 0
) -> str:
    """A block: `for_each` first, its arguments, then nested blocks, `depends_on` last."""
    first = [(key, value) for key, value in body.items() if key == "for_each"]
    last = [(key, value) for key, value in body.items() if key == "depends_on"]
    middle = [
        (key, value)
        for key, value in body.items()
        if key not in ("for_each", "depends_on") and not _is_nested(value)
    ]
    groups = ["\n".join(_aligned(pairs, resolve, indent + 1)) for pairs in (first, middle) if pairs]
    for key, value in body.items():
        if _is_nested(value):
            nested = value if isinstance(value, list) else [value]
            groups += [
                block(key, each.body, resolve, indent + 1)
                for each in nested
                if isinstance(each, Nested)
            ]
    groups += ["\n".join(_aligned(last, resolve, indent + 1))] if last else []
    inside = "\n\n".join(groups)
    edge = "  " * indent
    return f"{edge}{head} {{\n{inside}\n{edge}}}" if inside else f"{edge}{head} {{}}"


def _is_nested(value: Value) -> bool:
    return isinstance(value, Nested) or (
        isinstance(value, list) and bool(value) and isinstance(value[0], Nested)
    )
