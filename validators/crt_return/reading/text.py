"""Bytes as text: the encoding found, line ends made one, and what is not text turned away.

It exists so that all that follows sees one form only: UTF-8 without a mark, every line ended by LF. It
knows UTF-8, UTF-16 and Windows-1252, guesses no further, and does not look at cells.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass

from crt_return.reading.looks import looks_like

UTF_16 = "UTF-16"
WINDOWS_1252 = "Windows-1252"
_UNKNOWN = "it is not in any encoding that this standard reads"
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0e-\x1f]")


class NotTextError(Exception):
    """The bytes are not text; the message says what they look like."""


@dataclass(frozen=True)
class Text:
    """A file's text as UTF-8 with LF line ends, and the encoding it had if that was not UTF-8."""

    data: bytes
    encoding: str | None


def as_text(raw: bytes, ending: str) -> Text:
    """The text of a file; `ending` is its name's (".csv"), for the message of NotTextError."""
    kind = looks_like(raw)
    if kind:
        raise NotTextError(f"it is {kind} saved with the ending {ending}")
    data, encoding = _as_utf_8(raw)
    if b"\0" in data:
        raise NotTextError(f"it holds NUL bytes (first in row {_row_of(data, data.index(0))})")
    return Text(_with_plain_line_ends(data), encoding)


def _as_utf_8(raw: bytes) -> tuple[bytes, str | None]:
    if raw.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise NotTextError("it is in UTF-32, an encoding that this standard does not read")
    codec = _utf_16(raw)
    if codec:
        return _decoded(raw, codec).removeprefix("\ufeff").encode(), UTF_16
    raw = raw.removeprefix(codecs.BOM_UTF8)
    if raw.isascii() or _is_utf_8(raw):
        return raw, None
    text = _decoded(raw, "cp1252")
    if _CONTROL.search(text):
        raise NotTextError(_UNKNOWN)
    return text.encode(), WINDOWS_1252


def _is_utf_8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _decoded(raw: bytes, codec: str) -> str:
    try:
        return raw.decode(codec)
    except UnicodeDecodeError as error:
        raise NotTextError(_UNKNOWN) from error


def _utf_16(raw: bytes) -> str | None:
    """Which UTF-16 the bytes are in, by their mark, or by every other byte being zero."""
    if raw.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if raw.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    low, high = raw[0:4096:2], raw[1:4096:2]
    if high and high.count(0) > 0.8 * len(high) and not low.count(0):
        return "utf-16-le"
    if low and low.count(0) > 0.8 * len(low) and not high.count(0):
        return "utf-16-be"
    return None


def _with_plain_line_ends(data: bytes) -> bytes:
    """The text with every line, the last one too, ended by LF alone."""
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return data if data.endswith(b"\n") or not data else data + b"\n"


def _row_of(data: bytes, at: int) -> int:
    """The row in which a byte stands: line breaks inside quotation marks do not count."""
    before = data[:at].decode(errors="replace") + "x"
    try:
        return sum(1 for _ in csv.reader(io.StringIO(before, newline="")))
    except csv.Error:
        return before.count("\n") + 1
