"""PKG-13, PKG-15 to PKG-18 and PKG-20: separators, quotation marks, lengths, empty files, preambles, blank rows.

And the row numbers: the row a spreadsheet shows, whatever stands above.
"""

from __future__ import annotations

import pytest

from crt_return.reading import FileFault
from tests.reading.returns import HEADER, ROW, Return, fault_of


def rows_read(clean: Return) -> list[int]:
    return clean.read().tables["explanations"].frame["_row"].to_list()


@pytest.mark.parametrize(
    ("character", "name"),
    [(b";", "semicolon"), (b"\t", "tab"), (b"|", "vertical bar")],
    ids=["semicolon", "tab", "bar"],
)
def test_a_wrong_delimiter_is_one_fault(clean: Return, character: bytes, name: str) -> None:
    package = clean.explanations((HEADER + ROW * 300).replace(b",", character)).read()
    assert package.faults == (fault_of("PKG-13", {"delimiter": name}, 1),)
    assert package.unread == {"explanations": f"explanations.csv uses {name}s"}


def test_a_wrong_delimiter_is_seen_without_a_header_too(clean: Return) -> None:
    assert clean.explanations(ROW.replace(b",", b";")).faults() == [fault_of("PKG-13", {"delimiter": "semicolon"}, 1)]


def test_semicolons_inside_cells_are_no_delimiter(clean: Return) -> None:
    assert clean.explanations(HEADER + ROW.replace(b"Small numbers", b"a;b;c;d;e;f;g")).faults() == []


def preamble(lines: str, row: int) -> FileFault:
    return fault_of("PKG-18", {"lines": lines, "row": row}, row)


def test_a_preamble_is_passed_over_and_named(clean: Return) -> None:
    clean.explanations(b"Explanations of the quarter\nRZA,Trust\n" + HEADER + ROW + ROW)
    assert clean.faults() == [preamble("2 rows", 3)]
    assert rows_read(clean) == [4, 5]


def test_a_preamble_may_hold_a_blank_row_and_a_quoted_line_break(clean: Return) -> None:
    clean.explanations(b'"Explanations\nof the ""quarter"""\n\n' + HEADER + ROW)
    assert clean.faults() == [preamble("2 rows", 3)]
    assert rows_read(clean) == [4]


def test_a_preamble_above_a_wrong_header_is_two_faults_of_two_causes(clean: Return) -> None:
    clean.explanations(b"A title\n" + HEADER.replace(b"period", b"perod") + ROW)
    assert [fault.rule for fault in clean.faults()] == ["PKG-18", "PKG-02"]


def test_a_preamble_is_the_only_fault_of_the_files_shape(clean: Return) -> None:
    package = clean.explanations(b"A title\n" + HEADER + b"a,b,c\n").read()
    assert package.faults == (preamble("1 row", 2),)
    assert package.unread == {"explanations": "explanations.csv has rows with too many or too few cells"}


def test_ragged_rows_are_one_fault_with_their_rows(clean: Return) -> None:
    package = clean.explanations(HEADER + ROW + b"a,b,c,d,e\n" + ROW + b"a,b,c,d,e,f,g,h,i\n").read()
    values = {"count": "2 rows", "expected": 8, "rows": "3 and 5", "detail": "row 3 has 5"}
    assert package.faults == (fault_of("PKG-16", values, 3, 2),)
    assert package.unread == {"explanations": "explanations.csv has rows with too many or too few cells"}


@pytest.mark.parametrize(
    "quoted", [b"", b'"x",2,3,4,5,6,7,8\n', b'"x"y,2,3,4,5,6,7,8\n'], ids=["plain", "quoted", "badly quoted"]
)
def test_many_ragged_rows_are_counted_truly(clean: Return, quoted: bytes) -> None:
    values = {"count": "1,200 rows", "expected": 8, "rows": "2, 3, 4 and 1,197 more", "detail": "row 2 has 1"}
    assert clean.explanations(HEADER + b"x\n" * 1200 + quoted).faults() == [fault_of("PKG-16", values, 2, 1200)]


def test_one_ragged_row_is_singular(clean: Return) -> None:
    values = {"count": "1 row", "expected": 8, "rows": "2", "detail": "row 2 has 9"}
    assert clean.explanations(HEADER + ROW.strip() + b",\n").faults() == [fault_of("PKG-16", values, 2, 1)]


def test_a_row_blank_but_for_a_cell_too_many_is_ragged(clean: Return) -> None:
    values = {"count": "1 row", "expected": 8, "rows": "2", "detail": "row 2 has 9"}
    assert clean.explanations(HEADER + b",,,,,,,,stray\n").faults() == [fault_of("PKG-16", values, 2, 1)]


def test_an_unclosed_quote_is_named_where_it_opens(clean: Return) -> None:
    package = clean.explanations(HEADER + ROW + ROW.replace(b"Small", b'"Small') + ROW * 500).read()
    assert package.faults == (fault_of("PKG-15", {"row": 3}, 3),)
    assert package.unread == {"explanations": "explanations.csv has a quotation mark that is never closed"}


