"""Explains the warnings of a synthetic return, by what the validator says of it on its one path.

Each warning gets a row bound to its values, with a reason and a text that fit its rule. An error is a fault of the
generator: it is raised, not explained.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from crt_return.finding import Finding
from crt_return.reading import read_package
from crt_return.sampling.chance import chance
from crt_return.sampling.ranges import missed
from crt_return.sampling.reasons import ROLES, reason
from crt_return.sampling.scene import Row, Tables, row
from crt_return.sampling.writing import files_of, write_zip
from crt_return.standard import EXPLANATIONS, HEADER, Standard
from crt_return.tables import Checked
from crt_return.validate import Run, assessed, concluded, examine

UNEXPLAINED = "EXP-02"


def explained(tables: Tables, before: Checked | str, standard: Standard, seed: int) -> tuple[Tables, Checked]:
    """The tables with every warning explained, and the return as checked, to hold the next quarter's against.

    `before` is the previous quarter's return as checked, or why there is none.
    """
    with TemporaryDirectory() as folder:
        path = write_zip(files_of(tables, standard), Path(folder) / "return.zip")
        run, checked = judged_plainly(path, before, standard)
    _refuse_errors(run)
    warnings = {(one.rule, one.record_key): one for one in run.report.findings if one.explained is False}
    header = tables[HEADER][0]
    rows = [_explanation(one, header, standard, seed) for one in warnings.values()]
    return {**tables, EXPLANATIONS: rows}, checked


def judged_plainly(path: Path, before: Checked | str, standard: Standard) -> tuple[Run, Checked]:
    """A return read, checked and judged as any other, but that ranges are judged in plain Python."""
    examined = examine([read_package(path, standard)], [before], standard)
    (assessment,) = assessed(examined)
    (run,) = concluded(examined, [assessment], [missed(assessment.question, standard)])
    return run, examined.batch.returns[0].checked


def _refuse_errors(run: Run) -> None:
    """Raise where the return has an error, other than that its warnings are not explained yet."""
    broken = {one.rule for one in run.report.findings if one.severity == "error"} - {UNEXPLAINED}
    if broken:
        submission = run.report.submission
        named = f"{submission.provider_code} {submission.period}"
        raise RuntimeError(f"the synthetic return of {named} breaks {', '.join(sorted(broken))}")


def _explanation(warning: Finding, header: Row, standard: Standard, seed: int) -> Row:
    release = {name: header[name] for name in ("provider_code", "period")}
    generator = chance(seed, *release.values(), "explanation", warning.rule, warning.record_key)
    code, text = reason(warning.rule, generator)
    return row(
        standard,
        EXPLANATIONS,
        {
            **release,
            "rule_id": warning.rule,
            "record_key": warning.record_key,
            "values_hash": warning.values_hash,
            "reason_code": code,
            "explanation": text,
            "explained_by_role": generator.choice(ROLES),
        },
    )
