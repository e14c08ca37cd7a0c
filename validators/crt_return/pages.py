"""Pages in HTML and in Markdown from the templates beside this file. The one door to jinja2.

Every page in HTML stands by itself: its style is in it, and it fetches nothing; what is filled in is escaped. It knows
nothing of what the pages show.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import jinja2


def page(template: str, **filled: Any) -> str:
    """The page made from a template by what fills it in; a name the template asks for must be given."""
    return _environment(escaped=True).get_template(template).render(**filled)


def markdown(template: str, **values: Any) -> str:
    """The page in Markdown made from a template, nothing escaped; a name the template asks for must be given."""
    return _environment(escaped=False).get_template(template).render(**values)


@cache
def _environment(*, escaped: bool) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=escaped,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["counted"] = lambda number: f"{number:,}"
    return environment
