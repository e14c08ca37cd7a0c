"""A supplier's command line: taken apart, filled in for one return, run, and what it answers.

No shell is used, so a path with a blank in it is one word. What the answer is worth is not decided here.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

PATH, PRIOR, REPORT = "{path}", "{prior}", "{report}"
WINDOWS = os.name == "nt"


class NoCommand(Exception):  # noqa: N818 - the words a caller reads
    """The command line cannot be run; the message is a sentence for the user."""


@dataclass(frozen=True)
class Command:
    """A command line as words, with its placeholders."""

    words: tuple[str, ...]

    def takes(self, placeholder: str) -> bool:
        """Whether the command is told this."""
        return any(placeholder in word for word in self.words)

    def filled(self, places: Mapping[str, str]) -> list[str]:
        """The words with each placeholder filled in, wherever in a word it stands."""
        return [_filled(word, places) for word in self.words]


@dataclass(frozen=True)
class Answer:
    """What came of one run: its exit status, its report if it gave one, or in `trouble` why there is neither."""

    status: int | None = None
    report: Mapping[str, Any] | None = None
    trouble: str | None = None


def command_of(line: str) -> Command:
    """The command of a line with placeholders. Raises NoCommand.

    Words are split as a POSIX shell does it. On Windows a backslash is a backslash, and only double quotes quote.
    """
    try:
        words = _split(line)
    except ValueError as error:
        raise NoCommand(f"The command cannot be taken apart: {str(error).lower()}.") from None
    if not words:
        raise NoCommand("The command is empty.")
    command = Command((_program(words[0]), *words[1:]))
    if not command.takes(PATH):
        raise NoCommand(f"The command has to say where the return goes: put {PATH} in it.")
    return command


def _split(line: str) -> list[str]:
    if not WINDOWS:
        return shlex.split(line)
    lexer = shlex.shlex(line, posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.escape, lexer.quotes, lexer.commenters = True, "", '"', ""
    return list(lexer)


def _program(name: str) -> str:
    """Where a program lies: on PATH, or beside the Python that runs this, as in a virtual environment."""
    beside = str(Path(sys.executable).parent)
    found = shutil.which(name) or shutil.which(name, path=beside)
    if found is None:
        raise NoCommand(f"There is no program '{name}' on PATH or in {beside}: give its path, or put it on PATH.")
    return str(Path(found).absolute())


def _filled(word: str, places: Mapping[str, str]) -> str:
    for placeholder, place in places.items():
        word = word.replace(placeholder, place)
    return word


class Runner:
    """Runs a command, and can end whatever is running."""

    def __init__(self, command: Command, timeout: float) -> None:
        """`timeout` is in seconds, for each run."""
        self.command, self.timeout = command, timeout
        self._running: set[subprocess.Popen[bytes]] = set()

    def answer(self, path: Path, prior: Path) -> Answer:
        """What the command says of a return."""
        with TemporaryDirectory(prefix="conformance-", ignore_cleanup_errors=True) as folder:
            report, output = Path(folder) / "report.json", Path(folder) / "output"
            words = self.command.filled({PATH: str(path), PRIOR: str(prior), REPORT: str(report)})
            try:
                status = self._run(words, output)
            except subprocess.TimeoutExpired:
                return Answer(trouble=f"the command was stopped after {self.timeout:g} s")
            except OSError as error:
                return Answer(trouble=f"the command could not be started: {error.strerror or error}")
            return _answer(status, report) if self.command.takes(REPORT) else _said(status, output)

    def _run(self, words: list[str], output: Path) -> int:
        """Run to the end, with the output in a file: a pipe would be held open by whatever the command leaves."""
        with output.open("wb") as file:
            process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.DEVNULL, start_new_session=not WINDOWS
            )
            self._running.add(process)
            try:
                return process.wait(self.timeout)
            except subprocess.TimeoutExpired:
                _end(process)
                raise
            finally:
                self._running.discard(process)

    def stop(self) -> None:
        """End every run that has not ended."""
        for process in tuple(self._running):
            if process.poll() is None:
                _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process that is still running and, where the system has groups of them, those it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if WINDOWS:
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _answer(status: int, report: Path) -> Answer:
    """The answer of a command that writes its report to a file."""
    if not report.is_file():
        return Answer(status, trouble=f"it wrote no report (exit status {status})")
    return _of_json(status, report.read_bytes())


def _said(status: int, output: Path) -> Answer:
    """The answer of a command that may print its report."""
    said = output.read_bytes()
    return _of_json(status, said) if said.lstrip()[:1] == b"{" else Answer(status)


def _of_json(status: int, said: bytes) -> Answer:
    try:
        report = json.loads(said)
    except ValueError:
        return Answer(status, trouble="its report is not JSON")
    findings = report.get("findings") if isinstance(report, dict) else None
    if not isinstance(findings, list) or not all(isinstance(one, dict) and "rule" in one for one in findings):
        return Answer(status, trouble='its report has no list of "findings", each with its "rule"')
    return Answer(status, report)
