"""Files as a zip that holds nothing but them: the same files always give the same entries, without the time of day."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Mapping

TIME = (1980, 1, 1, 0, 0, 0)
UNIX = 3
ORDINARY_FILE, LINK = 0o100644 << 16, 0o120777 << 16


def zipped(files: Mapping[str, bytes], links: Collection[str] = (), *, compressed: bool = True) -> bytes:
    """The files, in their order; for those that are links, their content is where they point to.

    Only an archive that is not compressed is the same to the byte everywhere, as compressors differ.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
            entry.create_system = UNIX
            entry.external_attr = LINK if name in links else ORDINARY_FILE
            archive.writestr(entry, content)
    return buffer.getvalue()


def entries(archive: bytes) -> dict[str, bytes]:
    """What a zip holds, by name, in its order; zips within it opened too, their entries below their own name."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        held = {name: opened.read(name) for name in opened.namelist()}
    return {place: content for name, inner in held.items() for place, content in _opened(name, inner).items()}


def _opened(name: str, content: bytes) -> dict[str, bytes]:
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return {name: content}
    return {f"{name}/{inner}": text for inner, text in entries(content).items()}
