"""Our own cells as JSON, as the matrix page writes them: the rows of the tidy CSV."""

from collections.abc import Iterator

from connectivity.importers.latency.run import Hints, Run, refuse, shown
from connectivity.importers.latency.text import Text
from connectivity.importers.latency.tidy_csv import KNOWN, NEEDED, Row, gathered

NAME = "json"
FORMAT = "latency-cells-1"


def recognises(text: Text) -> bool:
    return text.whole.lstrip().startswith("{") and f'"{FORMAT}"' in text.whole[:200]


def read(text: Text, hints: Hints) -> tuple[Run, ...]:
    """One run for each option, pair, tool and date."""
    return gathered(_rows(text), hints)


def _rows(text: Text) -> Iterator[tuple[int, Row]]:
    document = text.json
    cells = document.get("cells") if isinstance(document, dict) else None
    if not isinstance(cells, list) or document.get("format") != FORMAT:
        refuse(text.line_of("format"), f"not cells in the format {FORMAT}")
    for at, cell in enumerate(cells, start=1):
        if not isinstance(cell, dict) or not set(NEEDED) <= cell.keys() <= set(KNOWN):
            refuse(
                1,
                f"cell {at}, {shown(cell)}, needs {', '.join(NEEDED)} and has no other keys "
                f"than {', '.join(KNOWN)}",
            )
        yield at, {name: str(value).strip() for name, value in cell.items()}
