"""The commands on versions of the standard: words in, text and an exit status out. They hold no logic of a migration.

Exit status: 0 the return is taken over (or is of that version already), 2 it cannot be, or the usage was wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from crt_return.migration.migrate import Migrated

PATH = click.Path(path_type=Path)


@click.command()
@click.argument("path", type=PATH)
@click.option("--out", type=PATH, required=True, help="The folder to write the new return into: new, or empty.")
@click.option("--to", help="The version to take it to; the current one unless another is named.")
def migrate(path: Path, out: Path, to: str | None) -> int:
    """Take the return at PATH, made for an earlier version of the standard, over to a later one.

    PATH is a folder, a zip, a workbook (.xlsx) or a datapackage.json; it is only read.
    """
    from crt_return.migration import migrate as migrating
    from crt_return.migration.steps import CannotMigrate
    from crt_return.reading import Unreadable
    from crt_return.standard import load_standard

    _refuse_filled(out, path)
    standard = load_standard()
    try:
        migrated = migrating.migrate(path, migrating.Versions(standard), to)
    except (CannotMigrate, Unreadable) as error:
        raise click.UsageError(str(error)) from None
    if migrated is None:
        click.echo(f"The return is of version {to or standard.version} already: there is nothing to do.")
        return 0
    _write(migrating.files_of(migrated), out)
    for line in _said(migrated, out):
        click.echo(line)
    return 0


@click.command()
@click.argument("folder", type=PATH)
def snapshot(folder: Path) -> int:
    """Freeze the current version of the standard in FOLDER (schema/versions), for later ones to be compared with."""
    from crt_return.publishing.freezing import fingerprint, frozen
    from crt_return.standard import load_standard

    standard = load_standard()
    file, text = folder / f"{standard.version}.json", frozen(standard)
    try:
        with file.open("x", encoding="utf-8", newline="\n") as out:
            out.write(text)
    except FileExistsError:
        raise click.UsageError(f"{file} is there already; a version is frozen once, and never changed.") from None
    except OSError as error:
        raise click.UsageError(f"{file} cannot be written: {error.strerror}.") from None
    click.echo(f"{file} holds version {standard.version} as it is. Put into {standard.version}.yaml beside it:")
    click.echo(f"snapshot_sha256: {fingerprint(text)}")
    return 0


def _refuse_filled(out: Path, path: Path) -> None:
    """Say before the work that the new return cannot be written: it never takes the place of anything."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise click.UsageError(f"{out} is not an empty folder; give a new one.")
    old = path.parent if path.suffix.lower() == ".json" else path
    if out.resolve().is_relative_to(old.resolve()):
        raise click.UsageError(f"The new return would lie in the old one ({old}); give another folder.")


def _write(files: dict[str, bytes], out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (out / name).write_bytes(content)
    except OSError as error:
        raise click.UsageError(f"The new return cannot be written to {out}: {error.strerror}.") from None


def _said(migrated: Migrated, out: Path) -> Iterator[str]:
    """What was done, step by step with counts, and what remains."""
    from crt_return.wording import columns, counted

    rows = sum(text.frame.height for text in migrated.tables.values())
    yield f"From version {migrated.old} to {migrated.new.version} of the standard:"
    yield from columns([(counted(one.count, "row"), one.does) for one in migrated.done], "  ")
    yield f"{out} holds the new return: {len(migrated.tables)} tables with {counted(rows, 'row')}."
    yield "Every other cell is as it was."
    if migrated.left_behind:
        yield f"No part of a return, so left behind: {', '.join(migrated.left_behind)}."
    if migrated.by_hand:
        yield "To do by hand:"
        yield from (f"  - {one}" for one in migrated.by_hand)
    yield f"Now check it: crt-return validate {out}"
