"""The tables as CSV files, for programs and spreadsheets, and the same files read back as they were written.

A text that a spreadsheet would run as a formula is written with an apostrophe before it.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from crt_return.finding import FORMULA
from crt_return.national.tables import Cell, PublishedTable


def csv_text(table: PublishedTable) -> str:
    """A table as CSV: commas, line feeds, quotation marks only where needed, blank for what is not there."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(column.name for column in table.columns)
    writer.writerows([cell_text(cell) for cell in row] for row in table.rows)
    return text.getvalue()


def cell_text(cell: Cell) -> str:
    """A cell as it stands in the file."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(FORMULA) else cell
    return f"{cell:.9f}".rstrip("0").rstrip(".") if isinstance(cell, float) else str(cell)


def read_back(file: Path) -> list[dict[str, str]]:
    """The rows of a file as they were written, each cell as text."""
    with file.open(encoding="utf-8", newline="") as open_file:
        return list(csv.DictReader(open_file))
