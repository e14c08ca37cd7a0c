"""What is marked in a sheet is found by a quick look or by parsing, and never differently."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crt_return.publishing.zipped import entries
from crt_return.reading.sheet_marks import Marks, NotASheetError, marks_of, parsed, percent_styles, quick_look
from crt_return.workbook_layout import column_letter
from tests.reading.workbooks import edited, sheet_part, workbook

SHEET = b'<worksheet xmlns="x"><sheetData>%s</sheetData>%s</worksheet>'


def sheet(body: bytes, after: bytes = b"") -> bytes:
    return SHEET % (body, after)


def row(number: int, *cells: str) -> bytes:
    return f'<row r="{number}">{"".join(cells)}</row>'.encode()


WITH_PREFIX = (
    b'<x:worksheet xmlns:x="x"><x:sheetData><x:row r="2"><x:c r="B2"><x:v>1</x:v></x:c></x:row></x:sheetData>'
    b"</x:worksheet>"
)
WITH_HIDDEN_COLUMNS = sheet(row(2, '<c r="B2"><v>1</v></c>')).replace(
    b"<sheetData>", b'<cols><col min="2" max="3" hidden="1"/></cols><sheetData>'
)


@st.composite
def plain_bodies(draw: st.DrawFn) -> bytes:
    """Sheets as Excel writes them: cells in order, some only formatted, values of every plain kind."""
    places = sorted(draw(st.sets(st.tuples(st.integers(1, 60), st.integers(0, 30)), max_size=12)))
    kinds = ["<v>1</v>", "<v></v>", "", "<is><t>a &lt; b</t></is>", '<is><t xml:space="preserve"> a</t></is>']
    cells = {place: draw(st.sampled_from(kinds)) for place in places}
    lines = []
    for number in sorted({place[0] for place in places}):
        own = [(column, inner) for (line, column), inner in cells.items() if line == number]
        lines.append(
            row(number, *(f'<c r="{column_letter(column)}{number}" s="2">{inner}</c>' for column, inner in own))
        )
    return b"".join(lines)


@settings(deadline=None, max_examples=200)
@given(plain_bodies())
def test_the_quick_look_finds_no_less_than_parsing(body: bytes) -> None:
    """It may only reach further, to cells that are formatted and hold nothing."""
    quick, whole = quick_look(sheet(body), ()), parsed(sheet(body), ())
    assert quick is not None
    assert (quick.end[0] >= whole.end[0], quick.end[1] >= whole.end[1]) == (True, True)
    assert quick.filled or not whole.filled
    assert replace(whole, end=(0, 0), far=None, filled=False) == Marks()


@pytest.mark.parametrize(
    ("data", "marks"),
    [
        (sheet(row(2, '<c r="B2" t="e"><v>#REF!</v></c>')), {"errors": {(1, 1): "#REF!"}}),
        (sheet(row(2, '<c r="B2"><f>A1</f></c>')), {"uncalculated": ((1, 1),)}),
        (sheet(row(2, '<c r="B2"><f>A1</f><v/></c>')), {"uncalculated": ((1, 1),)}),
        (sheet(row(2, '<c r="B2"><f>A1</f><v>3</v></c>')), {}),
        (sheet(row(2, '<c r="B2" t="str"><f>A1</f><v></v></c>')), {"end": (0, 0), "far": None, "filled": False}),
        (sheet(row(2, '<c r="B2" s="7"><v>0.5</v></c>')), {"percentages": ((1, 1),)}),
        (sheet(b'<row r="2" hidden="1"><c r="B2"><v>1</v></c></row>'), {"hidden_rows": (1,)}),
        (
            sheet(b'<row r="2" hidden="true"><c r="B2" s="1"/></row>'),
            {"end": (0, 0), "far": None, "filled": False},
        ),
        (
            sheet(row(2, '<c r="B2"><v>1</v></c>'), b'<mergeCells><mergeCell ref="B2:C4"/></mergeCells>'),
            {"merged": ((1, 1, 3, 2),)},
        ),
        (sheet(row(2, '<c r="B2"><v>1</v></c>') + row(5000, '<c r="B5000" s="1"/>')), {"stray": (4999, 1)}),
        (sheet(b'<row><c><v>1</v></c><c t="inlineStr"><is><r><t>x</t></r></is></c></row>' * 2), {}),
        (sheet(b'<row r="2"><c r="B2" t="n"><!-- c --><v>1</v></c></row>'), {}),
        (sheet(b"<row r='2'><c t='n' r='B2'><v>1</v></c></row>"), {}),
        (sheet(b'<row r="2"><c t="n" r="B2"><v>1</v></c></row>'), {}),
        (WITH_PREFIX, {}),
        (sheet(b'<row r="2"><c r="B2"><v>1</v></c></row>').decode().encode("utf-16"), {}),
        (WITH_HIDDEN_COLUMNS, {"hidden_columns": ((1, 2),)}),
    ],
)
def test_a_sheet_with_anything_out_of_the_plain_is_parsed(data: bytes, marks: dict[str, object]) -> None:
    assert quick_look(data, {7}) is None
    expected = {"end": (2, 2), "far": (1, 1) if b"<row>" not in data else (0, 1), "filled": True, **marks}
    assert marks_of(data, {7}) == Marks(**expected)  # type: ignore[arg-type]


@pytest.mark.parametrize("reference", ["XFD1048576", "ZZZ9999999"])
def test_a_cell_far_out_cannot_hide_from_the_quick_look(reference: str) -> None:
    """For what is given to calamine takes room for every cell up to the last."""
    for cell in (
        f'<c r="{reference}">',
        f'<c\nr="{reference}">',
        f'<c t="n" r="{reference}">',
        f'<x:c r="{reference}">',
    ):
        end = "</x:c>" if ":" in cell else "</c>"
        data = sheet(f'<row r="1">{cell}<v>1</v>{end}</row>'.encode()).replace(b'xmlns="x"', b'xmlns="x" xmlns:x="x"')
        assert quick_look(data, ()) is None
        assert parsed(data, ()).too_large
    twice = sheet(f'<row r="1"><c r="A1" r="{reference}"><v>1</v></c></row>'.encode())
    assert quick_look(twice, ()) is None
    with pytest.raises(NotASheetError):
        marks_of(twice, ())


@pytest.mark.parametrize(
    "data",
    [
        b"not xml",
        sheet(b'<row r="1"><c r="1A"><v>1</v></c></row>'),
        sheet(b'<row r="x"><c r="A1"><f/></c></row>'),
        b'<!DOCTYPE x [<!ENTITY a "b">]>' + sheet(b"<row><c><v>&a;</v></c></row>"),
        sheet(b"", b'<mergeCells><mergeCell ref="all"/></mergeCells>'),
    ],
)
def test_what_is_no_sheet_is_refused(data: bytes) -> None:
    with pytest.raises(NotASheetError):
        marks_of(data, ())


def test_sheets_as_two_programs_write_them_need_no_parsing() -> None:
    for content in (workbook(), edited(lambda _: None)):
        assert quick_look(entries(content)[sheet_part("gatekeeping", content)], {9}) is not None


def test_formats_that_show_a_percentage() -> None:
    formats = {164: "0.0%", 165: '0" % of beds"', 166: r"0\%", 167: "[Red]0%;-0%", 168: "yyyy-mm-dd"}
    assert percent_styles(formats, [0, 9, 10, 164, 165, 166, 167, 168]) == {1, 2, 3, 6}
