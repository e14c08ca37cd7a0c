"""Small returns on disk, made from the standard itself, and the words to spoil them with."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from crt_return.reading import FileFault, Package, read_package
from crt_return.standard import Standard

HEADER = b"provider_code,period,rule_id,record_key,values_hash,reason_code,explanation,explained_by_role\n"
ROW = b"RZA,2006-07-Q4,GTK-11,RZA-T01,c07f3a9e51b2,small_numbers,Small numbers,clinical_director\n"
NAMES = tuple(HEADER.decode().strip().split(","))

Zipped = Callable[[Mapping[str, bytes]], Path]


def csv_bytes(rows: Sequence[Sequence[str]]) -> bytes:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue().encode()


def example_files(standard: Standard) -> dict[str, bytes]:
    """Every table with one row of the fields' own examples."""
    return {
        table.file: csv_bytes([table.names, [field.example for field in table.fields]])
        for table in standard.tables.values()
    }


@dataclass(frozen=True)
class Return:
    """A return in a folder that a test may spoil and then read."""

    folder: Path
    standard: Standard

    def write(self, file: str, content: bytes) -> Return:
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return self

    def replace(self, file: str, old: bytes, new: bytes) -> Return:
        content = (self.folder / file).read_bytes()
        assert old in content
        return self.write(file, content.replace(old, new))

    def remove(self, file: str) -> Return:
        (self.folder / file).unlink()
        return self

    def read(self) -> Package:
        return read_package(self.folder, self.standard)

    def faults(self) -> list[FileFault]:
        return list(self.read().faults)

    def explanations(self, content: bytes) -> Return:
        return self.write("explanations.csv", content)


def fault_of(rule: str, values: Mapping[str, object], row: int | None = None, count: int = 1) -> FileFault:
    """A fault of explanations.csv."""
    file = "explanations.csv"
    return FileFault(rule, file, "explanations", {"file": file, **values}, row, count)
