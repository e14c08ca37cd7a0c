"""Returns that the tests of reports share, judged once a test run."""

from __future__ import annotations

import pickle

import pytest

from tests.once import once
from tests.reports.returns import KEPT, RUNS, judge_all


@pytest.fixture(scope="session", autouse=True)
def _runs(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Load the run of every return."""
    RUNS.update(pickle.loads((once(tmp_path_factory, "runs-of-reports", judge_all) / KEPT).read_bytes()))
