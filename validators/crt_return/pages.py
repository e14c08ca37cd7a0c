"""Pages from the templates beside this file: HTML that stands by itself, and Markdown. The one door to jinja2.

An HTML page has its style in it, fetches nothing, and escapes what is filled in; in Markdown the templates say what is
plain text (`text`). It knows nothing of what the pages show.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

_MEANT = re.compile(r"[\\`*\[\]{}<>|#&]|(?<!\w)_|_(?!\w)")  # what means something in Markdown, its tables or HTML


def page(template: str, **filled: Any) -> str:
    """The page made from a template by what fills it in; a name the template asks for must be given."""
    return _environment().get_template(template).render(**filled)


def markdown(template: str, **filled: Any) -> str:
    """The Markdown made from a template; what is plain text in it goes through the filter `text`."""
    return _environment(escaping=False).get_template(template).render(**filled)


def plain_text(value: object) -> str:
    """A text that Markdown shows as it stands, on one line, wherever it is put."""
    words = " ".join(str(value).split())
    return _MEANT.sub(lambda sign: f"&#{ord(sign[0])};", words)


@cache
def _environment(*, escaping: bool = True) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=escaping,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["text"] = plain_text
    environment.filters["counted"] = lambda number: f"{number:,}"
    return environment
