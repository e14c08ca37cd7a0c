"""What programs read of the standard: descriptors, code lists, catalogues, suites, and all of it in one zip.

Every file has one address below `downloads/`, the same in every version. It is made from the standard; nothing here
is written by hand.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from crt_return.publishing.catalogue import catalogue, plain
from crt_return.publishing.descriptor import descriptor, table_schema
from crt_return.publishing.workbook import workbook
from crt_return.publishing.zipped import zipped
from crt_return.standard import Standard, schema_folder
from crt_return.thresholds import suites

KIT = "conformance-kit.zip"
SUMS = "SHA256SUMS"
ARCHIVES = (".zip", ".xlsx")
RULE_LISTS = ("rules", "acceptance_rules", "national_rules")
NATIONAL = ("indicators", "breakdowns", "distributions", "coverage", "disclosure", "comparators")
MEASURES = ("measures", "small_numbers", "claims")
RULE_COLUMNS = (
    *("id", "title", "severity", "table", "field", "message", "why", "fix", "source", "standing"),
    *("since", "warn_from", "fail_from", "until", "reason", "check", "measures", "level", "applies_to"),
    *("when", "must", "expected", "select", "after", "reads"),
)
SCHEMAS = {"report": "report.schema.json", "conformance_cases": "conformance-cases.schema.json"}


def downloads(standard: Standard, kit: bytes) -> dict[str, bytes]:
    """Every file by its path below `downloads/`; `kit` is the conformance kit as a zip."""
    files = {**_tables(standard), **_lists(standard), **_catalogues(standard), **_schemas(), KIT: kit}
    summed = {**files, SUMS: sums(files)}
    return {**summed, whole(standard): zipped(summed)}


def whole(standard: Standard) -> str:
    """The name of the zip that holds everything."""
    return f"{standard.name}.zip"


def json_bytes(value: object) -> bytes:
    """A value as it is published: the same bytes for the same value."""
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()


def sums(files: Mapping[str, bytes]) -> bytes:
    """The checksums of files, as `sha256sum --check` reads them; none of archives, whose bytes differ by compressor."""
    lasting = sorted((name, content) for name, content in files.items() if not name.endswith(ARCHIVES))
    return "".join(f"{sha256(content).hexdigest()}  {name}\n" for name, content in lasting).encode()


def _tables(standard: Standard) -> dict[str, bytes]:
    tables = standard.tables
    schemas = {f"tables/{name}.json": json_bytes(table_schema(standard, one)) for name, one in tables.items()}
    required = [name for name, table in tables.items() if table.presence == "required"]
    return {
        "datapackage.json": json_bytes(descriptor(standard)),
        "datapackage-required.json": json_bytes(descriptor(standard, required)),
        **schemas,
    }


def _lists(standard: Standard) -> dict[str, bytes]:
    root = schema_folder()
    lists = {
        f"codelists/{name}.json": json_bytes({"name": name, "codes": plain(codes)})
        for name, codes in standard.codelists.items()
    }
    places = [f"codelists/{name}.csv" for name in standard.codelists]
    places += [f"reference/{name}.csv" for name in standard.reference]
    return {**lists, **{place: _as_lines((root / place).read_bytes()) for place in places}}


def _as_lines(text: bytes) -> bytes:
    """A text file of the standard with the line ends it is published with, whatever the checkout made of them."""
    return text.replace(b"\r\n", b"\n")


def _catalogues(standard: Standard) -> dict[str, bytes]:
    everything = catalogue(standard)
    rules = [rule for name in RULE_LISTS for rule in everything[name]]
    rows = [[_cell(rule.get(column)) for column in RULE_COLUMNS] for rule in rules]
    version = {"name": standard.name, "version": standard.version}
    return {
        "standard.json": json_bytes(everything),
        "rules.json": json_bytes({**version, "rules": rules}),
        "rules.csv": csv_bytes([RULE_COLUMNS, *rows]),
        "rules.xlsx": workbook("rules", f"{standard.title}, {standard.version}: rules", RULE_COLUMNS, rows),
        "measures.json": json_bytes({**version, **{name: everything[name] for name in MEASURES}}),
        "indicators.json": json_bytes({**version, **{name: everything[name] for name in NATIONAL}}),
        "data_quality.json": json_bytes({**version, **everything["data_quality"]}),
        "calendar.json": json_bytes({**version, **everything["calendar"]}),
        **{f"expectations/{suite['name']}.json": json_bytes(suite) for suite in suites(standard, None)},
    }


def _schemas() -> dict[str, bytes]:
    folder = schema_folder() / "metaschema"
    return {published: _as_lines((folder / f"{name}.json").read_bytes()) for name, published in SCHEMAS.items()}


def csv_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as CSV in UTF-8."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _cell(value: Any) -> str:
    """An attribute of a rule in one cell: lists by comma, what is read as `table.field`."""
    if isinstance(value, Mapping):
        return ", ".join(f"{table}.{field}" for table, fields in value.items() for field in fields)
    if isinstance(value, list):
        return ", ".join(value)
    return "" if value is None else str(value).strip()
