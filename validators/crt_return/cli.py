"""The command line: words in, text and an exit status out. It holds no logic of the standard.

Exit status: 0 no errors, 1 the return has errors (or, with --strict, unexplained warnings), 2 the path cannot be
read as a return or the command was used wrongly, 70 a fault of this program.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from crt_return import cli_department, cli_migrate, cli_supplier, cli_template
from crt_return.console import progress
from crt_return.reports.forms import FORMS
from crt_return.version import __version__

if TYPE_CHECKING:
    from crt_return.finding import Report
    from crt_return.validate import Run

EXIT_ERRORS, EXIT_USAGE, EXIT_OUR_FAULT, EXIT_STOPPED = 1, 2, 70, 130


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="crt-return")
def commands() -> None:
    """Check the national return of Crisis Resolution Teams."""


@commands.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--prior", type=click.Path(path_type=Path), help="Last quarter's return, for the rules on change.")
@click.option(
    "--report",
    "reports",
    type=click.Path(path_type=Path),
    multiple=True,
    help=f"Write the report to FILE; its ending says the form: {', '.join(FORMS)}. May be given again.",
)
@click.option("--strict", is_flag=True, help="Let a warning without an explanation count as an error.")
@click.option("--all-rows", is_flag=True, help="List every faulty row, not the first 1,000 of a rule.")
@click.option(
    "--draft-explanations",
    type=click.Path(path_type=Path),
    help="Write FILE.csv: the explanations table, with a row to fill in for each warning still unexplained.",
)
@click.option("--no-thresholds", is_flag=True, help="Leave out completeness and fidelity, for speed.")
@click.option(
    "--gx-results",
    type=click.Path(path_type=Path),
    help="Keep Great Expectations' own results and pages in this folder.",
)
def validate(
    path: Path,
    prior: Path | None,
    reports: tuple[Path, ...],
    strict: bool,
    all_rows: bool,
    no_thresholds: bool,
    gx_results: Path | None,
    draft_explanations: Path | None,
) -> int:
    """Check the return at PATH: a folder of CSV files, a zip of them, an Excel workbook, or a datapackage.json."""
    _refuse_unwritable(reports, path)
    _refuse_draft(draft_explanations)
    if gx_results:
        _refuse_results_folder(gx_results, path, no_thresholds)
    run = _run(path, prior, all_rows=all_rows, thresholds=not no_thresholds, gx_results=gx_results)
    click.echo(_printed(run), nl=False)
    for file in reports:
        _write(run, file)
    if draft_explanations:
        click.echo("\n" + _drafted(run, draft_explanations))
    if strict and run.report.outcome == "queried":
        click.echo("\nWith --strict, warnings that nothing explains count as errors: the exit status is 1.")
    return exit_status(run.report, strict=strict)


@commands.command()
@click.argument("rule")
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option("--prior", type=click.Path(path_type=Path), help="Last quarter's return, for the rules on change.")
def explain(rule: str, path: Path | None, prior: Path | None) -> int:
    """Show RULE (or a measure): what it says, why, its SQL and examples; with PATH, what it makes of that return."""
    from crt_return import explain as explaining
    from crt_return.standard import load_standard

    standard = load_standard()
    if measure := standard.measures.get(rule.upper()):
        click.echo(explaining.measure_text(measure, standard), nl=False)
        return 0 if path is None else _explained(_run(path, prior), lambda run: explaining.own_measure(measure, run))
    try:
        named = standard.rule(rule)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    click.echo(explaining.text(named, standard), nl=False)
    if path is None:
        return 0
    if named.id not in standard.rules:
        click.echo(f"\n{explaining.elsewhere(named, standard)}")
        return 0
    run = _run(path, prior, thresholds=explaining.needs_thresholds(named))
    return _explained(run, lambda run: explaining.own_rows(named, run, standard))


def _explained(run: Run, own: Callable[[Run], str]) -> int:
    """Print what is made of the user's own return, and say whether it could be read."""
    click.echo("\n" + own(run), nl=False)
    return EXIT_USAGE if run.report.outcome == "unreadable" else 0