def test_an_unclosed_quote_in_the_last_row_is_found(clean: Return) -> None:
    assert clean.explanations(HEADER + ROW + b'a,b,c,d,e,f,g,"h').faults() == [fault_of("PKG-15", {"row": 3}, 3)]


def test_a_quote_that_a_later_quote_seems_to_close_is_found_where_it_opens(clean: Return) -> None:
    open_row = ROW.replace(b"Small", b'"Small')
    assert clean.explanations(HEADER + ROW + open_row + ROW + open_row).faults() == [fault_of("PKG-15", {"row": 3}, 3)]


def test_an_unclosed_quote_above_two_megabytes_of_rows_is_found(clean: Return) -> None:
    clean.explanations(HEADER + ROW.replace(b"Small", b'"Small') + ROW * 40_000)
    assert clean.faults() == [fault_of("PKG-15", {"row": 2}, 2)]


@pytest.mark.parametrize("rows", [1, 40_000])
def test_an_unclosed_quote_in_the_header_is_found(clean: Return, rows: int) -> None:
    clean.explanations(HEADER.replace(b"period", b'"period') + ROW * rows)
    assert clean.faults() == [fault_of("PKG-15", {"row": 1}, 1)]


def test_a_quotation_mark_inside_a_cell_is_text(clean: Return) -> None:
    clean.explanations(HEADER + b'a,b,c,5" wide,e,f,g,h\n')
    assert clean.faults() == []
    assert clean.read().tables["explanations"].frame["record_key"].to_list() == ['5" wide']


@pytest.mark.parametrize(
    "content", [b"", b"\xef\xbb\xbf", b"\n\n \n", b",,,,,\n,,,,,\n"], ids=["0 bytes", "mark", "blank", "commas"]
)
def test_an_empty_file_is_said_to_be_empty(clean: Return, content: bytes) -> None:
    package = clean.explanations(content).read()
    assert package.faults == (fault_of("PKG-17", {"what": "is empty"}),)
    assert package.unread == {"explanations": "explanations.csv is empty"}


@pytest.mark.parametrize("rest", [b"", b"\n\n", b",,,\n"], ids=["nothing", "blank rows", "commas"])
def test_a_header_alone_is_a_fault_where_rows_are_required(clean: Return, rest: bytes) -> None:
    header = ",".join(clean.standard.tables["referrals"].names).encode() + b"\n"
    values = {"file": "referrals.csv", "what": "has a header but no rows"}
    package = clean.write("referrals.csv", header + rest).read()
    assert package.faults == (FileFault("PKG-17", "referrals.csv", "referrals", values, 1),)
    assert package.unread == {"referrals": "referrals.csv has a header but no rows"}


def test_a_header_alone_is_fine_where_rows_are_optional(clean: Return) -> None:
    package = clean.explanations(HEADER).read()
    assert package.faults == ()
    assert package.tables["explanations"].frame.height == 0


def blank(count: str, rows: str, first: int, number: int) -> FileFault:
    return fault_of("PKG-20", {"count": count, "rows": rows}, first, number)


def test_blank_rows_in_the_middle_and_at_the_end_are_counted_as_rows(clean: Return) -> None:
    clean.explanations(HEADER + ROW + b"\n" + ROW + b",,,,,\n" + ROW + b"\n\n")
    assert clean.faults() == [blank("4 rows", "3, 5, 7 and 1 more", 3, 4)]
    assert rows_read(clean) == [2, 4, 6]


@pytest.mark.parametrize("row", [b"\n", b",,\n", b",,,,,,,,,\n", b"  \n", b'"",""\n', b" ,\t,\n", b"\xc2\xa0\n"])
def test_a_row_without_any_value_is_blank_however_it_is_written(clean: Return, row: bytes) -> None:
    clean.explanations(HEADER + row + ROW)
    assert clean.faults() == [blank("1 row", "2", 2, 1)]
    assert rows_read(clean) == [3]


def test_blank_rows_above_the_header_are_no_preamble(clean: Return) -> None:
    clean.explanations(b"\n\n" + HEADER + ROW)
    assert clean.faults() == [blank("2 rows", "1 and 2", 1, 2)]
    assert rows_read(clean) == [4]


def test_a_hundred_thousand_blank_rows_are_one_fault(clean: Return) -> None:
    clean.explanations(HEADER + ROW + b",,,,,\n" * 100_000 + ROW)
    assert clean.faults() == [blank("100,000 rows", "3, 4, 5 and 99,997 more", 3, 100_000)]
    assert rows_read(clean) == [2, 100_003]


def test_a_quoted_line_break_adds_no_row(clean: Return) -> None:
    clean.explanations(HEADER + b'a,b,c,d,e,f,"one\ntwo\n\nthree",h\n' + ROW + b"\n" + ROW)
    assert rows_read(clean) == [2, 3, 5]
    assert clean.read().tables["explanations"].frame["explanation"][0] == "one\ntwo\n\nthree"


def test_cells_arrive_as_they_were_written(clean: Return) -> None:
    clean.explanations(HEADER + b'007, padded ,NA,1.50,"","""",-,0\n')
    cells = clean.read().tables["explanations"].frame.row(0)
    assert cells == ("007", " padded ", "NA", "1.50", None, '"', "-", "0", 2)
