"""PKG-02: the columns are the standard's, in its order. One fault a file, that names every difference."""

from __future__ import annotations

import pytest

from crt_return.reading import FileFault
from tests.reading.returns import HEADER, NAMES, ROW, Return, fault_of


def header_fault(problems: str) -> FileFault:
    return fault_of("PKG-02", {"problems": problems}, 1)


def read_with(clean: Return, header: bytes) -> tuple[list[FileFault], bool]:
    """The faults, and whether the table was read all the same."""
    package = clean.explanations(header + b"\n" + ROW).read()
    return list(package.faults), "explanations" in package.tables


def test_a_missing_column_is_named(clean: Return) -> None:
    header = HEADER.strip().removesuffix(b",explained_by_role")
    assert read_with(clean, header) == ([header_fault("missing: explained_by_role")], False)


def test_an_unexpected_column_is_named(clean: Return) -> None:
    assert read_with(clean, HEADER.strip() + b",Comments") == ([header_fault("unexpected: Comments")], False)


@pytest.mark.parametrize("misspelt", ["record_keys", "recordkey", "Record Key", "record-key"])
def test_a_misspelt_column_is_met_with_the_near_miss(clean: Return, misspelt: str) -> None:
    header = HEADER.strip().replace(b"record_key", misspelt.encode())
    problems = f"missing: record_key; unexpected: {misspelt} (did you mean record_key?)"
    assert read_with(clean, header) == ([header_fault(problems)], False)


def test_a_repeated_column_is_named(clean: Return) -> None:
    assert read_with(clean, HEADER.strip() + b",period") == ([header_fault("repeated: period")], False)


def test_a_column_without_a_name_is_counted_out(clean: Return) -> None:
    assert read_with(clean, HEADER.strip() + b",") == ([header_fault("without a name: column 9")], False)


def test_columns_out_of_order_are_read_all_the_same(clean: Return) -> None:
    header = HEADER.replace(b"provider_code,period", b"period,provider_code")
    package = clean.explanations(header + b"2006-07-Q4,RZA,A,B,C,D,E,F\n").read()
    expected = f"out of order: expected {', '.join(NAMES)}"
    assert list(package.faults) == [header_fault(expected)]
    table = package.tables["explanations"]
    assert table.header[:2] == ("period", "provider_code")
    assert table.frame.columns == [*NAMES, "_row"]
    assert table.frame.rows() == [("RZA", "2006-07-Q4", "A", "B", "C", "D", "E", "F", 2)]


def test_spaces_around_a_name_are_named_and_the_file_read(clean: Return) -> None:
    header = HEADER.strip().replace(b"period", b" period ")
    assert read_with(clean, header) == ([header_fault("spaces around: ' period '")], True)


def test_the_wrong_letter_case_is_named_and_the_file_read(clean: Return) -> None:
    header = HEADER.strip().replace(b"period", b"Period")
    assert read_with(clean, header) == ([header_fault("wrong case: 'Period'")], True)


def test_all_differences_stand_in_one_fault(clean: Return) -> None:
    header = b"period, provider_code,rule_idd,record_key,Explanation,explanation"
    problems = (
        "missing: rule_id, values_hash, reason_code, explained_by_role; "
        "unexpected: rule_idd (did you mean rule_id?); repeated: explanation; "
        "out of order: expected provider_code, period, record_key, explanation; "
        "spaces around: ' provider_code'; wrong case: 'Explanation'"
    )
    assert read_with(clean, header) == ([header_fault(problems)], False)


def test_a_quoted_header_is_a_header(clean: Return) -> None:
    header = b",".join(f'"{name}"'.encode() for name in NAMES)
    assert read_with(clean, header) == ([], True)


def test_a_missing_header_is_said_without_showing_the_data(clean: Return) -> None:
    problems = f"row 1 does not hold the names of the columns (expected {', '.join(NAMES)})"
    assert clean.explanations(ROW * 2).faults() == [header_fault(problems)]


def test_another_tables_file_is_known_by_its_columns(clean: Return) -> None:
    header = ",".join(clean.standard.tables["gatekeeping"].names).encode()
    problems = "row 1 holds the columns of gatekeeping.csv"
    assert read_with(clean, header) == ([header_fault(problems)], False)


def test_a_wrong_header_is_not_followed_by_faults_of_its_rows(clean: Return) -> None:
    content = HEADER.replace(b"period", b"quarter") + b"a,b\n\n" + b'a,"b'
    assert [fault.rule for fault in clean.explanations(content).faults()] == ["PKG-02"]


def test_a_header_of_a_thousand_columns_makes_a_short_message(clean: Return) -> None:
    header = HEADER.strip() + b"," + b",".join(f"column_{n:04}_{'x' * 60}".encode() for n in range(1000))
    (fault,), _ = read_with(clean, header)
    assert len(fault.values["problems"]) < 600
    assert fault.values["problems"].endswith("and 990 more")


def test_why_the_table_is_unread_is_said_in_plain_words(clean: Return) -> None:
    package = clean.explanations(b"provider_code,period\n").read()
    assert package.unread == {"explanations": "explanations.csv has the wrong columns"}
