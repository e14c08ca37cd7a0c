"""Where the pages of the site lie, seen from one of them: links as Markdown."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crt_return.pages import plain_text
from crt_return.publishing.site.words import measure_anchor
from crt_return.sources import sources_named
from crt_return.standard import Standard


@dataclass(frozen=True, eq=False)
class Links:
    """Links from a page that lies `up` from the top of the site ("" or "../")."""

    standard: Standard
    up: str

    def measure(self, name: str) -> str:
        """A link to a measure on its requirement's page."""
        measure = self.standard.measures[name]
        return f"[{name}]({self.up}requirements/{measure.requirement}.md#{measure_anchor(name)})"

    def rule(self, name: str) -> str:
        """A link to a rule."""
        return f"[{name}]({self.up}rules/{name}.md)"

    def any(self, name: str) -> str:
        """A link to a measure or a rule, whichever has that id."""
        return self.measure(name) if name in self.standard.measures else self.rule(name)

    def sources(self, text: str) -> str:
        """A text that names sources, each name a link to what it stands for."""
        words = plain_text(text)
        for source in sources_named(text, self.standard.sources):
            link = f"[{source.short_name}]({self.up}sources.md#{source.anchor})"
            words = re.sub(rf"(?<![\w\[#-]){re.escape(source.short_name)}(?![\w\]-])", link, words, count=1)
        return words
