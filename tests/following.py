"""A page followed from top to bottom, as a reader would: the files it shows are written, its commands are run."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.DOTALL | re.MULTILINE)
PROGRAMS = ("crt-return ", "frictionless ")
ANYTHING = "..."

Put = Callable[[str, str], None]


@dataclass(frozen=True)
class Block:
    """A block of a page: what is in it, and the file it is to stand in, if it says."""

    language: str
    title: str
    text: str

    @property
    def commands(self) -> list[tuple[str, list[str]]]:
        """The commands of a block of a console, each with the lines that are shown under it."""
        shown: list[tuple[str, list[str]]] = []
        for line in self.text.splitlines() if self.language == "console" else ():
            if line.startswith(PROGRAMS):
                shown.append((line, []))
            elif shown:
                shown[-1][1].append(line)
        return shown


def blocks(page: str) -> list[Block]:
    return [Block(*one) for one in FENCE.findall(page)]


def commands(page: str) -> list[str]:
    return [command for block in blocks(page) for command, _ in block.commands]


def follow(
    page: str, folder: Path, put: Put, environment: dict[str, str] | None = None, leave_out: Collection[str] = ()
) -> None:
    """Write what the page shows with a file name, by `put`, and run what it runs; what it shows has to be printed."""
    for block in blocks(page):
        if block.title:
            put(block.title, block.text)
        if block.language == "python":
            ran([sys.executable, "-c", block.text], folder, environment, 0)
        for command, lines in block.commands:
            if command not in leave_out:
                program, *words = shlex.split(command)
                module = [sys.executable, "-m", program.replace("-", "_")]
                printed = ran([*module, *words], folder, environment, expected_status(command, lines))
                assert as_shown(lines, printed), (command, lines, printed)


def ran(words: list[str], folder: Path, environment: dict[str, str] | None, status: int) -> str:
    """What a program prints that ends as it should and complains of nothing."""
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (status, ""), (words, done.stdout[-500:])
    return done.stdout


def expected_status(command: str, lines: list[str]) -> int:
    """The faulty samples have errors, and what the page says is rejected; nothing else that a page runs has."""
    faulty = "validate sample_data/invalid" in command or any(line.startswith("REJECTED") for line in lines)
    return 1 if faulty else 0


def as_shown(lines: list[str], printed: str) -> bool:
    """Whether the lines of a page are what was printed, where `...` stands for any lines or none."""
    wanted = [line for line in lines if line.strip()]
    pattern = "".join(r"(?:.*\n)*?" if line == ANYTHING else re.escape(line) + r"\n" for line in wanted)
    said = "".join(f"{line.rstrip()}\n" for line in printed.splitlines() if line.strip())
    return not wanted or re.fullmatch(pattern, said) is not None


def pages(docs: Path) -> Iterator[Path]:
    """The pages that were written by hand and run commands."""
    return (page for page in sorted(docs.rglob("*.md")) if commands(page.read_text(encoding="utf-8")))
