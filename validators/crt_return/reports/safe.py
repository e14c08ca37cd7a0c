"""Texts made safe for the programs that open a report: spreadsheets run formulas, XML and terminals hold no controls.

It hides no patient data: that is done before a finding is made.
"""

from __future__ import annotations

import re

from crt_return.finding import FORMULA

UNFIT = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def guarded(text: str) -> str:
    """A cell with an apostrophe before what a spreadsheet would run as a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def fit_for_xml(text: str) -> str:
    """A text without the characters that no XML file may hold; line ends are those of XML."""
    return UNFIT.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n").replace("\r", "\n"))
