"""The inbox judged: what is accepted, what is not and why, and that a second run changes nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from unittest import mock

import polars as pl
import pytest

from crt_return.acceptance import examining, receipts
from crt_return.acceptance.inbox import expected_providers
from crt_return.acceptance.problem import Stopped
from crt_return.acceptance.register import Register
from crt_return.reading.model import ROW
from crt_return.sampling.valid import valid_return
from crt_return.validate import Examined, assessed
from tests.acceptance.runs import EARLIER, LATER, STANDARD, Place, a_return, plainly, rejected_return

pytestmark = pytest.mark.slow


def outcomes(place: Place) -> dict[str, str]:
    return {one.file: one.outcome for one in place.entries()}


def failed(place: Place, file: str) -> set[str]:
    """The rules of acceptance that found something in a submission."""
    (entry,) = (one for one in place.entries() if one.file == file)
    rules = {one["rule"] for one in json.loads(entry.receipt)["rules"]["failed"]}
    return {rule for rule in rules if rule in STANDARD.acceptance_rules}


def test_returns_are_judged_registered_published_and_given_receipts(any_place: Place) -> None:
    any_place.put("RZA.zip", a_return("RZA"))
    any_place.put("RZB.zip", rejected_return("RZB"))
    (any_place.inbox / "note.txt").write_text("hello", encoding="utf-8")
    any_place.expect(("RZA", LATER, 1), ("RZB", LATER, 1))
    any_place.accept()
    assert outcomes(any_place) == {"note.txt": "unreadable", "RZA.zip": "accepted", "RZB.zip": "rejected"}
    assert any_place.standing() == {("RZA", LATER): "RZA.zip"}
    for entry in any_place.entries():
        stem = any_place.store.folder / receipts.place(entry)
        assert json.loads((stem.parent / f"{stem.name}.json").read_text(encoding="utf-8"))["outcome"] == entry.outcome
        assert entry.file in (stem.parent / f"{stem.name}.html").read_text(encoding="utf-8")


def test_the_store_holds_every_cell_of_an_accepted_return_and_nothing_of_a_rejected_one(place: Place) -> None:
    tables = a_return("RZA")
    place.put("RZA.zip", tables)
    place.put("RZB.zip", rejected_return("RZB"))
    place.accept()
    stored = place.store.folder / "returns" / f"period={LATER}"
    assert [one.name for one in stored.iterdir()] == ["provider_code=RZA"]
    for name, rows in tables.items():
        kept = pl.read_parquet(stored / "provider_code=RZA" / f"{name}.parquet").height if rows else 0
        assert kept == len(rows), name
    with Register(place.url) as register:
        (entry,) = register.standing()
    checked = place.store.checked(entry, STANDARD)
    assert (
        checked.tables["gatekeeping"]
        .values.drop(ROW)
        .equals(pl.read_parquet(stored / "provider_code=RZA/gatekeeping.parquet"))
    )


def test_the_same_inbox_again_changes_nothing(any_place: Place) -> None:
    any_place.put("RZA.zip", a_return("RZA"))
    any_place.put("RZB.zip", rejected_return("RZB"))
    any_place.expect(("RZA", LATER, 1), ("RZB", LATER, 1))
    any_place.accept()
    rows, files = any_place.entries(), every_byte(any_place.store.folder)
    again = any_place.accept()
    assert [one.new for one in again] == [False, False]
    assert any_place.entries() == rows
    assert every_byte(any_place.store.folder) == files


def every_byte(folder: Path) -> dict[str, bytes]:
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def test_a_newer_version_supersedes_an_older_one(place: Place) -> None:
    place.put("a.zip", a_return(version=1))
    place.accept()
    place.put("b.zip", a_return(version=2))
    place.accept()
    assert outcomes(place) == {"a.zip": "accepted", "b.zip": "accepted"}
    assert place.standing() == {("RZA", LATER): "b.zip"}
    with Register(place.url) as register:
        old, new = register.entries()
    assert place.store.holds(new)
    assert (place.store.folder / "superseded" / old.submission / "gatekeeping.parquet").is_file()


def test_both_versions_in_one_inbox_come_to_the_same_whatever_their_names(place: Place) -> None:
    place.put("z.zip", a_return(version=1))
    place.put("a.zip", a_return(version=2))
    place.accept()
    assert place.standing() == {("RZA", LATER): "a.zip"}


def test_a_rejected_version_leaves_the_one_that_stands(place: Place) -> None:
    place.put("a.zip", a_return(version=1))
    place.put("b.zip", rejected_return(version=2))
    place.accept()
    assert place.standing() == {("RZA", LATER): "a.zip"}


def test_an_older_or_equal_version_with_other_data_is_rejected(place: Place) -> None:
    place.put("a.zip", a_return(version=2))
    place.accept()
    place.put("b.zip", a_return(version=1))
    place.accept()
    assert failed(place, "b.zip") == {"ACC-04"}
    assert place.standing() == {("RZA", LATER): "a.zip"}


def test_the_same_data_under_another_name_are_a_duplicate(place: Place) -> None:
    place.put("a.zip", a_return())
    place.put("b.zip", a_return())
    place.accept()
    assert outcomes(place) == {"a.zip": "accepted", "b.zip": "rejected"}
    assert failed(place, "b.zip") == {"ACC-03"}
    receipt = json.loads(place.entries()[1].receipt)
    assert "a.zip" in receipt["messages"][0]["message"]
    shown = receipts.html(place.entries()[1], "b.json", STANDARD)
    assert "Nothing of this one is used." in shown
    assert "send it again" not in shown


def test_a_provider_nobody_expects_and_a_closed_quarter_are_named(place: Place) -> None:
    place.put("RZA.zip", a_return("RZA"))
    place.put("RZB.zip", a_return("RZB"))
    place.put("old.zip", a_return("RZA", EARLIER))
    place.expect(("RZA", LATER, 1))
    place.accept()
    assert failed(place, "RZA.zip") == set()
    assert failed(place, "RZB.zip") == {"ACC-01"}
    assert failed(place, "old.zip") == {"ACC-02"}


def test_without_a_list_nobody_is_unexpected_and_the_receipt_says_so(place: Place) -> None:
    place.put("RZA.zip", a_return("RZA"))
    place.accept()
    receipt = json.loads(place.entries()[0].receipt)
    open_rules = {one["rule"]: one["because"] for one in receipt["rules"]["not_evaluated"]}
    assert "no list of expected providers" in open_rules["ACC-01"]
    assert "ACC-02" in open_rules


def test_the_accepted_quarter_before_is_used_and_a_team_that_vanishes_is_seen(place: Place) -> None:
    place.put("q3.zip", a_return(period=EARLIER))
    vanished = a_return()
    for rows in vanished.values():
        for row in rows:
            if "team_id" in row:
                row["team_id"] = row["team_id"].replace("T01", "T07")
    vanished["explanations"] = []
    place.put("q4.zip", vanished)
    place.accept()
    (entry,) = (one for one in place.entries() if one.file == "q4.zip")
    found = json.loads(entry.receipt)
    assert found["prior"]["submission"] == place.entries()[0].submission
    assert "REG-08" in {one["rule"] for one in found["rules"]["failed"]}


def test_a_team_left_out_of_a_resubmission_is_noted(place: Place) -> None:
    two = valid_return(STANDARD, "RZA", 2, LATER, seed=1)
    place.put("a.zip", two)
    place.put("b.zip", a_return(version=2, teams_expected="1"))
    place.accept()
    assert failed(place, "b.zip") == {"ACC-05"}
    assert place.standing() == {("RZA", LATER): "b.zip"}, "it is for the reader to judge, and stops nothing"


def test_a_quarter_without_any_activity_is_noted(place: Place) -> None:
    silent = a_return()
    for row in silent["referrals"]:
        row |= dict.fromkeys(("received", "accepted_for_assessment", "not_accepted", "assessed"), "0")
    place.put("a.zip", silent)
    place.accept()
    assert "ACC-06" in failed(place, "a.zip")


def test_a_fault_of_ours_on_one_return_leaves_the_others_and_is_tried_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.put("a.zip", a_return("RZA"))
    place.put("b.zip", a_return("RZB"))
    with monkeypatch.context() as patch:
        real = assessed

        def failing(examined: Examined) -> object:
            if "RZA" in {one.checked.release.provider_code for one in examined.batch.returns}:
                raise KeyError("a value that must not be shown")
            return real(examined)

        patch.setattr(examining, "assessed", failing)
        done = place.accept(plainly(place.store))
    assert {one.name: one.fault for one in done} == {"a.zip": "KeyError", "b.zip": None}
    assert outcomes(place) == {"b.zip": "accepted"}
    place.accept()
    assert outcomes(place) == {"b.zip": "accepted", "a.zip": "accepted"}


def test_a_store_that_lost_a_return_gets_it_back_from_the_inbox_and_says_so_where_it_cannot(place: Place) -> None:
    file = place.put("a.zip", a_return())
    place.accept()
    before = every_byte(place.store.folder)
    shutil.rmtree(place.store.folder / "returns")
    place.accept(plainly(place.store))
    assert every_byte(place.store.folder) == before
    shutil.rmtree(place.store.folder / "returns")
    file.unlink()
    with pytest.raises(Stopped, match="does not hold it"):
        place.accept()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("provider_code,period\nRZA,2006-07-Q4\n", "lacks the column teams_expected"),
        ("provider_code,period,teams_expected\nRZA,2006-07,3\n", "line 2: its quarter"),
        ("provider_code,period,teams_expected\nRZA,2006-07-Q4,many\n", "line 2: the number of teams"),
        ("provider_code,period,teams_expected\nRZA,2006-07-Q4,1\nRZA,2006-07-Q4,2\n", "lines 2 and 3: the provider"),
        ("provider_code,period,teams_expected\n", "names no provider"),
        ("provider_code,period,teams_expected\nRZA,2006-07-Q4,1,2\n", "a line of it has more cells than the header"),
        ("", "is not a CSV file with a header"),
    ],
)
def test_a_list_that_cannot_be_meant_is_refused_with_its_line(text: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "expected_providers.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Stopped, match=says):
        expected_providers(file, STANDARD)


def test_a_list_given_anew_adds_what_it_changes_and_keeps_what_was(place: Place) -> None:
    place.put("RZA.zip", a_return("RZA"))
    place.expect(("RZA", LATER, 1), ("RZB", LATER, 4))
    place.accept()
    place.expect(("RZA", LATER, 2))
    place.accept()
    with Register(place.url) as register:
        assert register.expected().rows() == [("RZA", LATER, 2)]


def test_a_reader_never_sees_half_a_return(place: Place) -> None:
    """At every step of a resubmission, the tables in place are all those of one version."""
    place.put("a.zip", a_return(version=1))
    place.accept()
    place.put("b.zip", a_return(version=2))
    seen = []
    real = Path.replace

    def watched(self: Path, target: Path) -> Path:
        seen.append(tables_in_place(place))
        moved = real(self, target)
        seen.append(tables_in_place(place))
        return moved

    with mock.patch.object(Path, "replace", watched):
        place.accept(plainly(place.store))
    whole = tables_in_place(place)
    assert {frozenset(one) for one in seen} <= {frozenset(), frozenset(whole)}
    assert len(whole) > 14


def tables_in_place(place: Place) -> set[str]:
    return {one.name for one in (place.store.folder / "returns").glob("*/*/*.parquet")}
