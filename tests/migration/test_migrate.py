"""A return of an earlier version is migrated whole: from 0.9.0, and from a made-up version that needs every step."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import frictionless
import pytest

from crt_return import cli
from crt_return.finding import Report
from crt_return.migration.migrate import Migrated, Versions, files_of, migrate, version_said
from crt_return.migration.steps import CannotMigrate
from crt_return.publishing.catalogue import catalogue
from crt_return.standard import load_standard
from crt_return.validate import run as validated
from crt_return.versions import snapshot
from tests.explaining import warnings_of

ROOT = Path(__file__).parents[2]
OLD = ROOT / "sample_data/version-0.9.0"
VALID = ROOT / "sample_data/valid"
STANDARD = load_standard()
VERSIONS = Versions(STANDARD)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """The command in this process: exit status, output, error output."""
    with mock.patch.object(sys, "argv", ["crt-return", *arguments]), pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


def rows(text: bytes) -> list[dict[str, str]]:
    return [*csv.DictReader(io.StringIO(text.decode()))]


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def plain(error: str) -> str:
    return " ".join(error.split())


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A copy of the return of 0.9.0, to be changed."""
    return Path(shutil.copytree(OLD, tmp_path / "old"))


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate the return of 0.9.0 with the command."""
    out = tmp_path_factory.mktemp("migrated") / "new"
    assert cli.commands.main(["migrate", str(OLD), "--out", str(out)], standalone_mode=False) == 0
    return out


@pytest.fixture(scope="module")
def new_report(new: Path) -> Report:
    """Judge the migrated return."""
    return validated(new).report


def test_the_sample_is_a_sound_return_of_0_9_0() -> None:
    assert version_said(OLD, VERSIONS) == "0.9.0"
    then = {table["name"]: [field["name"] for field in table["fields"]] for table in snapshot("0.9.0")["tables"]}
    for path in OLD.glob("*.csv"):
        assert path.read_text(encoding="utf-8").splitlines()[0].split(",") == then[path.stem]
    assert {path.stem for path in OLD.glob("*.csv")} >= {
        table["name"] for table in snapshot("0.9.0")["tables"] if table["presence"] == "required"
    }
    assert len(rows((OLD / "explanations.csv").read_bytes())) >= 2


def test_only_the_explanations_and_the_version_differ_and_the_old_return_is_as_it_was(
    tmp_path: Path, old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(old)
    status, _, error = run(capsys, "migrate", str(old), "--out", str(tmp_path / "new"))
    assert (status, error) == (0, "")
    after = files(tmp_path / "new")
    assert files(old) == before
    tables = {name for name in before if name.endswith(".csv")}
    assert {name for name in tables if before[name] != after[name]} == {"explanations.csv", "return_header.csv"}
    for had, has in zip(rows(before["explanations.csv"]), rows(after["explanations.csv"]), strict=True):
        assert has == {**had, "values_hash": "000000000000", "reason_code": "other"}
    (header,) = rows(after["return_header.csv"])
    assert header == {**rows(before["return_header.csv"])[0], "standard_version": "1.0.0"}


def test_the_new_return_has_the_columns_of_the_new_version_and_frictionless_takes_it(new: Path) -> None:
    for name, content in files(new).items():
        if name.endswith(".csv"):
            assert tuple(content.decode().splitlines()[0].split(",")) == STANDARD.tables[name[:-4]].names
    report = frictionless.Package(str(new / "datapackage.json")).validate()
    assert report.valid, report.flatten(["message"])


def test_migrated_return_only_needs_explanations_read_again(new_report: Report) -> None:
    errors = {finding.rule for finding in new_report.findings if finding.severity == "error"}
    assert errors == {"EXP-02", "EXP-03"}


@pytest.mark.slow
def test_migrated_return_with_explanations_read_again_is_accepted(
    new: Path, new_report: Report, tmp_path: Path
) -> None:
    found = {(warning.rule, warning.record_key): warning.values_hash for warning in warnings_of(new_report)}
    read = Path(shutil.copytree(new, tmp_path / "read"))
    rewrite(
        read / "explanations.csv",
        lambda row: {
            **row,
            "values_hash": str(found[row["rule_id"], row["record_key"]]),
            "reason_code": "local_service_model",
        },
    )
    assert validated(read).report.outcome == "accepted_with_explanations"


def test_it_says_step_by_step_what_was_done_and_what_remains(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(capsys, "migrate", str(OLD), "--out", str(tmp_path / "new"))
    assert "From version 0.9.0 to 1.0.0 of the standard:" in out
    assert re.search(r"^  2 rows +explanations\.values_hash is added, holding 000000000000\.$", out, re.MULTILINE)
    assert re.search(r"^  1 row +return_header\.standard_version says 1\.0\.0\.$", out, re.MULTILINE)
    assert "To do by hand:\n  - Read each explanation beside its warning." in out
    assert f"Now check it: crt-return validate {tmp_path / 'new'}" in out


def test_without_explanations_nothing_remains_to_be_done_by_hand(
    tmp_path: Path, old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = old / "explanations.csv"
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    status, out, _ = run(capsys, "migrate", str(old), "--out", str(tmp_path / "new"))
    assert status == 0
    assert "To do by hand" not in out


def test_a_zip_and_a_descriptor_are_taken_over_as_the_folder_is(tmp_path: Path, new: Path) -> None:
    with zipfile.ZipFile(tmp_path / "old.zip", "w") as archive:
        for path in OLD.iterdir():
            archive.write(path, path.name)
    for path in (tmp_path / "old.zip", OLD / "datapackage.json"):
        migrated = migrate(path, VERSIONS)
        assert migrated
        assert files_of(migrated) == files(new)


def test_a_return_of_the_current_version_is_let_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "migrate", str(VALID), "--out", str(tmp_path / "new"))
    assert (status, out) == (0, "The return is of version 1.0.0 already: there is nothing to do.\n")
    assert not (tmp_path / "new").exists()


def with_version(folder: Path, version: str) -> None:
    path = folder / "return_header.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("0.9.0", version), encoding="utf-8")


def without_header(folder: Path) -> None:
    (folder / "return_header.csv").unlink()


def with_semicolons(folder: Path) -> None:
    path = folder / "team_hours.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",", ";"), encoding="utf-8")


def with_a_title(folder: Path) -> None:
    path = folder / "team_hours.csv"
    path.write_text("Hours of the team\n\n" + path.read_text(encoding="utf-8"), encoding="utf-8")


def misnamed(folder: Path) -> None:
    (folder / "team_hours.csv").rename(folder / "team_hours (1).csv")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda folder: with_version(folder, "0.7.0"),
            "There is no version '0.7.0' of the standard. Known are 0.9.0, 1.0.0.",
        ),
        (lambda folder: with_version(folder, ""), "The return does not say which version of the standard it is of"),
        (without_header, "The return does not say which version of the standard it is of"),
        (with_semicolons, "would be lost: team_hours.csv uses semicolons."),
        (with_a_title, "would be lost: team_hours.csv has text above its header."),
        (misnamed, "would be lost: team_hours.csv is missing"),
    ],
)
def test_what_cannot_be_taken_over_whole_is_refused_and_nothing_is_written(
    change: Callable[[Path], None], said: str, tmp_path: Path, old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(old)
    status, out, error = run(capsys, "migrate", str(old), "--out", str(tmp_path / "new"))
    assert (status, out) == (2, "")
    assert said in plain(error)
    assert not (tmp_path / "new").exists()


def test_a_file_that_is_no_part_of_a_return_is_said_to_be_left_behind(
    tmp_path: Path, old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (old / "notes.txt").write_text("Ring the ward.", encoding="utf-8")
    _, out, _ = run(capsys, "migrate", str(old), "--out", str(tmp_path / "new"))
    assert "No part of a return, so left behind: notes.txt." in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--to", "9.9.9"], "There is no version '9.9.9' of the standard."),
        (["--to", "0.9.0"], "There is no way from version 1.0.0 of the standard to version 0.9.0."),
    ],
)
def test_a_version_that_cannot_be_reached_is_refused(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, error = run(capsys, "migrate", str(VALID), "--out", str(tmp_path / "new"), *arguments)
    assert status == 2
    assert said in plain(error)


def test_the_new_return_takes_the_place_of_nothing(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, _, error = run(capsys, "migrate", str(OLD), "--out", str(old))
    assert (status, "is not an empty folder" in plain(error)) == (2, True)
    for path in (old, old / "datapackage.json"):
        status, _, error = run(capsys, "migrate", str(path), "--out", str(old / "new"))
        assert (status, "would lie in the old one" in plain(error)) == (2, True)


@pytest.mark.parametrize("path", ["no-such-return", "sample_data/invalid/picture.jpg"])
def test_what_is_no_return_is_refused(path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, _, error = run(capsys, "migrate", str(ROOT / path), "--out", str(tmp_path / "new"))
    assert status == 2
    assert "Traceback" not in error


def table(of: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in of["tables"] if one["name"] == name)
    return found


def field(of: dict[str, Any], name: str) -> dict[str, Any]:
    own, _, wanted = name.partition(".")
    found: dict[str, Any] = next(one for one in table(of, own)["fields"] if one["name"] == wanted)
    return found


STEPS = """
version: 1.0.0
compares_with: 0.9.9
summary: Changes of every kind, made up.
changes:
  - {reason: To show the steps., covers: {tables: ["*"]}}
