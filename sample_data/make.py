"""Makes the sample data: valid and faulty returns of a trust that does not exist.

    python sample_data/make.py           makes everything anew
    python sample_data/make.py --check   says whether the files here are what it would make

The files are made from the standard and a fixed seed and are never changed by hand. `PLAN` says which fault
stands where; together the invalid ones break every rule of the standard, and a test holds it to that. `FIDELITY` is
a return to read, of teams whose claims and figures differ.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from crt_return.sampling.changes import Change, changes_text
from crt_return.sampling.explaining import explained
from crt_return.sampling.faults import Planted, changed, plant
from crt_return.sampling.file_steps import Content, FileStep
from crt_return.sampling.scene import Tables
from crt_return.sampling.valid import two_quarters, valid_return
from crt_return.sampling.writing import DESCRIPTOR, NOTE, NOTE_TEXT, files_of, zip_bytes
from crt_return.standard import EXPLANATIONS, HEADER, Standard, load_standard, team_id
from crt_return.versions import as_of, snapshot

HERE = Path(__file__).parent
COMMAND = "python sample_data/make.py"
PROVIDER, PERIOD, SEED, TEAMS = "RZA", "2006-07-Q4", 2007, 3
BY_HAND = {"make.py"}
NOT_OURS = {"__pycache__"}
WORKBOOK = "PK\x03\x04 [Content_Types].xml xl/workbook.xml"
WORKBOOK_ENDING = ".xlsx"
HOURS_HEADER = "provider_code,period,team_id,function"
OPTIONAL_TABLES = ("core_items", "episodes")


@dataclass(frozen=True)
class Faulty:
    """A return with faults.

    `faults` are named by team number, with spaces between, each as a rule or as rule/variant; `steps` are for
    rules whose own fault is aimed at another file.
    """

    shows: str
    faults: dict[int, str]
    steps: tuple[tuple[str, FileStep], ...] = ()
    teams: int = 1
    whole: bool = False


RICH = Faulty(
    "Most of the rules on figures, one after another in six teams; read it with `--prior sample_data/previous`.",
    {
        1: "REG-08 HDR-06 EPI-05 EXP-01",
        2: "STF-10 HTX-08 REG-03 STF-02 HRS-03 GTK-04 GTK-10 REF-05 RSP-06 HTX-03 HTX-09 AUD-01 FID-05",
        3: "GTK-14 HTX-15 REG-04 STF-01 HRS-08 GTK-06 GTK-11 REF-06 RSP-07 OUT-01 HTX-04 HTX-13 WSA-05 EPI-01 EXP-02",
        4: "EXP-03 HDR-03 HDR-07 REG-05 STF-09 HRS-09 GTK-01 GTK-05 REF-02 RSP-01 OUT-03 HTX-05 WSA-01 AUD-02 EPI-02",
        5: "HDR-04 REG-01 REG-06 HRS-01 GTK-02 GTK-07 REF-03 RSP-02 HTX-01 HTX-06 HTX-16 WSA-02 FID-01 EPI-04",
        6: "HDR-05 REG-02 REG-11 HRS-02 GTK-03 REF-01 REF-04 RSP-05 HTX-02 HTX-07 HTX-14 FID-02 EPI-03",
    },
    teams=6,
    whole=True,
)
PLAN = {
    "rich": RICH,
    "low-fidelity": Faulty(
        "Sound figures, but little of the model. Nothing here is an error but that the warnings stand unexplained.",
        {
            1: "HDR-10 STF-03 STF-05 STF-06 STF-07 HRS-04 HRS-07 GTK-08 WSA-03 AUD-03 FID-03",
            2: "REG-10 REG-07 REG-09 STF-04 STF-08 STF-11 HRS-06 GTK-09 GTK-12 RSP-03 RSP-04 HTX-10 HTX-11 HTX-12",
            3: "HRS-05 GTK-13 OUT-02 WSA-04 AUD-04 FID-04",
        },
        teams=3,
    ),
    "late": Faulty("Handed in late, and signed off by a delegate.", {1: "HDR-08 HDR-09"}),
    "last-quarters-file": Faulty("One file is left over from an earlier quarter.", {1: "PKG-08/wrong-quarter"}),
    "missing-file": Faulty("One file is not there.", {1: "PKG-01"}),
    "nil-return-with-rows": Faulty("Said to be a nil return, and full of figures.", {1: "HDR-11"}),
    "semicolons": Faulty("One file uses semicolons, as some programs save it.", {1: "PKG-13"}),
    "two-headers": Faulty("The header has two rows.", {1: "HDR-01"}),
    "unknown-provider": Faulty("The provider is on no list.", {1: "HDR-02"}),
    "wrong-cells": Faulty(
        "Cells that are of the wrong type, blank, in no code list, out of range or hold an NHS number.",
        {1: "PKG-03 PKG-04 PKG-05 PKG-06 PKG-07 PKG-09 PKG-21"},
    ),
    "wrong-files": Faulty(
        "Nine files, each with another fault of the file itself.",
        {1: "PKG-12 PKG-15 PKG-17/empty PKG-19/windows-1252"},
        (
            ("PKG-02", {"file": "whole_system.csv", "replace": {"protocol_status": "protocol_state"}}),
            ("PKG-14", {"file": "response_times.csv", "write": WORKBOOK}),
            ("PKG-16", {"file": "fidelity_self.csv", "replace": {",gatekeeping,": ",gate,keeping,"}}),
            ("PKG-18", {"file": "team_hours.csv", "replace": {HOURS_HEADER: f"Hours of the team\n\n{HOURS_HEADER}"}}),
            ("PKG-20", {"file": "assessment_outcomes.csv", "replace": {",assessments\n": ",assessments\n\n,,,,\n"}}),
        ),
    ),
    "earlier-workbook.xlsx": Faulty("A workbook of the version before, filled in again.", {1: "PKG-22"}),
    "excel-habits.xlsx": Faulty(
        "A workbook with what Excel and its users put into cells: an error, a dash, separators, a short year, spaces.",
        {1: "PKG-23/error-value PKG-23/dash PKG-23/thousands PKG-23/two-digit-year PKG-24"},
    ),
}


@dataclass(frozen=True)
class ToRead:
    """A team of the return to read: what there is to see of it, its faults as in `PLAN`, and what else is changed."""

    name: str
    shows: str
    faults: str
    statements: tuple[str, ...]


FIDELITY = {
    1: ToRead(
        "Synthetic team: claims all, has little",
        "Says that all is in place and that it works round the clock. Its staff are few, at night there is only its "
        "telephone, and admissions pass it by.",
        "STF-05 STF-06 STF-11 HRS-07 GTK-08 REG-09 RSP-03 WSA-03 AUD-03/old-audit AUD-03/carers-never-asked",
        (
            "UPDATE team_staffing SET wte_funded = '2', wte_in_post = '2', wte_temporary = '0', headcount = '2' "
            "WHERE team_id = '{team}' AND staff_group = 'nurse'",
            "UPDATE team_staffing SET wte_funded = '1', wte_in_post = '1', headcount = '1' "
            "WHERE team_id = '{team}' AND staff_group = 'support_worker'",
            "UPDATE team_hours SET min_staff = LEAST(CAST(min_staff AS INTEGER), 2) WHERE team_id = '{team}'",
            "UPDATE team_hours SET cover_model = 'none', min_staff = '0' "
            "WHERE team_id = '{team}' AND function = 'home_visit_known' AND start_time = '00:00'",
            "UPDATE fidelity_self SET status = 'fully', action_plan_due = NULL WHERE team_id = '{team}'",
            "UPDATE team_register SET operational_status_self = 'fully_operational' WHERE team_id = '{team}'",
        ),
    ),
    2: ToRead(
        "Synthetic team: claims little, has all",
        "Says that little is in place. By its figures, all of it is.",
        "",
        (
            "UPDATE fidelity_self SET status = 'partly', action_plan_due = '2007-09-30' WHERE team_id = '{team}'",
            "UPDATE fidelity_self SET status = 'not' "
            "WHERE team_id = '{team}' AND requirement IN ('staffing_resources', 'gatekeeping')",
            "UPDATE team_register SET operational_status_self = 'partly_operational', offers_24_7_self = 'false', "
            "gatekeeps_self = 'false' WHERE team_id = '{team}'",
        ),
    ),
    3: ToRead(
        "Synthetic team: hands its nights to A&E, and says so",
        "Sends people to A&E from 22:00 to 8:00. What it says of itself agrees with its figures.",
        "",
        (
            "UPDATE team_hours SET cover_model = 'accident_and_emergency', min_staff = '0' "
            "WHERE team_id = '{team}' AND function <> 'senior_psychiatrist' AND start_time = '00:00'",
            "INSERT INTO team_hours SELECT provider_code, period, team_id, function, day_type, '22:00', '24:00', "
            "'accident_and_emergency', '0' FROM team_hours "
            "WHERE team_id = '{team}' AND function <> 'senior_psychiatrist' AND start_time = '20:00'",
            "UPDATE team_hours SET end_time = '22:00' "
            "WHERE team_id = '{team}' AND function <> 'senior_psychiatrist' AND start_time = '20:00'",
            "UPDATE whole_system SET hands_over_overnight = 'true' "
            "WHERE team_id = '{team}' AND partner_type = 'a_and_e_liaison'",
            "UPDATE fidelity_self SET status = 'partly', action_plan_due = '2007-09-30' "
            "WHERE team_id = '{team}' AND requirement = 'staffing_resources'",
            "UPDATE team_register SET operational_status_self = 'partly_operational', offers_24_7_self = 'false' "
            "WHERE team_id = '{team}'",
        ),
    ),
}
EARLIER = "0.9.0"
SINCE_THEN = ("values_hash", "reason_code")  # columns of the explanations that 0.9.0 did not have
TO_EXPLAIN = Faulty("Two warnings that 0.9.0 had.", {1: "REG-06 STF-09"})
PROVISIONAL = "UPDATE return_header SET submission_status = 'provisional'"
NAMED = "UPDATE team_register SET team_name = '{name}' WHERE team_id = '{{team}}'"

# Files that are no return at all, and folders with nothing of a return in them: the command ends with status 2.
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
LONE_ZIP = {"return/gatekeeping.csv.zip": zip_bytes({"gatekeeping.csv": b"provider_code\n"})}
UNREADABLE: Mapping[str, tuple[str, str, bytes]] = {
    "picture.jpg": ("PKG-10", "A picture, sent by mistake.", JPEG),
    "nothing-of-a-return/README.txt": ("PKG-10", "A folder that holds no file of a return.", NOTE_TEXT.encode()),
    "corrupt.zip": ("PKG-10", "A zip that was cut short.", zip_bytes({NOTE: NOTE_TEXT.encode()})[:40]),
    "zip-in-a-zip.zip": ("PKG-10", "A zip whose folder holds only another zip.", zip_bytes(LONE_ZIP)),
    "path-traversal.zip": (
        "PKG-11",
        "A zip with an entry that would be written outside its folder.",
        zip_bytes({"../gatekeeping.csv": b"provider_code\n"}),
    ),
}


def sample_files(standard: Standard) -> dict[str, bytes]:
    """Every file of the sample data by its path, as it should be."""
    before, now = two_quarters(standard, PROVIDER, TEAMS, PERIOD, SEED)
    made = {name: faulty_return(standard, faulty).within(name) for name, faulty in PLAN.items()}
    changes = [change for planted in made.values() for change in planted.changes]
    return {
        **_under("valid", files_of(now, standard)),
        **_under("previous", files_of(before, standard)),
        **_under("fidelity", files_of(fidelity_return(now, standard), standard)),
        **_under(f"version-{EARLIER}", earlier_files(standard)),
        **{path: data for name, one in made.items() for path, data in _faulty_files(name, one, standard)},
        **{f"invalid/{name}": data for name, (_, _, data) in UNREADABLE.items()},
        "invalid/faults.csv": changes_text(changes).encode(),
        "README.md": readme(changes).encode(),
    }


def faulty_return(standard: Standard, faulty: Faulty) -> Planted:
    """The return of one entry of the plan."""
    tables = valid_return(standard, PROVIDER, faulty.teams, PERIOD, SEED)
    planted = Planted(tables if faulty.whole else _fewer_tables(tables))
    for team, faults in faulty.faults.items():
        planted = _with_faults(planted, faults, team, standard)
    for rule, step in faulty.steps:
        planted = planted.with_file_step(rule, step)
    return planted


def _with_faults(planted: Planted, faults: str, team: int, standard: Standard) -> Planted:
    """A return with a team's faults planted too, one after another."""
    for fault in faults.split():
        rule, _, variant = fault.partition("/")
        planted = planted.and_also(plant(planted.tables, rule, standard, team_id(PROVIDER, team), variant or None))
    return planted


