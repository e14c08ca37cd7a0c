"""HTML pages from the templates beside this file. The one door to jinja2.

Every page stands by itself: its style is in it, and it fetches nothing. What is filled in is escaped. It knows
nothing of what the pages show.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import jinja2


def page(template: str, **filled: Any) -> str:
    """The page made from a template by what fills it in; a name the template asks for must be given."""
    return _environment().get_template(template).render(**filled)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["counted"] = lambda number: f"{number:,}"
    return environment
