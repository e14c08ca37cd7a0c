"""A datapackage.json that points at local files is a package; what else it may hold is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from crt_return.reading import FileFault, Package, Unreadable, read_package
from tests.reading.returns import Return


def described(clean: Return, **changes: Any) -> Package:
    """The clean return read through a descriptor, some paths changed (None: left out)."""
    paths = {name: table.file for name, table in clean.standard.tables.items()} | changes
    resources = [{"name": name, "path": path} for name, path in paths.items() if path is not None]
    return read_package(write(clean, {"name": "return", "resources": resources}), clean.standard)


def write(clean: Return, content: object) -> Path:
    text = content if isinstance(content, str) else json.dumps(content)
    clean.write("datapackage.json", text.encode())
    return clean.folder / "datapackage.json"


def refusal(path: Path, clean: Return) -> FileFault:
    with pytest.raises(Unreadable) as refused:
        read_package(path, clean.standard)
    return refused.value.fault


def test_a_descriptor_reads_as_the_folder_does(clean: Return) -> None:
    package = described(clean)
    assert package.faults == ()
    assert package.content_sha256 == clean.read().content_sha256


def test_a_file_may_have_another_name_and_lie_in_a_sub_folder(clean: Return) -> None:
    content = (clean.folder / "gatekeeping.csv").read_bytes()
    clean.remove("gatekeeping.csv").write("data/gk.txt", content)
    package = described(clean, gatekeeping="data/gk.txt")
    assert package.faults == ()
    assert package.tables["gatekeeping"].file == "data/gk.txt"


def test_a_table_that_the_descriptor_leaves_out_is_missing(clean: Return) -> None:
    package = described(clean, gatekeeping=None, core_items=None)
    values = {"file": "gatekeeping.csv", "package": "the package", "near": ""}
    assert package.faults == (FileFault("PKG-01", "gatekeeping.csv", "gatekeeping", values),)


def test_a_file_that_is_promised_and_not_there_is_missing_even_if_optional(clean: Return) -> None:
    package = described(clean, core_items="nowhere.csv")
    assert [(fault.rule, fault.file) for fault in package.faults] == [("PKG-01", "core_items.csv")]


def test_a_resource_of_no_table_is_unexpected(clean: Return) -> None:
    clean.write("notes.csv", b"x")
    package = described(clean, notes="notes.csv")
    assert package.faults == (
        FileFault("PKG-12", "notes.csv", None, {"file": "notes.csv", "kind": "file", "near": ""}),
    )


def test_a_list_of_one_path_is_a_path(clean: Return) -> None:
    assert described(clean, gatekeeping=["gatekeeping.csv"]).faults == ()


@pytest.mark.parametrize("text", ["{", "", "nul", "[" * 100_000, '{"resources": [NaN'])
def test_broken_json_is_refused(clean: Return, text: str) -> None:
    fault = refusal(write(clean, text), clean)
    assert (fault.rule, fault.values["problem"]) == ("PKG-10", "datapackage.json is not valid JSON.")


@pytest.mark.parametrize("content", [{}, [], "3", {"resources": []}, {"resources": {"a": 1}}])
def test_json_that_is_no_data_package_is_refused(clean: Return, content: object) -> None:
    expected = "datapackage.json is not the descriptor of a Data Package: it lists no resources."
    assert refusal(write(clean, content), clean).values["problem"] == expected


@pytest.mark.parametrize("resource", [{"path": "x.csv"}, "x.csv", {"name": 3, "path": "x.csv"}])
def test_a_resource_without_a_name_is_refused(clean: Return, resource: object) -> None:
    expected = "datapackage.json has a resource without a name, or two of one name."
    assert refusal(write(clean, {"resources": [resource]}), clean).values["problem"] == expected


@pytest.mark.parametrize("path", [None, 3, "", [], ["a.csv", "b.csv"]])
def test_a_resource_without_one_path_is_refused(clean: Return, path: object) -> None:
    expected = "datapackage.json does not give one file as the path of the resource 'referrals'."
    content = {"resources": [{"name": "referrals", "path": path}]}
    assert refusal(write(clean, content), clean).values["problem"] == expected


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("../x.csv", "points outside the package."),
        ("data/../../x.csv", "points outside the package."),
        ("..\\x.csv", "points outside the package."),
        ("/etc/passwd", "is an absolute path; files of a package lie inside it."),
        ("~/x.csv", "is an absolute path; files of a package lie inside it."),
        ("C:\\x.csv", "is an absolute path; files of a package lie inside it."),
        ("\\\\server\\share\\x.csv", "is an absolute path; files of a package lie inside it."),
        ("https://example.org/x.csv", "is a remote address; nothing is ever fetched."),
        ("file:///x.csv", "is a remote address; nothing is ever fetched."),
    ],
)
def test_a_path_that_leaves_the_package_is_refused(clean: Return, path: str, problem: str) -> None:
    content = {"resources": [{"name": "referrals", "path": path}]}
    fault = refusal(write(clean, content), clean)
    assert fault == FileFault("PKG-11", path, None, {"entry": path, "problem": problem})


def test_a_path_through_a_link_is_refused(clean: Return, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "referrals.csv").write_bytes(b"x")
    (clean.folder / "data").symlink_to(tmp_path / "elsewhere")
    content = {"resources": [{"name": "referrals", "path": "data/referrals.csv"}]}
    problem = "is or passes through a symbolic link; a package holds plain files only."
    assert refusal(write(clean, content), clean).values == {"entry": "data/referrals.csv", "problem": problem}
