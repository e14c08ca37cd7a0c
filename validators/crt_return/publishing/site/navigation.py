"""The navigation of the site, for MkDocs or a successor to read: `docs/nav.yml`, which `mkdocs.yml` inherits."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from crt_return.pages import markdown
from crt_return.standard import Standard

INDEX = "index.md"
FOLDERS = {"Tables": "tables", "Code lists": "codelists", "Rules": "rules", "Requirements": "requirements"}
CHANGES = "changes"


def navigation(standard: Standard, pages: Collection[str]) -> str:
    """List the generated pages under their headings: each folder's index first, the rest in the standard's order."""
    requirements = dict.fromkeys(measure.requirement for measure in standard.measures.values())
    rules = (*standard.rules, *standard.acceptance_rules, *standard.national_rules)
    order = [INDEX, *(f"{name}.md" for name in (*standard.tables, *requirements, *rules))]
    folders = {title: _in_order(folder, pages, order) for title, folder in FOLDERS.items()}
    return markdown("site/nav.yml", folders=folders, changes=_in_order(CHANGES, pages, order))


def _in_order(folder: str, pages: Iterable[str], order: list[str]) -> list[str]:
    """The pages of a folder; those with no place in the order come last, by the alphabet."""
    names = sorted(page.removeprefix(f"{folder}/") for page in pages if page.startswith(f"{folder}/"))
    names.sort(key=lambda name: order.index(name) if name in order else len(order))
    return [f"{folder}/{name}" for name in names]
