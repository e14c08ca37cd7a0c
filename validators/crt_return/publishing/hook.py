"""What MkDocs asks while it builds the site: the pages of a folder in the navigation, and the choice of version.

It exists so that `mkdocs.yml` names no table, rule or code list. MkDocs calls it; it makes no page.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from crt_return.standard import load_standard

EVERY = "/*"
INDEX = "index.md"
OFFLINE, VERSIONED = "OFFLINE", "MIKE_DOCS_VERSION"
SEARCH_FROM_FILES = "assets/iframe-worker.js"


def on_config(config: Any) -> Any:
    """Fill in the navigation; offer versions where mike builds; let search run where there is no server."""
    docs = Path(config["docs_dir"])
    config["nav"] = [_filled(entry, docs) for entry in config["nav"]]
    if os.environ.get(VERSIONED):
        config["extra"]["version"] = {"provider": "mike"}
    if os.environ.get(OFFLINE):
        config["extra"]["polyfills"] = [SEARCH_FROM_FILES]
    return config


def _filled(entry: Any, docs: Path) -> Any:
    """An entry of the navigation with `folder/*` replaced by the folder's pages."""
    if isinstance(entry, str):
        return entry
    ((title, content),) = entry.items()
    if isinstance(content, list):
        return {title: [_filled(one, docs) for one in content]}
    return {title: list(_pages(content.removesuffix(EVERY), docs))} if content.endswith(EVERY) else entry


def _pages(folder: str, docs: Path) -> Iterable[str]:
    """The pages of a folder in the order of the standard, its index first."""
    order = {name: place for place, name in enumerate(_order(folder))}
    names = sorted(path.name for path in (docs / folder).glob("*.md"))
    names.sort(key=lambda name: (name != INDEX, order.get(Path(name).stem, len(order))))
    return (f"{folder}/{name}" for name in names)


def _order(folder: str) -> list[str]:
    """The names of a folder's pages in the order of the standard; none where the alphabet will do."""
    standard = load_standard()
    every = {
        "tables": standard.tables,
        "requirements": dict.fromkeys(measure.requirement for measure in standard.measures.values()),
        "rules": [*standard.rules, *standard.acceptance_rules, *standard.national_rules],
    }
    return [*every.get(folder, ())]