@commands.command()
@click.option("--providers", default=1, show_default=True, help="How many providers (RZA, RZB ...).")
@click.option("--teams", default=3, show_default=True, help="How many teams each.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same files.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder to make.")
@click.option("--faults", default="", help="Rules to break, as GTK-01,PKG-04; where is written to faults.csv.")
@click.option("--national", is_flag=True, help="Make a year of a synthetic England instead; it takes some minutes.")
def sample(providers: int, teams: int, seed: int, out: Path, faults: str, national: bool) -> int:
    """Make synthetic returns: each provider's last two quarters, valid but for the faults asked for.

    With --national: an inbox with the year 2006-07 of every provider that returns, and the list of those expected.
    """
    from crt_return.sampling.make import make_samples
    from crt_return.standard import load_standard

    rules = tuple(rule.strip().upper() for rule in faults.split(",") if rule.strip())
    try:
        made = _england(seed, out) if national else make_samples(load_standard(), providers, teams, seed, out, rules)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        raise click.UsageError(f"The samples cannot be written to {out}: {error.strerror}.") from None
    for path in made:
        click.echo(str(path))
    return 0


def _england(seed: int, out: Path) -> list[Path]:
    """Make a synthetic England, which has a size of its own and no faults."""
    from crt_return.sampling.england import make_england

    context = click.get_current_context()
    for name in ("providers", "teams", "faults"):
        if context.get_parameter_source(name) is not ParameterSource.DEFAULT:
            raise click.UsageError(f"--{name} cannot be given beside --national, whose teams are always the same.")
    with progress() as show:
        return make_england(seed, out, show)


@commands.command()
@click.option("--check", is_flag=True, help="Change nothing; fail where a file is missing or not as made.")
def publish(check: bool) -> int:
    """Write the generated pages and downloads into docs/, at the top of a checkout of the standard.

    `mkdocs build --strict` then builds the site.
    """
    from crt_return.publishing.generated import COMMAND, stale, write

    root = Path.cwd()
    _refuse_other_checkout(root)
    files = _generated()
    if not check:
        changed = write(files, root)
        click.echo(f"{len(files):,} files are in docs/; {changed:,} were new, changed or no longer made.")
        return 0
    different = stale(files, root)
    if different:
        click.echo(f"Not as the standard makes it: {', '.join(different)}. Run `{COMMAND}`.")
    return EXIT_ERRORS if different else 0


def _refuse_other_checkout(root: Path) -> None:
    """Refuse to write into a folder of anything else, or of another text of the standard than this command has."""
    from crt_return.publishing.generated import same_files
    from crt_return.standard import schema_folder

    if not (root / "mkdocs.yml").is_file() or not (root / "schema").is_dir():
        raise click.UsageError(
            "The published standard is made at the top of its checkout, where mkdocs.yml and schema/ lie."
        )
    if not same_files(root / "schema", schema_folder()):
        raise click.UsageError(
            "schema/ here is not the standard that this command was installed with. Install this checkout "
            "(pip install --editable .), and publish again."
        )


def _generated() -> dict[str, bytes]:
    """Make every generated file of the published standard, and print each step, for it takes half a minute."""
    from crt_return.cli_reference import command_line_page
    from crt_return.conformance.kit import kit_zip
    from crt_return.publishing.generated import generated
    from crt_return.standard import load_standard

    kit = kit_zip(load_standard(), click.echo)
    click.echo("Writing pages and downloads")
    return generated(load_standard(), kit, command_line_page(commands))


def _printed(run: Run) -> str:
    """What a terminal shows of a run; on GitHub, annotations after it."""
    from crt_return.reports import github, terminal
    from crt_return.standard import load_standard

    text = terminal.text(run.report, load_standard())
    if github.runs_here(os.environ):
        return github.plain(text) + github.lines(run, load_standard())
    return text


def exit_status(report: Report, *, strict: bool = False) -> int:
    """The exit status of a report."""
    if report.outcome == "unreadable":
        return EXIT_USAGE
    if report.outcome == "rejected" or (strict and report.outcome == "queried"):
        return EXIT_ERRORS
    return 0


def _run(
    path: Path,
    prior: Path | None,
    *,
    all_rows: bool = False,
    thresholds: bool = True,
    gx_results: Path | None = None,
) -> Run:
    from crt_return.expectations import Expectations

    started = Expectations() if thresholds else None  # before all other imports, for it takes the longest
    with progress() as show:
        from crt_return.tables import load_pandera

        load_pandera()
        from crt_return.validate import PriorUnreadable, run

        try:
            return run(
                path,
                prior=prior,
                all_rows=all_rows,
                thresholds=thresholds,
                gx_results=gx_results,
                progress=show,
                started=started,
            )
        except PriorUnreadable as error:
            raise click.UsageError(str(error)) from None


