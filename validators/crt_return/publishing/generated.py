"""Every generated part of the published standard, and whether what is committed is as it should be.

What is made here is committed under `docs/`, so that a reader of the repository sees what a reader of the site does,
and one file in the package: what each piece of SQL names, so that no check of a return has to find it anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from crt_return.publishing.downloads import ARCHIVES, downloads
from crt_return.publishing.downloads_page import downloads_page
from crt_return.publishing.site import pages
from crt_return.publishing.zipped import entries
from crt_return.sql import KEPT_NAMES, kept_names
from crt_return.standard import Standard

COMMAND = "crt-return publish"
DOCS = "docs"
OWN_FOLDERS = ("tables", "codelists", "rules", "requirements", "changes", "downloads")


def generated(standard: Standard, kit: bytes, command_line: str) -> dict[str, bytes]:
    """Each generated file by its path from the top of the repository.

    What is made above this module is given: the conformance kit as a zip, and the page of the command line.
    """
    files = downloads(standard, kit)
    made = {
        **pages(standard),
        "downloads.md": downloads_page(standard, files),
        "command-line.md": command_line,
    }
    texts = {f"{DOCS}/{path}": (text.rstrip("\n") + "\n").encode() for path, text in made.items()}
    return {
        **texts,
        **{f"{DOCS}/downloads/{path}": content for path, content in files.items()},
        f"validators/crt_return/{KEPT_NAMES.name}": kept_names(standard).encode(),
    }


def write(files: Mapping[str, bytes], root: Path) -> None:
    """Put every generated file in its place, and take away what is no longer made."""
    for path in unwanted(files, root):
        path.unlink()
    for name, content in files.items():
        if not _is_as_made(root / name, content):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(content)


def stale(files: Mapping[str, bytes], root: Path) -> list[str]:
    """The paths that are missing, changed or no longer made."""
    changed = [name for name, content in files.items() if not _is_as_made(root / name, content)]
    return sorted([*changed, *(path.relative_to(root).as_posix() for path in unwanted(files, root))])


def unwanted(files: Mapping[str, bytes], root: Path) -> list[Path]:
    """Files in the folders of generated parts that nothing makes."""
    held = [path for folder in OWN_FOLDERS for path in (root / DOCS / folder).rglob("*") if path.is_file()]
    return [path for path in held if path.relative_to(root).as_posix() not in files]


def _is_as_made(path: Path, content: bytes) -> bool:
    """Whether a file is there and holds what is made; archives by what is in them, as compressors differ."""
    if not path.is_file():
        return False
    held = path.read_bytes()
    if path.suffix in ARCHIVES and held != content:
        return entries(held) == entries(content)
    return held == content
