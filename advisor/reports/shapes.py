"""What a report is shown as: sections of things to do, lines and tables."""

from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any

from advisor.text.escaping import unlinked


@dataclass(frozen=True)
class ReportLine:
    """One thing that happened."""

    word: str  # a tag; empty: none
    text: str
    more: str = ""
    link: str = ""
    tone: str = ""


@dataclass(frozen=True)
class ReportAdvice:
    """One thing to do."""

    word: str
    tone: str
    action: str
    where: str
    link: str
    because: tuple[tuple[str, str], ...]  # labels and texts


@dataclass(frozen=True)
class ReportCell:
    text: str
    bar: int | None = None  # per cent of the widest


@dataclass(frozen=True)
class ReportTable:
    title: str
    head: tuple[str, ...]  # the first column is text, the others are numbers
    rows: list[list[ReportCell]]

    @property
    def labelled(self) -> list[list[tuple[str, ReportCell]]]:
        """Cells with the heads of their columns, for narrow pages."""
        return [list(zip(self.head, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class Section:
    title: str
    sentences: list[str] = field(default_factory=list)
    advice: list[ReportAdvice] = field(default_factory=list)
    lines: list[ReportLine] = field(default_factory=list)
    tables: list[ReportTable] = field(default_factory=list)


def unlinked_part(part: Any) -> Any:
    """The same, with texts that no mail program takes for addresses; our own links stay."""
    if isinstance(part, str):
        return unlinked(part)
    if isinstance(part, (list, tuple)):
        return type(part)(map(unlinked_part, part))
    if not is_dataclass(part) or isinstance(part, type):
        return part
    names = [part_field.name for part_field in fields(part) if part_field.name != "link"]
    return replace(part, **{name: unlinked_part(getattr(part, name)) for name in names})
