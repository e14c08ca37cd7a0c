"""Tables as the rules will see them: every table of a package typed, its faulty cells marked and reported.

It joins what `cells` finds in each table to the package as a whole: which return this is, rows that belong to
another, teams that nobody registered. It runs no rule of its own making: the ids are those of `package.yaml`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from itertools import accumulate
from operator import or_
from typing import TYPE_CHECKING

import polars as pl

from crt_return.cell_findings import CheckedTable, Fault, Release, cell_findings, stray
from crt_return.finding import Finding
from crt_return.imports import without
from crt_return.reading.model import FAULTY_CELLS, ROW, Package, TextTable
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
    workbook: str | None = None  # its name, where the return is a workbook


def load_pandera() -> None:
    """Load pandera as where pandas is not installed, which it is made for: pandas takes longer than a return does."""
    with without("pandas", "hypothesis"):
        from crt_return import cells

        cells.load_back_end()


@dataclass(frozen=True)
class _Part:
    """One return on the way: which it is, its own rows by table, and the teams of its register, if that was read."""

    package: Package
    release: Release
    own: Mapping[str, TextTable]
    teams: frozenset[str] | None


@dataclass(frozen=True)
class _Found:
    """One table of one return after its check."""

    checked: CheckedTable
    faults: list[Fault]


def check_tables(packages: Sequence[Package], standard: Standard, cap: int | None) -> list[Checked]:
    """Type and check every table of each return that could be read; list at most `cap` findings a rule (None: all).

    What is found of a return does not depend on those it is checked with: a check costs the same for one small
    table as for thirty on top of each other, and that alone is why returns are checked together.
    """
    parts = [_part(package, standard) for package in packages]
    found = _found(parts, standard)
    return [_checked(part, found[n], standard, cap) for n, part in enumerate(parts)]


def _part(package: Package, standard: Standard) -> _Part:
    release = release_of(package, standard)
    own = {name: _own_rows(text, release) for name, text in package.tables.items()}
    return _Part(package, release, own, _registered(own))


def _checked(part: _Part, found: Mapping[str, _Found], standard: Standard, cap: int | None) -> Checked:
    """One return, from what was found in its tables."""
    given, release, own = part.package.tables, part.release, part.own
    faults = [fault for name in own for fault in found[name].faults]
    strays = [(name, text) for name, text in given.items() if own[name].frame.height < text.frame.height]
    findings = [stray(text, own[name], release, standard) for name, text in strays]
    unread = {name: f"{text.called} holds rows of another provider or quarter (PKG-08)" for name, text in strays}
    return Checked(
        release=release,
        tables={name: found[name].checked for name in own if name not in unread},
        unread={**part.package.unread, **unread},
        findings=(*findings, *cell_findings(faults, standard, release, cap)),
        orphans=_orphans(faults),
        workbook=part.package.workbook,
    )


def _found(parts: Sequence[_Part], standard: Standard) -> list[dict[str, _Found]]:
    """Every table of each return checked, the same table of all those that share the codes in force at once.

    The largest table is checked beside the others: its work is Polars', theirs mostly Python's.
    """
    from crt_return.cells import small_tables_quickly  # late: pandera takes a second to import

    found: list[dict[str, _Found]] = [{} for _ in parts]
    with small_tables_quickly(), ThreadPoolExecutor(max_workers=2) as beside:
        started = [
            (name, ns, beside.submit(_check, standard.tables[name], [parts[n] for n in ns], standard))
            for name, ns in _shared(parts)
        ]
        for name, ns, work in started:
            for n, one in zip(ns, work.result(), strict=True):
                found[n][name] = one
    return found


def _shared(parts: Sequence[_Part]) -> list[tuple[str, list[int]]]:
    """Each table with the returns that have it and end on the same day, the most rows first."""
    having: dict[tuple[str, date | None], list[int]] = defaultdict(list)
    for n, part in enumerate(parts):
        for name in part.own:
            having[name, part.release.ends].append(n)
    by_size = sorted(having.items(), key=lambda one: -sum(parts[n].own[one[0][0]].frame.height for n in one[1]))
    return [(name, ns) for (name, _), ns in by_size]


def release_of(package: Package, standard: Standard) -> Release:
    """The provider and quarter of the return: those of its header, unless every other file says otherwise."""
    header = package.tables.get(HEADER)
    if header is None or header.frame.is_empty():
        return Release(None, None, None)
    own = header.sound.select(RELEASE_KEY).row(0)
    others = [text.sound.select(RELEASE_KEY).unique() for name, text in package.tables.items() if name != HEADER]
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
    kept = text.sound.select(own.alias("own"))["own"]
    return text if kept.all() else replace(text, frame=text.frame.filter(kept))


def _faulty_in_reading(texts: Sequence[TextTable]) -> list[Bad]:
    """The cells that reading has found at fault and reported, so that nothing more is said of them."""
    from crt_return.cells import Bad

    fields = dict.fromkeys(name for text in texts for name in text.faulty)
    nothing = pl.Series(dtype=pl.UInt32)
    return [
        Bad(
            FAULTY_CELLS,
            name,
            pl.concat([text.frame[ROW].is_in(text.faulty.get(name, nothing).implode()) for text in texts]),
        )
        for name in fields
    ]


def _registered(tables: Mapping[str, TextTable]) -> frozenset[str] | None:
    register = tables.get(REGISTER)
    return None if register is None or TEAM in register.faulty else frozenset(register.sound[TEAM].drop_nulls())


def _check(table: Table, parts: Sequence[_Part], standard: Standard) -> list[_Found]:
    """One table of returns that share the codes in force: all rows judged at once, the verdicts split again."""
    from crt_return.cells import bad_cells, bad_keys, typed

    texts = [part.own[table.name] for part in parts]
    heights = [text.frame.height for text in texts]
    text = texts[0].sound if len(texts) == 1 else pl.concat([one.sound for one in texts], rechunk=True)
    values = typed(text, table)
    codes = codes_in_force(table, standard, parts[0].release.ends)
    read = _faulty_in_reading(texts)
    cells = _once([*read, *bad_cells(text, values, table, codes)]) if not values.is_empty() else []
    of = [(height, part.teams) for height, part in zip(heights, parts, strict=True)]
    keys = _apart_from(cells, bad_keys(values, table, of)) if not values.is_empty() else []
    starts = accumulate(heights, initial=0)
    return [
        _of_one(table, one, values.slice(start, height), _sliced(cells, start, height), _sliced(keys, start, height))
        for one, start, height in zip(texts, starts, heights, strict=False)
    ]


def codes_in_force(table: Table, standard: Standard, day: date | None) -> dict[str, tuple[str, ...]]:
    """The codes that each coded field of a table may hold in a quarter that ends on `day`."""
    coded = [field for field in table.fields if field.codelist]
    return {field.name: tuple(code.code for code in standard.codes(field, day)) for field in coded}


def _sliced(bads: Iterable[Bad], start: int, height: int) -> list[Bad]:
    """The faults in these rows."""
    own = (replace(bad, mask=bad.mask.slice(start, height)) for bad in bads)
    return [bad for bad in own if bad.mask.any()]


def _of_one(table: Table, text: TextTable, values: pl.DataFrame, cells: list[Bad], keys: list[Bad]) -> _Found:
    """One return's table with its faults."""
    checked = CheckedTable(table, text, values, _marks([*cells, *keys], table))
    found = [bad for bad in (*cells, *keys) if bad.rule != FAULTY_CELLS]
    return _Found(checked, [Fault(bad.rule, checked, bad.field, bad.mask.arg_true()) for bad in found])


def _apart_from(cells: Iterable[Bad], keys: Iterable[Bad]) -> list[Bad]:
    """The key faults without teams that cannot be in the register because the cell itself is at fault."""
    faulty = [bad.mask for bad in cells if bad.field == TEAM]
    if not faulty:
        return list(keys)
    sound = ~reduce(or_, faulty)
    return [replace(bad, mask=bad.mask & sound) if bad.rule == "PKG-07" else bad for bad in keys]


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
