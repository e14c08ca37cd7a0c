"""The Department's commands as they are run: what they print, and how they end."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from crt_return import cli
from crt_return.acceptance import receipts
from crt_return.acceptance.register import Entry
from tests.acceptance.runs import LATER, Place, a_return, rejected_return


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    """The command in this process: exit status, output, error output."""
    given = ["crt-return", *map(str, arguments)]
    with mock.patch.object(sys, "argv", given), pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


def receipt_of(place: Place, entry: Entry) -> Path:
    return place.store.folder / f"{receipts.place(entry)}.json"


@pytest.fixture
def in_this_process(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers of `accept` that start no process."""

    @contextmanager
    def workers(*_: object) -> Iterator[Any]:
        yield place.workers()

    monkeypatch.setattr(import_module("crt_return.acceptance.workers"), "local_workers", workers)


@pytest.mark.usefixtures("in_this_process")
def test_accept_prints_a_line_a_return_and_the_desk(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    accept_two(place, capsys)


@pytest.mark.slow
def test_accept_with_real_workers_prints_the_same(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    """The real command, with its real workers and Great Expectations."""
    accept_two(place, capsys)


def accept_two(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    place.put("RZA.zip", a_return("RZA"))
    place.put("RZB.zip", rejected_return("RZB"))
    place.expect(("RZA", LATER, 1), ("RZB", LATER, 1))
    given = ("accept", place.inbox, "--register", place.url, "--store", place.store.folder)
    status, out, err = run(capsys, *given, "--processes", "1")
    assert (status, err) == (0, "")
    assert "RZA.zip: RZA 2006-07-Q4 v1: ACCEPTED (0 errors, 0 warnings)" in out
    assert "RZB.zip: RZB 2006-07-Q4 v1: REJECTED (1 error," in out
    assert "2 in the inbox: 2 judged now, 0 before." in out
    assert f"The desk is {place.store.folder / 'desk.html'}." in out
    status, out, _ = run(capsys, *given)
    assert status == 0
    assert "- judged before" in out


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("no-such-inbox", "--register", "sqlite:///r.db", "--store", "s"), "no-such-inbox does not exist"),
        (("inbox", "--register", "nonsense", "--store", "s"), "is not the URL of a database"),
        (("inbox", "--register", "sqlite://", "--store", "s"), "would be gone with the command"),
        (("inbox", "--register", "sqlite:///:memory:", "--store", "s"), "would be gone with the command"),
        (("inbox", "--register", "sqlite:///r.db", "--store", "inbox/s"), "would lie in the inbox itself"),
        (("inbox", "--register", "sqlite:///inbox/r.db", "--store", "s"), "register would lie in the inbox itself"),
        (("inbox", "--register", "sqlite:///r.db", "--store", "file/s"), "cannot be written"),
        (("inbox", "--register", "sqlite:///r.db", "--store", "s", "--expected", "no.csv"), "no.csv cannot be read"),
    ],
)
def test_what_cannot_be_used_is_a_sentence_and_2(
    given: tuple[str, ...],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "inbox").mkdir()
    (tmp_path / "file").write_text("", encoding="utf-8")
    status, _, err = run(capsys, "accept", *given)
    assert status == 2
    assert says in err
    assert "Traceback" not in err


