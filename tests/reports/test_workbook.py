"""The workbook back, marked up: every fault at its cell and in the list, and nothing else of the return changed."""

from __future__ import annotations

import csv
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment

from crt_return.reports.forms import FORMS
from crt_return.reports.workbook.issues import level
from crt_return.reports.workbook.marking import COLOURS, NOTE
from crt_return.validate import Run, run
from crt_return.workbook_layout import FIDELITY, ISSUES, RULES
from tests.reports.books import colours, header_row, issue_rows, leads_to, opened, workbook_of
from tests.reports.returns import HOSTILE, RETURNS, SAMPLE, STANDARD, checked, with_cells

NHS_NUMBER = "943 476 5919"


def marked(made: Run) -> bytes:
    return FORMS[".xlsx"](made, STANDARD)


@pytest.fixture(scope="module")
def rejected() -> bytes:
    return marked(checked("rejected"))


@pytest.fixture(scope="module")
def own_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook with the faults of the rejected sample, which its user has commented on."""
    file = workbook_of(RETURNS["rejected"], tmp_path_factory.mktemp("book") / "return.xlsx")
    book = openpyxl.load_workbook(file)
    book["gatekeeping"]["G6"].comment = Comment("Ask Jo.", "Sam")
    book["gatekeeping"]["A2"].comment = Comment("Ours.", "Sam")
    book.create_sheet("Start", 0)["A1"] = "=1+1"
    book.save(file)
    return file


def of_book(file: Path) -> Run:
    """The rejected sample as if it had been read from a workbook."""
    return replace(checked("rejected"), path=file)


def test_every_faulty_cell_is_coloured_commented_and_linked_to_its_issue_and_back(rejected: bytes) -> None:
    book = opened(rejected)
    issues = book[ISSUES]
    first = header_row(issues) + 1
    at_cells = [one for one in checked("rejected").report.findings if one.cell]
    rows = {(row["Rule"], row["Where"]): n for n, row in enumerate(issue_rows(rejected), start=first)}
    assert at_cells
    for one in at_cells:
        sheet, row = book[str(one.table)], rows[one.rule, f"{one.table} {one.cell}"]
        cell = sheet[str(one.cell)]
        assert colours(sheet, str(one.cell)) & {fill for fill, _ in COLOURS.values()}
        assert f"{one.rule}, " in cell.comment.text
        assert one.message in cell.comment.text
        assert one.fix in cell.comment.text
        assert f"({ISSUES}, row {row})" in cell.comment.text
        assert leads_to(issues.cell(row, 3)) == f"'{one.table}'!{one.cell}"
        assert leads_to(cell).startswith(f"'{ISSUES}'!A") or cell.value is None


def test_the_gravest_fault_gives_the_colour_and_one_comment_says_them_all(tmp_path: Path) -> None:
    made = run(with_cells(tmp_path / "return", "team_register", {"population_served": "9"}), prior=SAMPLE / "previous")
    made = replace(made, report=replace(made.report, findings=tuple(made.report.findings * 2)))
    found = [one for one in made.report.findings if one.cell and one.table == "team_register"]
    sheet = opened(marked(made))["team_register"]
    assert len(found) > 1
    for one in found:
        here = [level(other) for other in found if other.cell == one.cell]
        assert colours(sheet, str(one.cell)) == {COLOURS[min(here, key=list(COLOURS).index)][0]}
        assert sheet[str(one.cell)].comment.text.count("To mend:") == len(here)


def test_issues_come_in_the_order_of_what_is_to_be_done(rejected: bytes) -> None:
    order = ["Error", "Warning", "Warning, explained", "For information"]
    kinds = [order.index(row["What it is"]) for row in issue_rows(rejected)]
    assert kinds == sorted(kinds)
    assert len(set(kinds)) > 2
    errors = [row["Where"].split()[0] for row in issue_rows(rejected) if row["What it is"] == "Error"]
    tables = [list(STANDARD.tables).index(name) for name in errors]
    assert tables == sorted(tables)


def test_the_list_can_be_filtered_and_its_header_stays_in_sight(rejected: bytes) -> None:
    book = opened(rejected)
    sheet = book[ISSUES]
    assert book.sheetnames[:3] == [ISSUES, RULES, FIDELITY]
    assert book.active is sheet
    assert str(sheet.auto_filter.ref).startswith(f"A{header_row(sheet)}:")
    assert sheet.freeze_panes == f"A{header_row(sheet) + 1}"
    assert str(sheet["A2"].value).startswith("REJECTED: 56 errors to mend")


def test_a_finding_without_a_cell_leads_to_its_sheet(rejected: bytes) -> None:
    sheet = opened(rejected)[ISSUES]
    row = next(n for n in range(header_row(sheet) + 1, 200) if sheet.cell(n, 10).value == "GTK-05")
    assert leads_to(sheet.cell(row, 3)).startswith("'gatekeeping'!")


def test_a_copy_made_from_csv_files_has_each_cell_as_text_in_the_place_the_file_gives_it(rejected: bytes) -> None:
    book = opened(rejected)
    for name in STANDARD.tables:
        file = RETURNS["rejected"] / f"{name}.csv"
        with file.open(encoding="utf-8", newline="") as read:
            lines = [[cell or None for cell in line] for line in csv.reader(read)]
        assert [list(row) for row in book[name].iter_rows(values_only=True)] == lines


def test_the_sheet_of_rules_has_true_counts_and_every_rule(rejected: bytes) -> None:
    report = checked("rejected").report
    rows = list(opened(rejected)[RULES].iter_rows(min_row=4, values_only=True))
    assert {row[0] for row in rows} == set(STANDARD.rules)
    numbers = [[int(str(cell or 0)) for cell in row[4:7]] for row in rows]
    assert [sum(column) for column in zip(*numbers, strict=True)] == [*report.counts.values()]
    because = {one.rule: one.because for one in report.rules.not_evaluated}
    assert {row[0]: row[7] for row in rows if row[7]} == because


def test_the_sheet_on_fidelity_has_every_claim_and_measure_of_every_team(rejected: bytes) -> None:
    rows = list(opened(rejected)[FIDELITY].iter_rows(values_only=True))
    for team in checked("rejected").report.fidelity:
        for one in team["requirements"]:
            claim = next(row for row in rows if row[0] == team["team_id"] and row[1] == one["title"])
            assert claim[2] == (one["claimed"] or "not given").replace("_", " ")
            ids = {row[7] for row in rows if row[0] == team["team_id"] and row[1] == one["title"]}
            assert {measure["measure"] for measure in one["measures"]} <= ids


def test_the_users_own_workbook_is_copied_with_its_looks_and_is_itself_left_alone(own_book: Path) -> None:
    before = own_book.read_bytes()
    copy, original = opened(marked(of_book(own_book))), opened(own_book)
    assert own_book.read_bytes() == before
    assert copy.sheetnames == [ISSUES, RULES, FIDELITY, *original.sheetnames]
    for sheet in original.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                other = copy[sheet.title][cell.coordinate]
                assert other.value == cell.value
                assert (str(other.font), str(other.fill)) == (str(cell.font), str(cell.fill))


def test_a_comment_of_the_users_own_stays_above_ours(own_book: Path) -> None:
    sheet = opened(marked(of_book(own_book)))["gatekeeping"]
    assert sheet["A2"].comment.text == "Ours."
    assert sheet["G6"].comment.text.startswith(f"Ask Jo.\n\n{NOTE}\nGTK-01, error")


def test_a_copy_that_is_sent_again_loses_its_marks_before_it_gets_new_ones(own_book: Path, tmp_path: Path) -> None:
    once = tmp_path / "once.xlsx"
    once.write_bytes(marked(of_book(own_book)))
    found = checked("rejected").report
    mended = replace(found, findings=tuple(one for one in found.findings if one.rule != "GTK-01"))
    again = opened(marked(replace(of_book(once), report=mended)))
    assert again.sheetnames == opened(once).sheetnames
    sheet = again["gatekeeping"]
    assert sheet["G6"].comment.text == "Ask Jo."
    assert (colours(sheet, "G6"), leads_to(sheet["G6"])) == (set(), "")
    assert sheet["K7"].comment.text.count(NOTE) == 1


def test_a_copy_reads_as_what_it_is_a_copy_of(tmp_path: Path) -> None:
    first = checked("faulty workbook")
    (tmp_path / "marked.xlsx").write_bytes(marked(first))
    second = run(tmp_path / "marked.xlsx", prior=SAMPLE / "previous")
    assert second.report.submission.content_sha256 == first.report.submission.content_sha256
    assert [replace(one, file=None) for one in second.report.findings] == [
        replace(one, file=None) for one in first.report.findings
    ]


def test_a_workbook_that_cannot_be_copied_is_made_from_its_text_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "return.xlsx").write_bytes(b"PK no workbook")
    sheet = opened(marked(of_book(tmp_path / "return.xlsx")))[ISSUES]
    said = [str(row[0]) for row in sheet.iter_rows(max_row=8, values_only=True)]
    assert any("could not be copied as it is" in line for line in said)


def test_no_cell_is_a_formula_and_ids_are_text(tmp_path: Path) -> None:
    book = opened(marked(run(with_cells(tmp_path / "return", "team_register", HOSTILE), thresholds=False)))
    cells: list[Any] = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert any(str(cell.value).startswith("=HYPERLINK") for cell in cells)
    assert {cell.data_type for cell in cells if isinstance(cell.value, str)} == {"s"}
    assert {type(cell.value) for sheet in book.worksheets[3:] for row in sheet.iter_rows() for cell in row} <= {
        str,
        type(None),
    }


def test_what_may_be_a_patients_data_is_hidden_in_the_copy_and_the_copy_says_so(tmp_path: Path) -> None:
    cells = {"team_name": f"Team of {NHS_NUMBER}", "site_code": "jo@example.org"}
    folder = with_cells(tmp_path / "return", "team_register", cells)
    made = run(folder, thresholds=False)
    file = workbook_of(folder, tmp_path / "return.xlsx")
    for one in (made, replace(made, path=file)):
        book = opened(marked(one))
        every = [str(cell) for sheet in book.worksheets for row in sheet.iter_rows(values_only=True) for cell in row]
        comments = [
            cell.comment.text for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.comment
        ]
        assert not any(NHS_NUMBER in text or "jo@example.org" in text for text in [*every, *comments])
        assert any("Hidden in this copy" in text and "2 cells" in text for text in every)
        assert any("crt-return.rza@example.nhs.uk" in text for text in every), "where an address belongs it stays"


def test_of_what_could_not_be_read_there_is_the_sheet_of_issues_alone() -> None:
    content = marked(checked("unreadable"))
    assert opened(content).sheetnames == [ISSUES]
    assert [row["Rule"] for row in issue_rows(content)] == ["PKG-10"]


@pytest.mark.slow
@pytest.mark.parametrize("of", ["csv", "workbook"])
def test_libreoffice_opens_the_copy_and_saves_it_with_its_marks(
    of: str, rejected: bytes, own_book: Path, tmp_path: Path
) -> None:
    content = rejected if of == "csv" else marked(of_book(own_book))
    (tmp_path / "marked.xlsx").write_bytes(content)
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    words = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "saved")]
    subprocess.run([*words, str(tmp_path / "marked.xlsx")], check=True, capture_output=True, timeout=180)
    before, after = opened(content), opened(tmp_path / "saved/marked.xlsx")
    assert after.sheetnames == before.sheetnames
    for one in checked("rejected").report.findings:
        if one.cell and one.table:
            cell, other = before[one.table][one.cell], after[one.table][one.cell]
            assert other.value == cell.value
            assert other.comment.text.split() == cell.comment.text.split()
            assert colours(after[one.table], one.cell) == colours(before[one.table], one.cell)
    again = run(tmp_path / "saved/marked.xlsx", prior=SAMPLE / "previous")
    report = checked("rejected").report
    assert again.report.submission.content_sha256 == report.submission.content_sha256
    assert [again.report.counts[one] for one in ("error", "warning")] == [
        report.counts[one] for one in ("error", "warning")
    ]
