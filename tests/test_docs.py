"""The pages and the README say what is so: their commands run, and the rule that one of them adds works."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from crt_return.sampling.faults import plant
from crt_return.sampling.valid import valid_return
from crt_return.sampling.writing import files_of
from crt_return.standard import load_standard, read_yaml, schema_folder
from crt_return.thresholds import suites
from crt_return.validate import run
from tests.examples import judged_example

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CHANGE_A_THRESHOLD = (ROOT / "docs/contributing/change-a-threshold.md").read_text(encoding="utf-8")
ADD_A_RULE = (ROOT / "docs/contributing/add-a-rule.md").read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)


def commands(page: str) -> list[str]:
    return [line for block in blocks(page, "console") for line in block.splitlines() if line.startswith("crt-return")]


def of_the_department() -> list[str]:
    """The commands that lead from a synthetic England to its report; `test_article.py` runs them in their order."""
    return commands(README[README.index("For the Department") :])


def test_the_readme_has_two_commands_to_set_up_and_the_gate_runs_both() -> None:
    first, second = blocks(README, "sh")
    assert "crt-return validate sample_data/valid" in first
    assert "pytest" in second
    gate = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert "readme_block 1" in gate
    assert "readme_block 2" in gate


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the sample data where a user would have it."""
    shutil.copytree(ROOT / "sample_data", tmp_path / "sample_data", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


@pytest.mark.parametrize("command", [one for one in commands(README) if one not in of_the_department()])
def test_the_readmes_commands_run_as_printed(command: str, checkout: Path) -> None:
    words = shlex.split(command)
    done = subprocess.run(
        [sys.executable, "-m", "crt_return", *words[1:]], cwd=checkout, capture_output=True, text=True
    )
    expected = 1 if "validate sample_data/invalid" in command else 0
    assert (done.returncode, done.stderr) == (expected, ""), done.stdout[-500:]
    assert done.stdout


def test_the_readmes_python_runs(checkout: Path) -> None:
    (code,) = blocks(README, "python")
    done = subprocess.run([sys.executable, "-c", code], cwd=checkout, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("accepted ")


def test_the_exit_statuses_of_the_readme_are_those_of_the_command() -> None:
    from crt_return import cli

    listed = set(re.findall(r"^\| (\d+) \|", README, re.MULTILINE))
    assert listed == {"0", str(cli.EXIT_ERRORS), str(cli.EXIT_USAGE), str(cli.EXIT_OUR_FAULT), str(cli.EXIT_STOPPED)}


def test_the_rule_added_on_the_page_is_one_edit_in_one_file(tmp_path: Path) -> None:
    """The entry, put at the end of one file of a copy of the standard, is a rule in every respect."""
    schema = tmp_path / "schema"
    shutil.copytree(schema_folder(), schema)
    (entry,) = blocks(ADD_A_RULE, "yaml")
    file = schema / "rules/home_treatment.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "\n" + entry, encoding="utf-8")
    standard = load_standard(schema)
    added = read_yaml(file)[-1]["id"]
    rule = standard.rules[added]
    assert set(standard.rules) - set(load_standard().rules) == {added}
    assert judged_example(rule, rule.examples["fails"][0], standard).findings
    assert not judged_example(rule, rule.examples["passes"][0], standard).findings
    planted = plant(valid_return(standard, "RZA", 1, "2006-07-Q4", 1), added, standard, "RZA-T01")
    folder = tmp_path / "return"
    folder.mkdir()
    for name, content in files_of(planted.tables, standard).items():
        (folder / name).write_bytes(content)
    report = run(folder, standard=standard).report
    assert added in report.rules.failed
    (found,) = [one for one in report.findings if one.rule == added]
    assert (found.file, found.field, found.expected, found.key["team_id"]) == (
        "home_treatment.csv",
        "contacts_total",
        "0",
        "RZA-T01",
    )


def test_the_threshold_added_on_the_page_holds_from_its_day_on(tmp_path: Path) -> None:
    schema = tmp_path / "schema"
    shutil.copytree(schema_folder(), schema)
    file = schema / "measures/gatekeeping.yaml"
    file.write_text(with_threshold(file.read_text(encoding="utf-8")), encoding="utf-8")
    standard = load_standard(schema)
    days = [standard.quarters[period].starts for period in ("2006-07-Q4", "2007-08-Q1")]
    in_force = [standard.measures["F2.1"].threshold(day) for day in days]
    assert [one and one.first.number for one in in_force] == [0.95, 0.96]
    suite = next(one for one in suites(standard, days[1]) if one["name"] == "gatekeeping")
    assert suite["expectations"][0]["kwargs"] == {"column": "F2.1", "min_value": 0.96}


def with_threshold(measures: str) -> str:
    """The file of measures with the page's entry at the end of the first measure's thresholds."""
    (entry,) = blocks(CHANGE_A_THRESHOLD, "yaml")
    own = re.search(r"  thresholds:\n(?:    .*\n)+", measures)
    assert own
    return measures[: own.end()] + textwrap.indent(entry, " " * 4) + measures[own.end() :]
