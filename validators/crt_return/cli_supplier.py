"""The suppliers' command: words in, text and an exit status out. It holds no logic of the conformance kit.

Exit status: 0 every case that was run agrees (or the kit is written), 1 one differs or none was run, 2 wrong usage or a
kit that cannot be read, 70 a fault of this program.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from crt_return.console import progress
from crt_return.processes import cores

if TYPE_CHECKING:
    from crt_return.conformance.comparing import Result
    from crt_return.conformance.files import OpenKit

EXIT_DIFFERS = 1
PATH = click.Path(path_type=Path)
LISTED = 5


@click.command()
@click.option("--command", "line", help='The validator, as "check {path} --prior {prior} --report {report}".')
@click.option("--kit", "given", type=PATH, help="A kit as a folder or a zip; without it, that of this version is made.")
@click.option("--rule", "rules", multiple=True, help="Only the cases of this rule, as GTK-01 (repeatable).")
@click.option("--jobs", type=click.IntRange(1), help="How many returns to check at a time; all cores by default.")
@click.option("--timeout", type=click.FloatRange(1), default=120, show_default=True, help="Seconds for one return.")
@click.option("--out", type=PATH, help="Write the kit into this new folder, and keep it.")
def conformance(
    line: str | None, given: Path | None, rules: tuple[str, ...], jobs: int | None, timeout: float, out: Path | None
) -> int:
    """Run a validator over the conformance kit, and say which cases it agrees with.

    {path} stands for the return, {prior} for that of the quarter before, {report} for the file that the validator
    writes its report to, as JSON. Without {report} its report is read from what it prints; without any, its exit
    status is judged.
    """
    if line is None and out is None:
        raise click.UsageError("Give the validator's --command, or --out to write the kit out.")
    if given and out:
        raise click.UsageError("--out writes the kit of this version, --kit takes another: give one of the two.")
    from crt_return.conformance.command import NoCommand, command_of
    from crt_return.conformance.files import NoKit

    try:
        command = command_of(line) if line is not None else None
        wanted = [rule.strip().upper() for rule in rules]
        with _kit(given, out, wanted) as kit:
            _refuse_unknown(wanted, {case.rule for case in kit.cases.cases})
            if command is None:
                return 0
            from crt_return.conformance.runner import results

            runs = results(kit, command, rules=wanted, jobs=jobs or cores(), timeout=timeout)
            return _ended(_shown(runs, kit, len(kit.of(wanted))), kit)
    except (NoCommand, NoKit) as error:
        raise click.UsageError(str(error)) from None


@contextmanager
def _kit(given: Path | None, out: Path | None, rules: Sequence[str]) -> Iterator[OpenKit]:
    """The kit that is given, or the one of this version, made in a folder that is kept if it was asked for."""
    from crt_return.conformance.files import opened, read_folder

    if given:
        with opened(given) as kit:
            yield kit
    elif out:
        _write(out, rules)
        kit = read_folder(out)
        click.echo(f"The kit is in {out}: {len(kit.cases.cases)} cases. Its README.md says how to use it.")
        yield kit
    else:
        with TemporaryDirectory(prefix="conformance-kit-") as folder:
            _write(Path(folder), rules)
            yield read_folder(Path(folder), "the kit, which --out keeps")


def _write(folder: Path, rules: Sequence[str]) -> None:
    from crt_return.conformance.kit import kit
    from crt_return.sampling.make import refuse_filled
    from crt_return.sampling.writing import write_folder
    from crt_return.standard import load_standard

    standard = load_standard()
    _refuse_unknown(rules, standard.rules)
    try:
        refuse_filled(folder)
        with progress() as show:
            write_folder(kit(standard, show, rules), folder)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        raise click.UsageError(f"The kit cannot be written to {folder}: {error.strerror}.") from None


def _refuse_unknown(rules: Iterable[str], known: Collection[str]) -> None:
    unknown = sorted(set(rules) - set(known))
    if unknown:
        raise click.UsageError(f"The kit has no case of {', '.join(unknown)}.")


def _shown(runs: Generator[list[Result]], kit: OpenKit, cases: int) -> list[Result]:
    """Each case that differs as a line, when it is known; on a terminal, with a count below."""
    done: list[Result] = []
    with progress() as show, closing(runs):  # which ends what still runs
        for together in runs:
            done += together
            for one in together:
                if one.state == "differs":
                    click.echo(f"{one.case.id} differs: {one.said}. The return is {kit.shown(one.case.path)}.")
            show(f"{len(done):,} of {cases:,} cases")
    return done


def _ended(done: Sequence[Result], kit: OpenKit) -> int:
    """Say how many agree, and what that rests on."""
    run = [one for one in done if one.state != "not run"]
    agree = sum(one.state == "agrees" for one in run)
    _say_not_run(one for one in done if one.state == "not run")
    by_status = sum(one.by_status for one in run)
    if by_status:
        click.echo(
            f"{by_status:,} judged by the exit status alone, as the command gave no report: "
            "that it found the right fault in the right place is not shown."
        )
    click.echo(f"{agree:,} of {len(run):,} cases agree ({kit.cases.standard['name']} {kit.cases.standard['version']}).")
    return 0 if run and agree == len(run) else EXIT_DIFFERS


def _say_not_run(results: Iterable[Result]) -> None:
    """A line for each reason why cases were not run."""
    because = defaultdict(list)
    for one in results:
        because[one.said].append(one.case.id)
    for why, cases in because.items():
        more = f" and {len(cases) - LISTED} more" if len(cases) > LISTED else ""
        click.echo(f"{len(cases):,} not run, because {why}: {', '.join(cases[:LISTED])}{more}.")
