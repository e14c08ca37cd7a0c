"""Our own command over the whole kit, as a supplier would run theirs: it agrees with every case."""

from __future__ import annotations

import subprocess
import sys

import pytest

from crt_return.conformance.files import OpenKit

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("kit")]
VALIDATE = f'"{sys.executable}" -m crt_return validate {{path}}'


def conformance(kit: OpenKit, command: str, *more: str) -> tuple[int, list[str]]:
    words = [sys.executable, "-m", "crt_return", "conformance", "--kit", str(kit.folder), "--command", command, *more]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def test_it_agrees_with_every_case(open_kit: OpenKit) -> None:
    every = len(open_kit.cases.cases)
    status, lines = conformance(open_kit, VALIDATE + " --prior {prior} --report {report}")
    assert lines == [f"{every} of {every} cases agree (crt-national-return 1.0.0)."]
    assert status == 0


def test_by_its_exit_status_alone_it_agrees_with_every_case_that_can_be_run_so(open_kit: OpenKit) -> None:
    rules = ["GTK-01", "STF-10", "PKG-10", "PKG-20", "REG-06"]
    status, lines = conformance(open_kit, VALIDATE, *(word for rule in rules for word in ("--rule", rule)))
    assert status == 0
    assert [line.partition(",")[0] for line in lines] == [
        "2 not run",
        "1 not run",
        "7 judged by the exit status alone",
        "7 of 7 cases agree (crt-national-return 1.0.0).",
    ]
