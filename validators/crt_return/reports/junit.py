"""The report as JUnit XML, which every pipeline shows: a suite a table, a test a rule.

A rule with errors is a failure. JUnit has no word for a warning: a rule with warnings or notes alone passes, as the
exit status is 0, and what it found is its output; a final return fails by rule where a warning is not explained. A
rule that could not be evaluated is skipped, with the reason; if it was in part, the reason is in its output. Numbers
of tests are numbers of rules; how many faults a rule found is in its message.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from xml.etree import ElementTree as Xml

from crt_return.finding import Finding, Report
from crt_return.reports.grouped import by_rule
from crt_return.reports.safe import fit_for_xml
from crt_return.reports.words import place, verdict
from crt_return.standard import Rule, Standard
from crt_return.wording import counted


@dataclass(frozen=True)
class Case:
    """One rule, what it found, and why it was not evaluated, in whole or in part."""

    rule: Rule
    errors: Sequence[Finding]
    others: Sequence[Finding]
    because: str | None

    @property
    def skipped(self) -> bool:
        """Whether nothing at all is known by this rule."""
        return self.because is not None and not self.errors and not self.others

    @property
    def output(self) -> list[str]:
        """What there is to say that is no failure."""
        open_part = [f"Not evaluated in part: {self.because}"] if self.because and not self.skipped else []
        return [*_lines(self.others), *open_part]


def xml(report: Report, standard: Standard) -> bytes:
    """The report as JUnit XML."""
    cases = list(_cases(report, standard))
    suites = _element("testsuites", name=_name(report), **_totals(cases))
    for table, own in groupby(cases, key=lambda case: case.rule.table):
        suites.append(_suite(table, list(own), report))
    Xml.indent(suites)
    written: bytes = Xml.tostring(suites, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _name(report: Report) -> str:
    of = report.submission
    return f"{report.tool['name']} {of.provider_code or of.path} {of.period or ''}".strip()


def _cases(report: Report, standard: Standard) -> Iterator[Case]:
    """Every rule of the standard, table by table."""
    because = {one.rule: one.because for one in report.rules.not_evaluated}
    found = by_rule(report.findings)
    for rule in standard.rules.values():
        errors = [one for one in found.get(rule.id, ()) if one.severity == "error"]
        others = [one for one in found.get(rule.id, ()) if one.severity != "error"]
        yield Case(rule, errors, others, because.get(rule.id))


def _suite(table: str, cases: Sequence[Case], report: Report) -> Xml.Element:
    skipped = str(sum(case.skipped for case in cases))
    suite = _element("testsuite", name=table, **_totals(cases), skipped=skipped)
    properties = _under(suite, "properties")
    for name, value in _properties(report).items():
        _under(properties, "property", name=name, value=value)
    for case in cases:
        _case(suite, case)
    return suite


def _totals(cases: Sequence[Case]) -> dict[str, str]:
    return {"tests": str(len(cases)), "failures": str(sum(bool(case.errors) for case in cases)), "errors": "0"}


def _properties(report: Report) -> Mapping[str, str]:
    own = {"outcome": report.outcome, "verdict": verdict(report), "content_sha256": report.submission.content_sha256}
    versions = {"standard": " ".join(report.standard.values()), "tool": " ".join(report.tool.values())}
    return {name: value for name, value in {**own, **versions}.items() if value}


def _case(suite: Xml.Element, case: Case) -> None:
    test = _under(suite, "testcase", name=f"{case.rule.id} {case.rule.title}", classname=case.rule.table)
    if case.errors:
        said = counted(sum(one.count for one in case.errors), "error")
        text = "\n".join([*_lines(case.errors), f"To mend: {case.rule.fix}"])
        _under(test, "failure", text, type=case.rule.id, message=f"{said}: {case.rule.title}")
    elif case.skipped and case.because:
        _under(test, "skipped", message=case.because)
    if case.output:
        _under(test, "system-out", "\n".join(case.output))


def _lines(found: Sequence[Finding]) -> list[str]:
    """The findings as `ERROR gatekeeping.csv F14: what is wrong`."""
    return [f"{' '.join(filter(None, (_kind(one), place(one))))}: {one.message}" for one in found]


def _kind(one: Finding) -> str:
    return f"{one.severity.upper()}{' (explained)' if one.explained else ''}"


def _under(parent: Xml.Element, tag: str, text: str = "", **attributes: str) -> Xml.Element:
    child = _element(tag, text, **attributes)
    parent.append(child)
    return child


def _element(tag: str, text: str = "", **attributes: str) -> Xml.Element:
    made = Xml.Element(tag, {name: fit_for_xml(value) for name, value in attributes.items()})
    made.text = fit_for_xml(text) or None
    return made
