"""Pages whose places are fixed: what does not fit is cut, and never moves on to another page."""

import logging
from collections.abc import Sequence
from importlib.resources import files
from typing import NamedTuple

from fpdf import FPDF
from fpdf.fonts import TTFFont

FONT = "noto"
FILE = files("fontpkg_noto_sans") / "files" / "NotoSans[wdth,wght].ttf"  # Latin, Greek, Cyrillic
MARGIN, WIDTH, BOTTOM = 15.0, 180.0, 282.0  # mm of an A4 page
ROW = 5.0
Colour = tuple[int, int, int]
GREY, BLACK, LINE = (95, 100, 110), (20, 24, 30), (200, 204, 210)
UNKNOWN = "?"  # in place of a letter that the font lacks
CUT = "…"
logging.getLogger("fontTools.subset").setLevel(logging.WARNING)  # else fifty lines a document


class Column(NamedTuple):
    """A column of a table: its head, and its width in mm; numbers stand on the right."""

    head: str
    width: float
    is_number: bool = False


class Sheet:
    """A document of pages that are filled from the top."""

    def __init__(self, title: str) -> None:
        self._pdf = FPDF(format="A4")
        self._pdf.set_auto_page_break(False)
        self._pdf.set_margin(MARGIN)
        self._pdf.add_font(FONT, fname=str(FILE))
        font = self._pdf.fonts[FONT]
        self._letters = frozenset(font.cmap if isinstance(font, TTFFont) else ())
        self.has_lost_letters = False
        self._pdf.set_title(self._known(title))

    def page(self) -> None:
        """Begin another page."""
        self._pdf.add_page()

    def at(self, y: float) -> None:
        """Go on so many mm from the top."""
        self._pdf.set_y(y)

    @property
    def y(self) -> float:
        """How many mm from the top it goes on."""
        return float(self._pdf.get_y())

    def line(
        self, begin: tuple[float, float], end: tuple[float, float], colour: Colour, width: float
    ) -> None:
        """A line between two places, in mm."""
        self._pdf.set_draw_color(*colour)
        self._pdf.set_line_width(width)
        self._pdf.line(*begin, *end)
        self._pdf.set_line_width(0.2)

    def dot(self, place: tuple[float, float], colour: Colour) -> None:
        """A dot at a place, in mm."""
        self._pdf.set_fill_color(*colour)
        self._pdf.circle(*place, radius=1.1, style="F")

    def label(self, place: tuple[float, float], text: str, *, is_centred: bool = False) -> float:
        """A small text at a place, or around it; gives back its width in mm."""
        y = self.y
        self._font(7.5, BLACK)
        known = self._known(text)
        width = float(self._pdf.get_string_width(known))
        self._pdf.set_xy(place[0] - (width / 2 if is_centred else 0), place[1])
        self._pdf.cell(width, 4, known, align="C" if is_centred else "L")
        self._pdf.set_xy(MARGIN, y)
        return width

    def text(self, text: str, size: float = 9, colour: tuple[int, int, int] = BLACK) -> None:
        """One line, cut where it is too long."""
        self._write(text, size, colour)
        self._pdf.ln(size * 0.52)

    def paragraph(self, text: str, lines: int, size: float = 9) -> None:
        """A text of so many lines at most."""
        self._font(size, BLACK)
        known = self._known(text)
        parts = self._pdf.multi_cell(
            WIDTH, size * 0.48, known, dry_run=True, output="LINES", align="L"
        )
        kept = list(parts)[:lines] if isinstance(parts, list) else [known]
        if isinstance(parts, list) and len(parts) > lines:
            kept[-1] = f"{kept[-1]} {CUT}"
        for line in kept:
            self.text(line, size)

    def heading(self, text: str) -> None:
        """What follows, with a line under it."""
        self._pdf.ln(3)
        self.text(text, 11)
        self._pdf.set_draw_color(*LINE)
        y = self._pdf.get_y() + 0.6
        self._pdf.line(MARGIN, y, MARGIN + WIDTH, y)
        self._pdf.ln(1.8)

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        """A head and its rows, a line each."""
        self._row(columns, [column.head for column in columns], GREY)
        for row in rows:
            self._row(columns, row, BLACK)

    def _row(
        self, columns: Sequence[Column], cells: Sequence[str], colour: tuple[int, int, int]
    ) -> None:
        self._font(8.5, colour)
        for column, cell in zip(columns, cells, strict=True):
            text = self._fitting(cell, column.width - 2)
            self._pdf.cell(column.width, ROW, text, align="R" if column.is_number else "L")
        self._pdf.ln(ROW)

    def _write(self, text: str, size: float, colour: tuple[int, int, int]) -> None:
        self._font(size, colour)
        self._pdf.cell(WIDTH, size * 0.5, self._fitting(text, WIDTH - 2))

    def _font(self, size: float, colour: tuple[int, int, int]) -> None:
        self._pdf.set_font(FONT, size=size)
        self._pdf.set_text_color(*colour)

    def _fitting(self, text: str, width: float) -> str:
        """As much of a text as there is room for."""
        known = self._known(text[: int(width) * 3])
        if known == text and self._pdf.get_string_width(known) <= width:
            return known
        while known and self._pdf.get_string_width(known + CUT) > width:
            known = known[:-1]
        return known + CUT if len(known) < len(text) else known

    def _known(self, text: str) -> str:
        known = "".join(letter if ord(letter) in self._letters else UNKNOWN for letter in text)
        self.has_lost_letters = self.has_lost_letters or known != text
        return known

    def output(self) -> bytes:
        """The document; of the same content the same bytes but for the moment it was made."""
        return bytes(self._pdf.output())
