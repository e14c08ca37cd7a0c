"""Text cells to typed tables, and the cells, keys and rows at fault. The one door to pandera.

Every cell is cast once, strictly, here and nowhere else; pandera schemas made from the Table Schemas then judge
text and typed value. It looks at one table at a time, apart from the team register that foreign keys point to;
what rows say to each other is the rules' business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData
from pandera.errors import SchemaErrors

from crt_return.privacy import MASK_NHS_NUMBER, MAY_HOLD_NHS_NUMBER, holds_nhs_number
from crt_return.reading.model import ROW
from crt_return.standard import FALSE_VALUES, TEAM, TRUE_VALUES, Field, Table

TYPED, REGISTERED, WHOSE = ":typed", ":registered", ":return"
SCHEMAS_KEPT = 256  # to build them takes as long as to check a small return
Codes = tuple[tuple[str, tuple[str, ...]], ...]
# No count of a return comes near it, and sums of a million of them still fit every engine's whole numbers.
LARGEST = 10**12 - 1

_NUMBER = r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)$"
# Years from 1000 on: the calendar of a year 0 is nobody's date, and Python has none.
_DATE = r"^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}$"
_DATETIME = r"^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}$"
_NHS_NUMBER_TEXT = "9434765919"


@dataclass(frozen=True)
class Bad:
    """The cells of one field, or the keys of one table (`field` None), that a rule finds at fault.

    `mask` is True at the rows at fault, in the order of the table's frame.
    """

    rule: str
    field: str | None
    mask: pl.Series


@contextmanager
def small_tables_quickly() -> Iterator[None]:
    """Let Polars use its in-memory engine, which starts four times as fast on the small tables of a return."""
    with pl.Config() as config:
        config.set_engine_affinity("in-memory")
        yield


def load_back_end() -> None:
    """Let pandera load what it judges Polars frames with, which it does at the first frame it is given."""
    pa.DataFrameSchema({"cell": pa.Column(checks=pa.Check.ge(0))}).validate(pl.DataFrame({"cell": [1]}))


def typed(text: pl.DataFrame, table: Table) -> pl.DataFrame:
    """The table's cells cast to their types; a cell that cannot be cast is null, as a blank one is.

    Integer -> Int64, number -> Float64, boolean, date, datetime (minutes), string as it stands; the row number stays.
    """
    return text.select(ROW, *(cast(field).alias(field.name) for field in table.fields))


def cast(field: Field) -> pl.Expr:
    """The strict cast of a field's text. Null where the text is blank or not of the type."""
    text = pl.col(field.name)
    match field.type:
        case "integer":
            number = text.cast(pl.Int64, strict=False)
            return pl.when(number.is_between(-LARGEST, LARGEST)).then(number)
        case "number":
            return pl.when(text.str.contains(_NUMBER)).then(text.cast(pl.Float64, strict=False))
        case "boolean":
            return pl.when(text.is_in(TRUE_VALUES)).then(True).when(text.is_in(FALSE_VALUES)).then(False)
        case "date":
            return pl.when(text.str.contains(_DATE)).then(text.str.to_date("%Y-%m-%d", strict=False))
        case "datetime":
            return pl.when(text.str.contains(_DATETIME)).then(
                text.str.to_datetime("%Y-%m-%dT%H:%M", strict=False, cache=False)
            )
        case _:
            return text


def bad_cells(
    text: pl.DataFrame, values: pl.DataFrame, table: Table, codes: Mapping[str, tuple[str, ...]]
) -> list[Bad]:
    """Every cell at fault, each under one rule: blank, type, code, limits, patient data, in that order."""
    together = text.select(table.names).with_columns(
        values.select(pl.col(field.name).alias(field.name + TYPED) for field in table.fields if field.type != "string")
    )
    return _failures(together, cell_schema(table, tuple(codes.items())))


def bad_keys(values: pl.DataFrame, table: Table, of: Sequence[tuple[int, frozenset[str] | None]]) -> list[Bad]:
    """Rows whose key stands twice in a return (PKG-06), and rows of a team that is not in its register (PKG-07).

    The rows are of one return or several, one after another; `of` gives the number of rows of each and its registered
    teams, None where the register is not known, so that no row can be held against it.
    """
    several = len(of) > 1
    marks = [_registered(values[TEAM], of).alias(REGISTERED)] if table.of_teams else []
    marks += [_whose([rows for rows, _ in of]).alias(WHOSE)] if several else []
    return _failures(values.with_columns(marks), key_schema(table, several=several))


def _registered(teams: pl.Series, of: Iterable[tuple[int, frozenset[str] | None]]) -> pl.Series:
    """For each row whether its team is in the register of its return."""
    marks, start = [], 0
    for rows, known in of:
        own = teams.slice(start, rows)
        marks.append(
            pl.repeat(True, rows, eager=True)
            if known is None
            else own.is_in(pl.Series(list(known), dtype=pl.String).implode())
        )
        start += rows
    return pl.concat(marks)


def _whose(rows: Iterable[int]) -> pl.Series:
    """For each row the number of its return, from the rows of each."""
    return pl.concat([pl.repeat(n, height, dtype=pl.Int32, eager=True) for n, height in enumerate(rows)])


