"""The page that lists the downloads: what each file is, and for whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from crt_return.pages import markdown
from crt_return.publishing.downloads import KIT, SUMS, whole
from crt_return.publishing.site.words import day
from crt_return.standard import Standard
from crt_return.versions import load_versions

ABOUT = {
    "datapackage.json": "The Data Package descriptor of a return: every table with its schema. For any tool that reads "
    "Frictionless Data.",
    "datapackage-required.json": "The same without the optional tables, for a return that leaves them out.",
    "standard.json": "The whole standard in one file.",
    "rules.json": "Every rule: message, why, fix, SQL, limits, examples, lifecycle, the fields it reads.",
    "rules.csv": "The same without the examples, as a table.",
    "rules.xlsx": "The same table for Excel.",
    "measures.json": "Every measure with its SQL, its thresholds from their day on, and worked examples.",
    "indicators.json": "The national indicators, breakdowns and distributions with their SQL, and the limits of "
    "coverage and disclosure.",
    "data_quality.json": "The items of the data quality score.",
    "calendar.json": "Quarters, deadlines, bank holidays, and which version holds for which quarters.",
    "report.schema.json": "The JSON Schema of the report that `crt-return validate --report` writes.",
    "conformance-cases.schema.json": "The JSON Schema of the conformance kit's list of cases.",
    KIT: "The conformance kit: returns that pass and fail each rule, with the findings expected.",
    SUMS: "The checksum of every file but the archives, as `sha256sum --check` reads them.",
}
FOLDERS = {
    "tables": "Table Schemas, with the codes of each coded field",
    "codelists": "Code lists, as CSV and as JSON",
    "reference": "Reference files",
    "expectations": "The suites that Great Expectations runs",
}


def downloads_page(standard: Standard, files: Iterable[str]) -> str:
    """The page in Markdown. A KeyError means that a file has no description here."""
    about = {**ABOUT, whole(standard): "All of the files on this page in one zip, with their checksums."}
    single = [(name, about[name]) for name in files if "/" not in name]
    version = load_versions().get(standard.version)
    published = day(version.published) if version and version.published else None
    return markdown(
        "site/downloads.md", standard=standard, published=published, single=single, folders=list(_folders(files))
    )


def _folders(files: Iterable[str]) -> Iterator[tuple[str, list[tuple[str, list[tuple[str, str]]]]]]:
    """Each folder's title, and its files by what they are of, each with its ending."""
    for folder, title in FOLDERS.items():
        by_stem: dict[str, list[str]] = {}
        for name in (one for one in files if one.startswith(f"{folder}/")):
            by_stem.setdefault(PurePosixPath(name).stem, []).append(name)
        yield title, [(stem, [(name, PurePosixPath(name).suffix) for name in names]) for stem, names in by_stem.items()]
