"""The workbook back, marked up: every fault at its cell and in the list, and nothing else of the return changed."""

from __future__ import annotations

import csv
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment

from crt_return.reports.forms import FORMS
from crt_return.reports.workbook.issues import level
from crt_return.reports.workbook.marking import COLOURS, NOTE
from crt_return.sampling.writing import files_of, write_folder
from crt_return.validate import Run, run
from crt_return.workbook_layout import FIDELITY, ISSUES, RULES
from tests.batches import STANDARD, Scenario, judge
from tests.reports.books import colours, header_row, issue_rows, leads_to, opened, workbook_of
from tests.reports.returns import PREVIOUS, RETURNS, checked, tables_of, written


def marked(made: Run) -> bytes:
    return FORMS[".xlsx"](made, STANDARD)


@pytest.fixture(scope="module")
def rejected() -> Workbook:
    """Open the marked copy of the rejected sample."""
    return opened(written("rejected", ".xlsx"))


@pytest.fixture(scope="module")
def rows() -> list[Mapping[str, Any]]:
    """Return the issues of the rejected sample."""
    return issue_rows(written("rejected", ".xlsx"))


@pytest.fixture(scope="module")
def own_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a workbook with the faults of the rejected sample and comments of its user."""
    file = tmp_path_factory.mktemp("book") / "return.xlsx"
    book = workbook_of(RETURNS["rejected"])
    book["gatekeeping"]["G6"].comment = Comment("Ask Jo.", "Sam")
    book["gatekeeping"]["A2"].comment = Comment("Ours.", "Sam")
    book.create_sheet("Start", 0)["A1"] = "=1+1"
    book.save(file)
    return file


@pytest.fixture(scope="module")
def own_copy(own_book: Path) -> bytes:
    """Write the marked copy of the user's workbook, which stays as it was."""
    before = own_book.read_bytes()
    copy = marked(of_book(own_book))
    assert own_book.read_bytes() == before
    return copy


@pytest.fixture(scope="module")
def own_copy_opened(own_copy: bytes) -> Workbook:
    return opened(own_copy)


def of_book(file: Path) -> Run:
    """Return the rejected sample as if it had been read from a workbook."""
    return replace(checked("rejected"), path=file)


def test_faulty_cell_is_coloured_commented_linked_to_its_issue(
    rejected: Workbook, rows: list[Mapping[str, Any]]
) -> None:
    issues = rejected[ISSUES]
    first = header_row(issues) + 1
    at_cells = [found for found in checked("rejected").report.findings if found.cell]
    numbers = {(row["Rule"], row["Where"]): number for number, row in enumerate(rows, start=first)}
    assert at_cells
    for found in at_cells:
        sheet, row = rejected[str(found.table)], numbers[found.rule, f"{found.table} {found.cell}"]
        cell = sheet[str(found.cell)]
        assert colours(sheet, str(found.cell)) & {fill for fill, _ in COLOURS.values()}
        assert f"{found.rule}, " in cell.comment.text
        assert found.message in cell.comment.text
        assert found.fix in cell.comment.text
        assert f"({ISSUES}, row {row})" in cell.comment.text
        assert leads_to(issues.cell(row, 3)) == f"'{found.table}'!{found.cell}"
        assert leads_to(cell).startswith(f"'{ISSUES}'!A") or cell.value is None


def test_gravest_fault_gives_the_colour_and_all_are_commented() -> None:
    made = checked("population of 9")
    made = replace(made, report=replace(made.report, findings=tuple(made.report.findings * 2)))
    at_cells = [found for found in made.report.findings if found.cell and found.table == "team_register"]
    sheet = opened(marked(made))["team_register"]
    assert len(at_cells) > 1
    for found in at_cells:
        here = [level(other) for other in at_cells if other.cell == found.cell]
        assert colours(sheet, str(found.cell)) == {COLOURS[min(here, key=list(COLOURS).index)][0]}
        assert sheet[str(found.cell)].comment.text.count("To mend:") == len(here)


def test_issues_come_in_the_order_of_what_is_to_be_done(rows: list[Mapping[str, Any]]) -> None:
    order = ["Error", "Warning", "Warning, explained", "For information"]
    kinds = [order.index(row["What it is"]) for row in rows]
    assert kinds == sorted(kinds)
    assert len(set(kinds)) > 2
    errors = [row["Where"].split()[0] for row in rows if row["What it is"] == "Error"]
    tables = [list(STANDARD.tables).index(name) for name in errors]
    assert tables == sorted(tables)


