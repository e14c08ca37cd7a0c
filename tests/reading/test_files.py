"""PKG-01 and PKG-12: every table is in the package, and nothing else is. Nil returns. Names of files."""

from __future__ import annotations

import pytest

from crt_return.reading import ROW, FileFault, read_package
from tests.reading.returns import HEADER, Return, Zipped, example_files


def missing(table: str, near: str = "") -> FileFault:
    return FileFault("PKG-01", f"{table}.csv", table, {"file": f"{table}.csv", "package": "the package", "near": near})


def unexpected(file: str, near: str = "") -> FileFault:
    return FileFault("PKG-12", file, None, {"file": file, "kind": "file", "near": near})


def test_a_clean_return_has_no_fault(clean: Return) -> None:
    package = clean.read()
    assert package.faults == ()
    assert package.unread == {}
    assert list(package.tables) == list(clean.standard.tables)
    assert all(table.frame.height == 1 for table in package.tables.values())


def test_a_missing_file_is_named(clean: Return) -> None:
    package = clean.remove("gatekeeping.csv").read()
    assert package.faults == (missing("gatekeeping"),)
    assert package.unread == {"gatekeeping": "gatekeeping.csv is missing"}


def test_an_optional_file_may_be_left_out(clean: Return) -> None:
    package = clean.remove("core_items.csv").read()
    assert package.faults == ()
    assert package.unread == {"core_items": "core_items.csv is optional and not in this return"}


@pytest.mark.parametrize(
    "wrong", ["gatekeping.csv", "Gatekeeping (1).csv", "gatekeeping.csv.txt", "RZA_gatekeeping.csv", "gatekeeping.xlsx"]
)
def test_a_misnamed_file_is_met_with_the_right_name_once(clean: Return, wrong: str) -> None:
    content = (clean.folder / "gatekeeping.csv").read_bytes()
    near = f" A file named '{wrong}' is in the package; rename it if that is the table."
    assert clean.remove("gatekeeping.csv").write(wrong, content).faults() == [missing("gatekeeping", near)]


def test_one_misnamed_file_is_offered_for_one_table_only(clean: Return) -> None:
    clean.remove("gatekeeping.csv").remove("gatekeeping_exemption.csv").write("gatekeeping_exemptions.csv", b"x")
    near = " A file named 'gatekeeping_exemptions.csv' is in the package; rename it if that is the table."
    assert clean.faults() == [missing("gatekeeping"), missing("gatekeeping_exemption", near)]


def test_an_unexpected_file_is_named(clean: Return) -> None:
    assert clean.write("minutes.docx", b"x").faults() == [unexpected("minutes.docx")]


def test_an_unexpected_file_is_met_with_the_optional_table_it_may_be(clean: Return) -> None:
    clean.remove("core_items.csv").write("core_item.csv", b"x")
    assert clean.faults() == [unexpected("core_item.csv", " Did you mean core_items.csv?")]


def test_a_copy_of_a_table_is_unexpected(clean: Return) -> None:
    near = " referrals.csv is in the package as well."
    assert clean.write("referrals (1).csv", b"x").faults() == [unexpected("referrals (1).csv", near)]


def test_a_second_file_in_other_letter_case_is_unexpected_and_not_read(clean: Return) -> None:
    package = clean.write("Explanations.csv", HEADER).read()
    assert package.faults == (unexpected("Explanations.csv", " explanations.csv is in the package as well."),)
    assert package.tables["explanations"].frame.height == 1


def test_a_sub_folder_among_the_files_is_unexpected_once(clean: Return) -> None:
    clean.write("old/gatekeeping.csv", b"x").write("old/referrals.csv", b"x")
    assert clean.faults() == [unexpected("old/")]


def test_a_zip_among_the_files_is_unexpected(clean: Return) -> None:
    assert clean.write("backup.zip", b"PK\x03\x04").faults() == [unexpected("backup.zip")]


@pytest.mark.parametrize(
    "litter", ["Thumbs.db", "desktop.ini", ".DS_Store", "__MACOSX/x", "._gatekeeping.csv", "~$return.xlsx"]
)
def test_what_systems_leave_behind_is_passed_over(clean: Return, litter: str) -> None:
    assert clean.write(litter, b"x").faults() == []


@pytest.mark.parametrize("expected", ["datapackage.json", "README.md", "readme.txt"])
def test_a_readme_and_a_descriptor_are_expected(clean: Return, expected: str) -> None:
    assert clean.write(expected, b"x").faults() == []


def test_names_match_in_any_letter_case(clean: Return) -> None:
    content = (clean.folder / "gatekeeping.csv").read_bytes()
    package = clean.remove("gatekeeping.csv").write("GateKeeping.CSV", content).read()
    assert package.faults == ()
    assert package.tables["gatekeeping"].file == "GateKeeping.CSV"


def test_a_name_cannot_write_to_the_terminal(clean: Return) -> None:
    (fault,) = clean.write("notes\x1b[2J.csv", b"x").faults()
    assert fault.file == "notes\N{REPLACEMENT CHARACTER}[2J.csv"


@pytest.fixture
def nil(clean: Return) -> Return:
    """A nil return: its header and nothing else."""
    names = clean.standard.tables["return_header"].names
    values = ["true" if name == "nil_return" else "x" for name in names]
    for file in list(clean.folder.iterdir()):
        file.unlink()
    return clean.write("return_header.csv", f"{','.join(names)}\n{','.join(values)}\n".encode())


def test_a_nil_return_needs_no_other_file(nil: Return) -> None:
    package = nil.read()
    assert package.faults == ()
    assert package.unread.keys() == {"core_items", "episodes"}
    assert package.tables["gatekeeping"].frame.height == 0
    assert set(package.tables["gatekeeping"].frame.columns) == {*nil.standard.tables["gatekeeping"].names, ROW}


def test_a_nil_return_may_hold_empty_tables(nil: Return) -> None:
    names = ",".join(nil.standard.tables["gatekeeping"].names)
    package = nil.write("gatekeeping.csv", names.encode()).write("referrals.csv", b"").read()
    assert package.faults == ()
    assert package.tables["gatekeeping"].frame.height == 0


def test_the_faults_come_in_the_order_of_the_standard(clean: Return) -> None:
    clean.explanations(b"").remove("gatekeeping.csv").remove("team_hours.csv").write("a.txt", b"")
    assert [fault.file for fault in clean.faults()] == [
        "team_hours.csv",
        "gatekeeping.csv",
        "explanations.csv",
        "a.txt",
    ]


def test_a_zip_reads_as_the_folder_does(clean: Return, zipped: Zipped) -> None:
    package = read_package(zipped(example_files(clean.standard)), clean.standard)
    assert package.faults == ()
    assert list(package.tables) == list(clean.standard.tables)


def test_a_zip_with_one_folder_around_the_files_reads_the_same(clean: Return, zipped: Zipped) -> None:
    files = {f"RZA return/{name}": content for name, content in example_files(clean.standard).items()}
    files |= {"__MACOSX/RZA return/._referrals.csv": b"x", "RZA return/old/referrals.csv": HEADER}
    package = read_package(zipped(files), clean.standard)
    assert package.faults == (unexpected("old/"),)
    assert package.tables["referrals"].file == "referrals.csv"


def test_progress_names_each_file(clean: Return) -> None:
    said: list[str] = []
    read_package(clean.folder, clean.standard, said.append)
    assert said[0] == "Reading return_header.csv"
    assert len(said) == len(clean.standard.tables)
