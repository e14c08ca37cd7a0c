"""A version of the standard frozen as its catalogue, so that later ones can be compared with it. It writes no file."""

from __future__ import annotations

from hashlib import sha256

from crt_return.publishing.catalogue import catalogue
from crt_return.publishing.downloads import json_bytes
from crt_return.standard import Standard


def frozen(standard: Standard) -> str:
    """The text of the frozen catalogue."""
    return json_bytes(catalogue(standard)).decode()


def fingerprint(text: str) -> str:
    """The SHA-256 that the version's own file holds, so that nobody changes the catalogue by accident."""
    return sha256(text.encode()).hexdigest()
