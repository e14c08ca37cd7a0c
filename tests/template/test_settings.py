"""`schema/template.yaml` names tables and fields that there are."""

from __future__ import annotations

import json

import jsonschema
import pytest

from crt_return.cell_counts import mandatory
from crt_return.publishing.template.settings import FILE, settings
from crt_return.standard import HEADER, REGISTER, TEAM, read_yaml, schema_folder
from tests.template.made import STANDARD


def test_it_has_the_shape_of_a_template() -> None:
    schema = json.loads((schema_folder() / "metaschema/template.json").read_text(encoding="utf-8"))
    jsonschema.validate(read_yaml(schema_folder() / FILE), schema, cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize("kind", ["carried", "totals"])
def test_every_field_it_names_is_there_in_the_order_of_its_table(kind: str) -> None:
    named = getattr(settings(), kind)
    assert [*named] == [name for name in STANDARD.tables if name in named]
    for table, fields in named.items():
        assert [*fields] == [name for name in STANDARD.tables[table].names if name in fields]


def test_only_figures_add_up_and_no_key_but_a_free_one_is_taken_over() -> None:
    for table, fields in settings().totals.items():
        assert {STANDARD.tables[table].field[name].type for name in fields} <= {"integer", "number"}
        assert TEAM in STANDARD.tables[table].field
    for table, fields in settings().carried.items():
        keys = [STANDARD.tables[table].field[name] for name in fields if name in STANDARD.tables[table].primary_key]
        assert not [key.name for key in keys if key.codelist or key.name == TEAM]


def test_states_and_tables_it_names_are_the_standards() -> None:
    assert {*settings().register_only} <= {code.code for code in STANDARD.codelists["team_status"]} - {"open"}
    assert all(mandatory(STANDARD.tables[name]) for name in settings().where_it_occurred)
    assert {HEADER, REGISTER} <= {*settings().carried}