def fidelity_return(valid: Tables, standard: Standard) -> Tables:
    """The return to read: provisional, so that its warnings are only asked about."""
    tables = changed(_fewer_tables(valid), [PROVISIONAL], standard, "")
    for number, team in FIDELITY.items():
        faulty = _with_faults(Planted(tables), team.faults, number, standard).tables
        statements = [NAMED.format(name=team.name), *team.statements]
        tables = changed(faulty, statements, standard, team_id(PROVIDER, number))
    return tables


def earlier_files(standard: Standard) -> dict[str, bytes]:
    """The return to migrate: its warnings are explained as 0.9.0 had it, without saying of which values."""
    tables, _ = explained(faulty_return(standard, TO_EXPLAIN).tables, "not given", standard, SEED)
    then = snapshot(EARLIER)
    rules = {rule["id"] for rule in then["rules"]}
    header = [{**row, "standard_version": EARLIER} for row in tables[HEADER]]
    answered = [row for row in tables[EXPLANATIONS] if row["rule_id"] in rules]
    answers = [{name: row[name] for name in row if name not in SINCE_THEN} for row in answered]
    return files_of({**tables, HEADER: header, EXPLANATIONS: answers}, as_of(then, standard))


def _fewer_tables(tables: Tables) -> Tables:
    """The tables of a return to which the optional ones have nothing to add."""
    return {**tables, **{name: [] for name in OPTIONAL_TABLES}}


