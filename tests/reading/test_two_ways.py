"""The two ways of reading rows, Polars at once and Python's csv record by record, give the same answer."""

from __future__ import annotations

import csv
import io
from hashlib import sha256

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crt_return.reading.content import plain_sha256
from crt_return.reading.model import ROW
from crt_return.reading.rows import Rows, UnclosedQuoteError, cells_of_rows, read_at_once, read_by_record

NAMES = ("a", "b", "c")
HEADER = b"a,b,c\n"

plain_cell = st.text(st.sampled_from("xé0 #\t'\u00a0\u2028\x1c;"), max_size=3)
quoted_cell = st.text(st.sampled_from('xé, \n";'), max_size=4).map(lambda text: '"' + text.replace('"', '""') + '"')
row = st.lists(plain_cell | quoted_cell, min_size=0, max_size=5).map(",".join)
tidy_row = st.lists(plain_cell | quoted_cell, min_size=3, max_size=3).map(",".join)
well_quoted = st.lists(row | tidy_row, max_size=8).map(lambda rows: "".join(f"{one}\n" for one in rows))
anything = st.text(st.sampled_from('x,"\n \t'), max_size=30).map(lambda text: text + "\n")


def same(one: Rows, other: Rows) -> None:
    assert one.blank.tolist() == other.blank.tolist()
    assert one.ragged.tolist() == other.ragged.tolist()
    assert one.lengths.tolist() == other.lengths.tolist()
    if not len(one.ragged):
        assert one.frame.equals(other.frame)
        assert one.frame.schema == other.frame.schema


@settings(deadline=None, max_examples=200)
@given(well_quoted)
@example(",,,x\n")
@example('""\n')
@example('"\n"\n')
@example("\u00a0,\x1c\n")
def test_both_ways_agree_on_whatever_is_quoted_by_the_book(body: str) -> None:
    data = HEADER + body.encode()
    at_once = read_at_once(data, NAMES, 1)
    if at_once is not None:
        same(at_once, read_by_record(data, NAMES, 1))
    else:
        assert cells_of_rows(data) is not None  # only a long row that may be blank is handed on


@settings(deadline=None, max_examples=300)
@given(anything)
@example('x,"y"z,\n')
@example('"x\n')
def test_both_ways_agree_wherever_the_fast_way_answers(body: str) -> None:
    data = HEADER + body.encode()
    at_once = read_at_once(data, NAMES, 1)
    if at_once is None:
        return
    same(at_once, read_by_record(data, NAMES, 1))


@settings(deadline=None, max_examples=200)
@given(anything)
def test_unclosed_quote_is_refused_and_nothing_else_fails(body: str) -> None:
    try:
        rows = read_by_record(HEADER + body.encode(), NAMES, 1)
    except UnclosedQuoteError as error:
        assert '"' in body
        assert error.row >= 2
    else:
        assert rows.frame.height + len(rows.blank) + len(rows.ragged) <= body.count("\n")


@pytest.mark.parametrize("cell", ["plain", '"two\nlines, ""quoted"""'], ids=["plain", "quoted line breaks"])
def test_both_ways_agree_on_a_file_that_polars_reads_in_parts(cell: str) -> None:
    lines = [f"{n},{cell},{n % 7}\n" for n in range(120_000)]
    lines[70_000] = "\n"
    data = HEADER + "".join(lines).encode()
    at_once = read_at_once(data, NAMES, 1)
    assert at_once is not None
    same(at_once, read_by_record(data, NAMES, 1))
    assert at_once.blank.tolist() == [70_002]


@settings(deadline=None, max_examples=150)
@given(st.lists(st.lists(plain_cell, min_size=3, max_size=3), max_size=6))
def test_plain_text_is_its_own_fingerprint(rows: list[list[str]]) -> None:
    """A file of plain cells need not be written again to be hashed: its bytes are what would be written."""
    filled = [cells for cells in rows if "".join(cells).strip(" \t\u00a0")]
    written = io.StringIO()
    csv.writer(written, lineterminator="\n", quotechar=None, quoting=csv.QUOTE_NONE).writerows(filled)
    data = HEADER + written.getvalue().encode()
    at_once = read_at_once(data, NAMES, 1)
    assert at_once is not None
    assert plain_sha256(at_once.frame.drop(ROW)) == sha256(data).hexdigest()


def test_cells_of_rows_are_counted_across_the_steps() -> None:
    quoted = b'"' + b"x,\n" * 5000 + b'",b,c\n'
    counted = cells_of_rows(HEADER + quoted * 200)
    assert counted is not None
    assert np.array_equal(counted, np.full(201, 3))
