"""Make every generated part of the published standard under `docs/`, and compare what is there with it.

Git ignores what is made here; MkDocs builds the site from it and from the pages written by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from crt_return.publishing.downloads import ARCHIVES, downloads
from crt_return.publishing.downloads_page import downloads_page
from crt_return.publishing.site import pages
from crt_return.publishing.site.navigation import navigation
from crt_return.publishing.zipped import entries
from crt_return.standard import Standard

COMMAND = "crt-return publish"
DOCS = "docs"
OWN_FOLDERS = ("tables", "codelists", "rules", "requirements", "changes", "downloads")


def generated(standard: Standard, kit: bytes, command_line: str) -> dict[str, bytes]:
    """Make each generated file by its path from the top of the repository.

    What is made above this module is given: the conformance kit as a zip, and the page of the command line.
    """
    files = downloads(standard, kit)
    made = {
        **pages(standard),
        "downloads.md": downloads_page(standard, files),
        "command-line.md": command_line,
    }
    texts = {**made, "nav.yml": navigation(standard, made)}
    return {
        **{f"{DOCS}/{path}": (text.rstrip("\n") + "\n").encode() for path, text in texts.items()},
        **{f"{DOCS}/downloads/{path}": content for path, content in files.items()},
    }


def write(files: Mapping[str, bytes], root: Path) -> int:
    """Write the generated files that are missing or differ, remove those no longer made, and count both."""
    removed = unwanted(files, root)
    for path in removed:
        path.unlink()
    changed = [name for name, content in files.items() if not _is_as_made(root / name, content)]
    for name in changed:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(files[name])
    return len(removed) + len(changed)


def stale(files: Mapping[str, bytes], root: Path) -> list[str]:
    """The paths that are missing, changed or no longer made."""
    changed = [name for name, content in files.items() if not _is_as_made(root / name, content)]
    return sorted([*changed, *(path.relative_to(root).as_posix() for path in unwanted(files, root))])


def unwanted(files: Mapping[str, bytes], root: Path) -> list[Path]:
    """Files in the folders of generated parts that nothing makes."""
    held = [path for folder in OWN_FOLDERS for path in (root / DOCS / folder).rglob("*") if path.is_file()]
    return [path for path in held if path.relative_to(root).as_posix() not in files]


def same_files(one: Path, other: Path) -> bool:
    """Whether two folders hold the same files, whatever a checkout made of their line ends."""
    return one.samefile(other) or _texts(one) == _texts(other)


def _texts(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes().replace(b"\r\n", b"\n") for path in files}


def _is_as_made(path: Path, content: bytes) -> bool:
    """Whether a file is there and holds what is made; archives by what is in them, as compressors differ."""
    if not path.is_file():
        return False
    held = path.read_bytes()
    if path.suffix in ARCHIVES and held != content:
        return entries(held) == entries(content)
    return held == content
