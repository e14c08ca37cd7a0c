"""Imports, parses and compiles what every run of acceptance needs, for a server of forked processes to preload.

A forked run then spends its time on the inbox. Nothing here starts a thread.
"""

from __future__ import annotations

from importlib import import_module

from crt_return.acceptance.between import between_rules
from crt_return.pages import _environment
from crt_return.standard import load_standard

for module in ("crt_return.tables", "duckdb", "polars", "pyarrow", "sqlalchemy.dialects.sqlite"):
    import_module(module)
between_rules(load_standard())
for template in ("desk.html", "receipt.html"):
    _environment().get_template(template)
