"""PKG-11: a package that points outside itself or would fill the machine is refused before it is read."""

from __future__ import annotations

import os
import stat
import struct
import tracemalloc
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from crt_return.reading import FileFault, Unreadable, archives, entries, read_package
from crt_return.reading.entries import MIB
from tests.reading.returns import HEADER, ROW, Return, Zipped, example_files

LINK = "is a symbolic link; a package holds plain files only."


def refused(entry: str, problem: str) -> FileFault:
    return FileFault("PKG-11", entry, None, {"entry": entry, "problem": problem})


def refusal(path: Path, clean: Return) -> FileFault:
    with pytest.raises(Unreadable) as error:
        read_package(path, clean.standard)
    return error.value.fault


@pytest.mark.parametrize("target", ["/etc/passwd", "../elsewhere.csv", "explanations.csv", "nowhere"])
def test_a_symbolic_link_in_a_folder(clean: Return, target: str) -> None:
    (clean.folder / "referrals.csv").unlink()
    (clean.folder / "referrals.csv").symlink_to(target)
    assert refusal(clean.folder, clean) == refused("referrals.csv", LINK)


def test_a_linked_sub_folder(clean: Return) -> None:
    (clean.folder / "more").symlink_to("/")
    assert refusal(clean.folder, clean) == refused("more", LINK)


def test_a_link_put_in_a_files_place_after_the_listing(clean: Return, tmp_path: Path) -> None:
    entry = entries.file_entry(clean.folder / "referrals.csv", "referrals.csv", "referrals.csv")
    (tmp_path / "secret").write_bytes(b"secret")
    (clean.folder / "referrals.csv").unlink()
    (clean.folder / "referrals.csv").symlink_to(tmp_path / "secret")
    with pytest.raises(Unreadable):
        entries.load(entry)


def test_a_pipe_among_the_files(clean: Return) -> None:
    os.mkfifo(clean.folder / "pipe.csv")
    assert refusal(clean.folder, clean) == refused("pipe.csv", "is not an ordinary file.")


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("../referrals.csv", "points outside the package."),
        ("a/../../referrals.csv", "points outside the package."),
        ("a\\..\\..\\referrals.csv", "points outside the package."),
        ("/referrals.csv", "is an absolute path; files of a package lie inside it."),
        ("C:/referrals.csv", "is an absolute path; files of a package lie inside it."),
        ("C:referrals.csv", "is an absolute path; files of a package lie inside it."),
        ("\\\\server\\share\\referrals.csv", "is an absolute path; files of a package lie inside it."),
    ],
)
def test_a_zip_entry_that_points_outside(clean: Return, zipped: Zipped, name: str, problem: str) -> None:
    assert refusal(zipped({"explanations.csv": HEADER, name: b"x"}), clean) == refused(name, problem)