@lru_cache(SCHEMAS_KEPT)
def cell_schema(table: Table, codes: Codes) -> pa.DataFrameSchema:
    """The pandera schema of a table's cells; `codes` gives each coded field with the codes in force.

    It judges a frame that holds each field's text under its name and, unless it is a string, its value under
    the name and ":typed". A check's `error` is the id of the rule it stands for.
    """
    columns: dict[str, pa.Column] = {}
    in_force = dict(codes)
    for field in table.fields:
        columns[field.name] = pa.Column(nullable=not field.required, checks=_text_checks(field, in_force))
        if field.type != "string":
            columns[field.name + TYPED] = pa.Column(nullable=True, checks=_value_checks(field))
    return pa.DataFrameSchema(columns)


@lru_cache(SCHEMAS_KEPT)
def key_schema(table: Table, *, several: bool) -> pa.DataFrameSchema:
    """The pandera schema of a table's keys: the primary key is unique in its return, the team is registered."""
    checks = []
    if table.row_key:  # a table of one row has its rows counted by HDR-01
        key = (WHOSE, *table.primary_key) if several else table.primary_key
        checks.append(pa.Check(_unique(key), error="PKG-06", n_failure_cases=1))
    if table.of_teams:
        checks.append(_check(pl.col(REGISTERED), "PKG-07"))
    return pa.DataFrameSchema(checks=checks)


def _text_checks(field: Field, codes: Mapping[str, tuple[str, ...]]) -> list[pa.Check]:
    limits = field.constraints
    if field.codelist:
        return [pa.Check.isin(list(codes[field.name]), error="PKG-05", n_failure_cases=1)]
    checks = []
    if "pattern" in limits:
        checks.append(pa.Check.str_matches(limits["pattern"], error="PKG-21", n_failure_cases=1))
    if "minLength" in limits or "maxLength" in limits:
        said = pl.col(field.name).str.strip_chars().str.len_chars()  # spaces round a text say nothing
        whole = pl.col(field.name).str.len_chars()
        fits = (said >= limits.get("minLength", 1)) & (whole <= limits.get("maxLength", 2**31))
        checks.append(_check(fits, "PKG-21"))
    if field.type == "string" and _may_hold_nhs_number(field):
        checks.append(pa.Check(_no_nhs_number, error="PKG-09", n_failure_cases=1))
    return checks


def _value_checks(field: Field) -> list[pa.Check]:
    limits = field.constraints
    value = pl.col(field.name + TYPED)
    checks = [_check(pl.col(field.name).is_null() | value.is_not_null(), "PKG-03")]
    if "minimum" in limits:
        checks.append(pa.Check.ge(limits["minimum"], error="PKG-21", n_failure_cases=1))
    if "maximum" in limits:
        checks.append(pa.Check.le(limits["maximum"], error="PKG-21", n_failure_cases=1))
    return checks


def _check(passes: pl.Expr, rule: str) -> pa.Check:
    """A named check that a predicate over the row holds."""
    return pa.Check(lambda data: data.lazyframe.select(passes.alias("passes")), error=rule, n_failure_cases=1)


def _unique(key: Iterable[str]) -> Callable[[PolarsData], pl.LazyFrame]:
    """A check that no two rows have the same key. Rows with a blank in the key are left to the required cells."""
    names = list(key)
    whole = pl.all_horizontal(pl.col(name).is_not_null() for name in names)

    def check(data: PolarsData) -> pl.LazyFrame:
        keys = data.lazyframe.select(names).collect()
        # Equal keys have equal hashes: as many hashes as rows is a quick proof that no key stands twice.
        if keys.hash_rows().n_unique() == keys.height:
            return pl.LazyFrame({"passes": pl.repeat(True, keys.height, eager=True)})
        return keys.lazy().select(~(whole & pl.struct(names).is_duplicated()))

    return check


def _may_hold_nhs_number(field: Field) -> bool:
    """Whether the field's own form leaves room for a bare NHS number (a team id does not)."""
    pattern = field.constraints.get("pattern")
    return pattern is None or pl.Series([_NHS_NUMBER_TEXT]).str.contains(pattern).all()


def _no_nhs_number(data: PolarsData) -> pl.LazyFrame:
    """A quick look for ten digits in the bulk, and the modulus 11 check on the few that have them.

    What a report puts in a number's place is no better: a marked copy that is sent back must not lose the text there.
    """
    text = data.lazyframe.select(data.key).collect().to_series()
    hidden = text.str.contains(MASK_NHS_NUMBER, literal=True).fill_null(False)
    suspects = text.str.contains(MAY_HOLD_NHS_NUMBER).fill_null(False)
    held = text.filter(suspects).map_elements(holds_nhs_number, return_dtype=pl.Boolean)
    passes = (~suspects).scatter(suspects.arg_true(), ~held) if held.len() else ~suspects
    return pl.LazyFrame({"passes": passes & ~hidden})


def _failures(frame: pl.DataFrame, schema: pa.DataFrameSchema) -> list[Bad]:
    """Run a pandera schema and give its failures. Pandera's own messages, which hold cells, go no further."""
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as errors:
        return [_bad(error) for error in errors.schema_errors]
    return []


def _bad(error: Any) -> Bad:
    if error.check_output is None:
        raise RuntimeError(f"a check on {error.schema.name} could not run") from None
    field = error.schema.name.removesuffix(TYPED) if isinstance(error.schema, pa.Column) else None
    rule = "PKG-04" if error.check == "not_nullable" else error.check.error
    return Bad(rule, field, ~error.check_output["check_output"])
