"""The fingerprint of the content: blind to how a return is written, not to what it says."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from hashlib import sha256

import polars as pl
import pytest

from crt_return.reading import content_sha256, read_package, table_sha256
from crt_return.reading.content import canonical, is_canonical
from crt_return.standard import Field, Standard
from tests.reading.returns import HEADER, ROW, Return, Zipped, csv_bytes

TWO = HEADER + ROW + b'RZA,2006-07-Q4,GTK-12,"x, ""y""",,A,B,"one\ntwo"\n'


@pytest.fixture
def fingerprint(clean: Return) -> str:
    return clean.explanations(TWO).read().content_sha256


def quoted_all(content: bytes) -> bytes:
    return content.replace(ROW.strip(), b'"' + ROW.strip().replace(b",", b'","') + b'"')


@pytest.mark.parametrize(
    "content",
    [
        TWO.replace(b"\n", b"\r\n"),
        TWO.replace(b"\n", b"\r"),
        b"\xef\xbb\xbf" + TWO,
        TWO.decode().encode("utf-16"),
        quoted_all(TWO),
        TWO.replace(b",,", b',"",'),
        TWO.replace(HEADER, HEADER + b"\n,,,,,\n") + b"\n",
        TWO.rstrip(b"\n"),
        TWO.replace(b"period", b" Period"),
        b"A title\n" + TWO,
    ],
    ids=["CRLF", "CR", "mark", "UTF-16", "quoting", "blank", "blank rows", "last line", "header", "preamble"],
)
def test_the_same_content_written_otherwise(clean: Return, fingerprint: str, content: bytes) -> None:
    assert clean.explanations(content).read().content_sha256 == fingerprint


def test_the_order_of_columns_does_not_matter(clean: Return) -> None:
    expected = clean.explanations(HEADER + b"1,2,3,4,5,6,7,8\n").read().content_sha256
    swapped = HEADER.replace(b"provider_code,period", b"period,provider_code") + b"2,1,3,4,5,6,7,8\n"
    assert clean.explanations(swapped).read().content_sha256 == expected


def test_a_zip_has_the_fingerprint_of_the_folder(clean: Return, zipped: Zipped) -> None:
    files = {path.name: path.read_bytes() for path in clean.folder.iterdir()}
    assert read_package(zipped(files), clean.standard).content_sha256 == clean.read().content_sha256


def test_the_case_of_a_files_name_does_not_matter(clean: Return, fingerprint: str) -> None:
    assert clean.remove("explanations.csv").write("EXPLANATIONS.CSV", TWO).read().content_sha256 == fingerprint


@pytest.mark.parametrize(
    "content",
    [HEADER, HEADER + ROW, TWO.replace(b"GTK-12", b"GTK-13"), TWO + ROW, TWO.replace(b",,", b", ,")],
    ids=["no rows", "a row less", "a letter", "a row more", "a space"],
)
def test_other_content_has_another_fingerprint(clean: Return, fingerprint: str, content: bytes) -> None:
    assert clean.explanations(content).read().content_sha256 != fingerprint


def test_a_value_moved_to_the_next_cell_or_row_is_other_content(clean: Return) -> None:
    bodies = [b"ab,c,", b"a,bc,", b"a,b,c", b'"a,b",c,', b'"a\nb",c,', b"a,,,,,,,\nb,c,"]
    found = {clean.explanations(HEADER + body + b",,,,,\n").read().content_sha256 for body in bodies}
    assert len(found) == len(bodies)


def test_the_order_of_rows_is_content(clean: Return) -> None:
    one, two = b"1,2,3,4,5,6,7,8\n", b"8,7,6,5,4,3,2,1\n"
    first = clean.explanations(HEADER + one + two).read().content_sha256
    assert clean.explanations(HEADER + two + one).read().content_sha256 != first


def plainly(field: Field, cell: str) -> str:
    """A cell as the published recipe has it."""
    if field.type == "boolean":
        return {"TRUE": "true", "1": "true", "FALSE": "false", "0": "false"}.get(cell, cell)
    return f"{Decimal(cell).normalize():f}" if field.type in ("integer", "number") else cell


def test_anyone_can_work_it_out(clean: Return) -> None:
    """As published: the SHA-256 of each table as plain CSV, listed as `sha256sum` does, and of that list."""
    listing = ""
    for table in clean.standard.tables.values():
        cells = csv_bytes([table.names, [plainly(field, field.example) for field in table.fields]])
        content = TWO if table.name == "explanations" else cells
        listing += f"{sha256(content).hexdigest()}  {table.file}\n"
    assert clean.explanations(TWO).read().content_sha256 == sha256(listing.encode()).hexdigest()


@pytest.mark.parametrize(
    ("type_", "written", "plain"),
    [
        ("number", "1.00", "1"),
        ("number", "0.50", "0.5"),
        ("number", ".5", "0.5"),
        ("number", "5.", "5"),
        ("number", "+2.5", "2.5"),
        ("number", "-0.0", "0"),
        ("number", "-01.20", "-1.2"),
        ("number", "100", "100"),
        ("number", "0.123456789012345678", "0.123456789012345678"),
        ("number", "1e3", "1e3"),
        ("number", "1,204.50", "1,204.50"),
        ("integer", "007", "7"),
        ("integer", "0", "0"),
        ("integer", "00", "0"),
        ("integer", "5.0", "5"),
        ("integer", "two", "two"),
        ("integer", None, None),
        ("boolean", "TRUE", "true"),
        ("boolean", "0", "false"),
        ("boolean", "yes", "yes"),
        ("string", "1.00", "1.00"),
        ("string", "00", "00"),
        ("date", "2007-03-31", "2007-03-31"),
    ],
)
def test_numbers_and_truth_values_count_in_their_plain_form(
    standard: Standard, type_: str, written: str | None, plain: str | None
) -> None:
    field = replace(standard.tables["gatekeeping"].fields[0], name="cell", type=type_, constraints={}, codelist=None)
    table = replace(standard.tables["gatekeeping"], fields=(field,))
    frame = pl.DataFrame({"cell": [written, None]}, schema={"cell": pl.String})
    assert canonical(frame, table)["cell"].to_list() == [plain, None]
    assert written == plain or not is_canonical(frame, table), "it would be hashed as it stands"


def test_a_table_in_its_plain_form_is_hashed_as_it_stands(standard: Standard) -> None:
    table = standard.tables["team_staffing"]
    row = {"wte_funded": "12", "wte_in_post": "10.6", "wte_temporary": None, "headcount": "0", "dedicated_time": "true"}
    assert is_canonical(pl.DataFrame([row], schema=dict.fromkeys(table.names, pl.String)), table)


def test_noughts_and_ways_to_write_true_do_not_matter(clean: Return) -> None:
    expected = clean.read().content_sha256
    clean.replace("return_header.csv", b",false,", b",FALSE,").replace("team_staffing.csv", b",12.00,", b",12,")
    assert clean.read().content_sha256 == expected


def test_an_optional_table_without_rows_does_not_matter(clean: Return) -> None:
    header = ",".join(clean.standard.tables["core_items"].names).encode() + b"\n"
    expected = clean.write("core_items.csv", header).read().content_sha256
    assert clean.remove("core_items.csv").read().content_sha256 == expected


def test_it_can_be_worked_out_from_the_tables_alone(clean: Return) -> None:
    """So that a workbook of the same return has the same fingerprint."""
    package = clean.explanations(TWO).read()
    assert content_sha256(package.tables, clean.standard) == package.content_sha256
    assert (
        table_sha256(package.tables["explanations"].frame, clean.standard.tables["explanations"])
        == sha256(TWO).hexdigest()
    )
