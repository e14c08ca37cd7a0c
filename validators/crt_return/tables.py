"""Tables as the rules will see them: every table of a package typed, its faulty cells marked and reported.

It joins what `cells` finds in each table to the package as a whole: which return this is, rows that belong to
another, teams that nobody registered. It runs no rule of its own making: the ids are those of `package.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from crt_return.cell_findings import CheckedTable, Fault, Release, cell_findings, stray
from crt_return.finding import Finding
from crt_return.imports import without
from crt_return.reading.model import Package, TextTable
from crt_return.standard import HEADER, REGISTER, RELEASE_KEY, TEAM, Standard, Table

if TYPE_CHECKING:
    from crt_return.cells import Bad


@dataclass(frozen=True)
class Checked:
    """A package after its cells were checked: what the rules may use, and why the rest is missing."""

    release: Release
    tables: Mapping[str, CheckedTable]
    unread: Mapping[str, str]
    findings: tuple[Finding, ...]
    orphans: frozenset[str]


def load_pandera() -> None:
    """Load pandera as where pandas is not installed, which it is made for: pandas takes longer than a return does."""
    with without("pandas", "hypothesis"):
        from crt_return import cells

        cells.load_back_end()


def check_tables(package: Package, standard: Standard, cap: int | None) -> Checked:
    """Type and check every table that could be read; list at most `cap` findings a rule (None: all)."""
    release = release_of(package, standard)
    own = {name: _own_rows(text, release) for name, text in package.tables.items()}
    results = _checked_side_by_side(own, standard, release)
    faults = [fault for _, found in results.values() for fault in found]
    strays = [(name, text) for name, text in package.tables.items() if own[name].frame.height < text.frame.height]
    findings = [stray(text, own[name], release, standard) for name, text in strays]
    unread = {name: f"{text.file} holds rows of another provider or quarter (PKG-08)" for name, text in strays}
    return Checked(
        release=release,
        tables={name: checked for name, (checked, _) in results.items() if name not in unread},
        unread={**package.unread, **unread},
        findings=(*findings, *cell_findings(faults, standard, release, cap)),
        orphans=_orphans(faults),
    )


def _checked_side_by_side(
    own: Mapping[str, TextTable], standard: Standard, release: Release
) -> dict[str, tuple[CheckedTable, list[Fault]]]:
    """Every table checked, the largest beside the others: its work is Polars', theirs mostly Python's."""
    from crt_return.cells import small_tables_quickly  # late: pandera takes a second to import

    teams = _registered(own)
    by_size = sorted(own, key=lambda name: -own[name].frame.height)
    with small_tables_quickly(), ThreadPoolExecutor(max_workers=2) as beside:
        started = {
            name: beside.submit(_check, standard.tables[name], own[name], standard, release, teams) for name in by_size
        }
        return {name: started[name].result() for name in own}


def release_of(package: Package, standard: Standard) -> Release:
    """The provider and quarter of the return: those of its header, unless every other file says otherwise."""
    header = package.tables.get(HEADER)
    if header is None or header.frame.is_empty():
        return Release(None, None, None)
    own = header.frame.select(RELEASE_KEY).row(0)
    others = [text.frame.select(RELEASE_KEY).unique() for name, text in package.tables.items() if name != HEADER]
    rest = pl.concat(others).unique().rows() if others else []
    # Where all the other files agree with each other, and none with the header, the header is the one file at fault.
    provider, period = rest[0] if len(rest) == 1 and None not in (*rest[0], *own) else own
    quarter = standard.quarters.get(period)
    return Release(provider, period, quarter.ends if quarter else None)


def _own_rows(text: TextTable, release: Release) -> TextTable:
    """The table without rows of another provider or quarter."""
    if release.provider_code is None or release.period is None:
        return text
    given = {"provider_code": release.provider_code, "period": release.period}
    own = pl.all_horizontal(pl.col(name).is_null() | (pl.col(name) == value) for name, value in given.items())
    if text.frame.select(own.all()).item():
        return text
    return TextTable(text.table, text.file, text.header, text.frame.filter(own))


def _registered(tables: Mapping[str, TextTable]) -> frozenset[str] | None:
    register = tables.get(REGISTER)
    return None if register is None else frozenset(register.frame[TEAM].drop_nulls())


def _check(
    table: Table, text: TextTable, standard: Standard, release: Release, teams: frozenset[str] | None
) -> tuple[CheckedTable, list[Fault]]:
    from crt_return.cells import bad_cells, bad_keys, typed

    values = typed(text.frame, table)
    if values.is_empty():
        return CheckedTable(table, text, values, {}), []
    codes = {field.name: standard.codes(field, release.ends) for field in table.fields if field.codelist}
    cells = _once(bad_cells(text.frame, values, table, codes))
    keys = _apart_from(cells, bad_keys(values, table, teams))
    checked = CheckedTable(table, text, values, _marks([*cells, *keys], table))
    return checked, [Fault(bad.rule, checked, bad.field, bad.mask.arg_true()) for bad in (*cells, *keys)]


def _apart_from(cells: Iterable[Bad], keys: Iterable[Bad]) -> list[Bad]:
    """The key faults without teams that cannot be in the register because the cell itself is at fault."""
    faulty = [bad.mask for bad in cells if bad.field == TEAM]
    return [replace(bad, mask=bad.mask & ~faulty[0]) if faulty and bad.rule == "PKG-07" else bad for bad in keys]


def _once(bads: Iterable[Bad]) -> list[Bad]:
    """Each cell under the first rule that faults it."""
    seen: dict[str | None, pl.Series] = {}
    kept = []
    for bad in bads:
        before = seen.get(bad.field)
        mask = bad.mask if before is None else bad.mask & ~before
        seen[bad.field] = bad.mask if before is None else before | bad.mask
        if mask.any():
            kept.append(replace(bad, mask=mask))
    return kept


def _marks(bads: Iterable[Bad], table: Table) -> dict[str, pl.Series]:
    """The faulty cells by field. Where a key stands twice, what tells its rows apart is at fault."""
    marks: dict[str, pl.Series] = {}
    for bad in bads:
        if bad.rule == "PKG-07":
            continue  # its rows are left out whole, see `orphans`
        apart = [name for name in table.row_key if name != TEAM] or [n for n in table.names if n != TEAM]
        for name in [bad.field] if bad.field else apart:
            marks[name] = marks[name] | bad.mask if name in marks else bad.mask
    return marks


def _orphans(faults: Iterable[Fault]) -> frozenset[str]:
    teams = [fault.checked.text.frame[TEAM].gather(fault.rows) for fault in faults if fault.rule == "PKG-07"]
    return frozenset(team for series in teams for team in series.unique())
