"""The command that makes a workbook to fill in: words in, a file and a few lines out. It lays out nothing itself.

Exit status: 0 the workbook is written, 2 it cannot be, or the usage was wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from crt_return.publishing.template.rows import Template
    from crt_return.quarters import Quarter
    from crt_return.standard import Standard

PATH = click.Path(path_type=Path)
ENDING = ".xlsx"


@click.command()
@click.option("--provider", required=True, help="The provider's code, as RZA.")
@click.option("--period", required=True, help="The quarter, as 2006-07-Q4 (January to March 2007).")
@click.option("--teams", type=int, help="How many teams to lay out; 1 unless given.")
@click.option("--prior", type=PATH, help="Last quarter's return: its teams and what rarely changes are filled in.")
@click.option("--out", type=PATH, required=True, help="The workbook to write, FILE.xlsx: a new one.")
def template(provider: str, period: str, teams: int | None, prior: Path | None, out: Path) -> int:
    """Make a workbook to fill in, for one provider and one quarter.

    It has a sheet for each table, lists to choose from, checks as you type, and the rows that every team has to send.
    """
    _refuse_out(out)
    if teams is not None and prior is not None:
        raise click.UsageError("--teams cannot be given beside --prior, whose register says which teams there are.")
    from crt_return.publishing.template.book import workbook_bytes
    from crt_return.standard import load_standard

    standard = load_standard()
    _refuse_provider(provider, standard)
    quarter = _quarter(period, standard)
    made = _made(standard, provider, quarter, 1 if teams is None else teams, prior)
    _write(workbook_bytes(made), out)
    for line in _said(made, out):
        click.echo(line)
    return 0


def _refuse_out(out: Path) -> None:
    """Say before the work that the workbook cannot be written; it never takes the place of one."""
    if out.suffix.lower() != ENDING:
        raise click.UsageError(f"A template is written as {ENDING}; '{out.name}' has another ending.")
    if out.exists():
        raise click.UsageError(f"{out} is there already, and may be filled in: give another name, or remove it first.")
    if not out.parent.is_dir():
        raise click.UsageError(f"The template cannot be written to {out}: there is no folder {out.parent}.")


def _refuse_provider(provider: str, standard: Standard) -> None:
    from crt_return.standard import HEADER

    field = standard.tables[HEADER].field["provider_code"]
    if not re.fullmatch(field.constraints["pattern"], provider):
        raise click.UsageError(
            f"'{provider}' is not the code of a provider: it is written like {field.example}, in capital letters."
        )


def _quarter(period: str, standard: Standard) -> Quarter:
    if period not in standard.quarters:
        first, *_, last = standard.quarters
        raise click.UsageError(
            f"'{period}' is not a quarter of the standard: it has {first} to {last}, written like that."
        )
    return standard.quarters[period]


def _made(standard: Standard, provider: str, quarter: Quarter, teams: int, prior: Path | None) -> Template:
    from crt_return.publishing.template import rows
    from crt_return.publishing.template.prior import PriorUnfit, read_prior

    if prior is None:
        if not 1 <= teams <= rows.MOST_TEAMS:
            raise click.UsageError(f"A template has 1 to {rows.MOST_TEAMS} teams, not {teams}.")
        return rows.template(standard, provider, quarter, teams)
    try:
        return rows.template_after(standard, provider, quarter, read_prior(prior, provider, quarter, standard))
    except PriorUnfit as error:
        raise click.UsageError(str(error)) from None


def _write(content: bytes, out: Path) -> None:
    try:
        with out.open("xb") as file:
            file.write(content)
    except OSError as error:
        raise click.UsageError(f"The template cannot be written to {out}: {error.strerror}.") from None


def _said(made: Template, out: Path) -> Iterator[str]:
    """What was made, what was taken over and not, and what to do next."""
    from crt_return.publishing.template.rows import is_expected
    from crt_return.quarters import months_of
    from crt_return.workbook_layout import START

    count = len(made.teams)
    yield (
        f"{out}: a template for {made.provider}, {made.quarter.period} ({months_of(made.quarter)}), "
        f"with {count} team{'s' if count > 1 else ''}."
    )
    if made.prior:
        yield f"From the return for {made.prior.period}, to be checked: {_counted(made)}."
        yield from (f"Not taken over: {name}. {why}." for name, why in made.prior.unread.items())
    if not is_expected(made):
        yield f"{made.provider} is not on the list of providers expected for this quarter (HDR-02): check the code."
    yield f"Begin with the sheet {START}. When it is filled in: crt-return validate {out}"


def _counted(made: Template) -> str:
    from crt_return.wording import counted

    return ", ".join(f"{name} ({counted(count, 'cell')})" for name, count in made.carried.items())
