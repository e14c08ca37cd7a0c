"""What the kit's README and the page say of it: the same, and so."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from crt_return.conformance import command, model
from crt_return.conformance.files import OpenKit
from crt_return.conformance.kit import kit
from crt_return.sampling.writing import write_folder
from crt_return.standard import load_standard

PAGE = (Path(__file__).parents[2] / "docs/conformance.md").read_text(encoding="utf-8")


def section(text: str, title: str) -> str:
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    assert found
    return found[1].strip()


def readme() -> str:
    return Path(model.__file__).with_name(model.README).read_text(encoding="utf-8")


@pytest.mark.parametrize("title", ["The files", "What must agree"])
def test_the_readme_and_the_page_say_the_same(title: str) -> None:
    assert section(PAGE, title) == section(readme(), title)


def test_what_is_compared_is_what_is_said_to_be() -> None:
    said = section(readme(), "What must agree").partition("and the outcome")[0]
    assert [name for name in re.findall(r"`(\w+)`", said) if name != "expected"] == list(model.COMPARED)


def test_the_placeholders_are_those_of_the_command() -> None:
    assert re.findall(r"^\| `(\{\w+\})` \|", PAGE, re.MULTILINE) == [command.PATH, command.PRIOR, command.REPORT]


def test_the_number_on_the_page_is_that_of_the_kit_and_every_file_is_named(
    open_kit: OpenKit, made: Mapping[str, bytes]
) -> None:
    every = len(open_kit.cases.cases)
    assert f"`{every} of {every} cases agree`" in PAGE, f"docs/conformance.md: the kit has {every} cases now"
    assert {name for name in made if "/" not in name} - set(re.findall(r"`(\w[\w.]+)`", PAGE)) == {model.README}


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node.js here to run the example with")
def test_the_example_in_javascript_finds_that_our_validator_agrees(tmp_path: Path) -> None:
    write_folder(kit(load_standard(), rules=["GTK-01", "STF-10"]), tmp_path / "conformance-kit")
    (script,) = re.findall(r"^```js\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    (tmp_path / "run-kit.mjs").write_text(script, encoding="utf-8")
    shown = re.search(r"^node (run-kit.mjs conformance-kit) crt-return (validate .*)$", PAGE, re.MULTILINE)
    assert shown
    words = ["node", *shown[1].split(), sys.executable, "-m", "crt_return", *shlex.split(shown[2])]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "4 of 4 cases agree\n", "")