migration:
  - {step: rename, table: opening_hours, to: team_hours}
  - {step: rename, field: gatekeeping.total, to: admissions_total}
  - {step: recode, field: gatekeeping.legal_status, codes: {F: voluntary, S: compulsory}}
  - step: split
    field: team_hours.times
    into: {start_time: "[0-9:]+", end_time: "[0-9:]+"}
    written: "{start_time} to {end_time}"
  - step: default
    field: gatekeeping.admissions_eligible
    sql: CAST(admissions_total AS INTEGER) - CAST(admissions_exempt AS INTEGER)
  - {step: drop, field: team_register.fax, reason: Nobody sends a fax.}
"""


@pytest.fixture
def made_up(tmp_path: Path) -> Versions:
    """A version before this one that differs from it in every way a step can mend."""
    folder = tmp_path / "versions"
    folder.mkdir()
    before = json.loads(json.dumps(catalogue(STANDARD)))
    before["version"] = "0.9.9"
    hours = table(before, "team_hours")
    hours["name"] = "opening_hours"
    hours["fields"] = [one for one in hours["fields"] if one["name"] != "end_time"]
    next(one for one in hours["fields"] if one["name"] == "start_time")["name"] = "times"
    counts = table(before, "gatekeeping")
    counts["fields"] = [one for one in counts["fields"] if one["name"] != "admissions_eligible"]
    field(before, "gatekeeping.admissions_total")["name"] = "total"
    table(before, "team_register")["fields"].append({**field(before, "team_register.team_name"), "name": "fax"})
    (folder / "0.9.9.json").write_text(json.dumps(before), encoding="utf-8")
    (folder / "0.9.9.yaml").write_text("version: 0.9.9\nsummary: Made up for a test.\n", encoding="utf-8")
    (folder / "1.0.0.yaml").write_text(STEPS, encoding="utf-8")
    return Versions(STANDARD, folder)


@pytest.fixture
def of_0_9_9(tmp_path: Path) -> Path:
    """The valid sample as that version has it."""
    folder = Path(shutil.copytree(VALID, tmp_path / "of-0.9.9"))
    (folder / "datapackage.json").unlink()
    rewrite(folder / "return_header.csv", lambda row: {**row, "standard_version": "0.9.9"})
    rewrite(folder / "team_hours.csv", with_times)
    (folder / "team_hours.csv").rename(folder / "opening_hours.csv")
    codes = {"voluntary": "F", "compulsory": "S"}
    rewrite(folder / "gatekeeping.csv", lambda row: with_total({**row, "legal_status": codes[row["legal_status"]]}))
    rewrite(folder / "team_register.csv", lambda row: {**row, "fax": "0"})
    return folder


def with_times(row: dict[str, str]) -> dict[str, str]:
    named = {("times" if name == "start_time" else name): cell for name, cell in row.items() if name != "end_time"}
    return {**named, "times": f"{row['start_time']} to {row['end_time']}"}


def with_total(row: dict[str, str]) -> dict[str, str]:
    kept = {name: cell for name, cell in row.items() if name != "admissions_eligible"}
    return {("total" if name == "admissions_total" else name): cell for name, cell in kept.items()}


def rewrite(path: Path, change: Callable[[dict[str, str]], dict[str, str]]) -> None:
    changed = [change(row) for row in rows(path.read_bytes())]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*changed[0]], lineterminator="\n")
        writer.writeheader()
        writer.writerows(changed)


def test_by_steps_of_every_kind_the_made_up_version_becomes_the_valid_sample_again(
    made_up: Versions, of_0_9_9: Path
) -> None:
    migrated = migrate(of_0_9_9, made_up)
    assert isinstance(migrated, Migrated)
    wanted = {path.name: path.read_bytes() for path in VALID.glob("*.csv")}
    assert {name: text for name, text in files_of(migrated).items() if name.endswith(".csv")} == wanted
    teams = len(rows(wanted["team_register.csv"]))
    assert (migrated.done[5].does, migrated.done[5].count) == (
        "team_register.fax is left out. Nobody sends a fax.",
        teams,
    )


def test_a_code_nobody_reckoned_with_stops_it_with_file_row_and_value(made_up: Versions, of_0_9_9: Path) -> None:
    rewrite(of_0_9_9 / "gatekeeping.csv", lambda row: {**row, "legal_status": row["legal_status"].replace("S", "X")})
    with pytest.raises(CannotMigrate, match=r"In gatekeeping\.csv, legal_status: row 3 holds 'X'; row 5 holds 'X'"):
        migrate(of_0_9_9, made_up)


def test_steps_that_do_not_account_for_a_column_are_a_fault_of_the_standard(made_up: Versions, of_0_9_9: Path) -> None:
    version = made_up.by_number["1.0.0"]
    made_up.by_number["1.0.0"] = type(version)(**{**vars(version), "migration": version.migration[:-1]})
    with pytest.raises(RuntimeError, match=r"the steps to version 1\.0\.0 do not account for fax"):
        migrate(of_0_9_9, made_up)


def test_a_snapshot_freezes_the_current_version_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "snapshot", str(tmp_path))
    assert status == 0
    assert json.loads((tmp_path / "1.0.0.json").read_text(encoding="utf-8")) == catalogue(STANDARD)
    assert re.search(r"^snapshot_sha256: [0-9a-f]{64}$", out, re.MULTILINE)
    status, _, error = run(capsys, "snapshot", str(tmp_path))
    assert (status, "is there already" in error) == (2, True)
