"""The reports on all samples and on the whole conformance kit are those of the golden files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.golden import GOLDEN, kept, sample_reports

AGAIN = "if every difference is meant: python -m tests.golden"


def changed(texts: Mapping[str, str], part: str) -> list[str]:
    """The golden files of a part that are not as the reports say, are missing, or are of no return."""
    golden = kept(part)
    return sorted(name for name in {*golden, *texts} if golden.get(name) != texts.get(name))


def test_sample_reports_equal_golden_files() -> None:
    assert changed(sample_reports(), "samples") == [], AGAIN


def test_kit_reports_equal_golden_files(made_kit: Path) -> None:
    texts = {f"kit/{name}": content for name, content in kept("", made_kit / "reports").items()}
    assert changed(texts, "kit") == [], AGAIN


def test_golden_files_name_no_path_of_a_machine() -> None:
    assert [name for name, content in kept("").items() if str(GOLDEN.parents[1]) in content or "/tmp" in content] == []
