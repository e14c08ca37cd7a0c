"""The Department's commands: words in, text and an exit status out. They hold no logic of acceptance.

Exit status: 0 the inbox is judged, whatever the verdicts (or the receipt holds), 1 the receipt does not hold, 2 wrong
usage or a place that cannot be used, 70 a fault of this program.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crt_return.console import progress

if TYPE_CHECKING:
    from crt_return.acceptance.accept import Done, Workers
    from crt_return.acceptance.receipts import Line
    from crt_return.acceptance.store import Store
    from crt_return.engines.spark import Spark

EXIT_DISAGREES, EXIT_OUR_FAULT = 1, 70
PATH = click.Path(path_type=Path)
ENGINE = "Where the work is done: on this machine, or on an Apache Spark cluster."


@click.command()
@click.argument("inbox", type=PATH)
@click.option("--register", "url", required=True, help="The register's database, as sqlite:///register.db.")
@click.option("--store", "folder", type=PATH, required=True, help="The folder of accepted returns and receipts.")
@click.option("--expected", type=PATH, help="The list of expected providers, where it is not beside the inbox.")
@click.option("--processes", type=click.IntRange(1), help="How many returns to examine at once; all cores by default.")
@click.option("--engine", type=click.Choice(["embedded", "spark"]), default="embedded", show_default=True, help=ENGINE)
@click.option("--master", help="The Spark master, as spark://host:7077 or local[2].")
def accept(
    inbox: Path,
    url: str,
    folder: Path,
    expected: Path | None,
    processes: int | None,
    engine: str,
    master: str | None,
) -> int:
    """Judge every return in INBOX, register it and give it a receipt; what was judged before stays as it is."""
    from crt_return.acceptance import desk
    from crt_return.acceptance.accept import Acceptance
    from crt_return.acceptance.inbox import expected_file
    from crt_return.acceptance.register import Register, file_of
    from crt_return.acceptance.store import Store
    from crt_return.standard import load_standard

    _refuse_inside(inbox, {"store": folder, "register": file_of(url)})
    inbox, folder = inbox.absolute(), folder.absolute()
    store = Store(folder)
    with (
        _sentences(),
        _spark(engine, master) as spark,
        store.locked(),
        Register(url) as register,
        _workers(store, spark, processes) as workers,
    ):
        run = Acceptance(register, store, load_standard(), workers)
        done = list(_shown(run.accept(inbox, expected_file(inbox, expected))))
    for period, (was, now) in run.changed_lists.items():
        click.echo(f"The list of expected providers for {period} now names {now:,}; before it named {was:,}.")
    faults = [one for one in done if one.fault]
    new = sum(one.new for one in done) - len(faults)
    click.echo(f"{len(done):,} in the inbox: {new:,} judged now, {len(done) - new - len(faults):,} before.")
    if not done:
        click.echo(f"There is nothing in {inbox}: a submission is a file or a folder that lies in it.")
    click.echo(f"The desk is {folder / desk.FILE}.")
    for one in faults:
        click.echo(f"{one.name}: crt-return has failed on it ({one.fault}); it was left for another run.", err=True)
    return EXIT_OUR_FAULT if faults else 0


@click.command()
@click.option("--period", required=True, help="A financial year, as 2006-07, or a quarter, as 2006-07-Q4.")
@click.option("--register", "url", required=True, help="The register's database, as sqlite:///register.db.")
@click.option("--store", "folder", type=PATH, required=True, help="The folder of accepted returns.")
@click.option("--out", type=PATH, required=True, help="The folder to write the report into.")
@click.option("--engine", type=click.Choice(["embedded", "spark"]), default="embedded", show_default=True, help=ENGINE)
@click.option("--master", help="The Spark master, as spark://host:7077 or local[2].")
def national(period: str, url: str, folder: Path, out: Path, engine: str, master: str | None) -> int:
    """Write the national report on a period from the accepted returns: pages, tables and a workbook."""
    from crt_return.acceptance.accepted import accepted_returns
    from crt_return.acceptance.problem import cannot_write
    from crt_return.acceptance.register import Register
    from crt_return.acceptance.store import Store
    from crt_return.engines.duckdb import DuckDB
    from crt_return.national.write import NoSuchPeriod, NotFitToPublish, write_national
    from crt_return.standard import load_standard

    standard, store = load_standard(), Store(folder.absolute())
    with _sentences(), _spark(engine, master) as spark, Register(url, new=False) as register:
        _refuse_other_folder(out)
        try:
            data = accepted_returns(period, register, store, standard, as_files=spark is not None)
            report = write_national(data, standard, out, spark.apart if spark else DuckDB)
        except NoSuchPeriod as error:
            raise click.UsageError(str(error)) from None
        except NotFitToPublish as error:
            click.echo(str(error), err=True)
            return EXIT_OUR_FAULT
        except OSError as error:
            raise cannot_write(out, error) from None
    for one in report.warnings:
        click.echo(f"{one.rule}: {one.message}")
    click.echo(f"The report on {period} is {out / 'index.html'}.")
    return 0


@click.command()
@click.argument("receipt", type=PATH)
@click.argument("path", type=PATH)
@click.option("--prior", type=PATH, help="Last quarter's return, where the receipt says that one was used.")
def verify(receipt: Path, path: Path, prior: Path | None) -> int:
    """Judge the return at PATH again, and say whether RECEIPT still holds."""
    from crt_return.acceptance import receipts
    from crt_return.reading import read_package
    from crt_return.standard import load_standard
    from crt_return.tables import load_pandera

    with _sentences():
        made = receipts.read(receipt)
    sent = _sha256_of(path)
    load_pandera()
    from crt_return.validate import PriorUnreadable, validate

    try:
        report = validate(path, prior=prior).as_dict()
    except PriorUnreadable as error:
        raise click.UsageError(str(error)) from None
    before = read_package(prior, load_standard()).content_sha256 if prior else None
    lines = receipts.compared(made, report, load_standard(), sent, before)
    for line in lines:
        click.echo(_compared(line))
    holds = all(line.agrees is not False for line in lines)
    click.echo(_verdict(lines, str(made["receipt"])))
    return 0 if holds else EXIT_DISAGREES


def _sha256_of(path: Path) -> str:
    from crt_return.acceptance.inbox import fingerprint
    from crt_return.acceptance.problem import reason

    try:
        path.lstat()  # for the system's own word on a path that cannot be
        return fingerprint(path)
    except FileNotFoundError:
        raise click.UsageError(f"There is no {path}: give the return that the receipt is of.") from None
    except OSError as error:
        raise click.UsageError(f"{path} cannot be read: {reason(error)}.") from None


def _compared(line: Line) -> str:
    word = {True: "agrees", False: "DIFFERS", None: "not compared"}[line.agrees]
    said = line.receipt if line.agrees else f"{line.receipt} in the receipt, {line.now} now"
    return f"  {word:12}  {line.what}: {said}"


def _verdict(lines: list[Line], receipt: str) -> str:
    differing = sum(line.agrees is False for line in lines)
    unknown = sum(line.agrees is None for line in lines)
    left = f" {unknown} could not be compared." if unknown else ""
    if differing:
        return f"Receipt {receipt} does NOT hold for this return: {differing} of {len(lines)} points differ.{left}"
    return f"Receipt {receipt} holds for this return.{left}"


@contextmanager
def _spark(engine: str, master: str | None) -> Iterator[Spark | None]:
    """A Spark session, where that is the engine."""
    if (engine == "spark") != (master is not None):
        raise click.UsageError("--engine spark and --master belong together: give both, or neither.")
    if master is None:
        yield None
        return
    try:
        from crt_return.engines.spark import Spark, SparkUnreachable
    except ModuleNotFoundError:
        raise click.UsageError("--engine spark needs pyspark: install crt-return[spark].") from None
    try:
        spark = Spark.start(master)
    except SparkUnreachable as error:
        raise click.UsageError(str(error)) from None
    try:
        yield spark
    finally:
        spark.stop()


@contextmanager
def _workers(store: Store, spark: Spark | None, processes: int | None) -> Iterator[Workers]:
    from crt_return.acceptance.workers import local_workers, spark_workers

    if spark is None:
        with local_workers(store, processes) as workers:
            yield workers
    elif processes is not None:
        raise click.UsageError("--processes is of this machine; with --engine spark, the cluster decides.")
    else:
        yield spark_workers(store, spark)


@contextmanager
def _sentences() -> Iterator[None]:
    """What stops a command for a reason outside it, as a sentence."""
    from crt_return.acceptance.problem import Stopped

    try:
        yield
    except Stopped as error:
        raise click.ClickException(str(error)) from None


def _refuse_inside(inbox: Path, places: Mapping[str, Path | None]) -> None:
    """Say before the work that what we write would come in as a submission."""
    for name, place in places.items():
        if place and place.resolve().is_relative_to(inbox.resolve()):
            raise click.UsageError(f"The {name} would lie in the inbox itself ({inbox}): give another folder.")


def _shown(done: Iterator[Done]) -> Iterator[Done]:
    """Each file as a line, when it is done; on a terminal, with a count below."""
    with progress() as show:
        for number, one in enumerate(done, start=1):
            click.echo(_line(one))
            show(f"{number:,} done")
            yield one


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def _refuse_other_folder(out: Path) -> None:
    """A report takes the place of a report, and of nothing else."""
    if out.is_dir() and any(out.iterdir()) and not (out / "national.json").is_file():
        raise click.UsageError(f"{out} holds something else than a national report: give another folder, or a new one.")


def _line(one: Done) -> str:
    if one.entry is None:
        return f"{one.name}: not judged"
    entry = one.entry
    named = " ".join(part for part in (entry.provider_code, entry.period) if part) or "not known whose"
    version = f" v{entry.submission_version}" if entry.submission_version is not None else ""
    word = entry.outcome.replace("_", " ").upper() + (", LATE" if entry.late else "")
    counted = f"{_number(entry.errors, 'error')}, {_number(entry.warnings, 'warning')}"
    return f"{one.name}: {named}{version}: {word} ({counted}){'' if one.new else ' - judged before'}"