@pytest.mark.parametrize(
    ("kind", "problem"),
    [(stat.S_IFLNK, LINK), (stat.S_IFIFO, "is not an ordinary file."), (stat.S_IFCHR, "is not an ordinary file.")],
    ids=["link", "pipe", "device"],
)
def test_a_zip_entry_that_is_no_file(clean: Return, tmp_path: Path, kind: int, problem: str) -> None:
    info = zipfile.ZipInfo("referrals.csv")
    info.external_attr = (kind | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    assert refusal(tmp_path / "x.zip", clean) == refused("referrals.csv", problem)


def test_a_zip_with_one_name_twice(clean: Return, tmp_path: Path) -> None:
    with warnings.catch_warnings(), zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        warnings.simplefilter("ignore")
        archive.writestr("referrals.csv", "a")
        archive.writestr("referrals.csv", "b")
    problem = "stands in the zip twice; nobody can say which of the two holds."
    assert refusal(tmp_path / "x.zip", clean) == refused("referrals.csv", problem)


def test_a_zip_of_too_many_entries(clean: Return, zipped: Zipped) -> None:
    path = zipped({f"{number}.csv": b"" for number in range(1001)})
    assert refusal(path, clean) == refused("return.zip", "holds 1,001 entries; a return has at most 1,000.")


def test_a_zip_whose_list_of_entries_is_itself_a_bomb(clean: Return, zipped: Zipped) -> None:
    path = zipped({"referrals.csv": b""})
    content = bytearray(path.read_bytes())
    struct.pack_into("<L", content, content.rindex(b"PK\x05\x06") + 12, 5 * MIB)
    path.write_bytes(content)
    assert refusal(path, clean) == refused("return.zip", "holds far more than 1,000 entries.")


def bomb_of(rows: int) -> bytes:
    return HEADER + b"a,b,c,d,e,f,g,h\n" * rows


def test_a_zip_bomb_is_known_by_what_it_declares(clean: Return, zipped: Zipped) -> None:
    path = zipped({"explanations.csv": bomb_of(2_000_000)})
    problem = "unpacks to more than 200 times its size, as no return does."
    assert refusal(path, clean) == refused("return.zip", problem)


def test_a_zip_bomb_that_lies_about_its_size_stays_within_what_it_declared(clean: Return, zipped: Zipped) -> None:
    path = zipped({"explanations.csv": bomb_of(2_000_000)})
    content = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        struct.pack_into("<L", content, content.index(mark) + at, 1000)
    path.write_bytes(content)
    peak = peak_memory(lambda: refusal(path, clean))
    assert peak < 8 * MIB
    assert refusal(path, clean).rule == "PKG-10"  # more bytes than declared: damaged


def test_the_meter_counts_what_was_unpacked_and_not_what_was_declared() -> None:
    meter = archives.Meter("x.zip", packed=MIB)
    meter.add(200 * MIB)
    with pytest.raises(Unreadable, match="more than 200 times its size"):
        meter.add(1)


def test_ten_megabytes_may_unpack_from_next_to_nothing(clean: Return, zipped: Zipped) -> None:
    path = zipped(example_files(clean.standard) | {"explanations.csv": bomb_of(600_000)})
    assert 200 * path.stat().st_size < 600_000 * 16 < 10 * MIB
    assert read_package(path, clean.standard).faults == ()


def test_a_zip_of_more_than_two_gibibytes(clean: Return, zipped: Zipped, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "EXPANDED_BYTES", 1000)
    path = zipped(example_files(clean.standard))
    problem = "unpacks to more than 2 GiB, more than a return can need."
    assert refusal(path, clean) == refused("return.zip", problem)


def test_the_limits_are_those_of_the_standard() -> None:
    assert archives.EXPANDED_BYTES == 2 * 1024**3
    assert archives.RATIO == 200
    assert archives.RATIO_FROM == 10 * 1024**2
    assert entries.ENTRIES == 1000
    assert entries.FILE_BYTES == 1024**3
    assert entries.LINE_BYTES == 1024**2 >= entries.CHUNK


def sparse(path: Path, size: int, start: bytes = b"") -> None:
    """A file that is large and takes no room on disk."""
    with path.open("wb") as file:
        file.write(start)
        file.truncate(size)


def test_a_file_larger_than_a_gibibyte(clean: Return) -> None:
    sparse(clean.folder / "referrals.csv", 1024 * MIB + 1, b"a,b\n" * 1000)
    problem = "is larger than 1 GiB, more than a table of a return can need."
    assert refusal(clean.folder, clean) == refused("referrals.csv", problem)


def peak_memory(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_file_of_a_gibibyte_on_one_line_is_refused_within_a_few_megabytes(clean: Return) -> None:
    sparse(clean.folder / "referrals.csv", 1024 * MIB, HEADER)
    problem = "has a line of more than 1 MiB, which no row of a return can need."
    assert peak_memory(lambda: refusal(clean.folder, clean)) < 8 * MIB
    assert refusal(clean.folder, clean) == refused("referrals.csv", problem)


def test_a_line_of_a_mebibyte_is_read_and_one_byte_more_is_refused(clean: Return) -> None:
    body = b"a,b,c,d,e,f," + b"x" * (MIB - 14) + b",h"
    assert clean.explanations(HEADER + body + b"\n" + ROW).faults() == []
    assert refusal(clean.explanations(HEADER + body + b"y\n" + ROW).folder, clean).rule == "PKG-11"


def test_a_long_line_in_a_zip(clean: Return, zipped: Zipped) -> None:
    path = zipped({"explanations.csv": HEADER + b"x" * 2 * MIB})
    problem = "has a line of more than 1 MiB, which no row of a return can need."
    assert refusal(path, clean) == refused("explanations.csv", problem)


def test_a_file_in_a_zip_larger_than_a_gibibyte(clean: Return, zipped: Zipped, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "FILE_BYTES", 10)
    problem = "is larger than 1 GiB, more than a table of a return can need."
    assert refusal(zipped({"explanations.csv": HEADER}), clean) == refused("explanations.csv", problem)


def test_the_whole_file_is_counted_though_nothing_is_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "FILE_BYTES", 10)
    with pytest.raises(Unreadable):
        list(entries.within_limits("x.csv", [b"12345\n", b"67890\n"]))
