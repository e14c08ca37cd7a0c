"""A return as files: plain CSV with a header always, a note that it is synthetic, and the same bytes each time."""

from __future__ import annotations

import csv
import json
import zipfile
from functools import cache
from pathlib import Path

import pytest
from frictionless import Package

from crt_return.publishing.descriptor import descriptor
from crt_return.sampling.file_steps import Link
from crt_return.sampling.scene import Tables
from crt_return.sampling.valid import valid_return
from crt_return.sampling.writing import files_of, write_folder, write_zip, zip_bytes
from crt_return.standard import load_standard

STANDARD = load_standard()


@cache
def tables() -> Tables:
    return valid_return(STANDARD, "RZA", 1, "2006-07-Q4", 1)


def test_every_table_is_a_file_with_the_header_of_the_standard() -> None:
    files = files_of(tables(), STANDARD)
    for table in STANDARD.tables.values():
        first_line = files[table.file].decode().splitlines()[0]
        assert first_line == ",".join(table.names)


def test_files_are_utf_8_with_line_feeds_and_no_needless_quotation_marks() -> None:
    content = b"".join(content for name, content in files_of(tables(), STANDARD).items() if name.endswith(".csv"))
    assert b"\r" not in content
    assert b'"' not in content.replace(b'"Operational policy, section', b"").replace(b'"\n', b"\n")
    content.decode("utf-8")


def test_a_value_with_a_comma_or_a_quotation_mark_comes_back_as_it_was(tmp_path: Path) -> None:
    odd = 'Policy, "final"'
    row = tables()["fidelity_self"][0] | {"evidence_ref": odd}
    write_folder(files_of({**tables(), "fidelity_self": [row]}, STANDARD), tmp_path)
    with (tmp_path / "fidelity_self.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.DictReader(file)) == row


def test_an_optional_table_without_rows_is_left_out_and_not_described() -> None:
    files = files_of({**tables(), "episodes": []}, STANDARD)
    described = json.loads(files["datapackage.json"])
    assert "episodes.csv" not in files
    assert "episodes" not in [resource["name"] for resource in described["resources"]]


def test_a_required_table_without_rows_still_has_its_header() -> None:
    files = files_of({}, STANDARD)
    assert files["gatekeeping.csv"].decode().count("\n") == 1


def test_every_folder_says_that_it_is_synthetic() -> None:
    assert files_of(tables(), STANDARD)["README.txt"].startswith(b"SYNTHETIC DATA - not a real trust\n")


def test_a_zip_of_the_same_files_is_the_same_to_the_byte(tmp_path: Path) -> None:
    files = files_of(tables(), STANDARD)
    write_zip(files, tmp_path / "return.zip")
    assert (tmp_path / "return.zip").read_bytes() == zip_bytes(files)
    with zipfile.ZipFile(tmp_path / "return.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files


def test_a_link_is_written_as_a_link(tmp_path: Path) -> None:
    write_folder({"explanations.csv": Link("../elsewhere.csv")}, tmp_path)
    assert (tmp_path / "explanations.csv").readlink() == Path("../elsewhere.csv")


def test_frictionless_finds_the_valid_sample_valid(tmp_path: Path) -> None:
    write_folder(files_of(tables(), STANDARD), tmp_path)
    report = Package(tmp_path / "datapackage.json").validate()
    assert report.valid, report.flatten(["type", "message"])


@pytest.mark.parametrize(("table", "field", "value"), [("gatekeeping", "legal_status", "informal")])
def test_frictionless_knows_the_codes_by_their_enum(tmp_path: Path, table: str, field: str, value: str) -> None:
    wrong = [row | {field: value} for row in tables()[table][:1]]
    write_folder(files_of({**tables(), table: wrong}, STANDARD), tmp_path)
    report = Package(tmp_path / "datapackage.json").validate()
    assert "constraint-error" in [error for (error,) in report.flatten(["type"])]


def test_the_descriptor_gives_each_codes_label_beside_the_enum() -> None:
    resources = {resource["name"]: resource for resource in descriptor(STANDARD)["resources"]}
    fields = {field["name"]: field for field in resources["gatekeeping"]["schema"]["fields"]}
    assert fields["legal_status"]["constraints"]["enum"] == ["voluntary", "compulsory"]
    assert {"value": "voluntary", "label": "Voluntary"} in fields["legal_status"]["categories"]
    assert fields["admissions_total"]["unit"] == "admissions"
    assert list(resources) == list(STANDARD.tables)
