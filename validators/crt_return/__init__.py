"""The national return of Crisis Resolution Teams: check a return from Python.

`crt_return.validate(path)` gives a `Report`; everything else here is what a report is made of. The command line
is `crt-return`.
"""

from __future__ import annotations

from crt_return.finding import Finding, NotEvaluated, Report, Submission, Verdicts
from crt_return.validate import PriorUnreadable, validate
from crt_return.version import __version__

__all__ = ["Finding", "NotEvaluated", "PriorUnreadable", "Report", "Submission", "Verdicts", "__version__", "validate"]
