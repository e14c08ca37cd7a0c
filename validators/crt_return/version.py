"""The tool's version, apart from everything so that anything may read it. The standard's own is in `schema/`."""

__version__ = "0.1.0"
