"""The first sheet: whose return it is, what to do by when, how to fill it in and check it, and where everything stands.

Programs find there which version, provider and quarter the workbook is of, in the rows that `workbook_layout` names.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import Any

from crt_return.publishing.site.method import STEPS
from crt_return.publishing.site.words import day
from crt_return.publishing.template import looks as style
from crt_return.publishing.template.looks import Looks, Properties
from crt_return.publishing.template.rows import Template
from crt_return.publishing.template.words import hint, presence
from crt_return.quarters import months_of, working_day_after
from crt_return.standard import HEADER, REGISTER, read_yaml, schema_folder
from crt_return.workbook_layout import LISTS, PERIOD_LABEL, PROVIDER_LABEL, TOTALS, VERSION_LABEL

WIDTHS = (26, 34, 16, 66)
LAST = len(WIDTHS) - 1
LINE, WIDTH_OF_A_LETTER = 15.5, 0.92
CHECK = "crt-return validate FILE.xlsx"
FROM_LAST_QUARTER = (
    "From last quarter, check: the cells in italics with a dotted frame come from the return for {period}. Read each "
    "of them, and correct what has changed. No count was taken over, nor what a manager or a team says of itself."
)
STEPS_TO_FILL = (
    f"Begin with {HEADER} and {REGISTER}, then take the sheets from left to right. The rows that every open team has "
    "to send are laid out, with provider, quarter, team and code filled in.",
    "Type a figure into every count. Nothing to count is 0, and you have to type it: a blank means that the figure is "
    "missing. Never write N/A, nil or a dash.",
    "Rest the pointer on a heading to see what the column means, how it is written and an example. Codes are chosen "
    f"from the list that opens in the cell; the sheet {LISTS} says what each stands for.",
    "Identifiers, codes and times (08:00, 24:00) are text, and dates are dates, such as 2007-03-31. The columns are "
    "set for that already.",
    "If you paste from elsewhere, paste the values only (Paste Special, Values): anything else takes away the lists "
    "and the checks of the cells.",
    "More rows go right below the last, with provider, quarter and team in each. Leave no row blank in between, and "
    "leave the headings, the order of the columns and the names of the sheets as they are.",
    "A team that is planned, closed or merged has only its row in the register: delete its rows in the other sheets. A "
    f"provider that ran no team at all sets nil_return to true, says why, and deletes all rows but that of {HEADER}.",
)


class Sheet:
    """A sheet written from the top to the bottom."""

    def __init__(self, page: Any, looks: Looks) -> None:
        self.page, self.looks, self.row = page, looks, 0

    def down(self, lines: int = 1) -> None:
        """Go on further down."""
        self.row += lines

    def wide(self, text: str, first: int = 0, *layers: Properties) -> None:
        """A text over the columns from `first` to the last, as many lines high as it takes."""
        look = self.looks(style.TEXT, *layers)
        self.page.merge_range(self.row, first, self.row, LAST, text, look)
        self.page.set_row(self.row, LINE * ceil(len(text) * WIDTH_OF_A_LETTER / sum(WIDTHS[first:])))

    def section(self, text: str) -> None:
        """A heading, with some room above."""
        self.down()
        self.page.merge_range(self.row, 0, self.row, LAST, text, self.looks(style.SECTION))
        self.page.set_row(self.row, 22)
        self.down()

    def labelled(self, label: str, text: str) -> None:
        """A label, and beside it what it says."""
        self.page.write_string(self.row, 0, label, self.looks(style.LABEL))
        self.wide(text, 1)
        self.down()


def write_start(page: Any, template: Template, looks: Looks) -> None:
    """Write the sheet."""
    for place, width in enumerate(WIDTHS):
        page.set_column(place, place, width)
    sheet = Sheet(page, looks)
    _whose(sheet, template)
    _by_when(sheet, template)
    _how(sheet, template)
    _marks(sheet, template)
    _checking(sheet)
    _sheets(sheet, template)
    page.hide_gridlines(2)
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    page.set_footer("&RPage &P of &N")
    page.protect()
    page.activate()


def _whose(sheet: Sheet, template: Template) -> None:
    quarter = template.quarter
    title = f"Return of crisis resolution teams, {months_of(quarter)}"
    sheet.page.write_string(0, 0, title, sheet.looks(style.TITLE))
    sheet.page.set_row(0, 30)
    sheet.down()
    sheet.wide(
        "For whoever fills in the return at the provider named below. One workbook is one provider and one quarter."
    )
    sheet.down(2)
    for label, text in (
        (PROVIDER_LABEL, template.provider),
        (PERIOD_LABEL, quarter.period),
        (VERSION_LABEL, template.standard.version),
    ):
        sheet.page.write_string(sheet.row, 0, label, sheet.looks(style.LABEL))
        sheet.page.write_string(sheet.row, 1, text, sheet.looks(style.TEXT, {"bold": True}))
        sheet.down()
    sheet.labelled("The quarter in words", f"{day(quarter.starts)} to {day(quarter.ends)}, both days included")


def _by_when(sheet: Sheet, template: Template) -> None:
    """The steps of the calendar with their days; the deadline stands out."""
    sheet.section("What to do by when")
    calendar = read_yaml(schema_folder() / "calendar.yaml")
    for name, number in calendar["working_days_after_quarter_end"].items():
        due = working_day_after(template.quarter.ends, number, template.standard.bank_holidays)
        strong: Properties = {"bold": True} if due == template.quarter.deadline else {}
        sheet.page.write_string(sheet.row, 0, f"{due:%A} {day(due)}", sheet.looks({"valign": "top"}, strong))
        sheet.wide(STEPS[name], 1, strong)
        sheet.down()


def _how(sheet: Sheet, template: Template) -> None:
    sheet.section("How to fill it in")
    for number, step in enumerate(steps(template), start=1):
        sheet.wide(f"{number}.  {step}")
        sheet.down()


def steps(template: Template) -> Iterator[str]:
    """What to do, in order."""
    if template.prior:
        yield FROM_LAST_QUARTER.format(period=template.prior.period)
    yield from STEPS_TO_FILL


def _marks(sheet: Sheet, template: Template) -> None:
    sheet.section("What the marks mean")
    marks: list[tuple[str, Properties, str]] = [
        ("heading", style.REQUIRED, "Bold white on dark blue, with a thick line below: required in every row."),
        ("heading", style.OPTIONAL, "Italics on grey, with a thin line below: may be blank, always or in some rows."),
        ("", style.STILL_BLANK | style.OPEN, "Hatched: a required cell of a row in use that is still blank."),
        ("RZA", style.GIVEN, "On pale grey: filled in already. Leave it as it is."),
    ]
    if template.prior:
        marks.append(("2006-06-12", style.CARRIED, "Italics in a dotted frame, on yellow: from last quarter, check."))
    for example, look, means in marks:
        sheet.page.write_string(sheet.row, 0, example, sheet.looks(look))
        sheet.wide(means, 1, {"indent": 1})
        sheet.down()


def _checking(sheet: Sheet) -> None:
    sheet.section("Check it")
    sheet.wide("Save the workbook and run this in a terminal, with the name of your file. It names every cell to mend:")
    sheet.down()
    sheet.page.write_string(sheet.row, 1, CHECK, sheet.looks({"font_name": "Consolas", "bold": True}))
    sheet.down()
    sheet.wide(
        f"The sheet {TOTALS} shows how far you are while you type. It is for you, and is not part of the return."
    )
    sheet.down()


def _sheets(sheet: Sheet, template: Template) -> None:
    sheet.section("The sheets")
    for place, word in enumerate(("Sheet", "What it holds", "Needed", "Good to know")):
        sheet.page.write_string(sheet.row, place, word, sheet.looks(style.COLUMN))
    sheet.down()
    for name, cells in listed(template):
        sheet.page.write_url(sheet.row, 0, f"internal:'{name}'!A1", sheet.looks(style.LINK), name)
        for place, text in enumerate(cells, start=1):
            sheet.page.write_string(sheet.row, place, text, sheet.looks(style.TEXT))
        sheet.page.set_row(
            sheet.row, LINE * max(ceil(len(t) * WIDTH_OF_A_LETTER / WIDTHS[n]) for n, t in enumerate(cells, 1))
        )
        sheet.down()


def listed(template: Template) -> Iterator[tuple[str, tuple[str, str, str]]]:
    """Every other sheet with its title, whether it is needed, and what to know of it."""
    for table in template.standard.tables.values():
        yield table.name, (table.title, presence(table), hint(table, template))
    yield TOTALS, ("Rows, blanks and sums", "for you", "Nothing to fill in.")
    yield LISTS, ("The codes and what they stand for", "for you", "Nothing to fill in.")
