"""The page of sources, made from the register of sources.

It says what each source is and what was read of it. What the sources say is told by hand in `docs/background.md`.
"""

from __future__ import annotations

from crt_return.pages import markdown
from crt_return.standard import Standard


def sources_page(standard: Standard) -> str:
    """The page in Markdown: a section a source, which `sources.md#ANCHOR` leads to."""
    return markdown("site/sources.md", sources=standard.sources.values()).rstrip("\n") + "\n"