def test_the_list_can_be_filtered_and_its_header_stays_in_sight(rejected: Workbook) -> None:
    sheet = rejected[ISSUES]
    assert rejected.sheetnames[:3] == [ISSUES, RULES, FIDELITY]
    assert rejected.active is sheet
    assert str(sheet.auto_filter.ref).startswith(f"A{header_row(sheet)}:")
    assert sheet.freeze_panes == f"A{header_row(sheet) + 1}"
    assert str(sheet["A2"].value).startswith("REJECTED: 56 errors to mend")


def test_a_finding_without_a_cell_leads_to_its_sheet(rejected: Workbook) -> None:
    sheet = rejected[ISSUES]
    row = next(n for n in range(header_row(sheet) + 1, 200) if sheet.cell(n, 10).value == "GTK-05")
    assert leads_to(sheet.cell(row, 3)).startswith("'gatekeeping'!")


def test_copy_of_csv_files_has_each_cell_as_text_in_its_place(rejected: Workbook) -> None:
    for name in STANDARD.tables:
        file = RETURNS["rejected"] / f"{name}.csv"
        with file.open(encoding="utf-8", newline="") as read:
            lines = [[cell or None for cell in line] for line in csv.reader(read)]
        assert [list(row) for row in rejected[name].iter_rows(values_only=True)] == lines


def test_the_sheet_of_rules_has_true_counts_and_every_rule(rejected: Workbook) -> None:
    report = checked("rejected").report
    rows = list(rejected[RULES].iter_rows(min_row=4, values_only=True))
    assert {row[0] for row in rows} == set(STANDARD.rules)
    numbers = [[int(str(cell or 0)) for cell in row[4:7]] for row in rows]
    assert [sum(column) for column in zip(*numbers, strict=True)] == [*report.counts.values()]
    because = {one.rule: one.because for one in report.rules.not_evaluated}
    assert {row[0]: row[7] for row in rows if row[7]} == because


def test_fidelity_sheet_has_every_claim_and_measure_of_a_team(rejected: Workbook) -> None:
    rows = list(rejected[FIDELITY].iter_rows(values_only=True))
    for team in checked("rejected").report.fidelity:
        for one in team["requirements"]:
            claim = next(row for row in rows if row[0] == team["team_id"] and row[1] == one["title"])
            assert claim[2] == (one["claimed"] or "not given").replace("_", " ")
            ids = {row[7] for row in rows if row[0] == team["team_id"] and row[1] == one["title"]}
            assert {measure["measure"] for measure in one["measures"]} <= ids


def test_copy_of_a_users_workbook_keeps_its_values_and_looks(own_book: Path, own_copy_opened: Workbook) -> None:
    original = opened(own_book)
    assert own_copy_opened.sheetnames == [ISSUES, RULES, FIDELITY, *original.sheetnames]
    for sheet in original.worksheets:
        cells = [cell for row in sheet.iter_rows() for cell in row]
        pairs = [(cell, own_copy_opened[sheet.title][cell.coordinate]) for cell in cells]
        assert [copy.value for _, copy in pairs] == [cell.value for cell in cells]
        for cell, copy in {(cell.style_id, copy.style_id): (cell, copy) for cell, copy in pairs}.values():
            assert (str(copy.font), str(copy.fill)) == (str(cell.font), str(cell.fill))


def test_users_comment_stays_above_ours(own_copy_opened: Workbook) -> None:
    sheet = own_copy_opened["gatekeeping"]
    assert sheet["A2"].comment.text == "Ours."
    assert sheet["G6"].comment.text.startswith(f"Ask Jo.\n\n{NOTE}\nGTK-01, error")


def test_marks_of_an_earlier_copy_are_replaced_by_new_ones(
    own_copy: bytes, own_copy_opened: Workbook, tmp_path: Path
) -> None:
    once = tmp_path / "once.xlsx"
    once.write_bytes(own_copy)
    report = checked("rejected").report
    mended = replace(report, findings=tuple(found for found in report.findings if found.rule != "GTK-01"))
    again = opened(marked(replace(of_book(once), report=mended)))
    assert once.read_bytes() == own_copy
    assert again.sheetnames == own_copy_opened.sheetnames
    sheet = again["gatekeeping"]
    assert sheet["G6"].comment.text == "Ask Jo."
    assert (colours(sheet, "G6"), leads_to(sheet["G6"])) == (set(), "")
    assert sheet["K7"].comment.text.count(NOTE) == 1