def _faulty_files(name: str, planted: Planted, standard: Standard) -> Iterator[tuple[str, bytes]]:
    """The files of a faulty return, without the long descriptor; a workbook lies by itself."""
    for file, content in planted.files(standard).items():
        if name.endswith(WORKBOOK_ENDING):
            yield f"invalid/{name}", _plain(content)
        elif file != DESCRIPTOR:
            yield f"invalid/{name}/{file}", _plain(content)


def _plain(content: Content) -> bytes:
    if not isinstance(content, bytes):
        raise TypeError("a link cannot be kept among the sample data")
    return content


def _under(folder: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {f"{folder}/{name}": content for name, content in files.items()}


TO_READ = "\n".join(f"| `{team_id(PROVIDER, number)}` | {team.shows} |" for number, team in FIDELITY.items())
README = f"""# Sample data

**Everything here is synthetic.** `RZA` is no real trust; no team, member of staff or patient stands behind any
figure. All of it is made by `{COMMAND}` from the standard and a fixed seed: do not change a file by hand.
`{COMMAND} --check` says whether the files are as made.

| path | what it is |
| --- | --- |
| `valid/` | {PERIOD} of {PROVIDER}: {TEAMS} open teams and a planned one. Accepted, nothing to explain. |
| `previous/` | The quarter before, for `--prior`. Valid too. |
| `fidelity/` | To read: claims beside figures, as below. Provisional and without an error, so queried. |
| `version-{EARLIER}/` | A return as version {EARLIER} of the standard had it, to take over with `crt-return migrate`. |
| `invalid/` | Returns with faults. Together they break every rule of the standard. |

`invalid/faults.csv` lists each place that was changed: rule, variant of the fault, folder, file, the row as a
spreadsheet shows it, field, and the value before and after.

## `fidelity/`

| team | what it shows |
| --- | --- |
{TO_READ}

`valid/` has the same teams as they were before.

## `invalid/`

| path | what it shows | rules broken on purpose |
| --- | --- | --- |
"""


def readme(changes: list[Change]) -> str:
    """The page that says what each sample is."""
    rules = {name: sorted({one.rule for one in changes if one.folder == name}) for name in PLAN}
    paths = {name: name if name.endswith(WORKBOOK_ENDING) else f"{name}/" for name in PLAN}
    folders = [f"| `{paths[name]}` | {one.shows} | {', '.join(rules[name])} |" for name, one in PLAN.items()]
    files = [f"| `{name}` | {shows} | {rule} |" for name, (rule, shows, _) in UNREADABLE.items()]
    return README + "\n".join([*folders, *files]) + "\n"


def write(files: Mapping[str, bytes]) -> None:
    """Put the files in place of those that are here."""
    for name in ("valid", "previous", "fidelity", f"version-{EARLIER}", "invalid"):
        shutil.rmtree(HERE / name, ignore_errors=True)
    for name, content in files.items():
        path = HERE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def differences(files: Mapping[str, bytes]) -> list[str]:
    """The paths that are missing, not wanted or not as made."""
    here = {path.relative_to(HERE).as_posix(): path for path in HERE.rglob("*") if path.is_file()}
    ours = {name for name in here if name not in BY_HAND and not NOT_OURS & {*Path(name).parts}}
    changed = {name for name in ours & set(files) if here[name].read_bytes() != files[name]}
    return sorted(changed | (ours ^ set(files)))


def main() -> int:
    """Make the files, or with --check compare them."""
    parser = argparse.ArgumentParser(description="Make the sample data anew, or check that it is as made.")
    parser.add_argument("--check", action="store_true", help="change nothing; say what differs")
    check_only = parser.parse_args().check
    files = sample_files(load_standard())
    if not check_only:
        write(files)
        return 0
    different = differences(files)
    if different:
        print(f"{len(different)} files of sample_data differ from what would be made: {', '.join(different[:10])}")
        print(f"Run {COMMAND} to make them anew.")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
