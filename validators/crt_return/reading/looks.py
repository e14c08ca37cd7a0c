"""What a file that is not a CSV file looks like, by its first bytes.

It exists so that a renamed workbook is called a workbook, not a heap of wrong cells. It knows the few kinds
that turn up among returns, and says nothing of any other.
"""

from __future__ import annotations

ZIP = "a zip file"
WORKBOOK = "an Excel workbook"
OPEN_DOCUMENT = "an OpenDocument spreadsheet"
OLD_OFFICE = "an Excel workbook or Word document of the old kind (.xls, .doc)"
WORKBOOK_ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".xltx", ".xltm", ".ods")
SAVE_AS_XLSX = "Open it in Excel, save it as 'Excel Workbook (*.xlsx)', and give that."
TAKE_PASSWORD_OFF = "Open it in Excel, take the password off (File, Info, Protect Workbook), save it, and give that."
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLD_OFFICE),
    (b"%PDF", "a PDF"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"\x89PNG", "a PNG picture"),
    (b"GIF8", "a GIF picture"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"\x1f\x8b", "a gzip file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip file"),
    (b"Rar!", "a RAR file"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"{\\rtf", "a Rich Text document"),
)
_MARKUP: tuple[tuple[bytes, str], ...] = (
    (b"<!doctype html", "a web page (HTML)"),
    (b"<html", "a web page (HTML)"),
    (b"<?xml", "an XML file"),
)
_IN_ZIP: tuple[tuple[bytes, str], ...] = (
    (b"xl/", WORKBOOK),
    (b"word/", "a Word document"),
    (b"ppt/", "a PowerPoint presentation"),
)


def looks_like(start: bytes) -> str | None:
    """What a file is, in plain words, if its first bytes show that it is not text; else None."""
    if start.startswith(b"PK\x03\x04"):
        return _zip_kind(start)
    if start.startswith(b"PK\x05\x06"):
        return ZIP
    markup = start[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    kinds = [kind for magic, kind in _STARTS if start.startswith(magic)]
    return next(iter(kinds + [kind for magic, kind in _MARKUP if markup.startswith(magic)]), None)


def is_encrypted(content: bytes) -> bool:
    """Whether a file of the old kind is only the wrapping of a workbook with a password."""
    return content.startswith(_STARTS[0][0]) and _ENCRYPTED in content


def _zip_kind(start: bytes) -> str:
    """Office documents are zips with tell-tale names in them."""
    if b"opendocument.spreadsheet" in start[:200]:
        return OPEN_DOCUMENT
    if b"[Content_Types].xml" not in start:
        return ZIP
    return next((kind for name, kind in _IN_ZIP if name in start), ZIP)