def test_copy_reads_as_the_return_it_is_a_copy_of(tmp_path: Path) -> None:
    first = checked("faulty workbook").report
    (tmp_path / "marked.xlsx").write_bytes(written("faulty workbook", ".xlsx"))
    second = run(tmp_path / "marked.xlsx", prior=PREVIOUS).report
    assert second.submission.content_sha256 == first.submission.content_sha256
    assert [replace(found, file=None) for found in second.findings] == [
        replace(found, file=None) for found in first.findings
    ]


def test_workbook_that_cannot_be_copied_is_made_from_its_text(tmp_path: Path) -> None:
    (tmp_path / "return.xlsx").write_bytes(b"PK no workbook")
    sheet = opened(marked(replace(checked("faulty workbook"), path=tmp_path / "return.xlsx")))[ISSUES]
    said = [str(row[0]) for row in sheet.iter_rows(max_row=8, values_only=True)]
    assert any("could not be copied as it is" in line for line in said)


def test_no_cell_is_a_formula_and_ids_are_text() -> None:
    book = opened(written("hostile", ".xlsx"))
    cells: list[Any] = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert any(str(cell.value).startswith("=HYPERLINK") for cell in cells)
    assert {cell.data_type for cell in cells if isinstance(cell.value, str)} == {"s"}
    assert {type(cell.value) for sheet in book.worksheets[3:] for row in sheet.iter_rows() for cell in row} <= {
        str,
        type(None),
    }


@pytest.mark.parametrize("of", ["csv", "workbook"])
def test_patients_data_is_hidden_in_the_copy_which_says_so(of: str, tmp_path: Path) -> None:
    made = checked("patient")
    if of == "workbook":
        folder = write_folder(files_of(tables_of("patient"), STANDARD), tmp_path / "return")
        workbook_of(folder).save(tmp_path / "return.xlsx")
        made = replace(made, path=tmp_path / "return.xlsx")
    cells = [cell for sheet in opened(marked(made)).worksheets for row in sheet.iter_rows() for cell in row]
    texts = [str(cell.value) for cell in cells]
    comments = [cell.comment.text for cell in cells if cell.comment]
    assert not any("943 476 5919" in text or "jo@example.org" in text for text in [*texts, *comments])
    assert any("Hidden in this copy" in text and "2 cells" in text for text in texts)
    assert any("crt-return.rza@example.nhs.uk" in text for text in texts), "where an address belongs it stays"


def test_unreadable_return_has_the_sheet_of_issues_alone() -> None:
    content = written("unreadable", ".xlsx")
    assert opened(content).sheetnames == [ISSUES]
    assert [row["Rule"] for row in issue_rows(content)] == ["PKG-10"]


@pytest.fixture(scope="module")
def saved_by_libreoffice(own_copy: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Let LibreOffice open both copies and save them again, in one process."""
    folder = tmp_path_factory.mktemp("libreoffice")
    for name, content in (("csv", written("rejected", ".xlsx")), ("workbook", own_copy)):
        (folder / f"{name}.xlsx").write_bytes(content)
    command = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to"]
    files = [str(folder / f"{name}.xlsx") for name in ("csv", "workbook")]
    subprocess.run(
        [*command, "xlsx", "--outdir", str(folder / "saved"), *files], check=True, capture_output=True, timeout=180
    )
    return folder / "saved"


@pytest.fixture(scope="module")
def judged_after_libreoffice(saved_by_libreoffice: Path) -> Mapping[str, Run]:
    """Judge both copies that LibreOffice saved in one batch."""
    return judge({name: Scenario(saved_by_libreoffice / f"{name}.xlsx", PREVIOUS) for name in ("csv", "workbook")})


@pytest.mark.slow
@pytest.mark.parametrize("of", ["csv", "workbook"])
def test_libreoffice_opens_the_copy_and_keeps_its_marks(
    of: str,
    own_copy_opened: Workbook,
    rejected: Workbook,
    saved_by_libreoffice: Path,
    judged_after_libreoffice: Mapping[str, Run],
) -> None:
    before, after = rejected if of == "csv" else own_copy_opened, opened(saved_by_libreoffice / f"{of}.xlsx")
    report, again = checked("rejected").report, judged_after_libreoffice[of].report
    assert after.sheetnames == before.sheetnames
    for found in report.findings:
        if found.cell and found.table:
            cell, other = before[found.table][found.cell], after[found.table][found.cell]
            assert other.value == cell.value
            assert other.comment.text.split() == cell.comment.text.split()
            assert colours(after[found.table], found.cell) == colours(before[found.table], found.cell)
    assert again.submission.content_sha256 == report.submission.content_sha256
    assert [again.counts[kind] for kind in ("error", "warning")] == [
        report.counts[kind] for kind in ("error", "warning")
    ]
