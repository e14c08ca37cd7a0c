"""A kit as it lies on disk: a folder or a zip of it, opened for the runner.

It checks only that the cases can be read and their returns are there; it does not judge them.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from crt_return.conformance.model import CASES, Case, Cases, cases_of
from crt_return.reading.archives import DAMAGED


class NoKit(Exception):  # noqa: N818 - the words a caller reads
    """The path holds no kit that can be run; the message is a sentence for the user."""


@dataclass(frozen=True)
class OpenKit:
    """A kit in a folder, which is gone after the run unless `kept`. `named` is what the user calls it."""

    folder: Path
    kept: bool
    named: str
    cases: Cases

    def of(self, rules: Collection[str]) -> list[Case]:
        """The cases of some rules; of all where none are named."""
        return [case for case in self.cases.cases if not rules or case.rule in rules]

    def shown(self, path: str) -> str:
        """A path of the kit as the user can find it."""
        return str(self.folder / path) if self.kept else f"{path} of {self.named}"


@contextmanager
def opened(path: Path) -> Iterator[OpenKit]:
    """The kit in a folder or a zip. Raises NoKit."""
    if path.is_dir():
        yield read_folder(path)
        return
    with TemporaryDirectory(prefix="conformance-kit-") as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                archive.extractall(folder)
        except FileNotFoundError:
            raise NoKit(f"{path} is not there: give the kit's folder or zip.") from None
        except DAMAGED:
            raise NoKit(f"{path} cannot be opened as a zip: give the kit's folder or zip.") from None
        yield read_folder(Path(folder), str(path))


def read_folder(folder: Path, instead_of: str | None = None) -> OpenKit:
    """The kit in a folder, which may lie there for a while only, instead of something else. Raises NoKit."""
    named = instead_of or str(folder)
    try:
        cases = cases_of(json.loads((folder / CASES).read_text(encoding="utf-8")))
    except OSError:
        raise NoKit(f"{named} is no conformance kit: it holds no {CASES}.") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NoKit(f"The {CASES} of {named} cannot be read ({error}): get the kit anew.") from None
    missing = {path for case in cases.cases for path in (case.path, case.prior) if not (folder / path).exists()}
    if missing:
        raise NoKit(f"{named} is not whole: {min(missing)} is missing. Get the kit anew.")
    return OpenKit(folder.absolute(), instead_of is None, named, cases)
