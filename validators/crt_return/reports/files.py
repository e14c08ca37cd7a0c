"""Where the files of a return are, for programs that open them at a fault.

It looks at what the path is, not into it.
"""

from __future__ import annotations

from pathlib import PurePath

from crt_return.finding import Finding
from crt_return.validate import Run


def file_path(one: Finding, run: Run) -> str:
    """The path of the file a finding is about, as the user gave it: of a zip or a workbook, of that itself."""
    given, shown = run.path, PurePath(run.report.submission.path)
    if given.is_file() and given.suffix.casefold() == ".json":
        given, shown = given.parent, shown.parent
    return (shown / one.file if one.file and given.is_dir() else shown).as_posix()
