"""The kit: a return to pass and one to fail for every rule, and what is expected is where the fault was planted."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import get_args

import jsonschema
import pytest

from crt_return import cli
from crt_return.conformance.files import OpenKit
from crt_return.conformance.kit import EXIT_STATUS
from crt_return.conformance.model import CASES, CASES_SCHEMA, Case
from crt_return.conformance.returns import NEVER_PASSES, is_plain
from crt_return.finding import Outcome, Report
from crt_return.publishing.zipped import zipped
from crt_return.sampling.file_steps import Link
from crt_return.sampling.make import PERIOD
from crt_return.standard import load_standard

STANDARD = load_standard()
ROOT = Path(__file__).parents[2]

# Rules that point at another file than the one the fault was planted in: they compare what two tables say.
POINTS_ELSEWHERE = {
    "REG-10": "team_register.csv",  # a claim, that the audits do not bear out
    "STF-03": "team_staffing.csv",  # staff, for more people at home
    "STF-04": "team_staffing.csv",
    "OUT-01": "assessment_outcomes.csv",  # people sent home to be treated, who were not taken on
    "WSA-05": "whole_system.csv",  # hours that say what the agreements with A&E do not
    "FID-03": "fidelity_self.csv",  # a claim
    "EXP-02": "return_header.csv",  # a final return, with a warning in any table
}
POINTS_AT_ANOTHER_ROW = {
    "PKG-06": 7,  # of two rows with one key, the first; the second was planted
    "PKG-17": 1,  # the header, all that is left of the file
}


def cases(kit: OpenKit, kind: str) -> Iterator[Case]:
    return (case for case in kit.cases.cases if case.kind == kind)


def test_every_rule_has_a_return_to_pass_and_one_to_fail(open_kit: OpenKit) -> None:
    """A rule without a return to pass needs one: mend its fault in `MENDED` of `conformance/returns.py`."""
    named = {(case.rule, case.kind) for case in open_kit.cases.cases}
    wanted = {(rule, kind) for rule in STANDARD.rules for kind in ("passes", "fails")}
    assert wanted - named == {(rule, "passes") for rule in NEVER_PASSES}
    assert {(one.rule, one.kind): one.because for one in open_kit.cases.no_case} == {
        (rule, "passes"): because for rule, because in NEVER_PASSES.items()
    }


def test_every_fault_of_every_rule_has_a_case(open_kit: OpenKit) -> None:
    wanted = {f"{rule.id}/fails/{variant}" for rule in STANDARD.rules.values() for variant in rule.faults}
    assert wanted == {case.id for case in cases(open_kit, "fails")}


def test_the_cases_are_as_their_schema_says(made: Mapping[str, bytes]) -> None:
    schema = json.loads(made[CASES_SCHEMA])
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(made[CASES]), schema)


def test_a_case_has_a_name_of_its_own_and_every_return_is_of_some_case(
    open_kit: OpenKit, made: Mapping[str, bytes]
) -> None:
    ids = [case.id for case in open_kit.cases.cases]
    assert len(ids) == len(set(ids))
    used = {path for case in open_kit.cases.cases for path in (case.path, case.prior)}
    stored = {name if name.endswith((".zip", ".xlsx")) else name.rpartition("/")[0] for name in made if "/" in name}
    assert used == stored


def test_the_kit_is_of_this_version(open_kit: OpenKit) -> None:
    assert open_kit.cases.standard == {"name": STANDARD.name, "version": STANDARD.version}


def test_every_folder_says_that_it_is_synthetic(made: Mapping[str, bytes]) -> None:
    folders = {name.rpartition("/")[0] for name in made if name.endswith(".csv")}
    assert folders
    assert [one for one in folders if not made[f"{one}/README.txt"].startswith(b"SYNTHETIC DATA")] == []


def test_a_return_of_one_team_does_wherever_it_will(made: Mapping[str, bytes]) -> None:
    registers = {name: data.splitlines() for name, data in made.items() if name.endswith("/team_register.csv")}
    several = {name.split("/")[1] for name, lines in registers.items() if len(lines) > 2}
    assert several == {"REG-01", "REG-02", "previous-of-two-teams"}  # another provider's team; one name for two teams
    assert len(registers["returns/REG-08/team-forgotten/team_register.csv"]) == 2  # of two teams, one is left


def test_a_passing_case_is_accepted(open_kit: OpenKit) -> None:
    outcomes = {case.expected.outcome for case in cases(open_kit, "passes")}
    assert outcomes == {"accepted", "accepted_with_explanations"}


def test_a_finding_has_the_severity_of_its_rule(open_kit: OpenKit) -> None:
    for case in cases(open_kit, "fails"):
        severity = STANDARD.rules[case.rule].severity_in(PERIOD)
        assert {one["severity"] for one in case.expected.findings} == {severity}, case.id


def test_a_finding_is_in_a_file_where_a_fault_was_planted(open_kit: OpenKit) -> None:
    for case in cases(open_kit, "fails"):
        files = {change["file"] for change in case.planted}
        for one in case.expected.findings:
            elsewhere = POINTS_ELSEWHERE.get(case.rule)
            assert one["file"] in ({elsewhere} if elsewhere else files) or one["file"] is None, case.id


def test_a_finding_without_a_file_is_on_the_return_as_a_whole(open_kit: OpenKit) -> None:
    nowhere = {
        case.rule for case in cases(open_kit, "fails") if None in {one["file"] for one in case.expected.findings}
    }
    assert nowhere == {"PKG-10"}


def test_a_finding_that_names_a_row_names_a_planted_one(open_kit: OpenKit) -> None:
    seen = 0
    for case in cases(open_kit, "fails"):
        if case.rule in POINTS_ELSEWHERE:
            continue
        for one in case.expected.findings:
            changes = [change for change in case.planted if change["file"] == one["file"]]
            if one["row"] is None or any(change["row"] is None for change in changes):
                continue  # a fault of the file as a whole has no row
            seen += 1
            at = POINTS_AT_ANOTHER_ROW.get(case.rule)
            assert one["row"] in ([at] if at else [change["row"] for change in changes]), case.id
    assert seen > 80


def test_the_key_of_a_finding_is_that_of_the_row_it_names(open_kit: OpenKit) -> None:
    seen = 0
    for case in cases(open_kit, "fails"):
        for one in case.expected.findings:
            if one["row"] and one["key"] and one["field"]:
                row = row_of(open_kit.folder / case.path / one["file"], one["row"])
                assert one["key"] == {name: row[name] for name in one["key"]}, case.id
                assert one["field"] in row, case.id
                seen += 1
    assert seen > 80


def row_of(path: Path, number: int) -> dict[str, str]:
    """A row as a spreadsheet numbers it, read with nothing of ours."""
    header, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
    return dict(zip(header, rows[number - 2], strict=True))


def test_a_finding_is_of_the_team_the_fault_was_planted_in(open_kit: OpenKit) -> None:
    teams = {
        team
        for case in cases(open_kit, "fails")
        for one in case.expected.findings
        if (team := one["key"].get("team_id")) and case.prior == "returns/previous"
    }
    assert teams == {"RZA-T01", "RZA-T98", "RZ0-T90"}  # the one team; one nobody registered; one with another's id


def test_what_no_folder_can_hold_everywhere_is_a_zip(open_kit: OpenKit) -> None:
    zips = {case.path for case in open_kit.cases.cases if case.path.endswith(".zip")}
    assert zips == {"returns/PKG-10/empty-folder.zip", "returns/PKG-11/link.zip"}
    assert is_plain({"gatekeeping.csv": b""})
    assert not any(
        is_plain(files)
        for files in (
            {},
            {"a.csv": Link("b.csv")},
            {"../a.csv": b""},
            {"a\\b.csv": b""},
            {"/a.csv": b""},
            {"a.csv": b"", "A.csv": b""},
            {"a:b.csv": b""},
        )
    )


def test_the_zip_holds_the_same_files_whatever_the_time(made: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(zipped(made))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == dict(made)
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_exit_statuses_are_those_of_the_command() -> None:
    for outcome in get_args(Outcome):
        report = Report({}, {}, None, outcome, {}, None, ())  # type: ignore[arg-type]  # only the outcome is asked
        assert EXIT_STATUS.get(outcome, 0) == cli.exit_status(report)


MADE_AGAIN = (
    "import hashlib; from crt_return.standard import load_standard; from crt_return.conformance.kit import kit_zip; "
    "print(hashlib.sha256(kit_zip(load_standard())).hexdigest())"
)


@pytest.mark.slow
def test_kit_made_in_another_process_is_the_same_to_the_byte(made_kit: Path) -> None:
    again = subprocess.run([sys.executable, "-c", MADE_AGAIN], capture_output=True, text=True, check=True).stdout
    assert again.strip() == sha256((made_kit / "kit.zip").read_bytes()).hexdigest()
