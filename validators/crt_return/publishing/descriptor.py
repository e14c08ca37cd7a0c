"""The standard as a Frictionless Data Package descriptor, for any tool that reads those.

Codes are written twice on purpose: as `categories` with their labels, and as `enum` in the constraints for
tools that do not know categories. It describes tables only; the rules are no part of a descriptor.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crt_return.standard import FALSE_VALUES, TRUE_VALUES, Field, Standard, Table

FORMATS_OF_OUR_OWN = ("unit", "codelist")


def descriptor(standard: Standard, tables: Iterable[str] | None = None) -> dict[str, Any]:
    """The descriptor of a return that holds the given tables (all of the standard's when None)."""
    wanted = set(standard.tables if tables is None else tables)
    resources = [resource(standard, table) for table in standard.tables.values() if table.name in wanted]
    return {
        "profile": "tabular-data-package",
        "name": standard.name,
        "title": standard.title,
        "version": standard.version,
        "resources": resources,
    }


def resource(standard: Standard, table: Table) -> dict[str, Any]:
    """One table's file, as the standard has it written."""
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "title": table.title,
        "description": table.description,
        "path": table.file,
        "type": "table",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "header": True},
        "schema": table_schema(standard, table),
    }


def table_schema(standard: Standard, table: Table) -> dict[str, Any]:
    """The table's own Table Schema with its codes filled in."""
    keys = [
        {"fields": [*key.fields], "reference": {"resource": key.table, "fields": [*key.to]}}
        for key in table.foreign_keys
    ]
    return {
        "fields": [_field(standard, field) for field in table.fields],
        "missingValues": [""],
        "primaryKey": [*table.primary_key],
        **({"foreignKeys": keys} if keys else {}),
    }


def _field(standard: Standard, field: Field) -> dict[str, Any]:
    own = {name: getattr(field, name) for name in FORMATS_OF_OUR_OWN if getattr(field, name)}
    return {
        "name": field.name,
        "title": field.title,
        "description": field.description,
        "type": field.type,
        **({"format": field.format} if field.format else {}),
        **_boolean_words(field),
        "constraints": {**field.constraints, **_enum(standard, field)},
        **_categories(standard, field),
        "example": field.example,
        **own,
        "source": field.source,
        "standing": field.standing,
    }


def _boolean_words(field: Field) -> dict[str, Any]:
    """The words the standard takes for true and false."""
    if field.type != "boolean":
        return {}
    return {"trueValues": [*TRUE_VALUES], "falseValues": [*FALSE_VALUES]}


def _enum(standard: Standard, field: Field) -> dict[str, Any]:
    return {"enum": [code.code for code in standard.codes(field, None)]} if field.codelist else {}


def _categories(standard: Standard, field: Field) -> dict[str, Any]:
    if not field.codelist:
        return {}
    return {"categories": [{"value": code.code, "label": code.label} for code in standard.codes(field, None)]}
