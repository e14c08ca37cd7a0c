"""The accepted returns of a period as the national report reads them: from the register and the store.

What stands is what counts. It computes no figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from crt_return.acceptance.problem import Stopped
from crt_return.acceptance.register import Entry, Register
from crt_return.acceptance.store import Store
from crt_return.assessment import MEASURE_TABLES
from crt_return.national.data import ACCEPTANCE_TABLES, EXPECTED, SUBMISSION, NationalData, empty_frame, quarters_of
from crt_return.standard import HEADER, Standard


def accepted_returns(
    period: str, register: Register, store: Store, standard: Standard, *, as_files: bool = False
) -> NationalData:
    """The accepted returns of a year or a quarter, who was expected, and what became of what was sent.

    With `as_files`, the tables are left in the store, for an engine that reads them there. Raises NoSuchPeriod where
    there is no such period.
    """
    periods = [quarter.period for quarter in quarters_of(period, standard)]
    names = [*standard.tables, *MEASURE_TABLES]
    standing = register.standing(periods)
    _refuse_other_store(standing, store)
    read = [HEADER] if as_files else names
    tables = store.frames(standing, {name: empty_frame(name, standard) for name in read})
    files = {name: store.files(standing, name) for name in names} if as_files else {}
    sent = [one for own in periods for one in register.entries(own)]
    expected = register.expected().filter(pl.col("period").is_in(periods))
    return NationalData(period, {**tables, EXPECTED: expected, SUBMISSION: _submissions(sent, standing)}, files)


def _refuse_other_store(standing: Iterable[Entry], store: Store) -> None:
    """Refuse to report on a part: every return that stands must be in the store."""
    missing = [one.file for one in standing if not store.holds(one)]
    if missing:
        raise Stopped(
            f"The register says that {missing[0]} was accepted, but the store {store.folder} does not hold it "
            f"({len(missing):,} missing in all). Give the store they were accepted into, or run `accept` again "
            "on the inbox they came in."
        )


def _submissions(sent: Iterable[Entry], standing: Sequence[Entry]) -> pl.DataFrame:
    """For each provider and quarter the submission that stands; the last one where none does."""
    last = {(one.provider_code, one.period): one for one in (*sent, *standing)}
    columns = ACCEPTANCE_TABLES[SUBMISSION]
    rows = [tuple(getattr(one, name) for name in columns) for one in last.values() if one.provider_code]
    return pl.DataFrame(rows, schema=dict(columns), orient="row").sort("period", "provider_code")
