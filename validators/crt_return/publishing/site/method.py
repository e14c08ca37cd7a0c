"""The pages on how returns run and are scored: the calendar of quarters, the data quality score."""

from __future__ import annotations

from collections.abc import Iterator

from crt_return.data_quality import Item
from crt_return.pages import markdown
from crt_return.publishing.site.links import Links
from crt_return.publishing.site.words import day
from crt_return.quarters import months_of
from crt_return.standard import Standard, read_yaml, schema_folder

STEPS = {
    "opens": "Submission opens, and returns can be validated",
    "deadline": "Last day to submit in time",
    "queries": "List of queries sent to providers",
    "sign_off": "Last day for explanations, resubmission and sign-off",
    "acceptance": "Returns accepted or not",
    "publication": "Figures published",
}


def method_pages(standard: Standard) -> dict[str, str]:
    """The calendar and the data quality score."""
    return {"calendar.md": _calendar(standard), "data-quality.md": _data_quality(standard)}


def _calendar(standard: Standard) -> str:
    calendar = read_yaml(schema_folder() / "calendar.yaml")
    return markdown(
        "site/calendar.md",
        source=calendar["source"],
        standing=calendar["standing"],
        steps=[(STEPS[name], after) for name, after in calendar["working_days_after_quarter_end"].items()],
        holidays=calendar["bank_holidays"],
        versions=standard.versions,
        quarters=[(quarter, months_of(quarter)) for quarter in standard.quarters.values()],
        day=day,
    )


def _data_quality(standard: Standard) -> str:
    quality = read_yaml(schema_folder() / "measures/data_quality.yaml")
    return markdown(
        "site/data-quality.md",
        sources=Links(standard, "").sources(quality["source"]),
        standing=quality["standing"],
        items=[_item(one) for one in standard.data_quality.items],
        rows=list(_rows(standard)),
        conditional=standard.data_quality.conditional,
    )


def _item(item: Item) -> dict[str, object]:
    values = ", ".join(f"`{value:g}`" for value in item.default_values)
    counted = f"those counted in `{item.defaults_in}`" if item.defaults_in else ""
    allowed = f"{item.thresholds[-1].at_most:.0%}" if item.thresholds else "none are defined"
    return {
        "table": item.table,
        "field": item.field,
        "core": item.core,
        "records": f"as many records as `{item.weight}` says" if item.weight else "one record",
        "defaults": values or counted or ("the codes of that class" if item.thresholds else "none"),
        "allowed": allowed,
    }


def _rows(standard: Standard) -> Iterator[dict[str, str]]:
    for one in standard.data_quality.rows:
        codelist = standard.tables[one.table].field[one.field].codelist
        listed = f"[{codelist}](codelists/{codelist}.md)" if codelist else "month of the quarter"
        only = f" that is `{one.only}`" if one.only else ""
        each = f"code of {listed}{only}" if codelist else listed
        yield {"table": one.table, "each": each, "rule": one.rule}
