"""Returns of every outcome, and one full of what a form might trip over."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from crt_return.standard import load_standard
from crt_return.validate import Run, run

STANDARD = load_standard()
SAMPLE = Path(__file__).parents[2] / "sample_data"
RETURNS = {
    "accepted": SAMPLE / "valid",
    "queried": SAMPLE / "invalid/low-fidelity",
    "rejected": SAMPLE / "invalid/rich",
    "faulty cells": SAMPLE / "invalid/wrong-cells",
    "faulty files": SAMPLE / "invalid/wrong-files",
    "faulty workbook": SAMPLE / "invalid/excel-habits.xlsx",
    "unreadable": SAMPLE / "invalid/picture.jpg",
}
HOSTILE = {"service_model": '=HYPERLINK("x.example","a")', "site_code": "+12,5\r\n::error::\x0bz"}


@cache
def checked(name: str) -> Run:
    """The return of that name, checked once."""
    return run(RETURNS[name], prior=SAMPLE / "previous")


def with_cells(folder: Path, table: str, cells: Mapping[str, str]) -> Path:
    """The valid sample in a folder, with other cells in the first row of a table."""
    shutil.copytree(SAMPLE / "valid", folder)
    file = folder / f"{table}.csv"
    with file.open(encoding="utf-8", newline="") as read:
        rows = list(csv.DictReader(read))
    with file.open("w", encoding="utf-8", newline="") as written:
        writer = csv.DictWriter(written, rows[0])
        writer.writeheader()
        writer.writerows([{**rows[0], **cells}, *rows[1:]])
    return folder
