"""Rows as text in columns, for a terminal."""

from collections.abc import Sequence

Row = Sequence[str]


def aligned(rows: Sequence[Row], right: set[int]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if i in right else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
