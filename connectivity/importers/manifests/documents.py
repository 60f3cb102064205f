"""A file of manifests as its documents: where each begins, which kind it is, whose template."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from connectivity.core.problems import DocumentRefused, Problem
from connectivity.core.reviewing.deployed.objects import Origin

MAX_BYTES = 16 * 2**20  # of all files together
MAX_DOCUMENTS = 20_000  # of one file

SEPARATOR = re.compile(r"^---(?=[ \t\r\n]|\Z)", re.M)
SOURCE = re.compile(r"^# Source: ([^\r\n]{1,200})", re.M)  # that Helm writes above a document
KIND = re.compile(r"^kind:[ \t]*[\"']?(\w{1,100})", re.M)
CONTENT = re.compile(r"^(?!---|\.\.\.|%)[ \t]*[^#\s]|^---[ \t]+[^#\s]", re.M)
MANIFEST = re.compile(rb"^[\"']?apiVersion[\"']?[ \t]*:|\"apiVersion\"\s*:", re.M)


class Document(NamedTuple):
    """One document of a file.

    Attributes:
        lines_before: lines of the file before its text.
        kind: of a block of YAML that states one kind at its left edge; else empty.
    """

    text: str
    lines_before: int
    origin: Origin
    kind: str

    @property
    def is_flow(self) -> bool:
        """Whether it is JSON, or YAML that looks like it."""
        return self.text.lstrip()[:1] in ("{", "[")


def is_manifest(data: bytes) -> bool:
    """Whether some bytes look like manifests, rather than like a document of ours."""
    return bool(MANIFEST.search(data))


def refused(place: str, problem: str) -> DocumentRefused:
    """A refusal at a place."""
    return DocumentRefused([Problem(place, problem)])


def documents_of(name: str, data: bytes) -> Iterator[Document]:
    """The documents of a file that hold something, in their order.

    Raises:
        DocumentRefused: it is not UTF-8, or has more than `MAX_DOCUMENTS`.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = f"is not UTF-8: byte {data[error.start]:#04x} at offset {error.start:,}"
        raise refused(name, f"{problem}; save it with the encoding UTF-8") from error
    count, lines_before = 0, 0
    for chunk in _chunks(text):
        first = CONTENT.search(chunk)
        if first:
            count += 1
            if count > MAX_DOCUMENTS:
                raise refused(name, f"has more than {MAX_DOCUMENTS:,} documents; give fewer")
            line = lines_before + chunk.count("\n", 0, first.start()) + 1
            source = SOURCE.search(chunk)
            origin = Origin(name, count, line, source[1].strip() if source else "")
            yield Document(chunk, lines_before, origin, _kind(chunk))
        lines_before += chunk.count("\n")


def _chunks(text: str) -> Iterator[str]:
    """The text cut before every line that begins a document."""
    begin = 0
    for match in SEPARATOR.finditer(text):
        yield text[begin : match.start()]
        begin = match.start()
    yield text[begin:]


def _kind(text: str) -> str:
    """The kind of a document that states exactly one at its left edge."""
    kinds = [match[1] for _, match in zip(range(2), KIND.finditer(text), strict=False)]
    return kinds[0] if len(kinds) == 1 and text.lstrip()[:1] not in ("{", "[") else ""
