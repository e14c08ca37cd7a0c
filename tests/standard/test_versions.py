"""The versions of the standard: none is lost, none is changed when it is out, and every change has its reason."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from crt_return.migration.migrate import VERSION, arranged, taken_through
from crt_return.publishing.catalogue import catalogue
from crt_return.publishing.difference import difference, idle, unexplained
from crt_return.reading.model import empty_table
from crt_return.standard import HEADER, Standard, load_standard, read_yaml, schema_folder
from crt_return.versions import Version, as_of, load_versions, path_between, snapshot, versions_folder

STANDARD = load_standard()
VERSIONS = load_versions()
COMPARED = [pytest.param(one, id=one.version) for one in VERSIONS.values() if one.compares_with]
FROZEN = [pytest.param(one, id=one.version) for one in VERSIONS.values() if one.snapshot_sha256]
FREEZE = "before the version is raised, run `crt-return snapshot` in a checkout of the last one"


def standard_of(version: str) -> Standard:
    return STANDARD if version == STANDARD.version else as_of(snapshot(version), STANDARD)


def catalogue_of(version: str) -> dict[str, Any]:
    return catalogue(STANDARD) if version == STANDARD.version else snapshot(version)


@pytest.mark.parametrize("path", sorted(versions_folder().glob("*.yaml")), ids=lambda path: path.stem)
def test_each_file_of_a_version_has_the_shape_of_one(path: Path) -> None:
    schema = json.loads((schema_folder() / "metaschema/version.json").read_text(encoding="utf-8"))
    raw = json.loads(json.dumps(read_yaml(path), default=lambda one: one.isoformat()))
    jsonschema.validate(raw, schema, cls=jsonschema.Draft202012Validator)
    assert raw["version"] == path.stem


def test_the_newest_version_is_the_one_of_the_data_package() -> None:
    assert [*VERSIONS][-1] == STANDARD.version, f"give {STANDARD.version} a file in schema/versions/; {FREEZE}"


def test_each_version_but_the_newest_is_compared_with_the_one_before_it() -> None:
    assert [one.compares_with for one in VERSIONS.values()] == [None, *[*VERSIONS][:-1]]


@pytest.mark.parametrize("version", [pytest.param(one, id=one.version) for one in VERSIONS.values()])
def test_a_version_is_the_current_one_or_frozen(version: Version) -> None:
    file = versions_folder() / f"{version.version}.json"
    assert version.version == STANDARD.version or version.snapshot_sha256, f"{version.version} is not frozen: {FREEZE}"
    assert file.is_file() == bool(version.snapshot_sha256), f"{file.name} and `snapshot_sha256` belong together"


def test_no_catalogue_is_frozen_without_a_version() -> None:
    assert {path.stem for path in versions_folder().glob("*.json")} <= {*VERSIONS}


@pytest.mark.parametrize("version", FROZEN)
def test_a_frozen_catalogue_is_never_changed(version: Version) -> None:
    data = (versions_folder() / f"{version.version}.json").read_bytes().replace(b"\r\n", b"\n")
    assert sha256(data).hexdigest() == version.snapshot_sha256, f"{version.version} is out: put its catalogue back"
    assert snapshot(version.version)["version"] == version.version


def test_a_standard_that_is_frozen_changes_only_under_a_new_number() -> None:
    if VERSIONS[STANDARD.version].snapshot_sha256:
        assert not difference(snapshot(STANDARD.version), catalogue(STANDARD)), (
            f"{STANDARD.version} is out: give the change a new version in schema/datapackage.yaml and schema/versions/"
        )


@pytest.mark.parametrize("version", COMPARED)
def test_each_difference_from_the_version_before_has_a_reason_and_each_reason_a_difference(version: Version) -> None:
    differences = difference(catalogue_of(version.compares_with or ""), catalogue_of(version.version))
    where = f"schema/versions/{version.version}.yaml"
    bare = [f"{one.kind}: {one.name} ({one.change})" for one in unexplained(differences, version)]
    assert bare == [], f"give each a reason under `changes` in {where}"
    assert idle(differences, version) == [], f"nothing differs there: take it out of `changes` in {where}"


@pytest.mark.parametrize("version", FROZEN)
def test_an_earlier_version_gives_back_the_tables_and_code_lists_of_its_catalogue(version: Version) -> None:
    frozen = snapshot(version.version)
    then = catalogue(as_of(frozen, STANDARD))
    assert json.loads(json.dumps(then["tables"])) == frozen["tables"]
    assert then["codelists"] == frozen["codelists"]
    assert then["version"] == version.version


@pytest.mark.parametrize("version", COMPARED)
def test_the_steps_lead_from_every_table_and_column_of_the_version_before_to_those_of_this_one(
    version: Version,
) -> None:
    old, new = (standard_of(name) for name in (version.compares_with or "", version.version))
    tables, done = taken_through({name: empty_table(table) for name, table in old.tables.items()}, [version])
    assert {*arranged(tables, new)} == {*new.tables}
    assert len(done) == len(version.migration) + 1


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_says_its_number_in_the_same_place(version: str) -> None:
    """A return is known by it before anything else of its version is."""
    assert VERSION in standard_of(version).tables[HEADER].names


def test_there_is_a_way_from_each_version_to_a_later_one_and_to_none_before_it() -> None:
    assert [one.version for one in path_between("0.9.0", "1.0.0", VERSIONS)][:1] == ["1.0.0"]
    assert path_between("0.9.0", "0.9.0", VERSIONS) == []
    with pytest.raises(ValueError, match=r"no way from version 1\.0\.0 of the standard to version 0\.9\.0"):
        path_between("1.0.0", "0.9.0", VERSIONS)
