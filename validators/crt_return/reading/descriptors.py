"""A `datapackage.json` as a package: the local files that its resources point at.

It exists because a supplier may lay the files out otherwise than the standard's folder does. It takes names
and paths from the descriptor, nothing else: the schema is the standard's own, and nothing is ever fetched.
"""

from __future__ import annotations

import json
import re
from contextlib import closing
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from crt_return.reading.entries import ENTRIES, Bundle, Entry, disk_chunks, file_entry, within_limits
from crt_return.reading.model import hostile, nothing

_REMOTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")


def described(path: Path) -> Bundle:
    """The files a descriptor points at; those that are not on disk are left out, their tables promised."""
    resources = _resources(path)
    files = {name: _path(path, name, raw) for name, raw in resources.items()}
    for file in files.values():
        _check_place(path.parent, file)
    return Bundle(
        shown=path.name,
        entries=tuple(_entry(path.parent, *one) for one in files.items() if (path.parent / one[1]).is_file()),
        promised=frozenset(name.casefold() for name in files),
    )


def _entry(folder: Path, name: str, file: str) -> Entry:
    return file_entry(folder / file, f"{name}.csv", file)


def _resources(path: Path) -> dict[str, Any]:
    """The resources of a descriptor by name."""
    raw = _json(path)
    listed = raw.get("resources") if isinstance(raw, dict) else None
    if not isinstance(listed, list) or not listed:
        raise nothing(f"{path.name} is not the descriptor of a Data Package: it lists no resources.")
    if len(listed) > ENTRIES:
        raise hostile(path.name, f"lists {len(listed):,} resources; a return has at most {ENTRIES:,}.")
    found: dict[str, Any] = {}
    for resource in listed:
        name = resource.get("name") if isinstance(resource, dict) else None
        if not isinstance(name, str) or name.casefold() in found:
            raise nothing(f"{path.name} has a resource without a name, or two of one name.")
        found[name.casefold()] = resource.get("path")
    return found


def _json(path: Path) -> Any:
    with closing(disk_chunks(path, path.name)) as chunks:
        content = b"".join(within_limits(path.name, chunks))
    try:
        return json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise nothing(f"{path.name} is not valid JSON.") from error


def _path(descriptor: Path, name: str, raw: Any) -> str:
    """The one path of a resource."""
    if isinstance(raw, list) and len(raw) == 1:
        raw = raw[0]
    if not isinstance(raw, str) or not raw:
        raise nothing(f"{descriptor.name} does not give one file as the path of the resource '{name}'.")
    return raw


def _check_place(folder: Path, file: str) -> None:
    """Refuse a path that is remote, absolute, outside the folder or through a link."""
    parts = file.replace("\\", "/").split("/")
    if file.startswith(("/", "\\", "~")) or PureWindowsPath(file).drive:
        raise hostile(file, "is an absolute path; files of a package lie inside it.")
    if _REMOTE.match(file):
        raise hostile(file, "is a remote address; nothing is ever fetched.")
    if ".." in parts or "\0" in file:
        raise hostile(file, "points outside the package.")
    place = folder
    for part in PurePosixPath(file).parts:
        place = place / part
        if place.is_symlink():
            raise hostile(file, "is or passes through a symbolic link; a package holds plain files only.")
