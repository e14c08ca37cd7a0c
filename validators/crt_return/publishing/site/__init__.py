"""The generated pages of the published standard, as Markdown by path under `docs/`. They are made from the standard."""

from __future__ import annotations

from crt_return.publishing.changes import changes_page, compared, difference_page, page_name
from crt_return.publishing.site.diagram import diagram_pages
from crt_return.publishing.site.method import method_pages
from crt_return.publishing.site.national import national_pages
from crt_return.publishing.site.references import References
from crt_return.publishing.site.requirements import requirement_pages
from crt_return.publishing.site.rules import rule_pages
from crt_return.publishing.site.tables import codelist_pages, reference_pages, table_pages
from crt_return.publishing.sources import sources_page
from crt_return.standard import Standard


def pages(standard: Standard) -> dict[str, str]:
    """Every generated page and drawing."""
    references = References(standard)
    return {
        **table_pages(references),
        **codelist_pages(references),
        **reference_pages(standard),
        **rule_pages(references),
        **requirement_pages(references),
        **method_pages(standard),
        **national_pages(standard),
        **diagram_pages(standard),
        "sources.md": sources_page(standard),
        **_changes(standard),
    }


def _changes(standard: Standard) -> dict[str, str]:
    between = {f"changes/{page_name(one)}": difference_page(standard, one) for one in compared()}
    return {"changes/index.md": changes_page(standard), **between}