def _refuse_unwritable(reports: tuple[Path, ...], of: Path) -> None:
    """Say before the work, not after, that a report cannot be written."""
    for file in reports:
        if file.suffix.lower() not in FORMS:
            raise click.UsageError(f"A report is written as {', '.join(FORMS)}; '{file.name}' has another ending.")
        if file.resolve().is_relative_to(of.resolve()):
            raise click.UsageError(f"The report would be written into the return itself ({of}): give another folder.")
        if not file.parent.is_dir() or file.is_dir():
            raise click.UsageError(f"The report cannot be written to {file}: there is no folder {file.parent}.")


def _refuse_draft(file: Path | None) -> None:
    """Say before the work that a draft cannot be written; it never takes the place of one that may be filled in."""
    if file is None:
        return
    if file.suffix.lower() != ".csv":
        raise click.UsageError(f"A draft of explanations is written as .csv; '{file.name}' has another ending.")
    if file.exists():
        raise click.UsageError(f"{file} is there already, and may hold answers: give another name, or remove it first.")
    if not file.parent.is_dir():
        raise click.UsageError(f"The draft cannot be written to {file}: there is no folder {file.parent}.")


def _drafted(run: Run, file: Path) -> str:
    """Write the draft of explanations, and say what was written."""
    from crt_return.reports import draft
    from crt_return.standard import load_standard

    made = draft.draft(run, load_standard())
    if made is None:
        return "No draft of explanations was written: the return could not be read."
    try:
        draft.write(made, file)
    except OSError as error:
        raise click.UsageError(f"The draft cannot be written to {file}: {error.strerror}.") from None
    return draft.said(made, file)


def _refuse_results_folder(folder: Path, of: Path, no_thresholds: bool) -> None:
    """Say before the work that the results of Great Expectations cannot be kept."""
    if no_thresholds:
        raise click.UsageError("--gx-results keeps what --no-thresholds leaves out: use one of the two.")
    if folder.resolve().is_relative_to(of.resolve()):
        raise click.UsageError(f"The results would be written into the return itself ({of}): give another folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.UsageError(f"The results cannot be kept in {folder}: {error.strerror}.") from None


def _write(run: Run, file: Path) -> None:
    from crt_return.standard import load_standard

    try:
        file.write_bytes(FORMS[file.suffix.lower()](run, load_standard()))
    except OSError as error:
        raise click.UsageError(f"The report cannot be written to {file}: {error.strerror}.") from None


for _command in (
    *(cli_department.accept, cli_department.national, cli_department.verify),
    *(cli_migrate.migrate, cli_migrate.snapshot),
    *(cli_supplier.conformance, cli_template.template),
):
    commands.add_command(_command)


def main() -> None:
    """Run the command and end the process with its exit status."""
    stopped = _told_of_a_stop()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal may lack a letter; text must still come
    try:
        sys.exit(commands.main(standalone_mode=False))
    except click.ClickException as error:
        error.show()
        sys.exit(EXIT_USAGE)
    except (Exception, KeyboardInterrupt) as error:
        if stopped or isinstance(error, (click.Abort, KeyboardInterrupt)):
            click.echo("Stopped.", err=True)
            sys.exit(EXIT_STOPPED)
        click.echo(_our_fault(error), err=True)
        sys.exit(EXIT_OUR_FAULT)


def _told_of_a_stop() -> list[int]:
    """A list that holds something once the user has stopped the program: libraries make an error of their own of it."""
    told: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        told.append(number)
        signal.default_int_handler(number, frame)

    signal.signal(signal.SIGINT, stop)
    return told


def _our_fault(error: Exception) -> str:
    """The place of a fault of ours in our own code. The error's own text may hold a patient's data: not shown."""
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if "crt_return" in frame.filename]
    place = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "an unknown place"
    return (
        f"crt-return {__version__} has failed: {type(error).__name__} at {place}. This is a fault of the program, "
        "not of your return. Please report this line to its makers; it holds none of your data."
    )
