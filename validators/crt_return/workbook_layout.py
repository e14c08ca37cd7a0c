"""How a return lies in a workbook: one place for what the template writes, the reader expects and the marked copy adds.

A sheet has the name of its table and, in its first row, the names of the fields, so a cell stands where it stands in
the CSV file. The sheet `Start` tells people what to do, and programs which version the workbook is of: labels in
column A, what they say in column B. It opens no workbook.
"""

from __future__ import annotations

START, TOTALS, LISTS = "Start", "Totals", "Lists"  # of the template
ISSUES, RULES, FIDELITY = "Issues", "Rules", "Fidelity"  # of the copy that comes back marked
BESIDE_TABLES = (
    START,
    TOTALS,
    LISTS,
    ISSUES,
    RULES,
    FIDELITY,
)  # sheets that hold no table, and are no strangers either
VERSION_LABEL = "Version of the standard"
PROVIDER_LABEL = "Provider"
PERIOD_LABEL = "Quarter"


def sheet_words(sheet: str) -> str:
    """What a sheet is called in a sentence."""
    return f"sheet {sheet}"


def column_letter(index: int) -> str:
    """The spreadsheet's letters for a column counted from 0: A, B, ... Z, AA."""
    letters = ""
    while index >= 0:
        index, letter = divmod(index, 26)
        letters = chr(ord("A") + letter) + letters
        index -= 1
    return letters
