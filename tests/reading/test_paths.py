"""PKG-10: a path that is no return is refused in one plain sentence, whatever it is."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from crt_return.reading import Unreadable, read_package
from tests.reading.returns import HEADER, ROW, Return, Zipped, example_files
from tests.reading.test_text import office_file

FORMS = "Give the folder, the zip file, the workbook (.xlsx) or the datapackage.json of the return."
GIVE_IT = "If the return is in the workbook, give the workbook itself."


def refusal(path: Path, clean: Return) -> str:
    with pytest.raises(Unreadable) as refused:
        read_package(path, clean.standard)
    fault = refused.value.fault
    assert (fault.rule, fault.file, fault.table) == ("PKG-10", None, None)
    return str(fault.values["problem"])


def written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_a_path_that_does_not_exist(clean: Return, tmp_path: Path) -> None:
    assert refusal(tmp_path / "no", clean) == f"{tmp_path / 'no'} does not exist."


def test_an_empty_folder(clean: Return, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    written(tmp_path / "none", ".DS_Store", b"x")
    assert refusal(tmp_path / "none", clean) == "none is an empty folder."


def test_a_folder_without_any_file_of_a_return(clean: Return, tmp_path: Path) -> None:
    folder = tmp_path / "letters"
    folder.mkdir()
    for name in "abcde":
        written(folder, f"{name}.txt", b"x")
    expected = "letters holds no file of a return, only a.txt, b.txt, c.txt and 2 more."
    assert refusal(folder, clean) == expected


def test_a_folder_whose_sub_folder_holds_the_return(clean: Return) -> None:
    expected = f"{clean.folder.parent.name} holds no file of a return itself. Give its sub-folder return/"
    assert refusal(clean.folder.parent, clean) == expected


def test_a_folder_with_a_workbook_only(clean: Return, tmp_path: Path) -> None:
    folder = tmp_path / "books"
    folder.mkdir()
    written(folder, "RZA.xlsx", office_file("xl/workbook.xml"))
    assert refusal(folder, clean) == f"books holds no file of a return, only RZA.xlsx. {GIVE_IT}"


def test_a_folder_of_more_than_a_thousand_files(clean: Return, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(1001):
        (folder / f"{number}.txt").touch()
    assert refusal(folder, clean) == "many holds more than 1,000 files. Give the folder of one return alone."


def test_a_zip_inside_a_folder_inside_the_zip(clean: Return, zipped: Zipped) -> None:
    inner = zipped(example_files(clean.standard)).read_bytes()
    expected = (
        "return.zip holds no file of a return, only inner.zip. "
        "If the return is in the zip file, take it out and give that."
    )
    assert refusal(zipped({"deep/inner.zip": inner}), clean) == expected
    assert refusal(zipped({"inner.zip": inner}), clean) == expected


def test_a_zip_with_the_return_two_folders_deep(clean: Return, zipped: Zipped) -> None:
    expected = "return.zip holds no file of a return itself. Give its sub-folder b/"
    assert refusal(zipped({"a/b/gatekeeping.csv": b"x"}), clean) == expected


def test_an_empty_zip(clean: Return, zipped: Zipped) -> None:
    assert refusal(zipped({}), clean) == "return.zip is an empty zip file."


def test_a_single_csv_file(clean: Return) -> None:
    expected = "explanations.csv is a single file. Give the folder that holds it and the rest of the return."
    assert refusal(clean.folder / "explanations.csv", clean) == expected


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("scan.jpg", b"\xff\xd8\xff\xe0", "a JPEG picture"),
        ("letter.pdf", b"%PDF-1.7", "a PDF"),
        ("letter.docx", office_file("word/document.xml"), "a Word document"),
        ("return.csv.gz", b"\x1f\x8b\x08\x00", "a gzip file"),
    ],
)
def test_a_file_of_another_kind(clean: Return, tmp_path: Path, name: str, content: bytes, kind: str) -> None:
    assert refusal(written(tmp_path, name, content), clean) == f"{name} is {kind}, not a return. {FORMS}"


def test_a_file_of_no_known_kind(clean: Return, tmp_path: Path) -> None:
    assert refusal(written(tmp_path, "x.bin", b"\1\2"), clean) == f"x.bin is not a return. {FORMS}"


def test_a_zip_that_is_no_zip(clean: Return, tmp_path: Path) -> None:
    expected = "return.zip is a damaged zip file, or not a zip file at all."
    assert refusal(written(tmp_path, "return.zip", b"rubbish"), clean) == expected


def test_a_zip_cut_short(clean: Return, zipped: Zipped) -> None:
    path = zipped(example_files(clean.standard))
    path.write_bytes(path.read_bytes()[:-200])
    assert refusal(path, clean) == "return.zip is a damaged zip file: it cannot be opened."


def test_a_zip_with_a_damaged_file(clean: Return, zipped: Zipped) -> None:
    path = zipped({"explanations.csv": os.urandom(5000)})
    spoilt = bytearray(path.read_bytes())
    spoilt[2000:2100] = bytes(100)
    path.write_bytes(spoilt)
    assert refusal(path, clean) == "return.zip is a damaged zip file: explanations.csv cannot be unpacked."


def test_a_zip_with_a_password(clean: Return, zipped: Zipped) -> None:
    path = zipped({"explanations.csv": HEADER + ROW})
    spoilt = bytearray(path.read_bytes())
    spoilt[spoilt.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(spoilt)
    assert refusal(path, clean) == "return.zip is protected by a password; send the files without one."


def test_a_file_without_permission(clean: Return, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("crt_return.reading.entries.os.open", refused)
    expected = "return_header.csv cannot be opened: there is no permission to read it."
    assert refusal(clean.folder, clean) == expected


def test_a_folder_without_permission(clean: Return, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("crt_return.reading.packages.os.scandir", refused)
    assert refusal(clean.folder, clean) == "return cannot be opened: there is no permission to read it."


def test_a_pipe_is_not_waited_for(clean: Return, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refusal(tmp_path / "pipe", clean).endswith(f"pipe is neither a folder nor a file. {FORMS}")


def test_no_temporary_file_is_left(
    clean: Return, zipped: Zipped, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    path = zipped(example_files(clean.standard))
    before = sorted(tmp_path.rglob("*"))
    read_package(path, clean.standard)
    assert sorted(tmp_path.rglob("*")) == before
    assert zipfile.is_zipfile(path)
