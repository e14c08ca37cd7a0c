"""Planting a fault changes a copy, and writes down every place that changed."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from crt_return.sampling.changes import Change, write_changes
from crt_return.sampling.faults import Planted, changed, plant
from crt_return.sampling.file_steps import Link, apply_file_step
from crt_return.sampling.scene import Tables
from crt_return.sampling.valid import valid_return
from crt_return.standard import Rule, Standard, load_standard

STANDARD = load_standard()
TEAM = "RZA-T02"
FILES = {"gatekeeping.csv": b"provider_code,team_id\nRZA,RZA-T01\n", "notes.csv": b"note\n"}


@cache
def valid() -> Tables:
    """The tables in which faults are planted."""
    return valid_return(STANDARD, "RZA", 2, "2006-07-Q4", 1)


def with_fault(*steps: Any) -> Standard:
    """The standard with one rule whose only fault takes these steps."""
    rule = next(iter(STANDARD.rules.values()))
    made: Rule = replace(rule, id="XXX-01", faults={"made-up": list(steps)})
    return replace(STANDARD, rules={"XXX-01": made})


def planted(*steps: Any) -> Planted:
    return plant(valid(), "XXX-01", with_fault(*steps), TEAM)


def places(changes: tuple[Change, ...]) -> list[tuple[str, str, int | None, str, str, str]]:
    return [(one.file, one.change, one.row, one.field, one.was, one.now) for one in changes]


def test_a_changed_cell_is_found_with_its_row_in_the_spreadsheet_its_field_and_both_values() -> None:
    fault = planted(
        "UPDATE gatekeeping SET admissions_total = 99 WHERE team_id = '{team}' AND legal_status = 'voluntary'"
    )
    was = valid()["gatekeeping"][2]["admissions_total"]
    assert places(fault.changes) == [("gatekeeping.csv", "cell changed", 4, "admissions_total", was, "99")]
    assert fault.tables["gatekeeping"][2]["admissions_total"] == "99"


def test_the_tables_given_stay_as_they_were() -> None:
    planted("DELETE FROM gatekeeping")
    assert len(valid()["gatekeeping"]) == 4


def test_a_removed_row_is_given_by_its_old_number_and_its_key() -> None:
    fault = planted("DELETE FROM gatekeeping WHERE team_id = '{team}' AND legal_status = 'voluntary'")
    key = "RZA|2006-07-Q4|RZA-T02|voluntary"
    assert places(fault.changes) == [("gatekeeping.csv", "row removed", 4, "", key, "")]


def test_an_added_row_stands_last() -> None:
    fault = planted("INSERT INTO gatekeeping SELECT * FROM gatekeeping WHERE team_id = '{team}' LIMIT 1")
    key = "RZA|2006-07-Q4|RZA-T02|voluntary"
    assert places(fault.changes) == [("gatekeeping.csv", "row added", 6, "", "", key)]


def test_rows_after_a_removed_one_are_given_by_the_numbers_they_have_now() -> None:
    fault = planted(
        "DELETE FROM gatekeeping WHERE team_id = 'RZA-T01'",
        "UPDATE gatekeeping SET not_gatekept = '7' WHERE team_id = '{team}' AND legal_status = 'compulsory'",
    )
    assert ("gatekeeping.csv", "cell changed", 3) in [place[:3] for place in places(fault.changes)]


def test_null_is_written_as_a_blank_cell_and_a_blank_cell_is_null() -> None:
    fault = planted(
        "UPDATE team_register SET team_name = NULL WHERE team_id = '{team}'",
        "UPDATE team_register SET closed_on = '2007-01-01' WHERE closed_on IS NULL AND team_id = '{team}'",
    )
    assert fault.tables["team_register"][1]["team_name"] == ""
    assert fault.tables["team_register"][1]["closed_on"] == "2007-01-01"


def test_provider_and_period_are_filled_in_in_files_too() -> None:
    fault = planted({"file": "notes.csv", "write": "{provider} {period} {team}"})
    assert fault.files(STANDARD)["notes.csv"] == b"RZA 2006-07-Q4 RZA-T02"
    assert [change.change for change in fault.changes] == ["file: write"]


def test_faults_planted_one_after_another_all_stay() -> None:
    first = plant(valid(), "PKG-04", STANDARD, "RZA-T01")
    both = first.and_also(plant(first.tables, "PKG-12", STANDARD, TEAM))
    assert {change.rule for change in both.changes} == {"PKG-04", "PKG-12"}
    assert "notes.csv" in both.files(STANDARD)


def test_rows_move_up_in_the_list_when_a_later_fault_takes_out_a_row_above() -> None:
    change_last = "UPDATE gatekeeping SET not_gatekept = '7' WHERE team_id = '{team}' AND legal_status = 'compulsory'"
    first = planted(change_last)
    second = plant(first.tables, "XXX-01", with_fault("DELETE FROM gatekeeping WHERE team_id = 'RZA-T01'"), TEAM)
    both = first.and_also(second)
    assert [change.row for change in first.changes] == [5]
    assert [(change.change, change.row) for change in both.changes] == [
        ("cell changed", 3),
        ("row removed", 2),
        ("row removed", 3),
    ]


def test_a_value_that_looks_like_a_patients_is_masked_in_the_list() -> None:
    fault = plant(valid(), "PKG-09", STANDARD, TEAM)
    assert "943 476 5919" in fault.tables["fidelity_self"][6]["evidence_ref"]
    assert not any("943 476 5919" in change.now for change in fault.changes)


def test_statements_of_no_rule_change_a_copy_too() -> None:
    after = changed(
        valid(), ["UPDATE team_register SET team_name = 'Of {team}' WHERE team_id = '{team}'"], STANDARD, TEAM
    )
    assert [row["team_name"] == f"Of {TEAM}" for row in after["team_register"]] == [False, True]
    assert f"Of {TEAM}" not in [row["team_name"] for row in valid()["team_register"]]


def test_a_fault_that_finds_nothing_to_change_is_refused() -> None:
    with pytest.raises(ValueError, match="'made-up' of XXX-01 finds nothing to change in RZA-T02"):
        planted("DELETE FROM gatekeeping WHERE team_id = 'RZA-T77'")


def test_sql_that_cannot_be_run_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="'made-up' of XXX-01 cannot be planted"):
        planted("UPDATE gatekeeping SET no_such_field = '1'")


def test_an_unknown_rule_is_refused_with_the_nearest_named() -> None:
    with pytest.raises(ValueError, match=r"no rule 'GTK-1'\. Did you mean GTK-01, "):
        plant(valid(), "GTK-1", STANDARD, TEAM)


def test_an_unknown_variant_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="no fault 'lost'; it has missing, misnamed"):
        plant(valid(), "PKG-01", STANDARD, TEAM, "lost")


@pytest.mark.parametrize(
    ("step", "after"),
    [
        ({"file": "notes.csv", "remove": True}, {"gatekeeping.csv": FILES["gatekeeping.csv"]}),
        ({"file": "*", "remove": True}, {}),
        ({"file": "notes.csv", "write": "é"}, {**FILES, "notes.csv": b"\xc3\xa9"}),
        ({"file": "notes.csv", "replace": {"note": "ton"}}, {**FILES, "notes.csv": b"ton\n"}),
        ({"file": "notes.csv", "encode": "utf-16-be"}, {**FILES, "notes.csv": b"\0n\0o\0t\0e\0\n"}),
        ({"file": "notes.csv", "link": "../x"}, {**FILES, "notes.csv": Link("../x")}),
    ],
)
def test_each_file_step_does_what_it_says(step: dict[str, Any], after: dict[str, object]) -> None:
    assert apply_file_step(FILES, step) == after


def test_a_file_renamed_keeps_its_content() -> None:
    renamed = apply_file_step(FILES, {"file": "notes.csv", "rename": "note.csv"})
    assert renamed["note.csv"] == FILES["notes.csv"]
    assert "notes.csv" not in renamed


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"file": "nowhere.csv", "remove": True}, "no file nowhere.csv"),
        ({"file": "notes.csv", "replace": {"absent": "x"}}, "does not hold 'absent'"),
        ({"file": "notes.csv", "shred": True}, "one of remove, rename, write"),
        ({"remove": True}, "names a file"),
    ],
)
def test_a_file_step_that_cannot_be_taken_is_refused(step: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        apply_file_step(FILES, step)


def test_the_list_of_changes_is_a_csv_file(tmp_path: Path) -> None:
    fault = plant(valid(), "PKG-04", STANDARD, TEAM).within("RZA/2006-07-Q4")
    lines = write_changes(fault.changes, tmp_path / "faults.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "rule,variant,folder,file,change,row,field,was,now"
    assert lines[1].startswith("PKG-04,blank,RZA/2006-07-Q4,gatekeeping.csv,cell changed,4,gatekept_out_of_hours,")
