"""What `schema/template.yaml` says of the template. It reads that file and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from crt_return.standard import read_yaml, schema_folder

FILE = "template.yaml"
Fields = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Settings:
    """By table, the fields taken over from last quarter and those that add up; what else the file says."""

    carried: Fields
    totals: Fields
    register_only: tuple[str, ...]
    where_it_occurred: tuple[str, ...]


@cache
def settings() -> Settings:
    """The settings of the packaged standard."""
    raw = read_yaml(schema_folder() / FILE)
    return Settings(
        carried={table: tuple(fields) for table, fields in raw["carried"].items()},
        totals={table: tuple(fields) for table, fields in raw["totals"].items()},
        register_only=tuple(raw["register_only"]),
        where_it_occurred=tuple(raw["where_it_occurred"]),
    )
