"""PKG-14 and PKG-19: encodings, byte order marks, NUL bytes, line ends, and files that are not text at all."""

from __future__ import annotations

import codecs
import io
import zipfile

import pytest

from tests.reading.returns import HEADER, ROW, Return, fault_of

ACCENTED = "RZA,2006-07-Q4,GTK-11,RZA-T01,c07f3a9e51b2,other,Équipe of £5,clinical_director\n"


def explanation(clean: Return) -> str:
    return str(clean.read().tables["explanations"].frame["explanation"][0])


def test_utf_8_is_read_without_a_word(clean: Return) -> None:
    clean.explanations(HEADER + ACCENTED.encode())
    assert clean.faults() == []
    assert explanation(clean) == "Équipe of £5"


def test_a_byte_order_mark_is_fine(clean: Return) -> None:
    package = clean.explanations(codecs.BOM_UTF8 + HEADER + ROW).read()
    assert package.faults == ()
    assert package.tables["explanations"].header[0] == "provider_code"


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_read_with_a_warning(clean: Return, codec: str) -> None:
    clean.explanations((HEADER.decode() + ACCENTED).encode(codec))
    assert clean.faults() == [fault_of("PKG-19", {"encoding": "UTF-16"})]
    assert explanation(clean) == "Équipe of £5"


def test_windows_1252_is_read_with_a_warning(clean: Return) -> None:
    clean.explanations(HEADER + ACCENTED.replace("of", "\N{EN DASH}").encode("cp1252"))
    assert clean.faults() == [fault_of("PKG-19", {"encoding": "Windows-1252"})]
    assert explanation(clean) == "Équipe \N{EN DASH} £5"


def test_an_encoding_of_no_kind_is_not_text(clean: Return) -> None:
    looks_like = "it is not in any encoding that this standard reads"
    assert clean.explanations(HEADER + b"\x81\x8d\xff").faults() == [fault_of("PKG-14", {"looks_like": looks_like})]


def test_binary_bytes_are_not_taken_for_windows_1252(clean: Return) -> None:
    looks_like = "it is not in any encoding that this standard reads"
    assert clean.explanations(HEADER + b"\x01\x02\xff").faults() == [fault_of("PKG-14", {"looks_like": looks_like})]


def test_utf_32_is_named(clean: Return) -> None:
    looks_like = "it is in UTF-32, an encoding that this standard does not read"
    clean.explanations(HEADER.decode().encode("utf-32"))
    assert clean.faults() == [fault_of("PKG-14", {"looks_like": looks_like})]


def test_nul_bytes_are_named_with_their_row(clean: Return) -> None:
    clean.explanations(HEADER + b'RZA,"two\nlines",A,B,C,D,E,F\n\n' + ROW.replace(b"Small", b"Sm\0all"))
    assert clean.faults() == [fault_of("PKG-14", {"looks_like": "it holds NUL bytes (first in row 4)"})]
    assert clean.read().unread == {"explanations": "explanations.csv is not text"}


def office_file(name: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(name, "<x/>" * 500)
    return written.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (office_file("xl/workbook.xml"), "an Excel workbook"),
        (office_file("word/document.xml"), "a Word document"),
        (office_file("ppt/slides.xml"), "a PowerPoint presentation"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
            "an Excel workbook or Word document of the old kind (.xls, .doc)",
        ),
        (
            b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
            "an OpenDocument spreadsheet",
        ),
        (b"PK\x03\x04" + bytes(40), "a zip file"),
        (b"%PDF-1.4\n", "a PDF"),
        (b"\xff\xd8\xff\xe0", "a JPEG picture"),
        (b"\x1f\x8b\x08\x00", "a gzip file"),
        (b"\n<!DOCTYPE html><table>", "a web page (HTML)"),
        (b'<?xml version="1.0"?><Workbook/>', "an XML file"),
    ],
)
def test_a_file_of_another_kind_is_called_what_it_is(clean: Return, content: bytes, kind: str) -> None:
    looks_like = f"it is {kind} saved with the ending .csv"
    assert clean.explanations(content).faults() == [fault_of("PKG-14", {"looks_like": looks_like})]


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"], ids=["LF", "CRLF", "CR"])
def test_every_line_end_is_fine(clean: Return, line_end: bytes) -> None:
    package = clean.explanations((HEADER + ROW + ROW).replace(b"\n", line_end)).read()
    assert package.faults == ()
    assert package.tables["explanations"].frame["explained_by_role"].to_list() == ["clinical_director"] * 2
    assert package.tables["explanations"].frame["_row"].to_list() == [2, 3]


def test_a_last_line_without_an_end_is_fine(clean: Return) -> None:
    package = clean.explanations(HEADER + ROW.strip()).read()
    assert package.faults == ()
    assert package.tables["explanations"].frame.height == 1


def test_a_line_break_in_a_cell_is_lf_whatever_the_file_uses(clean: Return) -> None:
    clean.explanations(HEADER + b'RZA,2006-07-Q4,A,B,C,D,"one\r\ntwo",E\r\n')
    assert clean.faults() == []
    assert explanation(clean) == "one\ntwo"
