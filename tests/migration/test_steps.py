"""Each step changes what it names, keeps all else, and stops rather than guess."""

from __future__ import annotations

import re

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crt_return.migration.steps import CannotMigrate, Tables, applied
from crt_return.reading import ROW, TextTable
from crt_return.versions import Default, Drop, Recode, Rename, Split, Step, described, step_of

Cells = list[str | None]
CELL = st.one_of(st.none(), st.text(st.characters(codec="utf-8"), min_size=1, max_size=8))
COLUMNS = st.integers(0, 6).flatmap(lambda rows: st.tuples(*[st.lists(CELL, min_size=rows, max_size=rows)] * 2))


def tables(**columns: Cells) -> Tables:
    """A return with the one table `team`, and another that no step names."""
    return {"team": text("team", **columns), "other": text("other", x=["1"])}


def text(table: str, /, **columns: Cells) -> TextTable:
    rows = len(next(iter(columns.values())))
    cells = [pl.Series(column, values, pl.String) for column, values in columns.items()]
    frame = pl.DataFrame([*cells, pl.Series(ROW, range(2, rows + 2), pl.UInt32)])
    return TextTable(table, f"{table}.csv", tuple(columns), frame)


def cells(of: Tables, table: str = "team") -> dict[str, Cells]:
    return of[table].frame.drop(ROW).to_dict(as_series=False)


def done(step: Step, of: Tables) -> tuple[dict[str, Cells], int]:
    after, count = applied(step, of)
    assert after["other"] == of["other"]
    return cells(after), count


def test_a_field_is_renamed_and_its_cells_stay() -> None:
    assert done(Rename("team", "name", "title"), tables(name=["A", None])) == ({"title": ["A", None]}, 2)


def test_a_table_is_renamed_in_its_place() -> None:
    after, count = applied(Rename("team", None, "crew"), tables(name=["A"]))
    assert ([*after], cells(after, "crew"), count) == (["crew", "other"], {"name": ["A"]}, 1)


def test_a_field_is_split_by_the_way_it_is_written() -> None:
    step = Split("team", "start", {"hour": "[0-9]{1,2}", "minute": "[0-9]{2}"}, "{hour}:{minute}")
    after, count = done(step, tables(name=["A", "B", "C"], start=["9:30", None, "22:00"]))
    assert after == {"name": ["A", "B", "C"], "hour": ["9", None, "22"], "minute": ["30", None, "00"]}
    assert count == 2


def test_a_cell_that_is_not_written_so_stops_the_migration_with_its_place() -> None:
    step = Split("team", "start", {"hour": "[0-9]+", "minute": "[0-9]+"}, "{hour}:{minute}")
    with pytest.raises(CannotMigrate, match=r"In team\.csv, start: row 3 holds '9h', which is not written as \{hour\}"):
        applied(step, tables(start=["9:30", "9h"]))


def test_every_value_is_recoded_and_a_blank_stays_blank() -> None:
    step = Recode("team", "kind", {"1": "day", "2": "night", "3": "night"})
    assert done(step, tables(kind=["2", "1", None, "3"])) == ({"kind": ["night", "day", None, "night"]}, 3)


def test_a_value_without_a_new_code_stops_the_migration_with_file_row_and_value() -> None:
    with pytest.raises(CannotMigrate) as stopped:
        applied(Recode("team", "kind", {"1": "day"}), tables(kind=["1", "7", "8", None, "9", "10"]))
    assert "In team.csv, kind: row 3 holds '7'; row 4 holds '8'; row 6 holds '9' and 1 more" in str(stopped.value)
    assert "has no new code (known are 1)" in str(stopped.value)


def test_what_may_be_a_patients_is_not_repeated() -> None:
    with pytest.raises(CannotMigrate) as stopped:
        applied(Recode("team", "kind", {"1": "day"}), tables(kind=["a.patient@example.org"]))
    assert "example.org" not in str(stopped.value)


def test_a_new_field_holds_a_fixed_value_or_what_sql_makes_of_the_row() -> None:
    given_to = tables(name=["A", "B"], beds=["3", "x"])
    assert done(Default("team", "area", value="north"), given_to)[0]["area"] == ["north", "north"]
    assert done(Default("team", "area", value=""), given_to)[0]["area"] == [None, None]
    assert done(Default("team", "label", sql="upper(name) || '!'"), given_to)[0]["label"] == ["A!", "B!"]


def test_what_sql_cannot_work_out_is_left_blank_for_a_person() -> None:
    assert done(Default("team", "twice", sql="2 * CAST(beds AS INTEGER)"), tables(beds=["3", "x"]))[0]["twice"] == [
        "6",
        None,
    ]


