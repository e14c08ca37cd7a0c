"""The pages of tables, code lists and reference files, from their own files and from what reads them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from crt_return.pages import markdown
from crt_return.publishing.site.links import Links
from crt_return.publishing.site.references import References
from crt_return.publishing.site.words import constraints_of, in_force_words
from crt_return.standard import HEADER, Standard, Table, read_yaml, schema_folder

ROWS = {
    "required": "at least one, unless the return is a nil return",
    "optional": "none, where there is nothing to report",
}
ROWS_OF_HEADER = "exactly one, in a nil return too"


def table_pages(references: References) -> dict[str, str]:
    """The index of the tables, and a page for each."""
    tables = references.standard.tables
    index = markdown("site/tables.md", tables=tables.values())
    return {"tables/index.md": index, **{f"tables/{name}.md": _table(one, references) for name, one in tables.items()}}


def codelist_pages(references: References) -> dict[str, str]:
    """The index of the code lists, and a page for each."""
    lists = references.standard.codelists
    named = [(name, codes, references.fields_with(name)) for name, codes in lists.items()]
    index = markdown("site/codelists.md", lists=named)
    return {"codelists/index.md": index, **{f"codelists/{name}.md": _codelist(name, references) for name in lists}}


def reference_pages(standard: Standard) -> dict[str, str]:
    """The providers and sites that a return may name."""
    described = {name: read_yaml(schema_folder() / f"reference/{name}.yaml") for name in standard.reference}
    files = [
        {**about, "columns": about["fields"], "rows": standard.reference[name]} for name, about in described.items()
    ]
    return {"reference.md": markdown("site/reference.md", files=files, sources=Links(standard, "").sources)}


def _table(table: Table, references: References) -> str:
    standard, links = references.standard, Links(references.standard, "../")
    return markdown(
        "site/table.md",
        table=table,
        rows=ROWS_OF_HEADER if table.name == HEADER else ROWS[table.rows],
        tables=standard.tables,
        used_by=[one for one in standard.tables.values() if any(k.table == table.name for k in one.foreign_keys)],
        needed_sometimes=_needed_sometimes(table, standard),
        constraints=constraints_of,
        example=example_file(table),
        rules_of=references.rules_of_field,
        measures_of=references.measures_of_field,
        rules_on=references.rules_on(table.name),
        cell_rules=[rule for rule in standard.rules.values() if rule.check == "cells"],
        measure_link=links.measure,
        sources=links.sources,
    )


def _codelist(name: str, references: References) -> str:
    codes = references.standard.codelists[name]
    return markdown(
        "site/codelist.md",
        name=name,
        codes=codes,
        flags=list(codes[0].flags),
        fields=references.fields_with(name),
        in_force=in_force_words,
        rules=references.rules_reading(name),
        measures=references.measures_reading(name),
        measure_link=Links(references.standard, "../").measure,
    )


def example_file(table: Table) -> str:
    """A file of the table with one row, made of the fields' examples."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([table.names, [field.example for field in table.fields]])
    return text.getvalue().strip()


def _needed_sometimes(table: Table, standard: Standard) -> Mapping[str, list[str]]:
    """The rules that ask for a cell in some rows, by field."""
    asked: dict[str, list[str]] = {}
    for one in standard.data_quality.conditional:
        if one.table == table.name:
            asked.setdefault(one.field, []).append(one.rule)
    return asked
