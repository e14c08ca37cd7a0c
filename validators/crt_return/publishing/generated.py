"""Every generated part of the published standard, and whether what is committed is as it should be.

What is made here is committed under `docs/`, so that a reader of the repository sees what a reader of the site does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from crt_return.standard import Standard
from crt_return.thresholds import suites

COMMAND = "crt-return publish"
SUITES = "docs/downloads/expectations"


def generated(standard: Standard) -> dict[str, str]:
    """The text of each generated file, by its path from the top of the repository."""
    return {f"{SUITES}/{suite['name']}.json": json_text(suite) for suite in suites(standard, None)}


def json_text(value: Mapping[str, object]) -> str:
    """A value as it is published: the same bytes for the same value."""
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def write(files: Mapping[str, str], root: Path) -> None:
    """Put every generated file in its place, and take away what is no longer made."""
    for path in unwanted(files, root):
        path.unlink()
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def stale(files: Mapping[str, str], root: Path) -> list[str]:
    """The paths that are missing, changed or no longer made."""
    changed = [name for name, text in files.items() if _text(root / name) != text]
    return sorted([*changed, *(path.relative_to(root).as_posix() for path in unwanted(files, root))])


def unwanted(files: Mapping[str, str], root: Path) -> list[Path]:
    """Files in the folders of generated parts that nothing makes."""
    return [path for path in (root / SUITES).glob("*") if path.relative_to(root).as_posix() not in files]


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None