def test_a_new_table_has_no_rows() -> None:
    after, count = applied(Default("news", None), tables(name=["A"]))
    assert (after["news"].frame.height, count, [*after]) == (0, 0, ["team", "other", "news"])


def test_only_a_declared_drop_leaves_cells_out_and_counts_them() -> None:
    assert done(Drop("team", "fax", "Nobody uses it."), tables(name=["A", "B"], fax=["1", None])) == (
        {"name": ["A", "B"]},
        1,
    )
    after, count = applied(Drop("other", None, "Nobody uses it."), tables(name=["A"]))
    assert ([*after], count) == (["team"], 1)


@pytest.mark.parametrize(
    "step", [Rename("absent", "a", "b"), Drop("absent", None, "Gone."), Default("absent", "a", "b")]
)
def test_a_table_that_the_return_does_not_have_is_passed_over(step: Step) -> None:
    before = tables(name=["A"])
    assert applied(step, before) == (before, 0)


@settings(deadline=None, max_examples=40)
@given(COLUMNS)
def test_steps_lose_no_cell_of_another_field_and_no_row(columns: tuple[Cells, Cells]) -> None:
    kept, named = columns
    before = tables(kept=kept, named=named)
    codes = {cell: f"new {cell}" for cell in named if cell is not None}
    steps: list[Step] = [
        Rename("team", "named", "other"),
        Recode("team", "named", codes),
        Default("team", "more", value="x"),
        Drop("team", "named", "Nobody uses it."),
        Default("team", "copy", sql="kept"),
    ]
    after = [done(step, before)[0] for step in steps]
    assert [team["kept"] for team in after] == [kept] * len(steps)
    assert [cell or None for cell in after[-1]["copy"]] == kept
    renamed, _ = applied(steps[0], before)
    assert cells(applied(Rename("team", "other", "named"), renamed)[0]) == cells(before)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.from_regex("[a-z]{1,4}", fullmatch=True), st.from_regex("[0-9]{1,3}", fullmatch=True))))
def test_the_parts_of_a_split_put_together_again_are_the_cell(pairs: list[tuple[str, str]]) -> None:
    step = Split("team", "name", {"word": "[a-z]+", "number": "[0-9]+"}, "({word}) no. {number}")
    written: Cells = [step.written.format(word=word, number=number) for word, number in pairs]
    after, _ = done(step, tables(name=written))
    parts = zip(after["word"], after["number"], strict=True)
    assert [step.written.format(word=word, number=number) for word, number in parts] == written


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from("abc")))
def test_a_recode_that_gives_each_value_its_own_can_be_undone(values: list[str]) -> None:
    there = {"a": "b", "b": "c", "c": "a"}
    after, _ = applied(Recode("team", "kind", there), tables(kind=[*values]))
    back = {new: old for old, new in there.items()}
    assert cells(applied(Recode("team", "kind", back), after)[0])["kind"] == values


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({"step": "rename", "table": "a", "to": "b"}, "a is called b."),
        ({"step": "rename", "field": "a.f", "to": "g"}, "a.f is called a.g."),
        (
            {"step": "split", "field": "a.f", "into": {"g": ".", "h": "."}, "written": "{g}-{h}"},
            "a.f is split into g and h, as {g}-{h}.",
        ),
        (
            {"step": "recode", "field": "a.f", "codes": {"1": "x", "2": "y"}},
            "a.f is coded anew: 1 becomes x, 2 becomes y.",
        ),
        ({"step": "default", "field": "a.f", "value": "x"}, "a.f is added, holding x."),
        ({"step": "default", "field": "a.f", "value": ""}, "a.f is added, left blank."),
        ({"step": "default", "field": "a.f", "sql": "g || 'x'"}, "a.f is added, worked out as g || 'x'."),
        ({"step": "default", "table": "a"}, "a is added, without rows."),
        ({"step": "drop", "field": "a.f", "reason": "Nobody uses it."}, "a.f is left out. Nobody uses it."),
    ],
)
def test_a_step_as_declared_says_what_it_does(raw: dict[str, object], said: str) -> None:
    assert described(step_of(raw)) == said


def test_text_between_the_parts_of_a_split_stands_for_itself() -> None:
    pattern = Split("t", "f", {"a": "[0-9]+", "b": "[0-9]+"}, "{a}.{b}").pattern
    assert re.fullmatch(pattern, "1.2")
    assert not re.fullmatch(pattern, "1x2")
