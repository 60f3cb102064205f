"""Every text that people can read, with its place, so that all of it can be read as a whole.

Of Python its string literals, with {…} where a value is put in, and the docstrings from which the
API's schema takes its descriptions; of templates and scripts their texts and spoken attributes."""

import ast
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDERS = ("advisor", "connectivity", "costmodel", "templates", "static/js")
SPOKEN_ATTRIBUTES = {"alt", "aria-label", "content", "placeholder", "title", "value"}
INLINE = {"a", "abbr", "b", "code", "em", "i", "kbd", "q", "small", "span", "strong", "time"}
IS_TEXT = re.compile(r"[A-Za-z]{2,}[,.:;)]? \S|\S [A-Za-z]{2,}|^[A-Z][a-z]+$")
TEMPLATE_PART = re.compile(r"\{#.*?#\}|\{% *(?P<tag>.*?)%\}|\{\{ *(?P<value>.*?) *\}\}", re.S)
QUOTED = re.compile(r'"([^"\n]*)"|`([^`\n]*)`' + r"|'([^'\n]*)'")
NOT_READ = {"compile", "match", "fullmatch", "search", "sub", "finditer", "findall", "split"}

Text = tuple[int, str]


def literal(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(literal(part) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return "{" + ast.unparse(node.value) + "}"
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


class Literals(ast.NodeVisitor):
    """String literals, but no patterns and no docstrings other than the API's."""

    def __init__(self, keeps_docstrings: bool) -> None:
        self.keeps_docstrings = keeps_docstrings
        self.texts: list[Text] = []

    def visit_Expr(self, node: ast.Expr) -> None:
        if self.keeps_docstrings or not isinstance(node.value, ast.Constant):
            self.visit(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        module = getattr(getattr(node.func, "value", None), "id", "")
        if not (module == "re" and getattr(node.func, "attr", "") in NOT_READ):
            self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        self.texts.append((node.lineno, literal(node)))

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self.texts.append((node.lineno, literal(node)))
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.visit(part.value)


class Html(HTMLParser):
    """A page's texts between block elements, and the attributes that are read out."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[Text] = []
        self.begun: Text = (1, "")

    def handle_data(self, data: str) -> None:
        line = self.begun[0] if self.begun[1].strip() else self.getpos()[0]
        self.begun = (line, self.begun[1] + data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line = self.getpos()[0]
        self.texts += [(line, text or "") for name, text in attrs if name in SPOKEN_ATTRIBUTES]
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in INLINE:
            self.texts.append(self.begun)
            self.begun = (1, "")


def of_template(source: str) -> Iterator[Text]:
    def without_tags(part: re.Match[str]) -> str:
        lines = "\n" * part[0].count("\n")
        return lines + (f"{{{part['value']}}}".replace('"', "'") if part["value"] else "")

    for part in TEMPLATE_PART.finditer(source):
        line = source.count("\n", 0, part.start()) + 1
        yield from ((line, "".join(quoted)) for quoted in QUOTED.findall(part["tag"] or ""))
    page = Html()
    page.feed(TEMPLATE_PART.sub(without_tags, source) + "<p>")
    yield from page.texts


def of_script(source: str) -> Iterator[Text]:
    for number, line in enumerate(source.splitlines(), 1):
        yield from ((number, "".join(quoted)) for quoted in QUOTED.findall(line))


def texts_of(path: Path) -> list[Text]:
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        literals = Literals("api" in path.parts)
        literals.visit(ast.parse(source))
        return literals.texts
    return list(of_script(source) if path.suffix == ".js" else of_template(source))


def main(only: list[str]) -> None:
    for path in sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.*")):
        name = str(path.relative_to(ROOT))
        is_read = path.suffix in {".py", ".html", ".txt", ".js"} and "migrations" not in path.parts
        if is_read and name.startswith(tuple(only or FOLDERS)):
            for line, text in sorted(texts_of(path)):
                if IS_TEXT.search(text := " ".join(text.split())):
                    print(f"{name}:{line}: {text}")


if __name__ == "__main__":
    main(sys.argv[1:])