def test_verify_agrees_with_the_return_of_the_receipt_and_with_no_other(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    same = place.put("RZA.zip", a_return("RZA"))
    other = place.put("RZB.zip", rejected_return("RZB"))
    place.accept()
    accepted, rejected = place.entries()
    status, out, _ = run(capsys, "verify", receipt_of(place, accepted), same)
    assert (status, out.splitlines()[-1]) == (0, f"Receipt {accepted.submission} holds for this return.")
    status, out, _ = run(capsys, "verify", receipt_of(place, rejected), other)
    assert status == 0
    status, out, _ = run(capsys, "verify", receipt_of(place, accepted), other)
    assert status == 1
    assert "does NOT hold" in out
    assert "DIFFERS       SHA-256 of the data" in out


def test_a_receipt_of_what_cannot_be_read_holds_for_that_file_alone(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    sent, other = place.inbox / "sent.txt", place.folder / "other.txt"
    sent.write_text("hello", encoding="utf-8")
    other.write_text("hallo", encoding="utf-8")
    place.accept()
    (entry,) = place.entries()
    assert entry.file_sha256 == sha256(b"hello").hexdigest(), "as any other tool gives it"
    status, out, _ = run(capsys, "verify", receipt_of(place, entry), sent)
    assert (status, out.splitlines()[-1]) == (0, f"Receipt {entry.submission} holds for this return.")
    status, out, _ = run(capsys, "verify", receipt_of(place, entry), other)
    assert status == 1
    assert "DIFFERS       SHA-256 of the file" in out
    status, _, said = run(capsys, "verify", receipt_of(place, entry), Path("x" * 5000))
    assert status == 2
    assert "cannot be read: file name too long" in said


def test_an_empty_inbox_is_said_to_be_empty(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "accept", place.inbox, "--register", place.url, "--store", place.store.folder)
    assert status == 0
    assert f"There is nothing in {place.inbox}: a submission is a file or a folder that lies in it." in out


@pytest.mark.slow
def test_verify_leaves_open_what_needs_the_quarter_before_and_says_so(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    before = place.put("q3.zip", a_return(period="2006-07-Q3"))
    now = a_return()
    now["home_treatment"][0]["caseload_start"] = "3"
    file = place.put("q4.zip", now)
    place.accept()
    entry = place.entries()[1]
    status, out, _ = run(capsys, "verify", receipt_of(place, entry), file)
    assert status == 0
    assert "not compared  HTX-08 (warning): 1 in the receipt, not judged now" in out
    status, out, _ = run(capsys, "verify", receipt_of(place, entry), file, "--prior", before)
    assert status == 0
    assert "not compared" not in out
    assert "agrees        SHA-256 of the return of the quarter before" in out
    assert "agrees        HTX-08 (warning): 1" in out
    status, _, said = run(capsys, "verify", receipt_of(place, entry), place.inbox / "mistyped.zip")
    assert status == 2
    assert "mistyped.zip: give the return that the receipt is of." in said


@pytest.mark.slow
def test_another_rule_set_that_comes_to_the_same_is_said_and_no_difference(
    place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = place.put("RZA.zip", a_return("RZA"))
    place.accept()
    made = json.loads(place.entries()[0].receipt)
    made["judged_by"]["rule_set_sha256"] = "0" * 64
    (tmp_path / "receipt.json").write_text(json.dumps(made), encoding="utf-8")
    status, out, _ = run(capsys, "verify", tmp_path / "receipt.json", file)
    assert status == 0
    assert "not compared  rule set" in out


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"receipt": "1"}'])
def test_a_file_that_is_no_receipt_is_a_sentence(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "receipt.json").write_text(text, encoding="utf-8")
    status, _, err = run(capsys, "verify", tmp_path / "receipt.json", tmp_path)
    assert status == 2
    assert "is not a receipt" in err


def test_a_report_is_refused_on_a_store_that_lacks_what_was_accepted(
    place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place.put("RZA.zip", a_return("RZA"))
    place.accept()
    given = ("national", "--period", LATER, "--register", place.url, "--out", tmp_path / "report", "--store")
    status, _, err = run(capsys, *given, tmp_path / "elsewhere")
    assert status == 2
    assert "does not hold it (1 missing in all)" in err
    (table,) = place.store.folder.rglob("returns/**/gatekeeping.parquet")
    table.unlink()
    status, _, err = run(capsys, *given, place.store.folder)
    assert (status, "does not hold it (1 missing in all)" in err) == (2, True), "a return without a table is not whole"
    assert not (tmp_path / "report").exists()


def test_a_report_takes_the_place_of_nothing_but_a_report(
    place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "index.html").write_text("my own page", encoding="utf-8")
    place.accept()
    given = ("national", "--period", LATER, "--register", place.url, "--store", place.store.folder)
    status, _, err = run(capsys, *given, "--out", tmp_path / "mine")
    assert status == 2
    assert "holds something else than a national report" in err
    assert (tmp_path / "mine" / "index.html").read_text(encoding="utf-8") == "my own page"
    status, _, err = run(capsys, *given[:3], "--register", "sqlite:///none.db", *given[5:], "--out", tmp_path / "new")
    assert status == 2
    assert "There is no register" in err
