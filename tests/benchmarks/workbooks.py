"""How long workbooks take to be read, beside calamine giving their values and beside the CSV files of the same return.

    python -m tests.benchmarks.workbooks [--sheets 12] [--rows 10000]

Everything runs in this process after its imports, three times; the best time counts. It measures; nothing here fails.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from python_calamine import CalamineWorkbook

from crt_return.publishing.workbook import return_workbook
from crt_return.reading import read_package
from crt_return.sampling.valid import valid_return
from crt_return.sampling.writing import files_of, write_folder
from crt_return.standard import load_standard

PERIOD, TIMES = "2006-07-Q4", 3


def made(folder: Path, sheets: int, rows: int) -> tuple[Path, Path]:
    """A return of four teams, its first tables of so many rows (the same over and over), as files and as a workbook."""
    standard = load_standard()
    files = files_of(valid_return(standard, "RZA", 4, PERIOD, 1), standard, described=False)
    for table in list(standard.tables.values())[1 : sheets + 1]:
        if rows and table.file in files:
            header, *body = files[table.file].splitlines(keepends=True)
            files[table.file] = header + b"".join((body * (rows // len(body) + 1))[:rows])
    tables = {
        name.removesuffix(".csv"): [*csv.reader(content.decode().splitlines())]
        for name, content in files.items()
        if name.endswith(".csv")
    }
    (folder / "return.xlsx").write_bytes(return_workbook(tables))
    return write_folder(files, folder / "return"), folder / "return.xlsx"


def best(task: Callable[[], object]) -> float:
    """The shortest of some runs, in seconds."""
    times = []
    for _ in range(TIMES):
        start = time.perf_counter()
        task()
        times.append(time.perf_counter() - start)
    return min(times)


def values(path: Path) -> int:
    """Calamine giving every value of the workbook."""
    book = CalamineWorkbook.from_path(path)
    return sum(len(row) for name in book.sheet_names for row in book.get_sheet_by_name(name).iter_rows())


def measured(what: str, folder: Path, sheets: int, rows: int) -> None:
    """Print the times of one return."""
    standard = load_standard()
    files, book = made(folder, sheets, rows)
    read = best(lambda: read_package(book, standard))
    alone, as_csv = best(lambda: values(book)), best(lambda: read_package(files, standard))
    print(f"{what}: {values(book):,} cells")
    print(f"  read as a workbook {read:.2f} s, as CSV files {as_csv:.2f} s, values by calamine alone {alone:.2f} s")
    print(f"  workbook to calamine {read / alone:.1f}, workbook to CSV {read / as_csv:.1f}")


def main() -> None:
    """Measure an ordinary return and a large one."""
    parser = argparse.ArgumentParser(description="Time the reading of workbooks.")
    parser.add_argument("--sheets", type=int, default=12)
    parser.add_argument("--rows", type=int, default=10_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as small, tempfile.TemporaryDirectory() as large:
        measured("An ordinary return", Path(small), 0, 0)
        measured(f"{given.sheets} sheets of {given.rows:,} rows", Path(large), given.sheets, given.rows)


if __name__ == "__main__":
    main()
