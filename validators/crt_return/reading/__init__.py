"""Reading a return: bytes to text tables, exactly as submitted, with every file-level fault named once.

This is the door: what other modules may use stands here. Nothing in it casts or judges a cell.
"""

from crt_return.reading.content import content_sha256, table_sha256
from crt_return.reading.model import ROW, FileFault, Package, TextTable, Unreadable
from crt_return.reading.package import read_package

__all__ = [
    "ROW",
    "FileFault",
    "Package",
    "TextTable",
    "Unreadable",
    "content_sha256",
    "read_package",
    "table_sha256",
]
